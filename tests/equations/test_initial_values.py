"""Where states start."""

import pytest

import spikesim as sim
from spikesim.equations.neuron_equations import assemble
from spikesim.language import expressions as ex
from spikesim.units import ms, param


class Starting(sim.Neuron):
    tau = param(10.0, ms, "positive", "time constant")
    equations = """
        dv/dt = (level - v) / tau : 1
        dw/dt = -w / tau : 1
        level = tau / (5 * ms) : 1
    """
    threshold = "never"
    reset = ""
    initial = {"v": "level + 1"}


def cell_of(**attributes):
    return assemble(type("Starting", (Starting,), attributes)(receptors={}), with_input=False)


def test_subexpressions_are_put_in():
    start = cell_of().initial
    assert set(start) == {"v"}, "the others start at 0"
    assert ex.evaluate(start["v"], {"tau": 10.0}) == 3.0


def test_numbers_and_distributions_are_kept_as_they_are():
    drawn = sim.Uniform(0.0, 1.0)
    cell = cell_of(initial={"v": drawn, "w": 2.0})
    assert cell.initial == {}
    assert cell.given == {"v": drawn, "w": 2.0}


@pytest.mark.thorough
def test_channels_start_at_their_steady_state():
    """A step later they are where they were, for the membrane has not moved."""
    model = sim.ConductanceNeuron(channels={"K": sim.Kdr(g=1e-9)}, receptors={})
    gates = [name for name in assemble(model, with_input=False).states if name.endswith("_K")]
    assert gates
    net = sim.Network(seed=1, precision="double")
    cells = net.population("cells", 1, model)
    before = {gate: cells.get(gate) for gate in gates}
    net.run(0.1)
    for gate, value in before.items():
        assert 0.0 < value < 1.0
        assert cells.get(gate) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize(
    ("initial", "text"),
    [
        ({"x": "1"}, "initial: unknown name 'x'"),
        ({"v": "rand()"}, "there are no random numbers in expressions; give a distribution"),
        ({"v": "2 * w"}, "must be made from parameters; .* reads 'w', which is a variable"),
        ({"v": "t / ms"}, "must be made from parameters; .* reads 't', which is the time"),
    ],
)
def test_what_no_state_starts_at(initial, text):
    with pytest.raises(sim.ValidationError, match=text):
        cell_of(initial=initial)
