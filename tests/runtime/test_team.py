"""Any number of threads gives the same results, bit by bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim.kernels.threads import split_rows
from tests.networks import lively


def same(one, two):
    assert set(one) == set(two)
    for name, array in one.items():
        assert array.dtype == two[name].dtype, name
        assert np.array_equal(array, two[name]), name


@pytest.fixture(scope="module")
def alone():
    rigs = {}
    for side in ("axonal", "dendritic"):
        rigs[side] = lively(delay_is=side)
        rigs[side].net.run(200.0)
        assert len(rigs[side].results()["times"]) > 100
    return {side: rig.results() for side, rig in rigs.items()}


@pytest.mark.thorough
@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("side", ["axonal", "dendritic"])
def test_results_do_not_depend_on_threads(alone, side, threads):
    rig = lively(delay_is=side, threads=threads)
    rig.net.run(80.0)
    rig.net.run(120.0)
    same(alone[side], rig.results())


@pytest.mark.thorough
def test_a_saved_state_goes_on_with_other_threads(alone, tmp_path):
    first, second = lively(threads=2), lively(threads=3)
    first.net.run(90.0)
    first.net.save_state(tmp_path / "state.npz")
    second.net.load_state(tmp_path / "state.npz")
    second.net.run(110.0)
    whole, parts = alone["axonal"], second.state()
    assert all(np.array_equal(whole[name], parts[name]) for name in parts)


def learning(threads, layout, rule, delay=1.0):
    """Two tables, dense or sparse plasticity onto a slice, sums without synapses, many spikes."""
    net = sim.Network(seed=2, threads=threads)
    cell = sim.LIF(V_th=-55.0, receptors={"exc": sim.ExpCurrent(tau_syn=3.0)})
    delta = sim.LIF(V_th=-55.0, receptors={"delta": sim.Delta()})
    source = net.population("source", 40, sim.PoissonSource(80.0))
    net.population("without receptors", 9, sim.LIF(I_e=10.0, receptors={}))
    first = net.population("first", 23, delta)
    second = net.population("second", 31, cell)
    net.stimulate(first, sim.PoissonDrive(9_000.0, 0.4))
    net.project(first, first, sim.AllToAll(autapses=False), weight=-0.3, delay=0.1)
    net.project(first, second[5:], sim.AllToAll(), weight=sim.Uniform(0.0, 30.0), delay=0.7)
    connector = sim.AllToAll() if layout == "dense" else sim.FixedProbability(0.6)
    learn = net.project(
        source, second[3:29], connector, weight=sim.Uniform(20.0, 90.0), delay=delay,
        delay_is="dendritic", plasticity=rule,
    )  # fmt: skip
    spikes = [net.record(p, "spikes") for p in (first, second)]
    for _ in range(3):
        net.run(150.0)
        learn.normalize(1500.0)
    learn.learning = False
    net.run(50.0)
    results = [r.result() for r in spikes]
    assert min(r.n_spikes for r in results) > 200
    return {
        "times": np.concatenate([r.times for r in results]),
        "ids": np.concatenate([r.ids for r in results]),
        "weights": learn.weight, "counts": np.array([net.n_spikes, net.n_events]),
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["dense", "sparse"])
@pytest.mark.parametrize(
    "rule", [sim.PairSTDP(w_max=100.0), sim.TraceSTDP(w_max=100.0)], ids=["pair", "trace"]
)
def test_learning_does_not_depend_on_threads(layout, rule):
    same(learning(1, layout, rule), learning(2, layout, rule))


@pytest.mark.thorough
def test_more_threads_than_neurons():
    def spikes(threads):
        net = sim.Network(seed=1, threads=threads)
        cells = net.population("cells", 3, sim.LIF(I_e=600.0, receptors={"d": sim.Delta()}))
        net.project(cells, cells, sim.AllToAll(), weight=0.1, delay=1.0)
        recorder = net.record(cells, "spikes")
        net.run(100.0)
        return recorder.result().times

    assert len(spikes(1)) > 5
    assert np.array_equal(spikes(1), spikes(5))


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", True, 10_000])
def test_a_wrong_number_is_refused(threads):
    with pytest.raises(
        sim.ValidationError, match=r"Network\.threads: must be (a whole number|at (le|mo))"
    ):
        sim.Network(threads=threads)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.integers(0, 30), max_size=12), min_size=1, max_size=6),
       st.integers(0, 30), st.integers(0, 31))  # fmt: skip
def test_rows_are_split_where_a_share_begins_and_ends(rows, lo, hi):
    lo, hi = min(lo, hi), max(lo, hi)
    indptr = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    targets = np.array([t for row in rows for t in sorted(row)], np.uint16)
    begin, end = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    split_rows(indptr, targets, lo, hi, begin, end)
    for row, given_targets in enumerate(rows):
        share = targets[begin[row] : end[row]].tolist()
        assert share == sorted(t for t in given_targets if lo <= t < hi)
