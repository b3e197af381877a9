"""What a projection refuses, and how it finds the receptor that is meant."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.units import Hz, mV, nA, nS, pA, us, volt

USUAL = {"connector": sim.AllToAll(), "weight": 0.5, "delay": 1.0, "receptor": "exc", "name": "p"}
RECEPTORS = {"exc": sim.ExpCurrent(), "g": sim.ExpConductance()}


def project(source="a", target="b", **changed):
    net = sim.Network(seed=1)
    views = {
        name: net.population(name, 6, sim.LIF(receptors=RECEPTORS)) for name in "ab"
    } | {"source": net.population("source", 6, sim.PoissonSource(1.0))}  # fmt: skip
    ends = [
        views[e] if isinstance(e, str) else e(views) if callable(e) else e for e in (source, target)
    ]
    arguments = {**USUAL, **changed}
    return net.project(*ends, arguments.pop("connector"), **arguments)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"source": None}, r"p\.source: must be a population, got None"),
        ({"target": 5}, r"p\.target: must be a population, got 5"),
        ({"source": lambda v: "a"}, r"p\.source: must be a population, got 'a'"),
        ({"target": "source"}, r"p\.target: 'source' is a source of spikes; nothing can"),
        ({"source": lambda v: v["a"][[0, 0]]}, r"p\.source: takes each neuron once"),
        ({"target": lambda v: v["b"][[5, 0, 5]]}, r"p\.target: takes each neuron once"),
        ({"connector": 0.1}, r"p\.connector: must be a connector .*0\.1"),
        ({"connector": sim.AllToAll}, r"p\.connector: must be a connector"),
        ({"connector": None}, r"p\.connector: must be a connector .*None"),
        ({"connector": sim.FixedInDegree(7)}, r"FixedInDegree\.k: must be at most 6"),
        ({"connector": sim.FromArrays([0], [6])}, r"FromArrays\.target: .*below the 6"),
        ({"source": lambda v: v["a"][:2], "connector": sim.OneToOne()}, r"2 sources and 6"),
        ({"receptor": "inh"}, r"p\.receptor: unknown name 'inh'; valid names: 'exc', 'g'"),
        ({"receptor": None}, r"p\.receptor: .*'exc', 'g'; pass receptor='exc' or"),
        ({"receptor": 5}, r"p\.receptor: unknown name 5"),
        ({"receptor": ["exc"]}, r"p\.receptor: unknown name \['exc'\]"),
        ({"weight": None}, r"p\.weight: must be a number in pA, got None"),
        ({"weight": "heavy"}, r"p\.weight: must be a number in pA, got 'heavy'"),
        ({"weight": np.nan}, r"p\.weight: must be finite, got nan"),
        ({"weight": [1.0, 2.0]}, r"p\.weight: .*shape"),
        ({"weight": 1e300}, r"p\.weight: too large"),
        ({"weight": -1.0, "receptor": "g"}, r"p\.weight: .*cannot be negative.*-1\.0 nS"),
        ({"delay": None}, r"p\.delay: must be a number in ms, got None"),
        ({"plasticity": "stdp", "delay_is": "axonal"}, r"p\.plasticity: must be a rule.*'stdp'"),
        ({"plasticity": sim.PairSTDP, "delay_is": "axonal"}, r"p\.plasticity: must be a rule"),
        ({"plasticity": sim.PairSTDP()}, r"p\.delay_is: must be 'axonal' or 'dendritic'.*None"),
        ({"plasticity": sim.PairSTDP(), "delay_is": "both"}, r"p\.delay_is: .*'both'"),
        ({"plasticity": sim.PairSTDP(), "delay_is": []}, r"p\.delay_is: "),
        ({"delay_is": "axonal"}, r"p\.delay_is: is only for plastic projections"),
        ({"plasticity": sim.PairSTDP(w_max=0.4), "delay_is": "axonal"},
         r"p\.weight: must lie within the rule's w_min = 0\.0 pA \.\.\. w_max = 0\.4 pA, got 0\.5"),
        ({"name": 5}, r"name: must be a non-empty text, got 5"),
        ({"name": ""}, r"name: must be a non-empty text, got ''"),
        ({"name": ["p"]}, r"name: must be a non-empty text"),
    ],
)  # fmt: skip
def test_what_is_refused(changed, text):
    with pytest.raises(sim.ValidationError, match=text):
        project(**changed)


def test_weights_at_the_bounds_of_a_rule_are_allowed():
    for weight in (
        0.3,
        np.full((6, 6), 0.3),
        sim.Constant(0.3),
        np.zeros((6, 6)),
        sim.Uniform(0, 0.3),
    ):
        p = project(weight=weight, plasticity=sim.PairSTDP(w_max=0.3), delay_is="axonal")
        assert p.weight.max() <= np.float32(0.3)


def test_the_only_receptor_need_not_be_named():
    net = sim.Network()
    a = net.population("a", 2, sim.LIF())
    assert net.project(a, a, sim.AllToAll(), weight=1.0, delay=1.0).receptor == "current"


def test_a_population_without_receptors():
    net = sim.Network(seed=1)
    a = net.population("a", 2, sim.LIF(receptors={}, I_e=500.0))
    with pytest.raises(sim.ValidationError, match=r"'a' has (no|the) receptors"):
        net.project(a, a, sim.AllToAll(), weight=1.0, delay=1.0)
    record = net.record(a, "spikes")
    net.run(50.0)
    assert record.counts().min() > 1


def built(weight, delay, initial=-60.0, drive=20.0, minis=3.0):
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF(receptors={"r": sim.ExpCurrent()}),
                           initial={"V_m": initial})  # fmt: skip
    p = net.project(cells, cells, sim.AllToAll(), weight=weight, delay=delay)
    net.stimulate(cells, sim.PoissonDrive(1000.0 * Hz, drive))
    net.stimulate(cells, sim.Miniatures(1000.0, minis))
    start = cells.get("V_m")
    net.run(5.0)
    return [p.weight, p.delay, start, cells.get("V_m")], p


@pytest.mark.thorough
def test_quantities_are_converted():
    plain, _ = built(
        sim.Normal(20.0, 5.0), sim.Uniform(0.1, 3.0), sim.Uniform(-70.0, -60.0),
        minis=sim.LogNormal(3.0, 1.0),
    )  # fmt: skip
    with_units, p = built(
        sim.Normal(0.02, 0.005) * nA, sim.Uniform(100.0, 3000.0) * us,
        sim.Uniform(-0.07, -0.06) * volt, 0.02 * nA, sim.LogNormal(0.003, 0.001) * nA,
    )  # fmt: skip
    for a, b in zip(with_units, plain, strict=True):
        assert a == pytest.approx(b, rel=1e-6)
    p.weight = 0.03 * nA
    assert p.weight == pytest.approx(30.0)
    for wrong in (0.03 * nS, sim.Normal(1.0, 0.1) * mV):
        with pytest.raises(sim.ValidationError, match=r"weight: must be a quantity in pA, got .* "):
            p.weight = wrong


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("weight", 1.0 * nS, r"cells->cells\.weight: must be a quantity in pA, got 1\.0 \* nS"),
        ("weight", sim.Normal(1.0, 0.1) * mV, r"cells->cells\.weight: must be a quantity in pA"),
        ("delay", 1.0 * pA, r"cells->cells\.delay: must be a quantity in ms"),
        ("initial", sim.Uniform(0.0, 1.0) * pA, r"cells\.initial\['V_m'\]: .* a quantity in mV"),
        ("drive", 1.0 * nS, r"PoissonDrive\.weight: must be a quantity in pA, got .* nS"),
        ("minis", 1.0 * nS, r"Miniatures\.amplitude: must be a quantity in pA"),
    ],
)
def test_quantities_of_another_kind(name, value, text):
    with pytest.raises(sim.ValidationError, match=text):
        built(**({"weight": 20.0, "delay": 1.0} | {name: value}))
