"""No file of a state is trusted: damage is seen, what cannot be is refused, nothing changes."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

import spikesim as sim
from spikesim.files.arrays import read_arrays, write_arrays
from spikesim.kernels import histories
from spikesim.runtime.checkpoint import HEAD
from spikesim.runtime.checks import entries, problem
from tests import hostile
from tests.damage import damage

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    return Rig(tmp_path_factory.mktemp("states"))


class Rig:
    """A network and a file of its state after 400 ms."""

    def __init__(self, folder):
        self.folder, self.net = folder, hostile.network()
        self.net.run(400.0)
        self.good = folder / "good.npz"
        self.net.save_state(self.good)
        self.raw = self.good.read_bytes()

    def refusal(self, arrays):
        """What a load of other arrays says; None if they are taken."""
        hostile.write(self.folder / "bad.npz", arrays)
        before = hostile.held(self.net)
        error = hostile.refusal(self.net, self.folder / "bad.npz")
        assert error is None or hostile.held(self.net) == before
        return error and str(error)


@pytest.mark.thorough
@settings(max_examples=100, deadline=None)
@given(damage())
def test_damaged_files_are_refused_and_change_nothing(rig, damaged):
    path = rig.folder / "damaged.npz"
    path.write_bytes(damaged(rig.raw))
    before = hostile.held(rig.net)
    error = hostile.refusal(rig.net, path)
    assert hostile.held(rig.net) == before, "what is loaded is what was saved"
    if path.read_bytes() != rig.raw and error is not None:
        assert "damaged.npz" in str(error)


@pytest.mark.thorough
def test_hostile_values_are_refused_or_run():
    """In a process of its own: a crash would be seen, and a loop without end."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile", "40"], cwd=ROOT, capture_output=True, text=True,
        timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert sum(json.loads(done.stdout).values()) == 40


def test_every_array_has_its_limits(rig):
    plan = rig.net.plan
    named = {entry.name for entry in entries(plan, plan.step)}
    arrays = {name for name in plan.mutable() if not name.startswith("parameter.")}
    assert named == arrays
    for block in plan.blocks.values():
        assert block.declared.keys() == block.values.keys()
    parts = plan.parts["static_synapses"], plan.parts["plastic_synapses"]
    bounds = [name for part in parts for name in part.bounds]
    assert sorted(bounds) == sorted(rig.net.projections)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_runs_can_be_saved(seed, tmp_path):
    """States of networks that run are within all limits, at any step."""
    net, rng = hostile.network(seed), np.random.default_rng(seed)
    net.build()
    for k in range(60):
        net.run(round(0.1 * int(rng.integers(1, 200)), 1))
        if k % 17 == 16:
            net.reset_state()
        if k % 13 == 5:
            net.learning = bool(rng.integers(2))
        assert problem(net.plan, net.plan.mutable(), net.plan.step) is None


def test_the_head_says_what_the_file_is(rig):
    head = json.loads(str(read_arrays(rig.good)[HEAD]))
    assert head["kind"] == "state of a spikesim network"
    assert head["format"] == 5
    assert head["spikesim"] == version("spikesim")
    assert len(head["checksum"]) == 32


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 6}, "format = 6"),
        ({"format": None}, "format = None"),
        ({"kind": "results"}, "holds no state of a network"),
        ({"step": -1}, "the number of steps must be"),
        ({"step": 2**53 + 1}, "the number of steps must be"),
        ({"step": True}, "the number of steps must be"),
        ({"step": 4000.0}, "the number of steps must be"),
        ({"step": None}, "the number of steps must be"),
        ({"step": 10}, "must be"),
        ({"dt": 0.2}, "dt = 0.2"),
        ({"seed": 4}, "seed = 4"),
        ({"populations": None}, "does not say of which populations"),
        ({"populations": [1]}, "does not say of which populations"),
    ],
)
def test_heads_that_cannot_be(rig, change, words):
    arrays = read_arrays(rig.good)
    arrays[HEAD] = np.array(json.dumps(json.loads(str(arrays[HEAD])) | change))
    assert words in rig.refusal(arrays)


def test_a_number_that_has_changed_is_seen_by_the_checksum(rig):
    arrays = read_arrays(rig.good)
    arrays["state"][0] += 1e-9
    path = rig.folder / "changed.npz"
    with open(path, "wb") as file:
        write_arrays(file, arrays)
    with pytest.raises(sim.ValidationError, match=r"changed\.npz: it is damaged: its checksum"):
        rig.net.load_state(path)


def entry(name, place, value):
    def change(arrays):
        arrays[name][place] = value

    return change


def column(name, value):
    return entry(name, slice(None), value)


def late(arrays):
    """Histories of sources that hold nothing but spikes of the last steps."""
    step = json.loads(str(arrays[HEAD]))["step"]
    capacity = arrays["plastic.axonal.pre_t"].shape[1]
    arrays["plastic.axonal.pre_n"][:] = 5 * capacity
    arrays["plastic.axonal.pre_t"][:] = step - capacity + np.arange(capacity)


def unseen(arrays):
    """Histories of targets whose spikes are all after what weights have seen."""
    arrays["plastic.dendritic.control"][histories.SYNCED] = 0


def log_filled(arrays):
    control = arrays["plastic.logged.control"]
    control[histories.LOG_N] = control[histories.LOG_KEPT] + arrays["plastic.logged.log_t"].size


WRONG = {
    "a state that is no number": (entry("state", 3, np.nan), "cells[3].V_m must be finite"),
    "a level that is none": (entry("state", -1, np.inf), "dopamine.concentration must be finite"),
    "an infinite one": (entry("ring", (0, 0), np.inf), "'ring' must be finite, got inf"),
    "a negative count": (entry("counters", 1, -1), "'counters' must be"),
    "a refractory period": (entry("table0.refractory", 0, -5), "'table0.refractory' must be"),
    "a source's index": (entry("plastic.axonal.sent", (0, 0), 999), "plastic.axonal.sent"),
    "a target's index": (entry("plastic.logged.log_j", 0, 12), "'plastic.logged.log_j' must be"),
    "spikes on their way": (column("plastic.axonal.sent_n", 10**6), "on their way than are kept"),
    "a weight above its rule's": (entry("plastic.axonal.weights", 0, 91.0), "axonal.weight"),
    "a static weight": (entry("static.weights", 0, np.nan), "must be finite"),
    "a release probability": (entry("release.u", 0, 1.5), "'release.u' must be"),
    "full sites": (entry("release.full", 0, 5), "number from 0 to 4"),
    "a spike to come": (entry("release.last", 0, 4000), "'release.last' must be"),
    "a switch": (entry("plastic.axonal.control", histories.LEARNING, 2), "from 0 to 1"),
    "a rate": (entry("source.poisson.rate", 0, -1.0), "'source.poisson.rate' must be"),
    "a rate beyond all": (entry("source.poisson.rate", 0, 1e9), "'source.poisson.rate' must be"),
    "an interval long over": (column("source.poisson.since", 0.0), "should have come before"),
    "a missing interval": (column("source.poisson.drawn", 0), "intervals are missing"),
    "a source that is not there": (entry("source.given.source", 0, 3), "source.given.source"),
    "times out of order": (column("source.given.step", [5, 4, 3, 2, 1, 0]), "given.times"),
    "a concentration": (entry("modulation.now", 0, np.inf), "'modulation.now' must be finite"),
    "a time of concentrations": (entry("modulation.since", 0, 9999), "'modulation.since' must be"),
    "a parameter": (entry("parameter.cells.tau_m", (), -5.0), "cells.tau_m: must be positive"),
    "a parameter that is no number": (entry("parameter.cells.E_L", (), np.nan), "cells.E_L: must"),
    "a time constant beyond dt": (entry("parameter.cells.tau_m", (), 1e-300), "cannot be computed"),
    "a gap junction": (entry("gaps.g", 0, -1.0), "'gaps.g' must be a number of at least 0"),
    "histories of late spikes": (late, "histories of its sources are too short"),
    "spikes not in order": (entry("plastic.axonal.pre_t", (0, 3), 0), "not in order"),
    "spikes at no step": (entry("plastic.dendritic.post", 0, 0.5), "are at no step"),
    "spikes still to come": (entry("plastic.dendritic.post", 0, 5000.0), "are still to come"),
    "more spikes than kept": (column("plastic.dendritic.post_kept", 0), "too short|not in order"),
    "weights behind": (unseen, "that weights have not seen are missing"),
    "a full log": (log_filled, "its log of spikes is too short"),
    "a shorter history": (
        lambda a: a.update({"plastic.axonal.pre_t": a["plastic.axonal.pre_t"][:, :7]}),
        "'plastic.axonal.pre_t' cannot have the shape (9, 7)",
    ),
    "histories of two widths": (
        lambda a: a.update({"plastic.axonal.pre_v": np.tile(a["plastic.axonal.pre_v"], 2)}),
        "'plastic.axonal.pre_v' cannot have the shape",
    ),
    "a smaller log": (
        lambda a: a.update({f"plastic.logged.log_{k}": a[f"plastic.logged.log_{k}"][:64]
                            for k in "tjv"}),
        "'plastic.logged.log_t' cannot have the shape (64,)",
    ),
    "a drawn count": (
        lambda a: a.update({"draws.cells.V_m": np.full(12, -1)}), "does not fit this network",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), WRONG.values(), ids=WRONG)
def test_numbers_that_cannot_be(rig, change, words):
    arrays = read_arrays(rig.good)
    change(arrays)
    said = rig.refusal(arrays)
    assert said is not None
    assert any(part in said for part in words.split("|")), said
    assert "bad.npz" in said


def test_old_formats_are_checked_too(rig):
    arrays = {name: array for name, array in read_arrays(rig.good).items()
              if not name.startswith(("schedule.", "draws."))}  # fmt: skip
    head = {"format": 3, "dt": 0.1, "seed": rig.net.seed, "step": 4000}
    arrays[HEAD] = np.array(json.dumps(head))
    assert rig.refusal(arrays) is None
    arrays["plastic.logged.log_j"][0] = -1
    assert "'plastic.logged.log_j' must be" in rig.refusal(arrays)


def test_what_could_not_be_loaded_is_not_saved(tmp_path):
    """A good file is not replaced by one that nobody can go on from."""
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF())
    net.run(1.0)
    path = tmp_path / "state.npz"
    net.save_state(path)
    before = path.read_bytes()
    net.plan.state[1] = np.nan
    with pytest.raises(sim.ValidationError, match=r"cannot go on .* cells\[1\]\.V_m"):
        net.save_state(path)
    assert path.read_bytes() == before
    net.load_state(path)
    assert np.isfinite(cells.get("V_m")).all()


def test_a_file_that_cannot_be_read_builds_nothing(tmp_path):
    net = sim.Network(seed=1)
    net.population("cells", 3, sim.LIF())
    with pytest.raises(sim.ValidationError, match="there is no such file"):
        net.load_state(tmp_path / "none")
    net.population("more", 2, sim.LIF())
