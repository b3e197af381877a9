"""Base class of the reduced and the faithful network: show images and count spikes.

Both networks use the public API of spikesim only. Pixels are Poisson sources whose rates are
proportional to the image (rate coding). Their synapses onto excitatory neurons with adaptive
thresholds learn by STDP. After each training image the weights onto each neuron are scaled to a
fixed sum.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

import spikesim as sim


class DigitNetwork:
    """Base class of both networks; subclasses define populations and projections.

    Parameters
    ----------
    n_pixels : int
        Number of pixels of an image.
    neurons : int
        Number of excitatory neurons.
    seed : int
        Seed of initial weights and spikes.
    images : int
        Number of training images, over all passes.

    Attributes
    ----------
    net : spikesim.Network
    pixels, excitatory : spikesim.Population
    learnt : spikesim.Projection
        The synapses from pixels to excitatory neurons.
    """

    dt: ClassVar[float] = 0.5  # ms
    duration: ClassVar[float]  # of a presentation, ms
    max_rate: ClassVar[float]  # of a white pixel, Hz
    total_per_pixel: ClassVar[float]  # sum of the weights onto a neuron, per pixel
    label: ClassVar[str]  # name in tables
    weight_unit: ClassVar[str]

    net: sim.Network
    pixels: sim.Population
    excitatory: sim.Population
    learnt: sim.Projection

    def __init__(self, n_pixels: int, neurons: int, seed: int, *, images: int):
        self.n_pixels, self.neurons, self.images = n_pixels, neurons, images
        self.total = self.total_per_pixel * n_pixels
        self.net = sim.Network(dt=self.dt, seed=seed)
        self.pixels = self.net.population("pixels", n_pixels, sim.PoissonSource(rate=0.0))
        self._connect()
        self._spikes = self.net.record(self.excitatory, "spikes")
        self._run(self.dt)  # compiles all kernels before the first image
        self.learnt.normalize(self.total)
        self._learning: bool | None = None

    # --- what a subclass gives ----------------------------------------------------------------

    def _connect(self) -> None:
        """Create all populations except the pixels, and the projections."""
        raise NotImplementedError

    def _present(self, image: np.ndarray) -> np.ndarray:
        """Show one image (rates in Hz at normal brightness), and return the spike counts."""
        raise NotImplementedError

    def relax(self, share: float) -> None:
        """Weaken the competition: scale lateral inhibition by the factor `share`."""
        raise NotImplementedError

    # --- showing images -----------------------------------------------------------------------

    def learn(self, pixels: np.ndarray) -> np.ndarray:
        """Show images with plasticity on.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (n_images, n_pixels)

        Returns
        -------
        ndarray of uint8, shape (n_images, neurons)
            Number of spikes of each excitatory neuron during each image.
        """
        return self._show(pixels, learning=True)

    def respond(self, pixels: np.ndarray) -> np.ndarray:
        """Show images with frozen weights and thresholds; shapes as in `learn`."""
        return self._show(pixels, learning=False)

    def _show(self, pixels: np.ndarray, learning: bool) -> np.ndarray:
        self._switch(learning)
        counts = np.zeros((len(pixels), self.neurons), np.uint8)
        rates = np.arange(256) * (self.max_rate / 255.0)
        for row, image in enumerate(pixels):
            spikes = self._present(rates[image])
            if spikes.max() > 255:
                raise sim.SimulationError(f"a neuron fired {spikes.max()} times for one image")
            counts[row] = spikes
            if learning:
                self.learnt.normalize(self.total)
        return counts

    def _switch(self, learning: bool) -> None:
        if learning != self._learning:
            self.learnt.learning = learning
            self.excitatory.set(adapt=float(learning))
            self._learning = learning

    def _run(self, duration: float) -> np.ndarray:
        """Simulate for `duration` ms; returns the spike counts of the excitatory neurons."""
        self._spikes.clear()
        self.net.run(duration, progress=False)
        return self._spikes.counts()

    def watch(self, pixels: np.ndarray) -> dict[str, sim.SpikeTrains]:
        """Show images one after the other and return all spikes, for a raster plot."""
        self._switch(False)
        recorders = {p.name: self.net.record(p, "spikes") for p in self.net.populations.values()}
        for recorder in recorders.values():
            recorder.clear()
        rates = np.arange(256) * (self.max_rate / 255.0)
        for image in pixels:
            self._present(rates[image])
        return {name: recorder.result() for name, recorder in recorders.items()}

    # --- what it holds ------------------------------------------------------------------------

    @property
    def weights(self) -> np.ndarray:
        """Learnt weights, shape (n_pixels, neurons), in the unit of `weight_unit`."""
        synapses = self.learnt.connections()
        weights = np.zeros((self.n_pixels, self.neurons))
        weights[synapses.source, synapses.target] = synapses.weight
        return weights

    @property
    def thresholds(self) -> np.ndarray:
        """Increase of the thresholds of the excitatory neurons by adaptation (mV)."""
        return self.excitatory.get("theta")

    @property
    def parameters(self) -> int:
        """Number of learnt parameters: a weight for each synapse, a threshold for each neuron."""
        return self.n_pixels * self.neurons + self.neurons

    def save(self, path: Path) -> None:
        """Write the state, from which `load` continues bit-identically."""
        self.net.save_state(path)

    def load(self, path: Path) -> None:
        """Restore a saved state of the same network."""
        self.net.load_state(path)
        self._learning = None
