"""However synapses are stored, the network is the same one."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.kernels.deliver import BROADCAST, DENSE, SPARSE

N = 12
RECEPTORS = {"exc": sim.ExpCurrent(tau_syn=3.0), "inh": sim.ExpCurrent(tau_syn=6.0)}


def arrivals(connector, weight, delay, *, source=slice(None), target=slice(None), recurrent=False,
             precision="double", read=None):  # fmt: skip
    """The current of every neuron over time, driven by a burst of known spikes."""
    net = sim.Network(dt=0.1, seed=4, precision=precision)
    rs = np.random.default_rng(3)
    trains = [np.unique(rs.integers(1, 200, 9)) * 0.1 for _ in range(N)]
    cells = net.population("cells", N, sim.LIF(receptors=RECEPTORS, V_th=-60.0, t_ref=1.0))
    given = net.population("given", N, sim.SpikeSource(trains))
    if recurrent:  # the cells repeat the trains, one step later
        net.project(given, cells, sim.OneToOne(), weight=2000.0, delay=0.1, receptor="exc")
    p = net.project((cells if recurrent else given)[source], cells[target], connector,
                    weight=weight, delay=delay, receptor="inh", name="p")  # fmt: skip
    record = net.record(cells, "I_inh")
    spikes = net.record(cells, "spikes")
    net.build()
    if read is not None:
        read(net, p)
    net.run(30.0)
    return record.result().values, spikes.result(), net.n_events


def kind_of(expected):
    def read(net, p):
        assert (
            net.plan.parts["static_synapses"].args.kind[
                net.plan.parts["static_synapses"].place["p"]
            ]
            == expected
        )

    return read


def explicit(n_pre=N, n_post=N, barred=lambda i, j: False):
    """All pairs written out, in the order of sources, then targets."""
    pairs = [(i, j) for i in range(n_pre) for j in range(n_post) if not barred(i, j)]
    return sim.FromArrays(*np.array(pairs).T)


def test_dense_is_sparse():
    weights = np.random.default_rng(1).normal(5.0, 2.0, (N, N))
    dense = arrivals(sim.AllToAll(), weights, 1.5, read=kind_of(DENSE))
    sparse = arrivals(explicit(), weights.ravel(), 1.5, read=kind_of(SPARSE))
    delays = np.full(N * N, 1.5)
    delays[-1] = 1.6  # one differs: delays are stored, and so is every other sum
    mixed = arrivals(explicit(), weights.ravel(), delays, read=kind_of(SPARSE))
    assert np.array_equal(dense[0], sparse[0])
    assert dense[2] == sparse[2] > 0
    assert np.array_equal(dense[0][:, :-1], mixed[0][:, :-1])


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("weight", "delay"),
    [
        (5.0, 1.5),
        (5, 1.5),
        (sim.Constant(5.0), sim.Constant(1.5)),
        (np.float32(5.0), 1.5),
        (np.float64(5.0), np.float64(1.5)),
        (np.array(5.0), 1.5),
        (np.int64(5), 1.5),
        (5.0, np.array(1.5)),
        (5.0, np.full((N, N), 1.5)),
        (5.0, np.full(N * N, 1.5)),
        (5.0, sim.Uniform(1.46, 1.54)),
        (np.full((N, N), 5.0), 1.5),
        (sim.Constant(5.0), sim.Normal(1.5, 1e-6)),
    ],
)
def test_one_weight_and_one_delay_however_they_are_written(weight, delay):
    current, _, events = arrivals(sim.AllToAll(), weight, delay)
    expected, _, same = arrivals(explicit(), np.full(N * N, 5.0), np.full(N * N, 1.5))
    assert current == pytest.approx(expected, rel=1e-12)
    assert events == same


@pytest.mark.parametrize("autapses", [True, False])
@pytest.mark.parametrize(
    ("source", "target"),
    [
        (slice(None), slice(None)),
        (slice(0, 5), slice(3, 11)),
        (slice(4, 12), slice(0, 6)),
        (slice(0, 4), slice(6, 12)),
    ],
)
def test_a_sum_is_all_pairs_written_out(source, target, autapses):
    """All-to-all with one weight is a single sum, corrected where neurons leave themselves out."""
    n_pre, n_post = len(range(*source.indices(N))), len(range(*target.indices(N)))
    offset = source.start or 0, target.start or 0

    def own(i, j):
        return not autapses and i + offset[0] == j + offset[1]

    where = {"source": source, "target": target, "recurrent": True}
    summed = arrivals(sim.AllToAll(autapses), -4.0, 2.3, **where, read=kind_of(BROADCAST))
    pairs = arrivals(explicit(n_pre, n_post, own), -4.0, 2.3, **where, read=kind_of(SPARSE))
    assert summed[1].equals(pairs[1])
    assert summed[1].n_spikes > 50
    assert summed[0] == pytest.approx(pairs[0], rel=1e-9, abs=1e-9)
    assert summed[2] == pairs[2]


@pytest.mark.parametrize("autapses", [True, False])
def test_between_populations_there_are_no_autapses(autapses):
    """Neuron i of one population is not neuron i of another."""
    current, _, events = arrivals(sim.AllToAll(autapses), 4.0, 2.3)
    expected, _, same = arrivals(explicit(), 4.0, 2.3)
    assert current == pytest.approx(expected, rel=1e-12)
    assert events == same


@pytest.mark.thorough
@pytest.mark.parametrize("weight", [2.0, sim.Uniform(1.0, 3.0)], ids=["one", "many"])
@pytest.mark.parametrize("delay", [1.5, sim.Uniform(0.1, 9.0)], ids=["one", "many"])
@pytest.mark.parametrize("precision", ["double", "mixed", "single"])
def test_sparse_delivery_is_a_sum_over_synapses(weight, delay, precision):
    """Against NumPy: every spike of every source, at its synapses' delays."""
    seen = {}

    def read(net, p):
        seen["c"] = p.connections()
        given = net.plan.sources["given"]
        seen["spikes"] = given.step, given.source

    current, _, events = arrivals(
        sim.FixedProbability(0.4), weight, delay, precision=precision, read=read
    )
    c, (step, source) = seen["c"], seen["spikes"]
    expected = np.zeros((300 + 100, N))
    count = 0
    for t, i in zip(step, source, strict=True):
        mine = c.source == i
        at = t + 1 + np.rint(c.delay[mine] / 0.1).astype(int)
        np.add.at(expected, (at, c.target[mine]), c.weight[mine])
        count += mine.sum()
    total = np.zeros((301, N))
    for k in range(1, 301):
        total[k] = total[k - 1] * np.exp(-0.1 / 6.0) + expected[k]
    assert current == pytest.approx(total, rel=1e-10 if precision != "single" else 1e-4, abs=1e-5)
    assert events == count > 0


def test_slices_reach_slices():
    """Indices of connectors and connections count within the slices."""
    current, _, _ = arrivals(sim.FromArrays([0, 1], [2, 0]), [3.0, 5.0], 1.0,
                             source=slice(5, 8), target=slice(4, 9))  # fmt: skip
    assert np.flatnonzero(current.any(axis=0)).tolist() == [4, 6]


def test_a_projection_from_some_sends_nothing_of_others():
    net = sim.Network(seed=1, precision="double")
    given = net.population("given", 3, sim.SpikeSource([[1.0], [2.0], [3.0]]))
    cells = net.population("cells", 1, sim.LIF(receptors=RECEPTORS))
    net.project(given[1:2], cells, sim.AllToAll(), weight=1.0, delay=1.0, receptor="exc")
    record = net.record(cells, "I_exc")
    net.run(6.0)
    current = record.result().values[:, 0]
    assert current.argmax() == 30
    assert (np.diff(current) > 0).sum() == 1


def test_multapses_add_up():
    current, _, events = arrivals(sim.FromArrays([0, 0, 0], [1, 1, 1]), [1.0, 2.0, 4.0], 1.0)
    single, _, _ = arrivals(sim.FromArrays([0], [1]), [7.0], 1.0)
    assert current == pytest.approx(single)
    assert events == 3 * 9


@pytest.mark.thorough
def test_many_populations_share_a_kernel():
    """Eight populations of one model: one table, and one compiled version of each kernel."""
    net = sim.Network(seed=1)
    cells = [net.population(f"p{k}", 5 + k, sim.LIF(receptors=RECEPTORS)) for k in range(8)]
    given = net.population("given", 5, sim.SpikeSource([[1.0]] * 5))
    for k, population in enumerate(cells):
        net.project(
            given, population, sim.AllToAll(), weight=k + 1.0, delay=0.5 + k, receptor="exc"
        )
        net.project(population, cells[k - 1], sim.FixedProbability(0.5), weight=1.0, delay=1.0,
                    receptor="inh")  # fmt: skip
    net.run(0.1)
    assert len(net.plan.tables) == 1
    for k, population in enumerate(cells):
        net.run(round(1.5 + k - net.t, 1))
        assert population.get("I_exc") == pytest.approx(np.full(5 + k, 5.0 * (k + 1)))


@pytest.mark.thorough
def test_two_receptors_of_one_kind_are_two_tables_of_slots():
    net = sim.Network(seed=1, precision="double")
    given = net.population("given", 1, sim.SpikeSource([1.0]))
    a = net.population("a", 4, sim.LIF(receptors=RECEPTORS))
    b = net.population("b", 3, sim.LIF(receptors={"x": sim.AlphaCurrent()}))
    for target, receptor, weight in ((a, "inh", 2.0), (b, "x", 3.0), (a[1:3], "exc", 5.0)):
        net.project(given, target, sim.AllToAll(), weight=weight, delay=1.0, receptor=receptor)
    net.run(2.0)
    assert np.array_equal(a.get("I_inh"), [2.0] * 4)
    assert np.array_equal(a.get("I_exc"), [0.0, 5.0, 5.0, 0.0])
    assert b.get("y_x") == pytest.approx([3.0 * np.e / 2.0] * 3)


@pytest.mark.thorough
@pytest.mark.parametrize("side", ["axonal", "dendritic"])
def test_plastic_projections_may_have_no_synapses(side):
    net = sim.Network(seed=1)
    source = net.population("source", 5, sim.PoissonSource(100.0))
    cells = net.population("cells", 5, sim.LIF())
    learn = net.project(
        source, cells, sim.FixedProbability(0.0), weight=1.0, delay=sim.Uniform(1.0, 2.0),
        delay_is=side, plasticity=sim.PairSTDP(),
    )  # fmt: skip
    net.run(20.0)
    assert learn.weight.size == 0


def test_drawn_weights_of_the_wrong_sign_are_told_the_cure():
    net = sim.Network(seed=1)
    source = net.population("source", 20, sim.PoissonSource(5.0))
    cells = net.population("cells", 20, sim.LIF(receptors={"g": sim.ExpConductance()}))
    net.project(source, cells, sim.AllToAll(), weight=sim.Normal(1.0, 1.0), delay=1.0)
    text = r"a conductance cannot be negative.*; draw again .*Normal\(1, 1, low=0\)$"
    with pytest.raises(sim.ValidationError, match=text):
        net.build()
