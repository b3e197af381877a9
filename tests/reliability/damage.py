"""Files of every kind that is read, damaged and read again.

``python -m tests.reliability.damage 100`` prints how 100 damaged files ended.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import spikesim as sim
from models.mnist.idx import read_idx
from models.mnist.store import Store
from spikesim import cache, interchange
from tests import hostile
from tests.damage import WAYS
from tests.models.conftest import idx_bytes
from tests.reliability.trial import Trial

Reader = Callable[[Path], Any]


def damaged(raw: bytes, rng: np.random.Generator) -> bytes:
    """The bytes of a file, damaged in a way that is drawn."""
    way = WAYS[rng.integers(len(WAYS))]
    a, b = sorted(rng.integers(0, len(raw) + 1, 2).tolist())
    return way(raw, a, b, rng.bytes(int(rng.integers(1, 65))))


class State:
    """Loads a state, and raises AssertionError if a refused one has changed the network."""

    def __init__(self, path: Path):
        self.net = hostile.network()
        self.net.run(200.0)
        self.net.save_state(path)

    def __call__(self, path: Path) -> None:
        before = hostile.held(self.net)
        try:
            self.net.load_state(path)
        except sim.SpikesimError:
            assert hostile.held(self.net) == before, "a state that was refused changed the network"
            raise


class Kernel:
    """Reads a compiled kernel, which is made anew if the file is not what was written."""

    def __init__(self, path: Path):
        self.folder = cache.CacheFolder(path.parent, path.parent)
        self.folder.write(path.name, b"machine code" * 200)

    def __call__(self, path: Path) -> None:
        found = self.folder.read(path.name)
        assert found in (None, b"machine code" * 200), "a damaged kernel was trusted"
        if found is None:
            raise sim.SpikesimError("made anew")


def checkpoint(path: Path) -> Reader:
    """The record and the arrays of a training."""
    store = Store(path)
    name = store.put("counts", counts=np.arange(200, dtype=np.uint8))
    store.commit({"outcomes": [], "current": {"counts": [name], "done": 7}}, [name])

    def read(_: Path) -> None:
        found = Store(path)
        found.progress()
        found.get(name)

    return read


def files(folder: Path) -> list[tuple[str, Path, Reader]]:
    """Good files in a folder: what each is, where, and what reads it."""
    spikes = sim.SpikeTrains(
        np.linspace(1.0, 99.0, 60), np.arange(60) % 7, n=9, t_start=0.0, t_stop=100.0, name="cells"
    )
    traces = sim.Traces(
        [0.0, 1.0, 2.0], np.arange(6.0).reshape(3, 2), ids=[4, 2], variable="V_m", unit="mV"
    )
    interchange.save(folder / "results.npz", {"a": spikes, "b": traces})
    interchange.save_csv(folder / "spikes.csv", spikes)
    interchange.save_csv(folder / "traces.csv", traces)
    nest = "".join(f"{k % 5 + 1}\t{k * 1.5 + 1.0:.3f}\n" for k in range(60))
    head = "# NEST version: 3.8\n# RecordingBackendASCII version: 2\nsender\ttime_ms\n"
    (folder / "nest.dat").write_text(head + nest)
    (folder / "images").write_bytes(idx_bytes(np.arange(36).reshape(6, 3, 2)))
    training = checkpoint(folder / "training")
    found = [
        ("state", folder / "state.npz", State(folder / "state.npz")),
        ("results", folder / "results.npz", interchange.load),
        ("CSV", folder / "spikes.csv", interchange.load_csv),
        ("CSV", folder / "traces.csv", interchange.load_csv),
        ("NEST recording", folder / "nest.dat", interchange.load_nest),
        ("MNIST images", folder / "images", lambda path: read_idx(path, 3)),
        ("compiled kernel", folder / "kernel", Kernel(folder / "kernel")),
    ]
    for path in sorted((folder / "training").iterdir()):
        found.append(("checkpoint of a training", path, training))
    return found


def damaged_files(cases: int, seed: int, folder: Path) -> Trial:
    """Files of all kinds in turn, each damaged anew."""
    trial, rng = Trial("damaged files"), np.random.default_rng(seed)
    kinds = [(*given, given[1].read_bytes()) for given in files(folder)]
    for k in range(cases):
        kind, path, read, raw = kinds[k % len(kinds)]
        now = damaged(raw, rng)
        path.write_bytes(now)
        try:
            read(path)
        except sim.SpikesimError as error:
            if str(error) != "made anew" and path.name not in str(error):
                trial.wrong(f"{kind}: the error does not name the file: {error}")
            else:
                trial.right(f"{kind}: refused")
        except Exception as error:
            trial.wrong(f"{kind}: {type(error).__name__}: {error}")
        else:
            trial.right(f"{kind}: {'whole' if now == raw else 'read as what it says'}")
        path.write_bytes(raw)
    return trial


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        outcome = damaged_files(int(sys.argv[1]), 1, Path(place))
    print(outcome)
    sys.exit(bool(outcome.faults))
