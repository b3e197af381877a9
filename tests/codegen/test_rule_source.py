"""Generated plasticity modules: rules of a user's own take the path of the built-in ones."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.units import ms, one, param
from tests.synapses.rig import Rig, trains


class Own(sim.PlasticityRule):
    """A rule that uses all that rules may use."""

    tau_a = param(12.0, ms, "positive", "presynaptic trace")
    tau_b = param(25.0, ms, "positive", "postsynaptic trace")
    up = param(0.02, one, "non-negative", "potentiation")
    down = param(0.01, one, "non-negative", "depression")

    equations = """
        dx/dt = -x / tau_a : 1
        dy/dt = -y / tau_b : 1
    """
    on_pre = "w = max(0.0, w - down * y * w + 0.001 * x); x += 1"
    on_post = "w += up * x * exp(-w) - 0.002 * y; y += 1"

    tau_plus = property(lambda self: self.tau_a)
    tau_minus = property(lambda self: self.tau_b)


@pytest.mark.thorough
@pytest.mark.parametrize("layout", ["sparse", "dense"])
@pytest.mark.parametrize("side", ["axonal", "dendritic"])
def test_a_rule_of_ones_own(layout, side):
    rig = Rig(Own(), trains(3, 5), trains(4, 4, stride=3), layout=layout, side=side)
    rig.run().check((
        lambda w, x, y: max(0.0, w - 0.01 * y * w + 0.001 * x),
        lambda w, x, y: w + 0.02 * x * np.exp(-w) - 0.002 * y,
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("attribute", "expression", "text"),
    [
        ("on_pre", "w -= z", r"on_pre: unknown name 'z'; valid names: .*'w', 'x', 'y'; .* 'dz/dt"),
        ("on_post", "w +", "on_post: cannot read 'w \\+'"),
        ("on_pre", "w + x", "on_pre: 'w \\+ x' does not say which .* 'w = w \\+ x'"),
        ("on_post", "q += 1", "on_post: unknown name 'q'"),
        ("on_post", "w = [w, x]", "on_post: List is not allowed"),
        ("on_post", "w += V_m", "on_post: unknown name 'V_m'"),
        ("on_pre", "w = foo(w)", "on_pre: unknown name 'foo'"),
        ("on_pre", "w += tau_a", "on_pre: cannot add 'tau_a' .ms. to 'w'"),
        ("on_pre", "x += w > 1", "on_pre: a condition is no number"),
    ],
)
def test_rules_that_cannot_be_read(attribute, expression, text):
    net = sim.Network(seed=1)
    a = net.population("a", 2, sim.LIF())

    def build():
        rule = type("Own", (Own,), {attribute: expression})()
        net.project(a, a, sim.AllToAll(), weight=0.5, delay=1.0, plasticity=rule, delay_is="axonal")
        net.build()

    with pytest.raises(sim.ValidationError, match=rf"Own\.{text}"):
        build()


def test_values_of_a_rule_share_one_module():
    modules = set()
    for lambda_ in (0.01, 0.02):
        net = sim.Network(seed=1)
        a = net.population("a", 2, sim.LIF())
        for _ in range(2):
            net.project(a, a, sim.AllToAll(), weight=0.5, delay=1.0, delay_is="axonal",
                        plasticity=sim.PairSTDP(lambda_=lambda_))  # fmt: skip
        net.build()
        modules |= {table.module for table in net.plan.parts["plastic_synapses"].tables.values()}
    assert len(modules) == 1
