"""Gap junctions and linked variables: against plain NumPy loops, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim.units import ms, mV, nS, param
from tests.networks import assert_same

C_M, TAU, DT = 250.0, 10.0, 0.1
QUIET = {"C_m": C_M, "tau_m": TAU, "V_th": 1e6, "receptors": {}}


class Follower(sim.LIF):
    """A cell that is pulled towards a variable without an equation."""

    pull = param(2.0, nS, doc="current for each mV of difference")

    equations = """
        dV_m/dt = -(V_m - E_L) / tau_m + (pull * (x - V_m) + I_syn + I_in + I_e) / C_m : mV
        x : mV (linked)
    """
    initial = {"V_m": "E_L"}


class Nameless(sim.LIF):
    """A cell whose membrane potential is called something else."""

    equations = "dv/dt = -(v - E_L) / tau_m + (I_syn + I_in + I_e) / C_m : mV"
    threshold, reset, refractory, initial = "v >= V_th", {"v": "V_reset"}, ("v",), {"v": "E_L"}


class Deaf(sim.LIF):
    """A cell that stimulating currents do not reach."""

    equations = "dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_e) / C_m : mV"


def step_by_step(v, g, current, steps):
    """Passive cells, coupled by the symmetric matrix g (nS), with constant currents (pA)."""
    fall = np.exp(-DT / TAU)
    rows = [v]
    for _ in range(steps):
        total = current + (g * (v[None, :] - v[:, None])).sum(axis=1)
        v = -70.0 + (v + 70.0) * fall + TAU / C_M * (1.0 - fall) * total
        rows.append(v)
    return np.array(rows)


@pytest.mark.thorough
def test_passive_cells_by_a_plain_loop():
    """Two populations of one model; junctions within and between them, drawn and listed."""
    net = sim.Network(dt=DT, seed=3, precision="double")
    cell = sim.LIF(**QUIET)
    a = net.population("a", 6, cell, initial={"V_m": sim.Uniform(-80.0, -50.0)})
    b = net.population("b", 4, cell, initial={"V_m": sim.Uniform(-80.0, -50.0)})
    current = np.array([0.0, 50.0, 0.0, -80.0, 20.0, 0.0])
    net.stimulate(a, sim.DCCurrent(current))
    within = net.gap_junctions(a, a, sim.FixedProbability(0.6), g=sim.Uniform(1.0, 4.0))
    between = net.gap_junctions(a[1:4], b, sim.FromArrays([0, 2, 1], [3, 0, 3]), g=[5.0, 6.0, 7.0])
    traces = [net.record(p, "V_m") for p in (a, b)]
    net.run(20.0)

    g = np.zeros((10, 10))
    pairs = within.junctions()
    assert (pairs.a < pairs.b).all()
    assert 3 < len(pairs) < 15
    g[pairs.a, pairs.b] = pairs.g
    assert ((pairs.g > 1.0) & (pairs.g < 4.0)).all()
    pairs = between.junctions()
    assert dict(zip(zip(pairs.a, pairs.b, strict=True), pairs.g, strict=True)) == {
        (0, 3): 5.0, (1, 3): 7.0, (2, 0): 6.0,
    }  # fmt: skip
    g[pairs.a + 1, pairs.b + 6] = pairs.g
    values = np.hstack([t.result().values for t in traces])
    expected = step_by_step(values[0], g + g.T, np.append(current, np.zeros(4)), 200)
    assert values == pytest.approx(expected, rel=1e-12)


def lattice(threads=1, precision="mixed"):
    """Noisy spiking cells of two models, coupled to each other and linked to what others do."""
    net = sim.Network(seed=4, threads=threads, precision=precision)
    receptors = {"exc": sim.ExpCurrent(tau_syn=3.0)}
    cells = net.population("cells", 25, sim.LIF(I_e=390.0, receptors=receptors))
    others = net.population(
        "others", 11, Follower(I_e=390.0, receptors=receptors),
        initial={"V_m": sim.Uniform(-70.0, -56.0)},
    )  # fmt: skip
    net.stimulate(cells[:15], sim.NoiseCurrent(0.0, 200.0))
    net.stimulate(others, sim.StepCurrent([0.0, 30.0], [0.0, 40.0]))
    ring = np.arange(25)
    gaps = net.gap_junctions(cells, cells, sim.FromArrays(ring, (ring + 1) % 25), g=3.0)
    net.gap_junctions(cells[3:20], others, sim.FixedProbability(0.3), g=sim.Uniform(0.0, 2.0))
    net.link(others, "x", cells, "V_m", index=2 * np.arange(11))
    net.project(cells, others, sim.FixedProbability(0.2), weight=30.0, delay=1.5)
    recorders = net.record(cells, "spikes"), net.record(others, "spikes"), net.record(others, "x")
    return net, gaps, cells, others, recorders


def outcome(net, cells, others, recorders):
    first, second, trace = (r.result() for r in recorders)
    assert min(first.n_spikes, second.n_spikes) > 20
    return {
        "times": first.times, "ids": first.ids, "other times": second.times, "x": trace.values,
        "V_m": cells.get("V_m"), "other V_m": others.get("V_m"),
    }  # fmt: skip


def lived(threads=1, pieces=(100.0,), precision="mixed"):
    net, _, cells, others, recorders = lattice(threads, precision)
    for piece in pieces:
        net.run(piece)
    return outcome(net, cells, others, recorders)


@pytest.mark.thorough
@pytest.mark.parametrize("precision", ["mixed", "single"])
def test_threads_and_chunks_change_nothing(precision):
    whole = lived(precision=precision)
    assert_same(whole, lived(2, precision=precision))
    assert_same(whole, lived(3, (0.1, 33.3, 66.6), precision=precision))


@pytest.mark.thorough
def test_a_saved_state_goes_on(tmp_path):
    net, gaps, cells, others, _ = lattice()
    net.run(40.0)
    gaps.g = np.linspace(0.0, 5.0, 25)
    net.save_state(tmp_path / "state")
    net.run(40.0)
    again, more, *views, _ = lattice(threads=2)
    again.load_state(tmp_path / "state")
    assert np.array_equal(more.g, np.linspace(0.0, 5.0, 25))
    again.run(40.0)
    for one, two in zip((cells, others), views, strict=True):
        assert np.array_equal(one.get("V_m"), two.get("V_m"))


@pytest.mark.thorough
def test_junctions_can_be_blocked():
    net = sim.Network(dt=DT, precision="double", seed=1)
    a = net.population("a", 2, sim.LIF(**QUIET), initial={"V_m": np.array([-60.0, -80.0])})
    gaps = net.gap_junctions(a[:1], a[1:], sim.OneToOne(), g=30.0)
    assert np.array_equal(gaps.g, [30.0])
    net.run(2.0)
    apart = np.ptp(a.get("V_m"))
    gaps.g = 0.0
    net.run(5.0)
    assert np.ptp(a.get("V_m")) == pytest.approx(apart * np.exp(-5.0 / TAU), rel=1e-12)
    with pytest.raises(
        sim.ValidationError, match=r"a\[0:1\]--a\[1:2\]\.g: must be zero or pos.*nS"
    ):
        gaps.g = -1.0
    with pytest.raises(sim.ValidationError, match=r"must be one value or 1, one for each junction"):
        gaps.g = [1.0, 2.0]


def test_junctions_too_strong_for_the_step_are_warned_of():
    net = sim.Network(dt=1.0, seed=1)
    cells = net.population("cells", 4, sim.LIF(**QUIET), initial={"V_m": sim.Uniform(-80.0, -60.0)})
    net.gap_junctions(cells, cells, sim.FromArrays([1, 1], [2, 3]), g=150.0)
    with pytest.warns(sim.SpikesimWarning, match=r"cells\[1\] has gap junctions of 300 nS in all"):
        net.run(1.0)


@pytest.mark.parametrize("change", [
    lambda cells, gaps: setattr(gaps, "g", 300.0), lambda cells, gaps: cells.set(C_m=10.0),
], ids=["g", "C_m"])  # fmt: skip
def test_values_that_are_set_later_are_checked_by_the_next_run(change):
    net = sim.Network(dt=1.0, seed=1)
    cells = net.population("cells", 3, sim.LIF(**QUIET))
    gaps = net.gap_junctions(cells, cells, sim.FromArrays([1], [2]), g=20.0)
    net.run(1.0)
    change(cells, gaps)
    with pytest.warns(sim.SpikesimWarning, match=r"cells\[1\] has gap junctions of"):
        net.run(1.0)
    net.run(1.0)  # once is enough: warnings are errors in these tests


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 12), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_pairs_within_a_population_are_drawn_once(n, first, seed):
    """However two slices overlap, no pair has two junctions, and none is left out."""
    first = min(first, n - 1)
    net = sim.Network(seed=seed)
    cells = net.population("cells", n, sim.LIF(**QUIET))
    gaps = net.gap_junctions(cells, cells[first:], sim.AllToAll(autapses=False), g=1.0)
    pairs = gaps.junctions()
    joined = {tuple(sorted((i, j + first))) for i, j in zip(pairs.a, pairs.b, strict=True)}
    assert len(joined) == len(pairs)
    assert joined == {(i, j) for i in range(n) for j in range(max(i + 1, first), n)}


def refused(a=None, b=None, connector=None, **options):
    net = sim.Network(seed=1)
    cells = net.population("cells", 4, sim.LIF(**QUIET))
    net.population("source", 2, sim.PoissonSource(5.0))
    net.population("nameless", 4, Nameless(receptors={}))
    net.population("deaf", 4, Deaf(receptors={}))
    ends = [net.populations.get(end, end) if isinstance(end, str) else end for end in (a, b)]
    ends = [cells if end is None else end for end in ends]
    net.gap_junctions(*ends, connector or sim.FixedProbability(0.5), **{"g": 1.0, **options})
    net.build()


@pytest.mark.parametrize(
    "connector",
    [sim.OneToOne(), sim.FromArrays([2], [2]), sim.FromArrays([0, 1], [1, 0])],
    ids=["one to one", "itself", "twice"],
)
def test_listed_pairs_are_judged_at_their_own_line(connector):
    net = sim.Network(seed=1)
    cells = net.population("cells", 4, sim.LIF(**QUIET))
    with pytest.raises(sim.ValidationError, match=r"^cells--cells\.connector: joins neuron"):
        net.gap_junctions(cells, cells, connector, g=1.0)
    net.gap_junctions(cells[:2], cells[2:], sim.OneToOne(), g=1.0)
    net.run(1.0)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"a": 5}, r"\?--cells\.a: must be a population, got 5"),
        ({"b": "source"}, r"cells--source\.b: 'source' is a source of spikes; it has no membrane"),
        ({"a": "nameless"}, r"nameless--cells\.a: .*model Nameless, which has no .*'V_m'.*'v'"),
        ({"b": "deaf"}, r"cells--deaf\.b: .*model Deaf, in which no current can reach V_m: .*I_in"),
        ({"connector": 3}, r"connector: must be a connector"),
        (
            {"connector": sim.AllToAll()},
            r"no junction with itself; use AllToAll\(\.\.\., autapses=F",
        ),
        ({"connector": sim.OneToOne()}, r"joins neuron 0 of 'cells' to itself"),
        ({"connector": sim.FixedInDegree(1)}, r"FixedInDegree counts directed connections"),
        ({"connector": sim.FromArrays([0, 1], [1, 0])}, r"joins neurons 0 and 1 more than once"),
        ({"connector": sim.FromArrays([2], [2])}, r"joins neuron 2 of 'cells' to itself"),
        ({"g": -1.0}, r"cells--cells\.g: must be zero or positive, and finite, got -1.0 nS"),
        ({"g": sim.Normal(0.0, 1.0)}, r"g: must be zero or positive.*: Normal\(0, 1, low=0\)$"),
        ({"g": "strong"}, r"cells--cells\.g: must be a number"),
        ({"g": np.ones(99)}, r"cells--cells\.g: must be one number"),
        ({"g": None}, r"cells--cells\.g: must be a number"),
        ({"name": "cells"}, r"the name 'cells' is taken"),
    ],
)
def test_junctions_that_are_refused(options, text):
    with pytest.raises(sim.ValidationError, match=text):
        refused(**options)


# --- linked variables ----------------------------------------------------------------------------


@pytest.mark.thorough
def test_a_linked_variable_is_what_its_source_was_at_the_start_of_the_step():
    net = sim.Network(dt=DT, seed=1, precision="double")
    source = net.population("source", 3, sim.LIF(I_e=[300.0, 400.0, 500.0]))
    cells = net.population("cells", 3, Follower(receptors={}))
    one = net.population("one", 2, Follower(receptors={}))
    net.link(cells, "x", source, "V_m", index=[2, 0, 2])
    net.link(one, "x", source[1], "V_m")
    V_m, x, same = net.record(source, "V_m"), net.record(cells, "x"), net.record(one, "x")
    net.run(50.0)
    V_m, x, same = (r.result().values for r in (V_m, x, same))
    assert np.array_equal(x[1:], V_m[:-1, [2, 0, 2]])
    assert np.array_equal(x[0], V_m[0, [2, 0, 2]])
    assert np.array_equal(same[1:], V_m[:-1, [1, 1]])
    net.reset_state()
    net.run(DT)
    assert np.array_equal(cells.get("x"), np.full(3, -70.0))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("f", "V_m", "s", "V_m", [0, 1]), r"f\.variable: 'V_m' has an equation of its own"),
        (("f", "z", "s", "V_m", [0, 1]), r"f\.variable: unknown name 'z'; valid names: 'V_m', 'x'"),
        (
            ("f", "x", "s", "z", [0, 1]),
            r"f\.x\.source_variable: unknown name 'z'; valid names: 'V_m'",
        ),
        (
            ("f", "x", "s", "concentration", [0, 1]),
            r"source_variable: unknown name 'concentration'",
        ),
        (("f", "x", 5, "z"), r"f\.x\.source: must be a population, got 5"),
        (("p", "x", "s", "V_m"), r"link\.target: 'p' is a source of spikes"),
        (
            ("f", "x", "s", "V_m", [0, 3]),
            r"f\.x\.index: must be 2 whole numbers below the 3 of 's'",
        ),
        (("f", "x", "s", "V_m", [0.5, 1]), r"f\.x\.index: must be 2 whole numbers"),
        (("f", "x", "s", "V_m", "ab"), r"f\.x\.index: must be a number"),
        (("f", "x", "s", "V_m"), r"f\.x\.index: 's' has 3 neurons and 'f' 2; give for each target"),
        (("f", "x", "f", "x"), r"f\.x\.source: its source is a linked variable itself"),
    ],
)
def test_links_that_are_refused(arguments, text):
    net = sim.Network(seed=1)
    parts = {
        "s": net.population("s", 3, sim.LIF(receptors={})),
        "f": net.population("f", 2, Follower(receptors={})),
        "p": net.population("p", 2, sim.PoissonSource(5.0)),
    }
    target, variable, source, *rest = arguments
    index = rest.pop() if len(rest) > 1 else None

    def link():
        net.link(parts[target], variable, parts.get(source, source), *rest, index=index)
        net.build()

    with pytest.raises(sim.ValidationError, match=text):
        link()


def linked(unit):
    return sim.Neuron.from_text(
        f"dx/dt = (y - x)/tau : {unit}\ny : {unit} (linked)", threshold="never", tau=5.0 * ms
    )


@pytest.mark.parametrize(
    ("unit", "variable", "text"),
    [
        ("volt", "V_m", r"in volt, but s\.V_m is in mV, .*; declare 'y : mV \(linked\)'$"),
        ("mV", "I_current", r"in mV, but s\.I_current is in pA, .*; link it to a variable in mV"),
    ],
)
def test_links_convert_nothing(unit, variable, text):
    net = sim.Network(seed=1)
    source = net.population("s", 2, sim.LIF())
    cells = net.population("cells", 2, linked(unit))
    with pytest.raises(sim.ValidationError, match=rf"^cells\.y: is declared {text}"):
        net.link(cells, "y", source, variable)


def test_one_unit_can_have_two_names():
    net = sim.Network(seed=1)
    cells = net.population("cells", 2, linked("pA*Gohm"))
    net.link(cells, "y", net.population("s", 2, sim.LIF()), "V_m")
    assert np.array_equal(cells.y, [-70.0, -70.0])


def test_a_linked_variable_takes_no_value():
    net = sim.Network(seed=1)
    source = net.population("s", 1, sim.LIF())
    text = r"initial\['y'\]: y is \(linked\): it takes its value from the variable"
    with pytest.raises(sim.ValidationError, match=rf"^cells\.{text}"):
        net.population("cells", 2, linked("mV"), initial={"y": 3.0})
    for value in (3.0, 3.0 * mV, "3*mV"):
        with pytest.raises(sim.ValidationError, match=text):
            sim.Neuron.from_text("dx/dt = (y - x)/(5*ms) : mV\ny : mV (linked)",
                                 threshold="never", initial={"y": value})  # fmt: skip
    with pytest.raises(sim.ValidationError, match=text):
        sim.Neuron.from_text("dx/dt = (y - x)/(5*ms) : mV\ny : mV (linked)", threshold="never",
                             y=3.0 * mV)  # fmt: skip
    cells = net.population("cells", 2, linked("mV"))
    net.link(cells, "y", source, "V_m")
    with pytest.raises(sim.ValidationError, match=r"^cells\[1:2\]\.y: is linked: .* of s\.V_m"):
        cells[1].set(x=1.0, y=5.0)
    assert (cells.x == 0.0).all()


def test_only_some_neurons_are_linked():
    """The others of a variable without the flag can be set."""
    model = sim.Neuron.from_text("dx/dt = (y - x)/(5*ms) : mV\ny : mV", threshold="never",
                                 reset="y = 1*mV")  # fmt: skip
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, model)
    net.link(cells[:2], "y", net.population("s", 1, sim.LIF()), "V_m")
    cells[2].y = 5.0
    assert np.array_equal(cells.y, [-70.0, -70.0, 5.0])
    with pytest.raises(sim.ValidationError, match=r"^cells\.y: is linked"):
        cells.y = 5.0


def test_a_variable_is_linked_once():
    net = sim.Network(seed=1)
    source = net.population("source", 1, sim.LIF(receptors={}))
    cells = net.population("cells", 4, Follower(receptors={}))
    net.link(cells, "x", source, "V_m")
    with pytest.raises(sim.ValidationError, match=r"cells\[1:2\]\.x: is linked twice"):
        net.link(cells[1:2], "x", source, "V_m")


@pytest.mark.parametrize(("linked", "missing"), [(0, 0), (2, 2)])
def test_what_is_linked_must_have_a_source(linked, missing):
    model = sim.Neuron.from_text(
        "dv/dt = (d - v)/(10*ms) : mV\nd : mV (linked)", threshold="v > 1*mV", reset="v = 0*mV"
    )
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, model)
    if linked:
        net.link(cells[:linked], "d", cells[:linked], "v")
    text = rf"cells\.d: is \(linked\), and neuron {missing} takes it from nowhere.*net\.link\(cells"
    with pytest.raises(sim.ValidationError, match=text):
        net.run(1.0)
