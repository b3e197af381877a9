"""What the reduced and the faithful network share: showing images and counting spikes.

Both are built from spikesim's public parts alone. Pixels are Poisson sources whose rates follow
the image (rate coding); excitatory neurons with adaptive thresholds learn by STDP on the pixels'
synapses; the weights onto each neuron are scaled to a fixed sum after each image that is learnt.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

import spikesim as sim


class DigitNetwork:
    """Base of both networks; a subclass says what it is made of.

    Parameters
    ----------
    n_pixels : int
        Pixels of an image.
    neurons : int
        Excitatory neurons.
    seed : int
        Seed of weights and spikes.
    images : int
        How many images it will learn from, over all passes.

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
    total_per_pixel: ClassVar[float]  # sum of the weights onto a neuron, for each pixel
    label: ClassVar[str]  # what it is called in tables
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
        self._run(self.dt)  # compiles all, so that no image waits for it
        self.learnt.normalize(self.total)
        self._learning: bool | None = None

    # --- what a subclass gives ----------------------------------------------------------------

    def _connect(self) -> None:
        """Make the populations but the pixels, and the projections."""
        raise NotImplementedError

    def _present(self, image: np.ndarray) -> np.ndarray:
        """Show one image (rates in Hz at its usual brightness), and return the spike counts."""
        raise NotImplementedError

    def relax(self, share: float) -> None:
        """Weaken the competition: lateral inhibition at this share of its strength."""
        raise NotImplementedError

    # --- showing images -----------------------------------------------------------------------

    def learn(self, pixels: np.ndarray) -> np.ndarray:
        """Show images and learn from them.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (n_images, n_pixels)

        Returns
        -------
        ndarray of uint8, shape (n_images, neurons)
            Spikes of each excitatory neuron during each image.
        """
        return self._show(pixels, learning=True)

    def respond(self, pixels: np.ndarray) -> np.ndarray:
        """Show images while weights and thresholds are frozen; shapes as in `learn`."""
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
        """Simulate for `duration` ms; the spike counts of the excitatory neurons."""
        self._spikes.clear()
        self.net.run(duration, progress=False)
        return self._spikes.counts()

    def watch(self, pixels: np.ndarray) -> dict[str, sim.SpikeTrains]:
        """All spikes while images are shown one after the other, for a raster."""
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
        """What the excitatory neurons' thresholds have grown by (mV)."""
        return self.excitatory.get("theta")

    @property
    def parameters(self) -> int:
        """Numbers that learning sets: a weight for each synapse, a threshold for each neuron."""
        return self.n_pixels * self.neurons + self.neurons

    def save(self, path: Path) -> None:
        """Write the state; `load` goes on from it bit for bit."""
        self.net.save_state(path)

    def load(self, path: Path) -> None:
        """Go on from a saved state of the same network."""
        self.net.load_state(path)
        self._learning = None
