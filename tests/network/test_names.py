"""Names of all kinds of objects that users make."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim.units import check_name

GOOD = [
    "a",
    "E->I",
    "layer 2/3",
    "L2.3",
    "Kôrner",
    "ニューロン",
    "µ",
    "a--b",
    "x" * 255,
    "1",
    "[0:3]",
]
BAD = ["", " a", "a ", "\ta", "a\nb", "a\0b", "a\x7f", "a\ud800", "\u200bx", "x\u202ey", "x" * 256,
       "x" * 70_000, None, 5, b"a", ["a"], ("a",), np.array("a")]  # fmt: skip


def made():
    """A call for each kind of object that a user names."""
    net = sim.Network(seed=1)
    cells = net.population("cells", 2, sim.LIF())
    ends = cells, cells, sim.OneToOne()
    apart = cells[:1], cells[1:], sim.OneToOne()
    return {
        "population": lambda n: net.population(n, 1, sim.LIF()),
        "source": lambda n: net.population(n, 1, sim.PoissonSource(1.0)),
        "projection": lambda n: net.project(*ends, weight=1.0, delay=1.0, name=n or ""),
        "stimulus": lambda n: net.stimulate(cells, sim.DCCurrent(1.0), name=n or ""),
        "gap junctions": lambda n: net.gap_junctions(*apart, g=1.0, name=n or ""),
        "modulator": lambda n: net.modulator(n, tau=1.0),
    }


def parts():
    """A call for each kind of part whose name stands in expressions."""
    leaky = {"C_m": 100.0, "channels": {"leak": sim.Leak(g=1.0)}}
    return {
        "receptor": lambda n: sim.LIF(receptors={n: sim.ExpCurrent()}),
        "channel": lambda n: sim.Compartment(C_m=1.0, channels={n: sim.Leak(g=1.0)}),
        "compartment": lambda n: sim.MultiCompartment(compartments={n: sim.Compartment(**leaky)}),
    }


@pytest.mark.parametrize("kind", made())
def test_names_of_objects(kind):
    call = made()[kind]
    for name in GOOD:
        call(name)
        with pytest.raises(sim.ValidationError, match="is taken"):
            call(name)
    for name in BAD:
        with pytest.raises(sim.ValidationError, match=r"\.name: must ") as caught:
            call(name)
        assert len(str(caught.value)) < 250


@pytest.mark.parametrize("kind", parts())
def test_names_of_parts(kind):
    call = parts()[kind]
    for name in ("a", "exc", "größe", "x" * 255):
        call(name)
    for name in (
        "",
        "a b",
        "a-b",
        "1",
        "a\0b",
        "a\ud800",
        "x" * 256,
        "x" * 70_000,
        5,
        None,
        "µ",
        "ﬁ",
    ):
        with pytest.raises(sim.ValidationError, match=kind) as caught:
            call(name)
        assert len(str(caught.value)) < 250


def test_names_of_models():
    for name in ("", "a\0b", "a\ud800", "x" * 256):
        with pytest.raises(sim.ValidationError, match=r"Neuron\.name: must "):
            sim.Neuron.from_text("dv/dt = -v/ms : 1", threshold="v > 1", name=name)


def usable(name):
    """Whether the rule for names allows this one."""
    try:
        return bool(check_name(name, None, None))
    except sim.ValidationError:
        return False


@settings(deadline=None, max_examples=10)
@given(name=st.text(min_size=1, max_size=20).filter(usable))
def test_names_come_back_from_files(tmp_path_factory, name):
    """What is accepted can be saved, whatever it is."""
    path = tmp_path_factory.mktemp("names") / "state.npz"

    def network():
        net = sim.Network(seed=1)
        net.population(name, 1, sim.LIF())
        return net

    net = network()
    net.populations[name].set(V_m=-61.0)
    net.save_state(path)
    other = network()
    other.load_state(path)
    assert other.populations[name].get("V_m") == [-61.0]
