"""A run that is killed and resumed ends like one that is not; and what a run finds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from models.mnist import experiment, report
from models.mnist.experiment import Experiment, total_work
from models.mnist.options import Options
from models.mnist.protocol import split
from models.mnist.store import Store

OPTIONS = Options(
    neurons=(6,), seeds=(1, 2), passes=2, n_label=30, hidden=(5,), epochs=2, n_test=15
)


class Killed(Exception):
    """Stands for the end of a process."""


@pytest.fixture(autouse=True)
def checkpoint_always(monkeypatch):
    monkeypatch.setattr(experiment, "CHECKPOINT_EVERY_S", 0.0)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    from tests.models.conftest import Dataset, strokes

    images = split(Dataset("tiny", strokes(60, 0), strokes(25, 1)), OPTIONS)
    store = Store(tmp_path_factory.mktemp("unbroken"))
    return images, Experiment(OPTIONS, images, store).run(), store


def untimed(outcomes):
    """Outcomes without what differs from run to run: times and names of files."""
    return [
        replace(o, arrays="", rows=[replace(row, train_seconds=0.0) for row in o.rows])
        for o in outcomes
    ]


def same_arrays(one, store_one, two, store_two):
    for a, b in zip(one, two, strict=True):
        first, second = store_one.get(a.arrays), store_two.get(b.arrays)
        assert first.keys() == second.keys()
        for key in first:
            np.testing.assert_array_equal(first[key], second[key], err_msg=key)


class Killer:
    """Follows the progress, and kills after so many calls."""

    def __init__(self, calls):
        self.left = calls

    def __call__(self, doing, amount, spikes):
        self.left -= 1
        if self.left < 0:
            raise Killed


@pytest.mark.thorough
@pytest.mark.parametrize("every", [3, 7, 15])
def test_killed_again_and_again_ends_like_unbroken(unbroken, tmp_path, every):
    images, expected, store = unbroken
    outcomes, kills = None, 0
    while outcomes is None:
        mine = Store(tmp_path)
        before = mine.progress()
        try:
            outcomes = Experiment(OPTIONS, images, mine, Killer(every)).run()
        except Killed:
            kills += 1
            every += mine.progress() == before  # no headway in so few steps: go further
    assert kills > 3
    assert untimed(outcomes) == untimed(expected)
    same_arrays(expected, store, outcomes, mine)


def test_rows_say_what_was_found(unbroken):
    images, outcomes, store = unbroken
    rows = report.rows_of(outcomes)
    assert [row.name for row in rows[:2]] == ["STDP 6, label vote", "STDP 6, delta rule"]
    assert [row.seed for row in rows] == [1, 1, 2, 2, 1, 2]
    assert rows[0].parameters == 36 * 6 + 6
    assert rows[1].parameters == 36 * 6 + 6 + 6 * 3 + 3
    assert rows[-1].ops_per_image == 36 * 5 + 5 * 3
    assert rows[-1].spikes_per_image == 0
    for outcome in outcomes:
        predicted = store.get(outcome.arrays)["predicted"]
        for row, answers in zip(outcome.rows, predicted, strict=True):
            assert row.accuracy == (answers == images.test.labels).mean()
            assert row.train_seconds > 0


def test_operations_follow_from_the_spikes(unbroken):
    """All-to-all: a pixel's spike reaches 6 neurons, a neuron's 5 others; the vote adds one."""
    row = unbroken[1][0].rows[0]
    assert 5 * row.spikes_per_image < row.ops_per_image <= 6 * row.spikes_per_image


def test_progress_adds_up(unbroken, tmp_path):
    images, *_ = unbroken
    amounts = []
    options = replace(OPTIONS, seeds=(1,), passes=1)
    Experiment(options, images, Store(tmp_path), lambda doing, a, spikes: amounts.append(a)).run()
    assert sum(amounts) == pytest.approx(total_work(options, images))


DRIVER = """
import sys
from models.mnist import experiment, __main__
experiment.CHECKPOINT_EVERY_S = 0.0
sys.argv = ["mnist", *sys.argv[1:]]
__main__.cli()
"""


@pytest.mark.slow
def test_killed_process_goes_on(tiny_folder, tmp_path):
    """SIGKILL at an arbitrary moment of the learning, then ``--resume``."""
    command = [sys.executable, "-c", DRIVER, "--data", str(tiny_folder), "--neurons", "6"]
    command += ["--passes", "30", "--hidden", "5", "--epochs", "1"]
    env = os.environ | {"MPLBACKEND": "Agg"}
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    quiet = {"env": env, "stdout": subprocess.DEVNULL, "check": True}
    subprocess.run([*command, "--out", str(whole)], **quiet)
    process = subprocess.Popen([*command, "--out", str(broken)], env=env, stdout=subprocess.DEVNULL)
    while not (broken / "checkpoint" / "progress.json").exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    subprocess.run([*command, "--resume", str(broken)], **quiet)
    names = {path.name for path in whole.iterdir()}
    assert names == {path.name for path in broken.iterdir()}
    for name in ("spiking-6-seed1.npz", "mlp-5-seed1.npz"):
        with np.load(whole / name) as one, np.load(broken / name) as two:
            for key in one.files:
                np.testing.assert_array_equal(one[key], two[key], err_msg=key)
