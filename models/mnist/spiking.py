"""Train and test one spiking network of one size and seed.

There are five stages:

1. ``learn``: STDP on the training images, without labels;
2. ``label``: responses of the trained network to labelled training images, for the vote;
3. ``vote``: responses to the test images, for the vote;
4. ``rates``: responses of the network with weakened inhibition to all training images, on which
   a linear readout (a classifier on spike counts) is trained by the delta rule; rates are more
   informative if one neuron does not silence all others;
5. ``final``: responses to the test images, also with weakened inhibition.

Images are processed in blocks. After any block the state can be saved, and a run that continues
from there gives the same results.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .faithful import Faithful
from .network import DigitNetwork
from .options import Options
from .protocol import Split, order
from .reduced import Reduced
from .running_vote import RunningVote
from .store import Store

POINTS = 25
"""Maximum number of points of the learning curve in one pass."""

RELAXED = 0.1
"""Fraction of the inhibition that remains for the linear readout."""


@dataclass(frozen=True)
class Stage:
    """A sequence of images to show, and its settings."""

    name: str
    pixels: np.ndarray
    labels: np.ndarray
    order: np.ndarray
    inhibition: float = 1.0


class SpikingRun:
    """The run of one network through all stages.

    Parameters
    ----------
    options : Options
    images : Split
    neurons, seed : int

    Attributes
    ----------
    network : DigitNetwork
    curve : list of [int, float]
        Number of images seen, and accuracy of the vote on the latest ones.
    counts : dict of str to ndarray
        The responses of each finished stage but ``learn``.
    seconds, spikes, events, output : dict of str to number
        Time, number of all spikes, synaptic events and excitatory spikes of each stage.
    """

    def __init__(self, options: Options, images: Split, neurons: int, seed: int):
        self.options, self.images = options, images
        self.neurons, self.seed = neurons, seed
        kind = Faithful if options.faithful else Reduced
        shown = len(images.train) * options.passes
        self.network: DigitNetwork = kind(images.n_pixels, neurons, seed, images=shown)
        self.stages = self._make_stages()
        self.chunk = int(np.clip(len(images.train) // 50, 10, 100))
        block = self.chunk * max(1, len(images.train) // (POINTS * self.chunk))
        self._vote = RunningVote(images.n_classes, neurons, block)
        self.seconds: dict[str, float] = {}
        self.spikes: dict[str, int] = {}
        self.events: dict[str, int] = {}
        self.output: dict[str, int] = {}
        self._parts: dict[str, list[np.ndarray]] = {}
        self._files: dict[str, list[str]] = {}
        self._stage, self._done = 0, 0

    def _make_stages(self) -> list[Stage]:
        train, test = self.images.train, self.images.test
        label = self.images.label(self.neurons)
        orders = [order(len(train), self.seed, k) for k in range(self.options.passes)]
        plan = [
            ("learn", train, np.concatenate(orders), 1.0),
            ("label", label, np.arange(len(label)), 1.0),
            ("vote", test, np.arange(len(test)), 1.0),
            ("rates", train, np.arange(len(train)), RELAXED),
            ("final", test, np.arange(len(test)), RELAXED),
        ]
        return [Stage(name, part.flat(), part.labels, o, r) for name, part, o, r in plan]

    @property
    def curve(self) -> list[list[float]]:
        return self._vote.curve

    @property
    def counts(self) -> dict[str, np.ndarray]:
        return {name: np.concatenate(parts) for name, parts in self._parts.items()}

    @property
    def shown(self) -> int:
        """Number of images shown so far."""
        return sum(len(s.order) for s in self.stages[: self._stage]) + self._done

    def steps(self) -> Iterator[tuple[str, int, int]]:
        """Run all stages; yields the stage, number of images and total spikes after each block."""
        while self._stage < len(self.stages):
            stage = self.stages[self._stage]
            self.network.relax(stage.inhibition)
            while self._done < len(stage.order):
                chosen = stage.order[self._done : self._done + self.chunk]
                self._show(stage, chosen)
                self._done += len(chosen)
                yield stage.name, len(chosen), self.network.net.n_spikes
            self._stage, self._done = self._stage + 1, 0

    def _show(self, stage: Stage, chosen: np.ndarray) -> None:
        net, name = self.network.net, stage.name
        spikes, events, started = net.n_spikes, net.n_events, time.perf_counter()
        if name == "learn":
            counts = self.network.learn(stage.pixels[chosen])
        else:
            counts = self.network.respond(stage.pixels[chosen])
        _add(self.seconds, name, time.perf_counter() - started)
        _add(self.spikes, name, net.n_spikes - spikes)
        _add(self.events, name, net.n_events - events)
        _add(self.output, name, int(counts.sum()))
        if name == "learn":
            self._vote.see(counts, stage.labels[chosen])
        else:
            self._parts.setdefault(name, []).append(counts)

    # --- saving and going on ------------------------------------------------------------------

    def save(self, store: Store) -> tuple[dict[str, Any], list[str]]:
        """Write the state; returns the record that `restore` needs, and the names of its files."""
        network = store.write("network", self.network.save)
        vote = store.put("curve", **self._vote.arrays())
        for name, parts in self._parts.items():
            files = self._files.setdefault(name, [])
            if len(parts) > len(files):  # merge the parts that are not in a file yet
                fresh = np.concatenate(parts[len(files) :])
                parts[len(files) :] = [fresh]
                files.append(store.put("counts", counts=fresh))
        record = {
            "stage": self._stage,
            "done": self._done,
            "seconds": self.seconds,
            "spikes": self.spikes,
            "events": self.events,
            "output": self.output,
            "vote": self._vote.record(),
            "network": network,
            "curve": vote,
            "counts": self._files,
        }
        return record, [network, vote, *(f for files in self._files.values() for f in files)]

    def restore(self, record: dict[str, Any], store: Store) -> None:
        """Restore a state that `save` wrote."""
        self._stage, self._done = record["stage"], record["done"]
        self.seconds, self.spikes = record["seconds"], record["spikes"]
        self.events, self.output = record["events"], record["output"]
        self._vote.restore(record["vote"], store.get(record["curve"]))
        self._files = record["counts"]
        self._parts = {
            name: [store.get(file)["counts"] for file in files]
            for name, files in self._files.items()
        }
        self.network.load(store.path(record["network"]))


def _add(sums: dict[str, Any], name: str, value: float) -> None:
    sums[name] = sums.get(name, 0) + value
