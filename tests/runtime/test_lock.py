"""One thread at a time works on a network, and nothing runs it within a run."""

import os
import signal
import threading
import time

import numpy as np
import pytest

import spikesim as sim
from tests.everything import assert_equal, everything
from tests.networks import assert_same, lively

OTHER = "running in another thread"


@pytest.fixture
def running():
    """A network that another thread runs, and a function that lets that run end."""
    rig, begun, go_on = everything(), threading.Event(), threading.Event()
    rig.net.run(1.0)

    def wait(*_):
        begun.set()
        go_on.wait(60.0)

    def run():
        rig.net._simulation.lock.begin_run()
        try:
            rig.net.simulator.run(50, wait)
        finally:
            rig.net._simulation.lock.end_run()

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(60.0)

    def end():
        go_on.set()
        thread.join()

    yield rig, end
    end()


CALLS = {
    "run": lambda rig: rig.net.run(1.0),
    "run for no time": lambda rig: rig.net.run(0.0),
    "reset": lambda rig: rig.net.reset(),
    "reset_state": lambda rig: rig.net.reset_state(),
    "save_state": lambda rig: rig.net.save_state(os.devnull),
    "load_state": lambda rig: rig.net.load_state(os.devnull),
    "population": lambda rig: rig.net.population("more", 1, sim.LIF()),
    "record": lambda rig: rig.net.record(rig.cells, "spikes"),
    "copy": lambda rig: rig.net._simulation.__getstate__(),
    "get": lambda rig: rig.cells.get("v"),
    "set": lambda rig: rig.cells.set(v=-60.0),
    "set rate": lambda rig: rig.poisson.set(rate=1.0),
    "weight": lambda rig: rig.learn.weight,
    "set weight": lambda rig: setattr(rig.learn, "weight", 30.0),
    "connections": lambda rig: rig.plain.connections(),
    "learning": lambda rig: setattr(rig.learn, "learning", False),
    "all learning": lambda rig: setattr(rig.net, "learning", False),
    "normalize": lambda rig: rig.learn.normalize(1.0),
    "release": lambda rig: rig.quantal.release_state(),
    "g": lambda rig: rig.gaps.g,
    "set g": lambda rig: setattr(rig.gaps, "g", 0.0),
    "concentration": lambda rig: rig.dopamine.concentration,
    "add": lambda rig: rig.dopamine.add(1.0),
    "result": lambda rig: rig.recorders["v"].result(),
    "counts": lambda rig: rig.recorders["spikes"].counts(),
    "clear": lambda rig: rig.recorders["v"].clear(),
}


@pytest.mark.thorough
def test_another_thread_is_refused_while_a_network_runs(running):
    rig, end = running
    for call in CALLS.values():
        with pytest.raises(sim.SimulationError, match=OTHER):
            call(rig)
    assert rig.net.t >= 1.0, "the time can always be read"
    assert rig.learn.learning, "what was refused is not told as done"
    end()
    assert rig.net.t == pytest.approx(6.0)
    rig.net.run(4.0)
    whole = everything()
    whole.net.run(10.0)
    assert_equal(rig.truth(), whole.truth())
    assert_equal(rig.recorded(), whole.recorded())


@pytest.mark.thorough
def test_many_threads_lose_no_step():
    """Each run is done as a whole or refused; short work of others waits for its turn."""
    rig, done, refused, errors = everything(), [], [], []
    rig.net.run(0.1)

    def work():
        for _ in range(30):
            try:
                rig.net.run(0.3)
                done.append(0.3)
                rig.cells.get("v")
            except sim.SimulationError as error:
                (refused if OTHER in str(error) else errors).append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert rig.net.t == pytest.approx(0.1 + sum(done))
    whole = everything()
    whole.net.run(round(rig.net.t, 6))
    assert_equal(rig.truth(), whole.truth())
    assert_equal(rig.recorded(), whole.recorded())


def test_two_networks_run_side_by_side():
    rigs, alone = [lively(seed=s) for s in (5, 6)], [lively(seed=s) for s in (5, 6)]
    threads = [threading.Thread(target=rig.net.run, args=(60.0,)) for rig in rigs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for rig, other in zip(rigs, alone, strict=True):
        other.net.run(60.0)
        assert_same(rig.results(), other.results())


def test_short_work_waits_for_short_work():
    rig = everything()
    rig.net.run(1.0)
    with rig.net._simulation.lock:
        found = []
        thread = threading.Thread(target=lambda: found.append(rig.cells.get("v")))
        thread.start()
        time.sleep(0.05)
        assert not found
    thread.join()
    assert np.array_equal(found[0], rig.cells.get("v"))


# --- from within a run ---------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="there are no such signals")
def test_the_handler_of_a_signal_may_read_and_save_but_not_run(tmp_path, request):
    """It is called between two chunks, as at the end of a cluster's time."""
    rig, refused, saved = lively(), [], []

    def handler(*_):
        for call in (lambda: rig.net.run(1.0), rig.net.reset, rig.net.reset_state,
                     lambda: rig.net.load_state(tmp_path / "state")):  # fmt: skip
            with pytest.raises(sim.SimulationError, match="was called while the network runs"):
                call()
            refused.append(call)
        rig.net.save_state(tmp_path / "state")
        saved.append((rig.net.t, rig.state()))

    before = signal.signal(signal.SIGUSR1, handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGUSR1, before))
    rig.net.run(1.0)
    advance = rig.net.simulator._advance

    def advance_and_signal(stop):
        os.kill(os.getpid(), signal.SIGUSR1)
        time.sleep(0.01)
        advance(stop)
        assert len(refused) == 4 * len(saved), "never within a chunk"

    rig.net.simulator._advance = advance_and_signal
    rig.net.run(30.0)
    assert len(saved) >= 1
    assert rig.net.t == pytest.approx(31.0)
    other = lively()
    other.net.load_state(tmp_path / "state")
    assert_same(other.state(), saved[-1][1])
    assert signal.getsignal(signal.SIGUSR1) is handler


def test_a_run_ends_its_turn_whatever_happens():
    rig = everything()
    rig.net.build()
    rig.net.simulator._check_finite = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        rig.net.run(1.0)
    rig.net.reset()
    rig.net.run(1.0)
    assert rig.net.t == pytest.approx(1.0)
