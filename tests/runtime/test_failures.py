"""Runs that fail on the way: the network goes on as if nothing had been, or says that it cannot."""

import contextlib
import pickle
import re
import signal
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim.mechanisms.plastic_synapses.plan import PlasticPart, PlasticTable
from spikesim.runtime.events import Events
from spikesim.runtime.recording import Recording, SampleStore, SpikeStore
from spikesim.runtime.simulator import Simulator
from tests.everything import assert_equal, everything
from tests.networks import lively

# All that allocates, copies or computes in a chunk.
PLACES = [
    (Recording, "begin"), (Recording, "collect_spikes"), (Recording, "collect_states"),
    (SpikeStore, "collect"), (SampleStore, "room"), (SampleStore, "add"), (Events, "fill"),
    (Simulator, "_reserve"), (PlasticPart, "make_room"), (PlasticTable, "flush"),
    (PlasticPart, "end_chunk"), (Simulator, "_check_finite"), (Recording, "sample"),
]  # fmt: skip
HALF_WAY = r"^the run stopped half way at \d.* ms: .*; .* go back by reset\(\) or load_state\(\)$"


def failing(patch, place, nth, error):
    """Let the n-th call fail, before or after it has done what it does."""
    kind, name = PLACES[place]
    own, count = getattr(kind, name), [0]

    def call(self, *args):
        count[0] += 1
        if count[0] == nth:
            raise error
        result = own(self, *args)
        if count[0] == -nth:
            raise error
        return result

    patch.setattr(kind, name, call)


def goes_on(net):
    """Whether it can go on; else it says why."""
    try:
        net.run(0.0)
    except sim.SimulationError as error:
        if not re.search(HALF_WAY, str(error)):
            raise
        return False
    return True


@pytest.mark.thorough
@given(
    st.integers(0, len(PLACES) - 1), st.integers(-6, 6).filter(bool), st.integers(0, 30),
    st.sampled_from([MemoryError(), KeyboardInterrupt(), RuntimeError("odd")]),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_a_run_that_fails_goes_on_right_or_not_at_all(tmp_path_factory, place, nth, start, error):
    rig, whole = everything(), everything()
    rig.net.run(start / 10)
    rig.net.save_state(tmp_path_factory.getbasetemp() / "before")
    with pytest.MonkeyPatch.context() as patch:
        failing(patch, place, nth, error)
        known = sim.SimulationError if isinstance(error, MemoryError) else type(error)
        with contextlib.suppress(known):
            rig.net.run(12.0)
    if goes_on(rig.net):
        rig.net.run(max(0.0, round(start / 10 + 12.0 - rig.net.t, 6)))
    else:
        for call in (rig.net.reset_state, lambda: rig.net.save_state("x"),
                     lambda: pickle.dumps(rig.net)):  # fmt: skip
            with pytest.raises(sim.SimulationError, match=HALF_WAY):
                call()
        rig.net.load_state(tmp_path_factory.getbasetemp() / "before")
        rig.net.run(12.0)
        whole.net.run(start / 10 + 12.0)
        assert_equal(rig.truth(), whole.truth())
        rig.net.reset()
        rig.net.run(start / 10 + 12.0)
        whole.net.reset()
    whole.net.run(start / 10 + 12.0)
    assert_equal(rig.truth(), whole.truth())
    assert_equal(rig.recorded(), whole.recorded())


def test_what_was_recorded_until_then_can_be_read():
    rig = lively()
    rig.net.run(30.0)
    before = rig.spikes.result().n_spikes
    with pytest.MonkeyPatch.context() as patch:
        failing(patch, PLACES.index((SpikeStore, "collect")), 1, MemoryError())
        with pytest.raises(sim.SimulationError, match=r"half way.*there was not enough memory"):
            rig.net.run(10.0)
    assert rig.spikes.result().n_spikes == before
    assert not goes_on(rig.net)


def test_no_memory_for_what_a_chunk_will_record():
    """Found before anything moves, so that the user can make room and go on."""
    rig, whole = lively(), lively()
    rig.net.run(10.0)
    with pytest.MonkeyPatch.context() as patch:
        failing(patch, PLACES.index((SampleStore, "room")), 1, MemoryError())
        with pytest.raises(
            sim.SimulationError, match=r"^there is not enough memory to record on from 10 ms; .*"
            r"clear\(\) them"
        ):  # fmt: skip
            rig.net.run(10.0)
    assert rig.net.t == pytest.approx(10.0)
    rig.net.run(10.0)
    whole.net.run(20.0)
    assert rig.spikes.result().equals(whole.spikes.result())


# --- no terminal, no stream ----------------------------------------------------------------------


class Bare:
    """A stream that can only be written to, as some windowed programs put in place."""

    def write(self, text):
        return len(text)

    def flush(self):
        pass


@pytest.mark.parametrize("progress", [None, False, True])
@pytest.mark.parametrize("stream", ["none", "closed", "bare"])
def test_without_a_stream_for_errors(monkeypatch, tmp_path, stream, progress):
    rig = lively(record=False)
    rig.net.build()
    closed = open(tmp_path / "closed", "w")  # noqa: SIM115
    closed.close()
    monkeypatch.setattr(sys, "stderr", {"none": None, "closed": closed, "bare": Bare()}[stream])
    rig.net.run(2.0, progress=progress)
    assert rig.net.t == pytest.approx(2.0)


def test_signals_are_let_alone_that_python_does_not_handle(request):
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    request.addfinalizer(lambda: signal.signal(signal.SIGTERM, before))
    lively(record=False).net.run(1.0)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
