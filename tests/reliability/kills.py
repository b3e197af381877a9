"""Processes that are killed at random moments: a training that is resumed, and files being written.

``python -m tests.reliability.kills training 20`` prints how 20 kills ended. The process that is
killed is a fork of this one, so that it starts with compiled kernels: kills then fall into the work
and not into the start.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import spikesim as sim
from models.mnist import experiment
from models.mnist.experiment import Experiment
from models.mnist.options import Options
from models.mnist.protocol import split
from models.mnist.store import Store
from spikesim import interchange
from tests.models.conftest import Dataset, strokes
from tests.reliability.trial import Trial

OPTIONS = Options(neurons=(6,), seeds=(1,), passes=6, n_label=30, hidden=(5,), epochs=2, n_test=15)


def killed(work: Callable[[], Any], after_s: float) -> bool:
    """Fork a process that does the work, and kill it after a while; whether it came to its end.

    Raises
    ------
    RuntimeError
        If the work raised an error.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    ending = os.waitpid(child, 0)[1]
    if os.WIFEXITED(ending) and os.WEXITSTATUS(ending):
        raise RuntimeError("the work ended in an error")
    return os.WIFEXITED(ending)


def training(kills: int, seed: int, folder: Path) -> Trial:
    """A training on tiny images, killed and resumed until it ends, again and again."""
    trial, rng = Trial("a training killed and resumed"), np.random.default_rng(seed)
    experiment.CHECKPOINT_EVERY_S = 0.0
    images = split(Dataset("tiny", strokes(60, 0), strokes(25, 1)), OPTIONS)
    expected = _arrays(folder / "unbroken", images)
    started = time.perf_counter()
    _arrays(folder / "timed", images)  # its kernels are compiled by now
    whole_s = time.perf_counter() - started
    run = 0
    while trial.cases < kills:
        run += 1
        work = partial(_arrays, folder=folder / f"broken{run}", images=images)
        while trial.cases < kills and not killed(work, rng.uniform(0, whole_s / 3)):
            trial.right("killed, went on from its checkpoint")
        found = work()
        if not _same(found, expected):
            trial.wrong(f"run {run} ended in other results than the unbroken one")
    return trial


def _arrays(folder: Path, images: Any) -> list[dict[str, np.ndarray]]:
    """Run the training in a folder, from where it is, and return what it found."""
    store = Store(folder)
    outcomes = Experiment(OPTIONS, images, store).run()
    return [store.get(outcome.arrays) for outcome in outcomes]


def _same(found: list[dict[str, np.ndarray]], expected: list[dict[str, np.ndarray]]) -> bool:
    return all(
        a.keys() == b.keys() and all(np.array_equal(a[key], b[key]) for key in a)
        for a, b in zip(found, expected, strict=True)
    )


def learning_network() -> tuple[sim.Network, sim.Projection, sim.SpikeRecorder]:
    """A small network that learns."""
    net = sim.Network(seed=5)
    noise = net.population("noise", 50, sim.PoissonSource(30.0))
    cells = net.population("cells", 200, sim.LIF(receptors={"exc": sim.ExpCurrent()}))
    learn = net.project(
        noise, cells, sim.FixedProbability(0.5), weight=40.0, delay=1.0,
        plasticity=sim.PairSTDP(w_max=80.0), delay_is="axonal",
    )  # fmt: skip
    return net, learn, net.record(cells, "spikes")


def saving(kills: int, seed: int, folder: Path) -> Trial:
    """States and results that are saved over and over while the process is killed."""
    trial, rng = Trial("a process killed while it saves"), np.random.default_rng(seed)
    state, results = folder / "state.npz", folder / "spikes.npz"
    net, _, spikes = learning_network()
    net.run(1.0)
    truth = {}
    reference, its_weights, its_spikes = learning_network()
    for _ in range(400):
        reference.run(1.0)
        truth[round(reference.t)] = its_weights.weight.copy()

    def work() -> None:
        while net.t < 399.0:
            net.run(1.0)
            net.save_state(state)
            interchange.save(results, spikes.result())

    trains = its_spikes.result()
    while trial.cases < kills:
        killed(work, rng.uniform(0.0, 0.5))
        if not state.exists():
            trial.right("killed, no file yet")
            continue
        try:
            reference.load_state(state)
            right = np.array_equal(its_weights.weight, truth[round(reference.t)])
            if results.exists():
                found = interchange.load(results)
                right = right and found.equals(trains.window(0.0, found.t_stop))
        except sim.SpikesimError as error:
            trial.wrong(f"a file that was saved cannot be read: {error}")
            continue
        if right:
            trial.right("killed, files whole")
        else:
            trial.wrong("a file holds what never was")
    if len(list(folder.iterdir())) > 4:
        trial.wrong(f"drafts are left: {sorted(path.name for path in folder.iterdir())}")
    return trial


TRIALS = {"training": training, "saving": saving}

if __name__ == "__main__":
    name, kills = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        trial = TRIALS[name](kills, 1, Path(folder))
    print(trial)
    sys.exit(bool(trial.faults))
