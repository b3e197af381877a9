"""Running: chunk by chunk, again and again, interrupted, and to the same bits each time."""

import itertools
import os
import signal
import threading

import numpy as np
import pytest

import spikesim as sim
from spikesim.runtime import interrupt
from spikesim.units import ms, param
from tests.networks import assert_same, lively

DURATION = 200.0


@pytest.fixture(scope="module")
def unbroken():
    rig = lively()
    rig.net.run(DURATION)
    return rig.results()


def test_the_network_is_lively(unbroken):
    """Else the other tests would compare nothing."""
    assert 500 < unbroken["times"].size < 5000
    assert unbroken["pixel times"].size > 300
    assert np.ptp(unbroken["weights"], axis=0).min() > 0.1
    assert len(np.unique(unbroken["ids"])) > 40


@pytest.mark.parametrize("parts", [(100.0, 100.0), (0.1, 54.9, 0.0, 145.0), (7.3,) * 27 + (2.9,)])
def test_parts_make_the_whole(unbroken, parts):
    rig = lively()
    for part in parts:
        rig.net.run(part)
    assert_same(rig.results(), unbroken)


@pytest.mark.parametrize("chunk", [1, 16, 10**6])
def test_chunks_do_not_matter(unbroken, chunk):
    rig = lively()
    rig.net.build()
    simulator = rig.net.simulator

    def fixed(*_):
        simulator._chunk = chunk

    fixed()
    simulator.run(round(DURATION / 0.1), fixed)
    assert_same(rig.results(), unbroken)


def test_building_first_does_not_matter(unbroken):
    rig = lively()
    rig.net.build()
    rig.exc.get("V_m")
    rig.net.run(DURATION)
    assert_same(rig.results(), unbroken)


def test_another_network_between_does_not_matter(unbroken):
    rig, other = lively(), lively(seed=6)
    for _ in range(4):
        rig.net.run(DURATION / 4)
        other.net.run(10.0)
    assert_same(rig.results(), unbroken)


def test_other_objects_change_nothing(unbroken):
    """Draws are keyed by names: more populations, projections and drives leave the rest alone."""
    rig = lively(extra=True)
    rig.net.run(DURATION)
    results = rig.results()
    assert results["n"][1] > unbroken["n"][1]
    assert_same(results | {"n": 0}, unbroken | {"n": 0})


def test_another_seed_is_another_network(unbroken):
    rig = lively(seed=6)
    rig.net.run(DURATION)
    assert not np.array_equal(rig.results()["ids"], unbroken["ids"])


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["single", "double"])
def test_precisions_are_close(unbroken, precision):
    """The spikes of the first tens of milliseconds agree; later chaos may set in."""
    rig = lively(precision=precision)
    rig.net.run(DURATION)
    results = rig.results()
    early = results["voltage at"] < 20.0
    worst = np.abs(results["voltage"][early] - unbroken["voltage"][early]).max()
    assert worst < (0.02 if precision == "single" else 1e-4)
    assert np.array_equal(results["pixel times"], unbroken["pixel times"])
    state = {"single": np.float32, "double": np.float64}[precision]
    plan = rig.net.plan
    assert plan.state.dtype == plan.ring.dtype == plan.base.dtype == state
    assert (
        plan.parts["static_synapses"].args.weights.dtype
        == plan.parts["plastic_synapses"].tables["learn"].args.weights.dtype
        == state
    )
    again = lively(precision=precision)
    again.net.run(90.0)
    again.net.run(DURATION - 90.0)
    assert_same(again.results(), results)


def test_interrupted_between_chunks(unbroken):
    """An exception out of the progress callback, such as Ctrl-C, leaves a network that goes on."""
    rig = lively()
    rig.net.build()
    calls = itertools.count(1)

    def interrupt(done, spikes):
        rig.net.simulator._chunk = 37
        if next(calls) % 5 == 0:
            raise KeyboardInterrupt

    interrupted = 0
    while rig.net.t < DURATION - 1e-6:
        try:
            rig.net.simulator.run(round((DURATION - rig.net.t) / 0.1), interrupt)
        except KeyboardInterrupt:
            interrupted += 1
            assert rig.spikes.result().t_stop == pytest.approx(rig.net.t)
    assert interrupted > 3
    assert_same(rig.results(), unbroken)


@pytest.mark.skipif(os.name == "nt", reason="signals of Windows cannot be sent to oneself")
def test_a_signal_is_not_lost_where_the_block_fails():
    seen = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))

    def fail():
        with interrupt.unbroken():
            signal.raise_signal(signal.SIGTERM)
            assert not seen
            raise ValueError("of the block")

    try:
        with pytest.raises(ValueError, match="of the block"):
            fail()
        assert seen == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_interrupted_by_a_signal(request):
    """A real Ctrl-C in the middle of a kernel: the chunk is finished, kept, and not run twice."""

    def busy():
        net = sim.Network(seed=3)
        cell = sim.LIF(I_e=sim.Uniform(370.0, 600.0), receptors={"x": sim.ExpCurrent()})
        cells = net.population("cells", 1000, cell)
        net.project(cells, cells, sim.FixedProbability(0.1), weight=2.0, delay=sim.Uniform(1, 2))
        return net, net.record(cells, "spikes")

    handler = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # Brian2 sets one of its own
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, handler))
    reference, expected = busy()
    reference.run(10.0)  # compiles
    net, spikes = busy()
    net.run(10.0)
    interrupted = 0
    for k in range(6):
        timer = threading.Timer(0.03 + 0.04 * k, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        try:
            while timer.is_alive():
                net.run(100.0)
            timer.join()
            net.run(100.0)
        except KeyboardInterrupt:
            interrupted += 1
        timer.join()
    reference.run(round(net.t - reference.t, 6))
    assert interrupted > 0
    assert spikes.result().n_spikes > 1000
    assert spikes.result().equals(expected.result())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_progress_reports_steps_and_spikes():
    rig = lively()
    rig.net.build()
    seen = []
    rig.net.simulator.run(500, lambda done, spikes: seen.append((done, spikes)))
    assert seen[-1] == (500, rig.net.n_spikes)
    assert seen == sorted(seen)


def test_the_bar_shows_and_ends(capfd):
    rig = lively(record=False)
    rig.net.run(5.0, progress=True)
    assert "5 of 5 ms" in capfd.readouterr().err
    rig.net.run(5.0, progress=False)
    rig.net.run(5.0)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_number_that_is_none_stops_the_run(bad):
    rig = lively()
    rig.net.run(20.0)
    rig.net.plan.tables[0].args.state[0, 60 + 3] = bad  # V_m of inh[3]
    with pytest.raises(sim.SimulationError, match=r"inh\[3\]\.V_m is (nan|inf) mV at \d+.* ms"):
        rig.net.run(DURATION)
    kept = rig.spikes.result()
    assert kept.n_spikes > 10
    assert kept.t_stop == rig.net.t < DURATION


def test_opposite_infinities_are_found():
    """Their sum is NaN, of which NumPy would warn."""
    rig = lively()
    rig.net.build()
    rig.net.plan.tables[0].args.state[0, [2, 5]] = np.inf, -np.inf
    with pytest.raises(sim.SimulationError, match=r"exc\[2\]\.V_m is inf"):
        rig.net.simulator._check_finite()


def test_two_ways_to_say_how_long():
    net = sim.Network(dt=0.1, seed=1)
    net.population("cells", 3, sim.LIF())
    net.run(0.3)
    net.run(0.0)
    assert net.t == pytest.approx(0.3)
    for bad, text in [(0.25, "multiple of dt"), (-1.0, "zero or positive"), (np.nan, "finite")]:
        with pytest.raises(sim.ValidationError, match=rf"run\.duration: .*{text}"):
            net.run(bad)


class Undefined(sim.PlasticityRule):
    """A rule that takes the logarithm of a negative number."""

    tau_plus = param(20.0, ms, "positive", "time constant")
    tau_minus = param(20.0, ms, "positive", "time constant")
    on_pre = "w = log(-w)"


@pytest.mark.thorough
def test_a_rule_that_gives_no_number_is_named():
    net = sim.Network(seed=1)
    pre = net.population("pre", 2, sim.SpikeSource([[5.0, 9.0], [30.0]]))
    post = net.population("post", 3, sim.LIF())
    net.project(pre, post, sim.AllToAll(), weight=1.0, delay=1.0, plasticity=Undefined(),
                delay_is="axonal", name="learnt")  # fmt: skip
    with pytest.raises(sim.SimulationError, match=r"learnt\.weight is nan at synapse 0, and at 3 "):
        net.run(100.0)
