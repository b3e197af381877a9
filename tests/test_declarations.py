"""What a model's class says is read, or refused: nothing of it is ignored."""

import abc
import functools
import inspect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim.synapses import Release
from spikesim.synapses.rule import TRACES
from spikesim.units import ms, mV, nS, one, param
from tests.misspelt import misspelt

TRACE = {"tau_plus": param(20.0, ms, "positive"), "tau_minus": param(20.0, ms, "positive")}
KNOWN = {
    sim.LIF: [
        "equations", "threshold", "reset", "refractory", "rearm", "method", "joint", "functions",
        "step", "initial", "persistent",
    ],
    sim.Receptor: ["equations", "on_spike", "current", "weight_unit", "signed", "transmitter"],
    sim.Channel: ["equations", "current", "ion", "offers", "initial", "extensive"],
    sim.PlasticityRule: ["on_pre", "on_post", "equations", "initial", "modulators"],
    sim.TsodyksMarkram: [],
}  # fmt: skip
ODD = st.sampled_from(["dw/dt = -w / tau : 1", 5, 2.0 * ms, None, ("x",), {"x": "1"}, [], True])


def kind(base):
    """What messages call it."""
    kinds = (sim.Neuron, sim.Receptor, sim.Channel, sim.PlasticityRule, Release)
    return next(k.__name__ for k in kinds if issubclass(base, k))


@given(data=st.data())
@settings(deadline=None, max_examples=300)
def test_members_that_a_kind_does_not_know(data):
    base = data.draw(st.sampled_from(list(KNOWN)))
    words = [*KNOWN[base], *base.declared]
    word = data.draw(st.sampled_from(words))
    name = data.draw(misspelt(word, dir(base)))
    value = data.draw(ODD)
    with pytest.raises(sim.ValidationError) as error:
        type("Mine", (base,), {name: value})
    text = str(error.value)
    assert text.startswith(f"Mine.{name}: {kind(base)} has no attribute {name!r}"), text
    assert "did you mean" in text or len(word) < 6, text
    type("Mine", (base,), {f"_{name}": value})  # what begins with an underscore is one's own


@pytest.mark.parametrize(
    ("base", "members", "text"),
    [
        (sim.PairSTDP, {"on_presyn": "w"}, r"Mine\.on_presyn: .*did you mean 'on_pre'\?"),
        (sim.PairSTDP, {"modulator": ("dopamine",)}, r"Mine\.modulator: .*mean 'modulators'"),
        (sim.PlasticityRule, {**TRACE, "on_post": "w += 1", "functions": {}},
         r"Mine\.functions: PlasticityRule has no attribute 'functions' .*; a class may set "),
        (sim.PlasticityRule, {"pairing": "nearest-symmetric"},
         r"Mine\.pairing: give it when the model is made, Mine\(pairing=\.\.\.\)"),
        (sim.LIF, {"receptors": {"x": sim.ExpCurrent()}}, r"Mine\.receptors: give it when"),
        (sim.LIF, {"channels": {}}, r"Mine\.channels: give it when the model is made"),
        (sim.LIF, {"tau_m": 20.0}, r"Mine\.tau_m: is a parameter.*tau_m = param\(20\.0, ms\)"),
        (sim.LIF, {"tau_m": 20.0 * ms}, r"Mine\.tau_m: is a parameter.*param\(20\.0, ms\)"),
        (sim.LIF, {"tau_m": property(lambda self: 5.0)}, r"Mine\.tau_m: is a parameter"),
        (sim.AMPA, {"tau_syn": 3}, r"Mine\.tau_syn: is a parameter"),
        (sim.LIF, {"resets": {"V_m": "E_L"}}, r"Mine\.resets: .*did you mean 'reset'"),
        (sim.LIF, {"thresholds": "V_m > 0*mV"}, r"Mine\.thresholds: .*did you mean 'threshold'"),
        (sim.LIF, {"check": 5}, r"Mine\.check: Neuron has no attribute 'check'"),
        (sim.LIF, {"declared": {}}, r"Mine\.declared: Neuron has no attribute 'declared'"),
        (sim.LIF, {"f": functools.partial(print)}, r"Mine\.f: Neuron has no attribute 'f'"),
        (sim.Na, {"weight_unit": nS}, r"Mine\.weight_unit: Channel has no attribute 'weight_unit'"),
        (sim.TsodyksMarkram, {"u": "1"}, r"Mine\.u: Release has no attribute 'u' .* may set param"),
        (sim.Neuron, {"equations": "dv/dt = -v / tau : mV\ntau : ms", "tau": 5.0},
         r"Mine\.tau: is a parameter, .* tau = param\(5\.0, ms\)"),
    ],
)  # fmt: skip
def test_what_is_refused(base, members, text):
    with pytest.raises(sim.ValidationError, match=text):
        type("Mine", (base,), members)


def test_annotations_without_a_value():
    with pytest.raises(sim.ValidationError, match=r"Mine\.tau_e: PlasticityRule has no attr"):

        class Mine(sim.PairSTDP):
            tau_e: float

    class Fine(sim.LIF):
        _table: dict
        tau_m: float = param(5.0, ms)
        threshold: str
        E_L: float

    assert Fine().tau_m == 5.0


def test_what_is_free():
    class Fine(sim.PlasticityRule):
        """Methods, properties, classes, parameters, and names of one's own."""

        tau_plus = param(20.0, ms, "positive")
        tau_minus = param(20.0, ms, "positive")
        _table = [1, 2]
        equations = TRACES
        on_post = "w += x; y += 1"

        class Part:
            pass

        @property
        def on_pre(self):
            return "w -= y; x += 1"

        @functools.cached_property
        def cached(self):
            return 3

        @staticmethod
        def helper():
            return 4

        @classmethod
        def other(cls):
            return cls()

    class Finer(Fine):
        on_pre = "w -= 2 * y; x += 1"
        tau_plus = param(10.0, ms, "positive")

    assert Fine.other().cached + Fine.helper() == 7
    assert (Finer().on_pre, Finer().tau_plus) == ("w -= 2 * y; x += 1", 10.0)


def test_mixins():
    """Parameters and declarations of a plain class that is mixed in count as the model's own."""

    class Slow:
        tau_m = param(50.0, ms, "positive")
        extra: float = param(1.0, mV)
        threshold = "V_m >= V_th + extra"

    class Mine(Slow, sim.LIF, abc.ABC):
        pass

    class Faster(Mine):
        tau_m = param(5.0, ms, "positive")

    assert (Mine().tau_m, Mine().extra, Mine(tau_m=3.0).tau_m) == (50.0, 1.0, 3.0)
    assert (Faster().tau_m, Faster().extra) == (5.0, 1.0)
    assert Mine().source() != sim.LIF().source()

    class Ignored:
        on_presyn = "w"

    with pytest.raises(sim.ValidationError, match=r"Mine\.on_presyn: .*'on_pre'"):
        type("Mine", (Ignored, sim.PairSTDP), {})


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (lambda: neuron(persistent=("foo",)), r"Own\.persistent: unknown name 'foo'.*'V_m'"),
        (lambda: neuron(joint=("Vm",)), r"Own\.joint: unknown name 'Vm' \(did you mean 'V_m'"),
        (lambda: membrane(initial={"mm": "1"}), r"Gate\.initial: unknown name 'mm'.*mean 'm'"),
        (lambda: membrane(offers=("Ca",)), r"Gate\.offers: unknown name 'Ca'; valid names: 'm'"),
        (lambda: membrane(extensive=("gg",)), r"Gate\.extensive: unknown name 'gg'.*mean 'g'"),
        (lambda: membrane(ion=5), r"Gate\.ion: must be text such as 'Ca', got 5"),
    ],
)
def test_names_within_declarations(model, text):
    with pytest.raises(sim.ValidationError, match=text):
        model().source()


def neuron(**members):
    return type("Own", (sim.LIF,), members)()


def membrane(**members):
    equations = {"equations": "dm/dt = -m / (1*ms) : 1", "current": "g * m * (0*mV - V_m)"}
    gate = type("Gate", (sim.Channel,), {"g": param(1.0, nS), **equations, **members})
    return sim.ConductanceNeuron(receptors={}, channels={"gate": gate()})


def test_unknown_parameters_propose_keywords():
    for make, text in [
        (lambda: sim.LIF(receptor={}), r"LIF: unknown name 'receptor' \(did you mean 'receptors'"),
        (lambda: sim.LIF(methods="rk4"), r"did you mean 'method'"),
        (lambda: sim.PairSTDP(paring="x"), r"did you mean 'pairing'"),
        (lambda: sim.AMPA(transmitters="GABA"), r"did you mean 'transmitter'"),
        (
            lambda: sim.cable(3, lengths=3.0),
            r"cable: unknown name 'lengths' \(did you mean 'length'",
        ),
    ]:
        with pytest.raises(sim.ValidationError, match=text):
            make()


def test_shared_dictionaries_cannot_be_changed():
    class Mine(sim.LIF):
        reset = {"V_m": "V_reset"}

    for mapping in (Mine.reset, Mine().reset, sim.LIF.initial, sim.AMPA.on_spike):
        with pytest.raises(sim.ValidationError, match="cannot be changed"):
            mapping["V_m"] = "1"


@pytest.mark.parametrize("model", [sim.LIF, sim.AMPA, sim.Na, sim.PairSTDP, sim.MultiCompartment])
def test_help_lists_the_parameters(model):
    text = inspect.getdoc(model)
    assert text.count("Parameters\n----------") == 1
    for name, p in model.declared.items():
        default = "required" if p.default is None else f"default {p.default:g}"
        kind = "float" if p.unit == one else f"float ({p.unit})"
        assert f"\n{name} : {kind}\n    {p.doc}; {p.allowed}, {default}\n" in f"{text}\n"


def test_help_of_ones_own_models():
    class Mine(sim.LIF):
        """My neuron."""

        g = param(3.0, mV, "positive", "my height")

    class Same(sim.LIF):
        pass

    text = inspect.getdoc(Mine)
    assert text.startswith(
        "My neuron.\n\nParameters\n----------\nC_m : float (pF)\n    membrane cap"
    )
    assert "\ng : float (mV)\n    my height; positive, default 3\n" in text
    assert "\nreceptors : mapping of str to Receptor, optional\n    Receptors by name." in text
    assert list(inspect.signature(Mine).parameters) == [
        *sim.LIF.declared, "g", "receptors", "channels", "method",
    ]  # fmt: skip
    assert inspect.signature(Mine).parameters["g"].default == 3.0
    assert inspect.getdoc(Same) == inspect.getdoc(sim.LIF)
