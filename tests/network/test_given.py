"""What users give is copied and judged where they give it."""

import traceback

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import spikesim as sim
from spikesim.units import ms, mV, nS, pA
from tests.networks import assert_same

RECEPTORS = {"exc": sim.ExpCurrent(), "g": sim.ExpConductance()}


class Given:
    """A small network from arrays that the user keeps, by name."""

    def __init__(self):
        self.arrays = {
            "weight": np.linspace(1.0, 2.0, 9).reshape(3, 3), "delay": np.linspace(1.0, 2.6, 3),
            "listed": np.array([0.25, 0.5, 0.75, 1.0]), "i": np.array([0, 1, 2, 0]),
            "j": np.array([2, 1, 0, 1]), "learnt": np.array([0.125, 0.25, 0.5]),
            "sparse": np.array([0.5, 1.5]), "initial": np.array([-61.0, -62.0, -63.0]),
            "tau_m": np.array([10.0, 11.0, 12.0]), "times": np.array([1.0, 2.0, 3.0]),
            "rate": np.array([100.0, 200.0, 300.0]), "current": np.array([10.0, 20.0, 30.0]),
            "at": np.array([0.0, 2.0]), "steps": np.array([5.0, 50.0]),
            "positions": np.arange(6.0).reshape(3, 2), "g": np.array([0.5, 1.5]),
            "drive": np.array([1.0, 2.0, 3.0]), "index": np.array([2, 0, 1]),
            "own": np.array([1.0, 2.0, 3.0]), "noise": np.array([1.0, 2.0, 4.0]),
        }  # fmt: skip
        a, net = self.arrays, sim.Network(seed=1)
        model = sim.LIF(tau_m=a["tau_m"], receptors=RECEPTORS)
        cells = net.population("cells", 3, model, initial={"V_m": a["initial"]})
        text = "dv/dt = (x - v) / (10*ms) : mV\nx : mV (linked)"
        linked = sim.Neuron.from_text(text, threshold="v > 50*mV", reset="v = 0*mV", v=a["own"])
        follow = net.population("follow", 3, linked)
        net.link(follow, "x", cells, "V_m", index=a["index"])
        source = net.population("source", 3, sim.SpikeSource([a["times"]] * 3))
        rated = net.population("rated", 3, sim.PoissonSource(a["rate"]))
        near = sim.DistanceDependent(lambda d: np.exp(-d), a["positions"], a["positions"])
        matrix = sparse.coo_array((a["sparse"], ([0, 2], [1, 1])), (3, 3))
        to = {"delay": 1.0, "receptor": "exc"}
        self.projections = [
            net.project(source, cells, sim.AllToAll(), **{**to, "delay": [a["delay"]] * 3},
                        weight=a["weight"]),
            net.project(source, cells, sim.FromArrays(a["i"], a["j"]), weight=a["listed"], **to),
            net.project(source, cells, sim.FromSparse(matrix), weight=None, **to),
            net.project(rated, cells, near, weight=1.0, **to),
            net.project(rated, cells, sim.OneToOne(), weight=a["learnt"], **to,
                        plasticity=sim.PairSTDP(), delay_is="axonal"),
        ]  # fmt: skip
        pairs = sim.FromArrays([0, 1], [1, 2])
        net.gap_junctions(cells, cells, pairs, g=a["g"])
        net.stimulate(cells, sim.StepCurrent(a["at"], a["steps"]))
        net.stimulate(cells, sim.DCCurrent(a["current"]))
        net.stimulate(cells, sim.PoissonDrive(a["rate"], a["drive"], "exc"))
        net.stimulate(cells, sim.NoiseCurrent(a["noise"], a["noise"]))
        self.net, self.cells = net, cells

    def change(self):
        """Write something else into all arrays."""
        for array in self.arrays.values():
            array[...] = array[::-1] * 3 + 1

    def results(self):
        """All arrays of the plan."""
        self.net.build()
        plan = self.net.plan
        changes = [part.changes() for part in plan.parts.values()]
        found = plan.mutable() | {"base": plan.base, "changes": np.concatenate(changes)}
        for name in ("static_synapses", "poisson_drive", "noise_current", "gap_junctions",
                     "linked_variables"):  # fmt: skip
            found |= plan.parts[name].args._asdict()
        scratch = ("bits", "count")
        found = {name: np.array(v) for name, v in found.items() if name not in scratch}
        plan.step = 20
        for part in plan.parts.values():
            part.apply(plan)  # the current's second value
        found["base later"] = plan.base.copy()
        plan.step = 0
        return found


def test_arrays_are_copied():
    """Whether they are changed before the build, after it, or before a reset."""
    expected = Given().results()
    one = Given()
    one.change()
    assert_same(one.results(), expected)
    one.change()
    one.net.reset()
    assert_same(one.results(), expected)


@pytest.mark.thorough
def test_learning_does_not_change_what_was_given():
    given_as = np.float32([0.125, 0.25, 0.5])
    net = sim.Network(seed=1)
    source = net.population("source", 3, sim.SpikeSource([[5.0, 15.0, 25.0]] * 3))
    cells = net.population("cells", 3, sim.LIF(I_e=900.0))
    p = net.project(source, cells, sim.OneToOne(), weight=given_as, delay=1.0,
                    plasticity=sim.PairSTDP(), delay_is="axonal")  # fmt: skip
    net.run(30.0)
    assert (p.weight != given_as).all()
    net.reset()
    assert np.array_equal(p.weight, given_as)


def test_what_is_kept_is_read_only():
    one = Given()
    schedule = sim.Schedule([0.0, 1.0], [1.0, 2.0])
    arrays = [
        one.cells.model.tau_m, schedule.times, schedule.values,
        sim.DCCurrent([1.0]).schedule.values,
        sim.PoissonSource([1.0]).rate, sim.GammaSource(1.0, [2.0]).shape,
        sim.SpikeSource([1.0]).times[0], sim.PoissonDrive(1.0, [2.0]).weight,
        sim.NoiseCurrent([1.0]).mean, sim.Miniatures(1.0, 1.0, n_synapses=[3]).n_synapses,
        sim.FromArrays([1], [2]).source, sim.FromSparse(sparse.csr_array(np.eye(2))).matrix.data,
        sim.DistanceDependent(np.exp, np.ones((1, 1)), np.ones((1, 1))).source_positions,
    ]  # fmt: skip
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 5.0


def test_weights_are_kept_as_they_will_be_stored():
    """Four bytes a weight, and two a delay, whatever was given."""
    p = Given().projections[0]
    assert p.initial_weight.dtype == np.float32
    assert p.initial_delay.values.dtype == np.uint16


# --- masks ---------------------------------------------------------------------------------------


def calls(value):
    """Every place that takes numbers, each with one value."""
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF(receptors=RECEPTORS))
    source = net.population("source", 3, sim.PoissonSource(1.0))
    given_times = net.population("times", 1, sim.SpikeSource([1.0]))
    to = {"weight": 1.0, "delay": 1.0, "receptor": "exc"}
    pairs = sim.FromArrays([0], [1])
    gaps = net.gap_junctions(cells, cells, pairs, g=1.0)
    learn = net.project(source, cells, sim.AllToAll(), **to, plasticity=sim.PairSTDP(),
                        delay_is="axonal")  # fmt: skip
    dopamine = net.modulator("dopamine", tau=10.0)
    text = "dv/dt = -v/tau : mV"

    def project(connector=None, **changed):
        net.project(source, cells, connector or sim.AllToAll(), **{**to, **changed})

    return {
        "weight": lambda: project(weight=value), "delay": lambda: project(delay=value),
        "source": lambda: sim.FromArrays(value, [0, 1, 2]),
        "target": lambda: sim.FromArrays([0, 1, 2], value),
        "probability": lambda: sim.FixedProbability(value),
        "positions": lambda: sim.DistanceDependent(np.exp, [value], [[1.0]]),
        "g": lambda: net.gap_junctions(cells, cells, pairs, g=value),
        "initial": lambda: net.population("a", 3, sim.LIF(), initial={"V_m": value}),
        "parameter": lambda: sim.LIF(tau_m=value),
        "receptor": lambda: sim.ExpCurrent(tau_syn=value),
        "text": lambda: sim.Neuron.from_text(text, threshold="never", tau=value),
        "text initial": lambda: sim.Neuron.from_text(
            text, threshold="never", tau=10.0 * ms, initial={"v": value}
        ),
        "rate": lambda: sim.PoissonSource(value), "shape": lambda: sim.GammaSource(1.0, value),
        "times": lambda: sim.SpikeSource(value), "rows": lambda: sim.SpikeSource([[1.0], value]),
        "schedule times": lambda: sim.Schedule(value, [1.0, 2.0, 3.0]),
        "schedule": lambda: sim.Schedule([1.0, 2.0, 3.0], value),
        "current": lambda: sim.DCCurrent(value), "start": lambda: sim.DCCurrent(1.0, start=value),
        "noise": lambda: sim.NoiseCurrent(value), "drive": lambda: sim.PoissonDrive(1.0, value),
        "minis": lambda: sim.Miniatures(1.0, 1.0, n_synapses=value),
        "distribution": lambda: sim.Uniform(value, 10.0),
        "rule": lambda: sim.PairSTDP(tau_plus=value), "tau": lambda: net.modulator("x", tau=value),
        "amount": lambda: net.release(source, dopamine, amount=value, delay=1.0),
        "link": lambda: net.link(cells, "V_m", cells, "V_m", index=value),
        "view": lambda: cells[value], "set": lambda: cells.set(V_m=value),
        "set times": lambda: given_times.set(times=value),
        "set rate": lambda: source.set(rate=value),
        "set weight": lambda: setattr(learn, "weight", value),
        "set g": lambda: setattr(gaps, "g", value),
        "synapses": lambda: net.record(learn, "weight", every=1.0, synapses=value),
        "run": lambda: net.run(value), "dt": lambda: sim.Network(dt=value),
        "add": lambda: dopamine.add(value),
    }  # fmt: skip


MASKED = [np.ma.array([1, 2, 3], mask=[False, True, False]), [1, np.ma.masked, 3], np.ma.masked]


@pytest.mark.parametrize("value", MASKED, ids=["array", "list", "one"])
def test_masks_are_refused_everywhere(value):
    for name, call in calls(value).items():
        with pytest.raises(sim.ValidationError) as caught:
            call()
        assert "masked" in str(caught.value), name


# --- at the user's own line ----------------------------------------------------------------------


def at_fault(arguments):
    """A projection among three cells."""
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF(receptors=RECEPTORS), transmitter=None)
    gaba = net.population("gaba", 3, sim.LIF(receptors=RECEPTORS), transmitter="GABA")
    arguments = {"source": cells, "target": cells, "connector": sim.AllToAll(), "weight": 1.0,
                 "delay": 1.0, "receptor": "exc", **arguments}  # fmt: skip
    source = {"gaba": gaba, "few": cells[:2]}.get(arguments["source"], cells) if isinstance(
        arguments["source"], str) else arguments["source"]  # fmt: skip
    del arguments["source"]
    return lambda: net.project(source, arguments.pop("target"), **arguments)


FAULTS = [
    ({"delay": 0}, r"cells->cells\.delay: must be positive, got 0\.0 ms"),
    ({"delay": -1.0}, r"delay: must be positive, got -1\.0 ms"),
    ({"delay": 6554.0}, r"delay: must be at most 65535 steps"),
    ({"delay": [1.0, 2.0]}, r"delay: must be one number, one for each of 9 synapses, .*\(2,\)"),
    ({"delay": sim.Uniform(-5.0, 0.0)}, r"delay: only 0 of the draws"),
    ({"delay": sim.Uniform(7e3, 8e3)}, r"delay: .* beyond 65535 steps"),
    ({"weight": [1.0, 2.0]}, r"weight: must be one number, one for each of 9 synapses"),
    ({"weight": np.ones((2, 3))}, r"weight: .* or of shape \(3, 3\), got shape \(2, 3\)"),
    ({"weight": np.ones((3, 3, 1))}, r"weight: .* got shape \(3, 3, 1\)"),
    ({"weight": np.ones(9), "connector": sim.AllToAll(autapses=False)}, r"each of 6 synapses"),
    ({"weight": np.ones((9, 1)), "connector": sim.FixedProbability(0.5)}, r"one for each synapse"),
    ({"weight": [1.0], "connector": sim.FixedInDegree(2)}, r"each of 6 synapses"),
    ({"weight": [1.0], "connector": sim.FixedTotalNumber(5)}, r"each of 5 synapses"),
    ({"weight": [1.0], "connector": sim.FromArrays([0, 1], [1, 2])}, r"each of 2 synapses"),
    ({"weight": 1e39}, r"weight: too large for float32: 1e\+39"),
    ({"weight": [[1.0, 1e39, 1.0]] * 3}, r"weight: too large for float32"),
    ({"weight": -1.0, "receptor": "g"}, r"weight: a conductance cannot be negative, got -1\.0 nS"),
    ({"weight": -1.0, "source": "gaba"}, r"weight: 'gaba' releases GABA, so weights must be n"),
    ({"weight": sim.Normal(-9.0, 0.1), "source": "gaba"}, r"weights must be non-negative; got -"),
    ({"weight": sim.Uniform(2.0, 3.0), "plasticity": sim.PairSTDP(), "delay_is": "axonal"},
     r"weight: must lie within the rule's w_min = 0\.0 pA \.\.\. w_max = 1\.0 pA, got [23]\."),
    ({"source": "few", "connector": sim.OneToOne()}, r"OneToOne: .*2 sources and 3 targets"),
    ({"connector": sim.FixedInDegree(4)}, r"FixedInDegree\.k: must be at most 2"),
    ({"connector": sim.FixedOutDegree(4)}, r"FixedOutDegree\.k: must be at most 2"),
    ({"connector": sim.FixedTotalNumber(10)}, r"FixedTotalNumber\.n: must be at most 6"),
    ({"connector": sim.FromArrays([0], [3])}, r"FromArrays\.target: must be below the 3 neurons"),
    ({"connector": sim.FromSparse(sparse.eye_array(4).tocsr()), "weight": None}, r"have shape"),
    ({"connector": sim.FromSparse(sparse.csr_array(-np.eye(3))), "weight": None, "source": "gaba"},
     r"weights must be non-negative"),
    ({"connector": sim.FromSparse(sparse.csr_array(np.eye(3)))}, r"weight: must be None"),
    ({"connector": sim.DistanceDependent(np.exp, np.ones((2, 2)), np.ones((3, 2)))},
     r"source_positions: must have a row for each of 3 neurons"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "text"), FAULTS)
def test_projections_are_judged_where_they_are_made(changed, text):
    call = at_fault(changed)
    with pytest.raises(sim.ValidationError, match=text) as caught:
        call()
    frames = [f for f in traceback.extract_tb(caught.tb) if "spikesim" in f.filename]
    inner = [f for f in frames if not f.filename.endswith("calls.py")]
    assert len(inner) <= 8
    assert not any(f.name in ("build", "run") for f in inner)


def test_what_is_refused_leaves_nothing_behind():
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF())
    for add in (
        lambda: net.project(cells, cells, sim.OneToOne(), weight=1.0, delay=0.0, name="x"),
        lambda: net.population("x", 3, sim.LIF(), initial={"V_n": 1.0}),
        lambda: net.stimulate(cells, sim.NoiseCurrent(every=0.25), name="x"),
        lambda: net.gap_junctions(cells, cells, sim.OneToOne(), g=-1.0, name="x"),
    ):
        with pytest.raises(sim.ValidationError):
            add()
    assert list(net.populations) == ["cells"]
    assert not net.projections
    net.population("x", 1, sim.LIF())
    net.run(1.0)


class Unread(sim.Neuron):
    """A model whose text has a mistake."""

    equations = "dv/dt = -v / tau : mV"
    threshold = "v > 1*mV"


class Unlearnt(sim.PlasticityRule):
    """A rule that reads what there is not."""

    tau_plus = tau_minus = sim.PairSTDP.declared["tau_plus"]
    on_pre = "w += eta"


@pytest.mark.parametrize(
    ("add", "text"),
    [
        (lambda n, c: n.population("a", 1, Unread()), r"Unread\.equations: .*'tau'"),
        (lambda n, c: n.population("a", 1, sim.LIF(receptors={"syn": sim.ExpCurrent()})),
         r"'syn' makes the name 'I_syn', which belongs to the receptors' currents"),
        (lambda n, c: n.population("a", 1, sim.LIF(), initial={"v": 1.0}),
         r"a\.initial: unknown name 'v'.*'V_m'"),
        (lambda n, c: n.population("a", 1, sim.LIF(), initial={"V_m": 5 * pA}), r"quantity in mV"),
        (lambda n, c: n.population("a", 2, sim.LIF(), initial={"V_m": [1.0]}), r"one value or 2"),
        (lambda n, c: n.population("a", 1, sim.LIF(t_ref=1e12)), r"a\.t_ref: must be at most"),
        (lambda n, c: n.population("a", 1, sim.PoissonSource(1e9)), r"a\.rate: must be at most"),
        (lambda n, c: n.population("a", 1, sim.SpikeSource([0.04])), r"a\.times: must be at least"),
        (lambda n, c: n.stimulate(c, sim.PoissonDrive(1.0, -1.0, "g")), r"cannot be negative"),
        (lambda n, c: n.stimulate(c, sim.PoissonDrive(1.0, 1e39, "g")), r"too large for float32"),
        (lambda n, c: n.stimulate(c, sim.PoissonDrive(1.0, 1.0)), r"'g'; pass receptor='exc'"),
        (lambda n, c: n.stimulate(c, sim.NoiseCurrent(every=0.25)), r"every: must be a positive"),
        (lambda n, c: n.stimulate(c, sim.Miniatures(1.0, sim.Normal(1, 1), "g")), r"lower bound"),
        (lambda n, c: n.gap_junctions(c, c, sim.FromArrays([0], [1]), g=[1.0, 2.0]), r"shape"),
        (lambda n, c: n.gap_junctions(c, c, sim.FromArrays([0], [9]), g=1.0), r"below the 3"),
        (lambda n, c: n.gap_junctions(c, c, sim.FromArrays([0], [1]), g=-1.0), r"g: must be zero"),
        (lambda n, c: n.gap_junctions(c, c, sim.FromArrays([0], [1]), g=1 * mV), r"quantity in nS"),
        (lambda n, c: n.release(c, n.modulator("d", tau=1.0), amount=1.0, delay=0.0), r"positive"),
        (lambda n, c: n.project(c, c, sim.OneToOne(), weight=1.0, delay=1.0, receptor="exc",
                                plasticity=Unlearnt(), delay_is="axonal"), r"unknown name 'eta'"),
    ],
)  # fmt: skip
def test_all_is_judged_where_it_is_made(add, text):
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF(receptors=RECEPTORS))
    with pytest.raises(sim.ValidationError, match=text):
        add(net, cells)


def test_conductances_may_be_drawn_with_a_unit():
    net = sim.Network(seed=1)
    cells = net.population("cells", 20, sim.LIF())
    gaps = net.gap_junctions(cells, cells, sim.FixedProbability(0.5), g=sim.Uniform(1.0, 2.0) * nS)
    assert ((gaps.g >= 1.0) & (gaps.g <= 2.0)).all()


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from([sim.AllToAll(), sim.AllToAll(autapses=False), sim.FixedInDegree(2),
                     sim.FixedOutDegree(1), sim.FixedTotalNumber(7), sim.OneToOne(),
                     sim.FromArrays([0, 3], [3, 2])]),
    st.booleans(), st.integers(0, 2), st.integers(-1, 1),
)  # fmt: skip
def test_arrays_fit_at_once_or_never(connector, same, first, off):
    """How many synapses there will be is known without making them."""
    net = sim.Network(seed=1)
    a, b = (net.population(name, 6, sim.LIF()) for name in "ab")
    ends = a[:4], (a if same else b)[first : first + 4]
    made = net.project(*ends, connector, weight=1.0, delay=1.0)
    n = len(made.weight)
    again = {"weight": np.ones(n + off), "delay": np.ones(max(n + off, 0))}
    if off == 0:
        assert np.array_equal(net.project(*ends, connector, **again).weight, np.ones(n))
        return
    with pytest.raises(sim.ValidationError, match=rf"one for each of {n} synapses"):
        net.project(*ends, connector, **again)
