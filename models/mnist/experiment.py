"""Run the whole experiment, from images to results, with checkpoints.

The spiking networks are run one after the other, then the MLPs. Each finished one is an `Outcome`,
stored in the checkpoint with its arrays; the state of the current network is saved every few
seconds. An interrupted MLP is trained again from the start, with the same result.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from spikesim.readout import DeltaRule, LabelVote

from . import mlp
from .options import Options
from .protocol import Split
from .spiking import SpikingRun
from .store import Store, damage_named

CHECKPOINT_EVERY_S = 10.0
RASTER_IMAGES = 10

Watch = Callable[[str, float, int], None]
"""Progress callback: current activity, work done since the last call (units), total spikes."""


@dataclass(frozen=True)
class Row:
    """Results of one method, trained and tested with one seed.

    Attributes
    ----------
    name : str
        Name of the method.
    accuracy : float
        Fraction of test images that are classified correctly.
    train_seconds : float
        Time for all processing of training images, including encoding.
    spikes_per_image : float
        Spikes of all neurons and inputs per test image (mean); 0 for the MLP.
    ops_per_image : float
        Number of arithmetic operations (see `operation`) per test image, including the readout
        (the classifier on spike counts).
    operation : str
        Type of operation that is counted: synaptic events, or multiply-adds.
    parameters : int
        Number of trained parameters.
    neurons : int
        Number of excitatory neurons, or of hidden units.
    seed : int
    """

    name: str
    accuracy: float
    train_seconds: float
    spikes_per_image: float
    ops_per_image: float
    operation: str
    parameters: int
    neurons: int
    n_train: int
    n_test: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    """Results of a finished network or MLP: its rows, learning curve, and the name of its arrays.

    The arrays are ``predicted`` (n_rows, n_test), and for a network ``weights``, ``thresholds``,
    ``assignment`` and the spikes of a few test images.
    """

    kind: str
    neurons: int
    seed: int
    rows: list[Row]
    curve: list[list[float]]
    arrays: str

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Outcome:
        return cls(**values | {"rows": [Row(**row) for row in values["rows"]]})


class Experiment:
    """All networks and MLPs of a run.

    Parameters
    ----------
    options : Options
    images : Split
    store : Store
        Where checkpoints are written, and from which an interrupted run continues.
    watch : callable, optional
        Progress callback.
    """

    def __init__(
        self,
        options: Options,
        images: Split,
        store: Store,
        watch: Watch = lambda doing, amount, spikes: None,
    ):
        self.options, self.images, self.store, self.watch = options, images, store, watch
        self.outcomes: list[Outcome] = []

    def run(self) -> list[Outcome]:
        """Run everything, or continue; returns the outcomes of all networks and MLPs."""
        progress = self.store.progress() or {"outcomes": [], "current": None}
        with damage_named(self.store.folder):
            self.outcomes = [Outcome.from_json(values) for values in progress["outcomes"]]
            current = progress["current"]
        done = {(o.kind, o.neurons, o.seed) for o in self.outcomes}
        for outcome in self.outcomes:
            self.watch("", work(self.options, self.images, outcome.kind, outcome.neurons), 0)
        for neurons in self.options.neurons:
            for seed in self.options.seeds:
                if ("spiking", neurons, seed) not in done:
                    self._finish(self._spiking(neurons, seed, current))
                    current = None
        hidden = sum(self.options.hidden)
        for seed in self.options.seeds:
            if ("mlp", hidden, seed) not in done:
                self._finish(self._mlp(seed))
        return self.outcomes

    def _finish(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self._commit(None, [])

    def _commit(self, current: dict[str, Any] | None, files: list[str]) -> None:
        progress = {"outcomes": [asdict(o) for o in self.outcomes], "current": current}
        self.store.commit(progress, [*files, *(o.arrays for o in self.outcomes)])

    # --- the spiking network ------------------------------------------------------------------

    def _spiking(self, neurons: int, seed: int, current: dict[str, Any] | None) -> Outcome:
        run = SpikingRun(self.options, self.images, neurons, seed)
        doing = f"{neurons} neurons, seed {seed}"
        each = image_work(self.options, neurons)
        if current is not None:
            with damage_named(self.store.folder):
                run.restore(current, self.store)
            self.watch(doing, each * run.shown, run.network.net.n_spikes)
        saved = time.monotonic()
        for stage, n_images, spikes in run.steps():
            self.watch(f"{doing}: {stage}", each * n_images, spikes)
            if time.monotonic() - saved >= CHECKPOINT_EVERY_S:
                self._commit(*run.save(self.store))
                saved = time.monotonic()
        return self._read_out(run)

    def _read_out(self, run: SpikingRun) -> Outcome:
        images, counts = self.images, run.counts
        started = time.perf_counter()
        vote = LabelVote(images.n_classes).fit(counts["label"], images.label(run.neurons).labels)
        voting = time.perf_counter() - started
        delta = DeltaRule(seed=run.seed, n_classes=images.n_classes)
        delta.fit(counts["rates"], images.train.labels)
        learning = time.perf_counter() - started - voting
        predicted = [vote.predict(counts["vote"]), delta.predict(counts["final"])]
        learn = run.seconds["learn"]
        rows = [
            self._row(
                run, "label vote", "vote", predicted[0], learn + run.seconds["label"] + voting,
                parameters=0, ops=1,
            ),
            self._row(
                run, "delta rule", "final", predicted[1], learn + run.seconds["rates"] + learning,
                parameters=delta.weight.size + delta.bias.size, ops=images.n_classes,
            ),
        ]  # fmt: skip
        run.network.relax(1.0)
        trains = run.network.watch(images.test.flat()[:RASTER_IMAGES])
        spikes = {
            f"raster.{name}.{part}": getattr(train, part)
            for name, train in trains.items()
            for part in ("times", "ids", "n", "t_start", "t_stop")
        }
        arrays = self.store.put(
            "outcome",
            predicted=np.stack(predicted),
            weights=run.network.weights.astype(np.float32),
            thresholds=run.network.thresholds,
            assignment=vote.assignment,
            weight_unit=np.array(run.network.weight_unit),
            shown=np.array(min(RASTER_IMAGES, len(images.test))),
            **spikes,
        )
        return Outcome("spiking", run.neurons, run.seed, rows, run.curve, arrays)

    def _row(
        self, run: SpikingRun, readout: str, stage: str, predicted: np.ndarray, seconds: float,
        *, parameters: int, ops: int,
    ) -> Row:  # fmt: skip
        """The row of a readout, which takes `ops` operations for each excitatory spike."""
        n = len(self.images.test)
        return Row(
            name=f"{run.network.label} {run.neurons}, {readout}",
            accuracy=float((predicted == self.images.test.labels).mean()),
            train_seconds=seconds,
            spikes_per_image=run.spikes[stage] / n,
            ops_per_image=(run.events[stage] + ops * run.output[stage]) / n,
            operation="synaptic events",
            parameters=run.network.parameters + parameters,
            neurons=run.neurons,
            n_train=len(self.images.train) * self.options.passes,
            n_test=n,
            seed=run.seed,
        )

    # --- the MLP ------------------------------------------------------------------------------

    def _mlp(self, seed: int) -> Outcome:
        options, images = self.options, self.images
        name = "MLP " + "-".join(map(str, options.hidden))
        each = work(options, images, "mlp", 0) / options.epochs
        self.watch(f"{name}, seed {seed}", 0.0, 0)
        done = 0

        def after_epoch(epochs: int) -> None:
            nonlocal done
            self.watch(f"{name}, seed {seed}", each * (epochs - done), 0)
            done = epochs

        trained = mlp.train(options, images.train, images.test, seed, after_epoch)
        row = Row(
            name=f"{name}, backprop",
            accuracy=float((trained.predicted == images.test.labels).mean()),
            train_seconds=trained.seconds,
            spikes_per_image=0.0,
            ops_per_image=float(trained.multiply_adds),
            operation="multiply-adds",
            parameters=trained.parameters,
            neurons=sum(options.hidden),
            n_train=len(images.train) * options.epochs,
            n_test=len(images.test),
            seed=seed,
        )
        arrays = self.store.put("outcome", predicted=trained.predicted[None])
        return Outcome("mlp", sum(options.hidden), seed, [row], trained.curve, arrays)


# --- how long things take, for the progress bar -----------------------------------------------


def image_work(options: Options, neurons: int) -> float:
    """Work units to show one image to a network; one unit is about a millisecond."""
    return (10.0 + 0.03 * neurons) if options.faithful else 0.2 + 0.001 * neurons


def work(options: Options, images: Split, kind: str, neurons: int) -> float:
    """Work units of one network or MLP."""
    train, test = len(images.train), len(images.test)
    if kind == "mlp":
        return 0.1 * train * options.epochs
    shown = train * (options.passes + 1) + len(images.label(neurons)) + 2 * test
    return shown * image_work(options, neurons)


def total_work(options: Options, images: Split) -> float:
    """Work units of the whole run."""
    networks = sum(work(options, images, "spiking", n) for n in options.neurons)
    return len(options.seeds) * (networks + work(options, images, "mlp", 0))
