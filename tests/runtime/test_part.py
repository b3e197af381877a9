"""What parts of all mechanisms have to keep to."""

import ast
from pathlib import Path

import pytest

import spikesim as sim
from spikesim.mechanisms import MECHANISMS
from spikesim.runtime.part import Part
from tests.everything import everything
from tests.networks import lively

PACKAGE = Path(sim.__file__).parent


@pytest.fixture(scope="module")
def plans():
    """Plans that have a part of each mechanism between them."""
    rig, other = everything(), lively()
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF())
    net.stimulate(cells, sim.Miniatures(2.0, 20.0))
    net.project(cells, cells, sim.AllToAll(), weight=1.0, delay=1.0, name="learn",
                plasticity=sim.PairSTDP(), delay_is="axonal",
                release=sim.QuantalRelease())  # fmt: skip
    for each in (rig.net, other.net, net):
        each.build()
    return [each.plan for each in (rig.net, other.net, net)]


def test_every_mechanism_is_among_them(plans):
    found = {name for plan in plans for name in plan.parts}
    assert found >= {mechanism.name for mechanism in MECHANISMS}


def test_names_of_bundles_and_arrays_are_unique(plans):
    for plan in plans:
        for names in ([n for part in plan.parts.values() for n in part.bundles()],
                      [n for part in plan.parts.values() for n in part.state()]):  # fmt: skip
            assert len(names) == len(set(names))


def test_no_two_classes_of_bundles_share_a_name():
    """A second class of the same name takes 190 instead of 2.5 us a call (Numba's dispatch)."""
    nodes = (n for path in PACKAGE.rglob("*.py") for n in ast.walk(ast.parse(path.read_text())))
    names = [
        node.name
        for node in nodes
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "NamedTuple" for base in node.bases)
    ]
    assert len(names) == len(set(names)) > 10


def test_names_in_saved_states_stay(plans):
    """Files that were written stay readable."""
    kinds = {
        ".".join(part for part in name.split(".") if part not in NETWORK)
        for plan in plans
        for name in plan.mutable()
        if not name.startswith(("parameter.", "draws."))
    }
    assert kinds == set(ENTRIES.split())


NETWORK = {
    "poisson", "gamma", "given", "learn", "others->cells", "more", "pixels",
}  # fmt: skip
ENTRIES = """
state ring broadcast counters static.weight static.weights gaps.g
modulation.now modulation.pending modulation.history modulation.since modulation.arrived
table0.refractory table1.refractory release.u release.x release.last release.number release.full
source.rate source.left source.since source.drawn source.step source.source
schedule.times schedule.values
plastic.weights plastic.control plastic.pre_t plastic.pre_v plastic.pre_m plastic.pre_n plastic.post
plastic.post_n plastic.post_kept plastic.log_t plastic.log_j plastic.log_v plastic.sent
plastic.sent_n plastic.kept plastic.others plastic.integrals plastic.totals plastic.number
"""


def test_only_methods_that_do_something_are_called(plans):
    parts = {name: part for plan in plans for name, part in plan.parts.items()}
    for hook in ("make_room", "end_chunk", "reserve"):
        assert not Part.overrides(hook)
        assert {name for name, part in parts.items() if part.overrides(hook)} == {
            "plastic_synapses"
        }
