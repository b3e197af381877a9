"""Words of other simulators, and words with other capitals, lead to the right name of ours."""

import pytest

import spikesim as sim
from spikesim import units
from spikesim.errors.words import WORDS, closest
from spikesim.units import Unit, ms, mV


@pytest.mark.parametrize(
    ("model", "word", "ours"),
    [
        *((sim.LIF, word, "E_L") for word in ("v_rest", "V_rest", "EL", "vrest", "e_l")),
        *((sim.LIF, word, "V_th") for word in ("v_thresh", "vt", "V_thresh", "theta", "Vth")),
        *((sim.LIF, word, "V_reset") for word in ("v_reset", "vr", "VReset")),
        *((sim.LIF, word, "t_ref") for word in ("tau_refrac", "tau_ref", "refractory_period")),
        *((sim.LIF, word, "C_m") for word in ("cm", "Cm", "CM")),
        *((sim.LIF, word, "I_e") for word in ("i_offset", "I_ext")),
        *((sim.PairSTDP, word, "lambda_") for word in ("A_plus", "A_LTP")),
        (sim.TraceSTDP, "A_plus", "eta"),
    ],
)
def test_parameters(model, word, ours):
    with pytest.raises(sim.ValidationError) as error:
        model(**{word: 1.0})
    assert f"unknown name {word!r} (did you mean {ours!r}?)" in str(error.value)


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        ("IF_curr_exp", "LIF"), ("iaf_psc_exp", "LIF"), ("Lif", "LIF"), ("aeif_cond_exp", "AdEx"),
        ("hh_psc_alpha", "HodgkinHuxley"), ("Poisson", "PoissonSource"),
        ("poisson_generator", "PoissonSource"), ("SpikeSourcePoisson", "PoissonSource"),
        ("SpikeSourceArray", "SpikeSource"), ("spike_generator", "SpikeSource"),
        ("fixed_indegree", "FixedInDegree"), ("all_to_all", "AllToAll"),
        ("SpikeMonitor", "Network.record"), ("StateMonitor", "Network.record"),
        ("Simulate", "Network.run"), ("Create", "Network.population"),
        ("Connect", "Network.project"), ("run", "Network.run"), ("netwrok", "Network"),
    ],
)  # fmt: skip
def test_names_of_the_module(word, ours):
    with pytest.raises(AttributeError) as error:
        getattr(sim, word)
    assert f"no attribute {word!r} (did you mean {ours!r}?)" in str(error.value)


NET = sim.Network(seed=1)
CELLS = NET.population("cells", 2, sim.LIF(receptors={"ampa": sim.ExpCurrent()}))


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        ("simulate", "run"), ("time", "t"), ("connect", "project"), ("Synapses", "project"),
        ("create", "population"), ("NeuronGroup", "population"), ("SpikeMonitor", "record"),
    ],
)  # fmt: skip
def test_names_of_a_network(word, ours):
    with pytest.raises(AttributeError, match=rf"did you mean '{ours}'\?"):
        getattr(NET, word)


def test_names_of_a_population():
    with pytest.raises(AttributeError, match=r"did you mean 'V_m'\?"):
        CELLS.v  # noqa: B018
    for word in ("spikes", "result", "record"):
        with pytest.raises(AttributeError, match=r'= net\.record\(cells, "spikes"\)'):
            getattr(CELLS[:1], word)
    with pytest.raises(sim.ValidationError, match=r"unknown name 'AMPA' \(did you mean 'ampa'"):
        NET.project(CELLS, CELLS, sim.OneToOne(), weight=1.0, delay=1.0, receptor="AMPA")


def test_what_can_be_recorded_is_listed():
    with pytest.raises(sim.ValidationError, match=r"is not kept; .*'spikes', 'V_m', .*'I_syn'$"):
        NET.record(CELLS, "I_in")


@pytest.mark.parametrize(
    ("word", "ours"), [("mVolt", "mvolt"), ("NA", "nA"), ("Second", "second"), ("mhom", "mohm")]
)
def test_units(word, ours):
    for call in (lambda: getattr(units, word), lambda: Unit(f"{word}/ms")):
        with pytest.raises((AttributeError, ValueError), match=rf"did you mean '{ours}'\?"):
            call()


def test_units_in_expressions():
    with pytest.raises(sim.ValidationError, match=r"unknown name 'mv' \(did you mean 'mV'\?\)"):
        sim.Neuron.from_text("dv/dt = -v/tau : mV", threshold="v > 5*mv", tau=10 * ms)
    with pytest.raises(sim.ValidationError, match=r"unknown name 'V' \(did you mean 'v'\?\)"):
        sim.Neuron.from_text("dv/dt = -v/(9*ms) : mV", threshold="V > level", level=5 * mV)


def test_what_only_looks_alike_is_not_proposed():
    """A word that is known means nothing else, however similar that is."""
    assert closest("v_rest", ["V_reset", "V_th"]) is None
    assert closest("v_rest", ["v_rests", "V_reset"]) == "v_rests"
    assert closest("V_rset", ["V_reset", "V_th"]) == "V_reset"


def test_a_right_name_with_other_capitals_comes_first():
    for word in WORDS:
        assert closest(word, ["E_L", "run", word.upper()]) == word.upper()
    assert closest("mv", ["MV", "mV"]) == "mV"


def test_all_that_users_import_at_once():
    names = {}
    exec("from spikesim.units import *", names)
    del names["__builtins__"]
    others = {"one": units.one, "Quantity": units.Quantity, "Unit": Unit, "param": units.param}
    assert others.items() <= names.items()
    for name in set(names) - set(others):
        assert names[name] == Unit(name)
    assert {"nA", "volt", "siemens", "second", "Mohm", "ms", "mV", "kHz", "um"} <= set(names)
    assert not {"V", "as", "sim", "np", "check_array", "BASE"} & set(names)
