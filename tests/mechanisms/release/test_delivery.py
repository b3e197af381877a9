"""However synapses are stored and work is shared, release does the same; and it can be saved."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.kernels.deliver import BROADCAST, DENSE, SPARSE
from tests.mechanisms.release.rig import DT, arrivals, event_loop, network, steps_of

N_PRE, N_POST = 5, 7
DEPRESSING = {"U": 0.5, "tau_rec": 300.0, "tau_facil": 0.0}
FACILITATING = {"U": 0.1, "tau_rec": 100.0, "tau_facil": 400.0}
STORAGES = {
    "sum": (sim.AllToAll(), 30.0, 0.5, BROADCAST),
    "dense": (sim.AllToAll(), sim.Uniform(10.0, 50.0), 0.5, DENSE),
    "sparse": (sim.FixedProbability(0.6), sim.Uniform(10.0, 50.0), 0.5, SPARSE),
    "sparse, one weight": (sim.FixedProbability(0.6), 30.0, 0.5, SPARSE),
    "delays": (sim.FixedProbability(0.6), sim.Uniform(10.0, 50.0), sim.Uniform(0.1, 9.0), SPARSE),
    "delays, one weight": (sim.FixedOutDegree(9, multapses=True), 30.0, sim.Uniform(0.1, 9.0),
                           SPARSE),
    "matrix": (sim.AllToAll(), np.linspace(1, 9, N_PRE * N_POST).reshape(N_PRE, N_POST), 0.5,
               DENSE),
}  # fmt: skip


def trains(n=N_PRE, duration=300.0):
    """Irregular trains; the first source has two spikes in one step, and the last is silent."""
    rs = np.random.default_rng(5)
    given = [np.sort(rs.choice(np.arange(1, int(duration / DT)), 14, False)) * DT for _ in range(n)]
    given[0] = np.sort(np.append(given[0], given[0][3]))
    return [*given[:-1], []]


def steps(times):
    return np.rint(np.asarray(times) / DT).astype(int)


@pytest.mark.thorough
@pytest.mark.parametrize("precision", ["double", "mixed", "single"])
@pytest.mark.parametrize("values", [DEPRESSING, FACILITATING], ids=["depressing", "facilitating"])
@pytest.mark.parametrize("storage", STORAGES)
def test_every_storage_is_the_event_loop(storage, values, precision):
    connector, weight, delay, kind = STORAGES[storage]
    net, p, record = network(
        trains(), sim.TsodyksMarkram(**values), connector, weight=weight, delay=delay,
        n_post=N_POST, precision=precision,
    )  # fmt: skip
    net.build()
    assert (
        net.plan.parts["static_synapses"].args.kind[net.plan.parts["static_synapses"].place["p"]]
        == kind
    )
    net.run(320.0)
    expected = np.zeros((3300, N_POST))
    c, count = p.connections(), 0
    for i, times in enumerate(trains()):
        mine = c.source == i
        for step, share in zip(steps(times), event_loop(times, **values), strict=True):
            at = step - 1 + steps(c.delay[mine])
            np.add.at(expected, (at, c.target[mine]), c.weight[mine] * share)
            count += mine.sum()
    tolerance = 1e-9 if precision == "double" else 2e-4
    found = steps_of(record.result().values)
    assert np.abs(found - expected[:3200]).max() < tolerance
    assert net.n_events == count


@pytest.mark.thorough
def test_autapses_are_left_out_of_a_sum():
    """Neurons that fire by themselves, onto each other; against all pairs written out."""

    def current(connector):
        net = sim.Network(dt=DT, seed=1, precision="double")
        model = sim.LIF(I_e=sim.Uniform(500.0, 900.0), receptors={"s": sim.ExpCurrent()})
        cells = net.population("cells", 6, model)
        net.project(
            cells, cells, connector, weight=-40.0, delay=1.0, release=sim.TsodyksMarkram(U=0.3)
        )
        record = net.record(cells, "I_s")
        net.run(200.0)
        assert net.n_spikes > 20
        return record.result().values

    pairs = [(i, j) for i in range(6) for j in range(6) if i != j]
    assert np.allclose(
        current(sim.AllToAll(autapses=False)), current(sim.FromArrays(*np.array(pairs).T)),
        atol=1e-9,
    )  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("storage", STORAGES)
def test_quanta_at_every_storage(storage):
    """A synapse that always releases all of its sites, which refill at once, is a static one."""
    connector, weight, delay, _ = STORAGES[storage]
    options = {"weight": weight, "delay": delay, "n_post": N_POST}
    sure = sim.QuantalRelease(U=1.0, tau_rec=1e-3, n_sites=3)
    given = [np.unique(t) for t in trains()]
    assert np.allclose(
        arrivals(given, sure, connector, **options, duration=320.0),
        arrivals(given, None, connector, **options, duration=320.0), atol=1e-9,
    )  # fmt: skip


def shared(threads, release, storage):
    """Recurrent cells and sources, several projections with release beside one without."""
    connector, weight, delay, _ = STORAGES[storage]
    net = sim.Network(dt=DT, seed=3, threads=threads)
    model = sim.LIF(I_e=sim.Uniform(300.0, 700.0), receptors={"s": sim.ExpCurrent(tau_syn=3.0)})
    cells = net.population("cells", N_POST, model)
    noise = net.population("noise", N_PRE, sim.PoissonSource(60.0))
    one = net.project(
        noise, cells, connector, weight=weight, delay=delay, release=release, name="one"
    )
    two = net.project(
        cells[1:6], cells[2:], sim.AllToAll(autapses=False), weight=25.0, delay=0.8,
        release=release, name="two",
    )  # fmt: skip
    net.project(cells, cells, sim.FixedProbability(0.5), weight=-15.0, delay=1.1)
    return net, (one, two), net.record(cells, "I_s")


def state_of(net, projections, record):
    state = {"I": record.result().values, "n": np.array([net.n_spikes, net.n_events])}
    for p in projections:
        now = p.release_state()
        state |= {f"{p.name} u": now.u, f"{p.name} x": now.x}
    return state


def same(one, other):
    for name, array in one.items():
        assert np.array_equal(array, other[name]), name


MODELS = [sim.TsodyksMarkram(**FACILITATING), sim.QuantalRelease(**DEPRESSING, n_sites=4)]


@pytest.mark.thorough
@pytest.mark.parametrize("release", MODELS, ids=["mean", "quantal"])
@pytest.mark.parametrize("storage", ["sum", "dense", "sparse", "delays"])
def test_threads_change_nothing(storage, release):
    results = []
    for threads in (1, 2, 3):
        rig = shared(threads, release, storage)
        rig[0].run(80.0)
        rig[0].run(120.0)
        assert rig[0].n_spikes > 50
        results.append(state_of(*rig))
    same(results[0], results[1])
    same(results[0], results[2])


@pytest.mark.thorough
@pytest.mark.parametrize("release", MODELS, ids=["mean", "quantal"])
def test_a_saved_state_goes_on(tmp_path, release):
    whole, part = shared(1, release, "delays"), shared(2, release, "delays")
    whole[0].run(90.0)
    whole[0].save_state(tmp_path / "state")
    whole[0].run(110.0)
    part[0].load_state(tmp_path / "state")
    part[0].run(110.0)
    a, b = state_of(*whole), state_of(*part)
    same({"I": a.pop("I")[-1100:]}, {"I": b.pop("I")[-1100:]})
    same(a, b)


def test_a_state_with_other_sites_is_of_another_network(tmp_path):
    network([[1.0]], sim.QuantalRelease())[0].save_state(tmp_path / "state")
    with pytest.raises(sim.ValidationError, match="of another network"):
        network([[1.0]], None)[0].load_state(tmp_path / "state")


@pytest.mark.thorough
def test_the_state_is_what_a_spike_would_find():
    values = {"U": 0.2, "tau_rec": 130.0, "tau_facil": 530.0}
    times = [10.0, 25.0, 40.0]
    _, p, _ = network([times, [5.0]], sim.TsodyksMarkram(**values))
    at_rest = p.release_state()
    assert at_rest.u == pytest.approx([0.2, 0.2])
    assert (at_rest.x == 1.0).all()
    net, p, _ = network([times, [5.0]], sim.TsodyksMarkram(**values))
    net.run(70.0)
    now = p.release_state()
    assert now.u[0] * now.x[0] == pytest.approx(event_loop([*times, 70.0], **values)[-1])
    assert now.u[1] * now.x[1] == pytest.approx(event_loop([5.0, 70.0], **values)[-1])


@pytest.mark.thorough
def test_the_state_of_quantal_release():
    """What is known of a synapse's sites, and what is expected of their recovery since."""
    release = sim.QuantalRelease(U=0.5, tau_rec=200.0, n_sites=4)
    net, p, record = network([[10.0], [15.0]], release, n_post=50)
    assert (p.release_state().x == 1.0).all()
    net.run(12.0)
    left = 1.0 - steps_of(record.result().values)[104] / 100.0
    expected = 1.0 - (1.0 - left) * np.exp(-2.0 / 200.0)
    state = p.release_state()
    assert state.u == pytest.approx([0.5, 0.5])
    assert state.x[:50] == pytest.approx(expected)
    assert (state.x[50:] == 1.0).all()
    assert np.unique(left.round(6)).size > 2


@pytest.mark.parametrize("release", MODELS, ids=["mean", "quantal"])
def test_reset_state_fills_all_sites(release):
    net, p, _ = network([np.arange(10.0, 60.0, 5.0)], release, n_post=40)
    rest = p.release_state()
    net.run(70.0)
    assert p.release_state().x.mean() < 0.9
    net.reset_state()
    same(vars(p.release_state()), vars(rest))
    net.run(5.0)
    net.reset()
    same(vars(p.release_state()), vars(rest))


def test_trials_after_a_reset_draw_anew():
    """`reset_state` is the start of another trial, `reset` of the same one."""

    def trial(net, record):
        net.run(2.0)
        return steps_of(record.result().values)[-20:].sum(axis=0)

    given = [[1.0, 3.0]]
    net, p, record = network(given, sim.QuantalRelease(), n_post=60, weight=1.0)
    first = trial(net, record)
    net.reset_state()
    second = trial(net, record)
    assert 10 < first.sum() < 50
    assert np.abs(first - second).sum() > 10
    net.reset()
    assert np.array_equal(trial(net, p and record), first)


def test_draws_depend_on_names_and_seeds_only():
    def releases(*, seed=1, name="p", first=False):
        net = sim.Network(dt=DT, seed=seed, precision="double")
        pre = net.population("pre", 1, sim.SpikeSource([[1.0]]))
        post = net.population("post", 80, sim.LIF(receptors={"s": sim.ExpCurrent()}))
        other = net.population("other", 30, sim.LIF(receptors={"s": sim.ExpCurrent()}))
        if first:
            net.project(pre, other, sim.AllToAll(), weight=1.0, delay=1.0,
                        release=sim.QuantalRelease())  # fmt: skip
        net.project(pre, post, sim.AllToAll(), weight=1.0, delay=1.0, name=name,
                    release=sim.QuantalRelease())  # fmt: skip
        record = net.record(post, "I_s")
        net.run(3.0)
        return record.result().values[-1] > 0

    usual = releases()
    assert 20 < usual.sum() < 60
    assert np.array_equal(releases(first=True), usual)
    assert (releases(seed=2) != usual).sum() > 15
    assert (releases(name="q") != usual).sum() > 15


def test_weights_are_efficacies_and_can_be_set():
    net, p, record = network([[1.0, 50.0]], sim.TsodyksMarkram(U=0.4), weight=[[1.0, 2.0, 3.0]])
    assert p.weight == pytest.approx([1.0, 2.0, 3.0])
    assert p.connections().weight == pytest.approx([1.0, 2.0, 3.0])
    net.run(10.0)
    p.weight = 10.0
    net.run(50.0)
    found = steps_of(record.result().values)
    assert found[14] == pytest.approx([0.4, 0.8, 1.2])
    assert found[504] == pytest.approx(10.0 * event_loop([1.0, 50.0], 0.4, 800.0, 0.0)[1])


def test_a_projection_without_synapses():
    for release in MODELS:
        net, p, record = network([[1.0]], release, sim.FixedProbability(0.0))
        net.run(5.0)
        assert not record.result().values.any()
        assert p.release_state().u.shape == (1,)


@pytest.mark.parametrize("tau", [3e-308, 1e-9, 1e9, 1e308])
@pytest.mark.parametrize("model", [sim.TsodyksMarkram, sim.QuantalRelease])
def test_extreme_time_constants(model, tau):
    """All comes back at once, or nothing ever; two spikes of one step are no special case."""
    release = model(U=1.0, tau_rec=tau, tau_facil=tau)
    net, p, record = network([[1.0, 1.0, 5.0]], release)
    net.run(7.0)
    found = steps_of(record.result().values)[[14, 54]]
    assert found == pytest.approx(
        np.outer([100.0, 100.0 if tau < 1 else 0.0], np.ones(3)), abs=1e-4
    )
    assert p.release_state().x == pytest.approx(1.0 if tau < 1 else 0.0, abs=1e-6)
