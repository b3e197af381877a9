"""Reading and setting parameters, states and sources between runs."""

import numpy as np
import pytest

import spikesim as sim
from tests.network.values.rig import RECEPTORS, network


def test_parameters_and_states_by_name():
    _, cells = network()
    assert np.array_equal(cells.get("tau_m"), np.linspace(10.0, 20.0, 8))
    assert np.array_equal(cells.get("tau_syn_inh"), np.full(8, 6.0))
    assert np.array_equal(cells[2:4].get("tau_m"), cells.get("tau_m")[2:4])
    assert cells[5].get("V_m").shape == (1,)
    assert cells.get("I_exc").dtype == np.float64
    with pytest.raises(sim.ValidationError, match=r"cells: unknown name 'tau_x'.*'tau_m'"):
        cells.get("tau_x")


def test_what_is_read_cannot_be_changed():
    _, cells = network()
    for name in ("V_m", "tau_m", "C_m"):
        before = cells.get(name)
        with pytest.raises(sim.ValidationError, match="would not reach the network"):
            cells.get(name)[:] = 0.0
        before.copy()[:] = 0.0
        assert np.array_equal(cells.get(name), before)


@pytest.mark.parametrize("value", [-65.0, np.linspace(-66.0, -64.0, 8)])
def test_states_can_be_set(value):
    _, cells = network()
    cells.set(V_m=value)
    assert np.array_equal(cells.get("V_m"), np.broadcast_to(value, 8))
    cells[1:3].set(V_m=-60.0, I_exc=[1.0, 2.0])
    assert np.array_equal(cells.get("I_exc"), [0, 1, 2, 0, 0, 0, 0, 0])
    assert (cells.get("V_m")[1:3] == -60.0).all()
    cells[[0, 7]].set(V_m=-61.0)
    assert (cells.get("V_m")[[0, 7]] == -61.0).all()


def test_distributions_can_be_set():
    _, cells = network()
    cells.set(V_m=sim.Uniform(-58.0, -56.0), I_e=sim.Normal(100.0, 10.0))
    assert ((cells.get("V_m") >= -58.0) & (cells.get("V_m") <= -56.0)).all()
    assert len(np.unique(cells.get("I_e"))) == 8


@pytest.mark.parametrize("name", ["V_m", "I_e"])
def test_a_draw_belongs_to_its_neuron(name):
    """Halves equal the whole, a second call draws anew, and a reset starts again."""
    law = sim.Uniform(-70.0, -55.0)
    (net, cells), (_, halves), (_, single) = network(), network(), network()
    cells.set(**{name: law})
    halves[4:].set(**{name: law})
    halves[:4].set(**{name: law})
    for k in (3, 7, 0, 1, 2, 6, 5, 4):
        single[k].set(**{name: law})
    first = cells.get(name)
    assert np.unique(first).size == 8
    assert np.array_equal(halves.get(name), first)
    assert np.array_equal(single.get(name), first)
    cells.set(**{name: law})
    second = cells.get(name)
    assert not (second == first).any()
    halves[[5, 0]].set(**{name: law})
    assert np.array_equal(halves.get(name)[[5, 0]], second[[5, 0]])
    assert np.array_equal(halves.get(name)[[1, 2, 3, 4, 6, 7]], first[[1, 2, 3, 4, 6, 7]])
    net.reset()
    cells.set(**{name: law})
    assert np.array_equal(cells.get(name), first)


def test_how_often_variables_were_drawn_is_saved(tmp_path):
    law = sim.Uniform(-70.0, -55.0)
    net, cells = network()
    cells[:3].set(V_m=law)
    net.save_state(tmp_path / "state.npz")
    cells.set(V_m=law)
    other, there = network()
    there.set(tau_m=sim.Uniform(10.0, 20.0), V_m=law)
    other.load_state(tmp_path / "state.npz")
    there.set(V_m=law)
    assert np.array_equal(there.get("V_m"), cells.get("V_m"))


def test_a_failed_set_draws_nothing():
    law = sim.Uniform(-70.0, -55.0)
    (_, cells), (_, there) = network(), network()
    with pytest.raises(sim.ValidationError):
        cells.set(V_m=law, tau_m=sim.Normal(0.0, 1.0))
    for population in (cells, there):
        population.set(V_m=law)
    assert np.array_equal(cells.get("V_m"), there.get("V_m"))


def analytic(t, v0, tau_m, I_e):
    rest = -70.0 + I_e * tau_m / 250.0
    return rest + (v0 - rest) * np.exp(-t / tau_m)


@pytest.mark.thorough
def test_parameters_that_are_set_act_from_the_next_step():
    """Uniform to varied and back again: the step module changes, the state does not."""
    net, cells = network(precision="double")
    tau = cells.get("tau_m")
    v = cells.get("V_m")
    for I_e, tau_m in [(0.0, tau), (100.0, tau), (np.linspace(0.0, 90.0, 8), np.full(8, 12.0))]:
        cells.set(I_e=I_e, tau_m=tau_m)
        net.run(5.0)
        v = analytic(5.0, v, tau_m, I_e)
        assert cells.get("V_m") == pytest.approx(v, rel=1e-12)
    cells[3:].set(I_e=-50.0)
    net.run(5.0)
    I_e = np.where(np.arange(8) < 3, np.linspace(0.0, 90.0, 8), -50.0)
    assert np.array_equal(cells.get("I_e"), I_e)
    assert cells.get("V_m") == pytest.approx(analytic(5.0, v, 12.0, I_e), rel=1e-12)


def test_parameters_of_receptors_can_be_set():
    net, cells = network(precision="double")
    cells.set(tau_syn_exc=1.0, I_exc=100.0)
    net.run(2.0)
    assert cells.get("I_exc") == pytest.approx(np.full(8, 100.0 * np.exp(-2.0)))


def test_one_population_at_a_time():
    """Populations of one model share a table, and keep their own values."""
    net = sim.Network(seed=1, precision="double")
    a, b = (net.population(n, 3, sim.LIF(receptors=RECEPTORS)) for n in "ab")
    net.build()
    b.set(I_e=200.0)
    net.run(10.0)
    assert (a.get("V_m") == -70.0).all()
    assert b.get("V_m") == pytest.approx(analytic(10.0, np.full(3, -70.0), 10.0, 200.0))
    assert (a.get("I_e") == 0.0).all()


def test_a_new_refractory_period():
    net = sim.Network(seed=1)
    cell = net.population("cell", 1, sim.LIF(I_e=1000.0, receptors=RECEPTORS))
    record = net.record(cell, "spikes")
    net.run(30.0)
    short = record.result().isi(0)
    cell.set(t_ref=5.0)
    record.clear()
    net.run(60.0)
    assert record.result().isi(0)[1:] == pytest.approx(short[-1] + 3.0)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"tau_m": -1.0}, r"tau_m: must be positive and finite, got -1\.0 ms"),
        ({"V_m": np.nan}, "V_m: must be finite, got nan"),
        ({"V_m": [1.0, 2.0]}, r"V_m: must be one value or 8.*\(2,\)"),
        ({"V_m": "high"}, "V_m: must be a number.*'high'"),
        ({"tau_x": 1.0}, "unknown name 'tau_x'"),
        ({"tau_m": sim.Normal(0.0, 1.0)}, "tau_m: must be positive"),
        ({"rate": 1.0}, "unknown name 'rate'"),
    ],
)
def test_what_cannot_be_set(values, text):
    """Nothing is set if anything is wrong, whatever the order."""
    net, cells = network()
    net.run(1.0)
    before = {name: cells.get(name) for name in ("V_m", "tau_m", "I_e", "I_exc")}
    with pytest.raises(sim.ValidationError, match=rf"cells.*{text}"):
        cells.set(I_e=7.0, I_exc=3.0, **values)
    for name, value in before.items():
        assert np.array_equal(cells.get(name), value), name


def test_a_shared_parameter_is_one_number(tmp_path):
    model = sim.Neuron.from_text(
        "dx/dt = -k*x/(5*ms) : 1\nk : 1 (shared)", threshold="never", k=1.0
    )
    net = sim.Network(seed=1)
    cells = net.population("cells", 4, model)
    wrong = [(cells[:2], 9.0, r"got 9\.0 for cells\[0:2\]"), (cells, [1.0] * 4, "got 4 values"),
             (cells, sim.Uniform(0.0, 1.0), "got a distribution")]  # fmt: skip
    for view, value, text in wrong:
        with pytest.raises(sim.ValidationError, match=rf"cells\.k: is \(shared\).*{text}"):
            view.k = value
    cells[::-1].k = 3.0
    assert np.array_equal(cells.k, [3.0] * 4)
    net.save_state(tmp_path / "state.npz")


def test_what_a_population_refuses_cannot_be_set():
    """Steps that would be too long for an explicit method, in any neuron."""
    C_m = np.full(40, 281.0)
    C_m[17] = 0.3
    text = r"cells: dt = 0\.1 ms is too long a step for the method 'rk4'"
    with pytest.raises(sim.ValidationError, match=text):
        sim.Network(seed=1).population("cells", 40, sim.AdEx(C_m=C_m))
    net = sim.Network(seed=1)
    cells = net.population("cells", 40, sim.AdEx())
    for change in (
        lambda: cells.set(tau_w=0.035),
        lambda: cells.set(C_m=C_m, V_m=-50.0),
        lambda: cells[17].set(C_m=0.3),
    ):
        with pytest.raises(sim.ValidationError, match=text):
            change()
    assert (cells.tau_w == 144.0).all()
    assert (cells.C_m == 281.0).all()
    assert not (cells.V_m == -50.0).any()
    cells[17].set(C_m=300.0)


# --- sources -------------------------------------------------------------------------------------


def test_rates_can_be_read_and_set():
    net = sim.Network(seed=1)
    source = net.population("source", 400, sim.PoissonSource(50.0))
    record = net.record(source, "spikes")
    assert source.get("rate") == pytest.approx(np.full(400, 50.0))
    net.run(500.0)
    source[:200].set(rate=200.0)
    source[[300, 350]].set(rate=[0.0, 400.0])
    assert source.get("rate")[[0, 199, 200, 300, 350]] == pytest.approx([200, 200, 50, 0, 400])
    net.run(500.0)
    early, late = (record.result().window(t, t + 500.0).counts() for t in (0.0, 500.0))
    for counts, mean in [(early, 25.0), (late[:200], 100.0), (late[200:300], 25.0)]:
        assert abs(counts.mean() - mean) < 4 * np.sqrt(mean / counts.size)
    assert late[300] == 0
    assert late[350] > 140


def test_the_same_rate_again_changes_no_spike():
    trains = []
    for again in (False, True):
        net = sim.Network(seed=1)
        source = net.population("source", 50, sim.PoissonSource(80.0))
        record = net.record(source, "spikes")
        for _ in range(10):
            net.run(33.3)
            if again:
                source.set(rate=80.0)
        trains.append(record.result())
    assert trains[0].equals(trains[1])


def test_a_schedule_can_be_set():
    net = sim.Network(seed=1)
    source = net.population("source", 300, sim.PoissonSource(0.0))
    record = net.record(source, "spikes")
    net.run(10.0)
    source.set(rate=sim.Schedule([0.0, 50.0], [100.0, 0.0]))
    net.run(90.0)
    times = record.result().times
    assert 10.0 < times.min() < times.max() <= 50.0
    assert abs(times.size - 1200) < 4 * np.sqrt(1200)


@pytest.mark.parametrize("kind", [sim.PoissonSource, sim.GammaSource])
def test_a_part_of_the_sources_leaves_the_schedule_of_the_others(kind, tmp_path):
    def made():
        net = sim.Network(seed=1)
        source = net.population("source", 3, kind(sim.Schedule([5.0, 100.0], [10.0, 1000.0])))
        return net, source, net.record(source, "spikes")

    (net, source, record), (as_it_was, _, others) = made(), made()
    source[0].rate = 7.0
    assert source.rate == pytest.approx([7.0, 0.0, 0.0])
    net.run(50.0)
    assert source.rate == pytest.approx([7.0, 10.0, 10.0])
    source[[2, 0]].rate = [10.0, 0.0]
    net.save_state(tmp_path / "state.npz")
    net.run(150.0)
    assert source.rate == pytest.approx([0.0, 1000.0, 10.0])
    as_it_was.run(200.0)
    assert np.array_equal(record.result().train(1), others.result().train(1))
    again, there, _ = made()
    again.load_state(tmp_path / "state.npz")
    again.run(150.0)
    assert np.array_equal(there.rate, source.rate)
    net.reset()
    assert np.array_equal(source.rate, np.zeros(3))
    with pytest.raises(sim.ValidationError, match=r"source\[0:1\]\.rate: a schedule is for all"):
        source[0].rate = sim.Schedule([0.0], [1.0])


def test_spikes_of_the_past():
    """New ones are lost, which is said; those that were there before are not spoken of."""
    net = sim.Network(seed=1)
    source = net.population("source", 2, sim.SpikeSource([[5.0, 60.0], [7.0]]))
    record = net.record(source, "spikes")
    net.run(50.0)
    source.times = [[5.0, 50.1], [7.0, 80.0]]
    text = (
        r"source\.times: 20 ms of source 0 \(and 1 more\) is in the past at t = 50 ms, and gives no"
        r" spike; .*add net\.t"
    )
    with pytest.warns(sim.SpikesimWarning, match=text):
        source.times = [[5.0, 20.0, 50.1], [7.0, 50.0, 80.0]]
    net.run(50.0)
    assert record.result().times == pytest.approx([5.0, 7.0, 50.1, 80.0])


def test_a_source_takes_all_or_nothing():
    net = sim.Network(seed=1)
    source = net.population("source", 2, sim.PoissonSource(5.0))
    with pytest.raises(sim.ValidationError, match=r"source: unknown name 'rat'"):
        source.set(rate=50.0, rat=2.0)
    assert np.array_equal(source.rate, [5.0, 5.0])


def test_given_spikes_can_be_set():
    net = sim.Network(seed=1)
    source = net.population("source", 2, sim.SpikeSource([[1.0, 8.0], [2.0]]))
    record = net.record(source, "spikes")
    net.run(5.0)
    source.set(times=[[7.0], [9.0, 6.0]])
    net.run(5.0)
    assert record.result().times == pytest.approx([1.0, 2.0, 6.0, 7.0, 9.0])
    assert np.array_equal(record.result().ids, [0, 1, 1, 0, 1])


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (sim.PoissonSource(5.0), {"rate": [1.0, 2.0]}),
        (sim.PoissonSource(5.0), {"rate": -1.0}),
        (sim.PoissonSource(5.0), {"times": [1.0]}),
        (sim.PoissonSource(5.0), {"V_m": 1.0}),
        (sim.SpikeSource([[1.0]] * 3), {"times": [[1.0]]}),
        (sim.SpikeSource([[1.0]] * 3), {"times": [[-1.0]] * 3}),
        (sim.SpikeSource([[1.0]] * 3), {"rate": 1.0}),
    ],
)
def test_a_source_that_refuses_goes_on_as_before(model, values):
    def run(wrong):
        net = sim.Network(seed=1)
        source = net.population("source", 3, model)
        record = net.record(source, "spikes")
        net.run(0.5)
        if wrong:
            with pytest.raises(sim.ValidationError, match="source"):
                source.set(**values)
        net.run(100.0)
        net.reset()
        net.run(100.0)
        return record.result()

    assert run(True).equals(run(False))


def test_sources_have_little_to_read():
    net = sim.Network(seed=1)
    given = net.population("given", 1, sim.SpikeSource([1.0]))
    poisson = net.population("poisson", 1, sim.PoissonSource(1.0))
    for source in (given, poisson):
        with pytest.raises(sim.ValidationError, match="unknown name 'V_m'"):
            source.get("V_m")
