"""The default network: a simplified version of Diehl & Cook (2015).

Differences from the paper, with reasons:

- Lateral inhibition is a negative weight from each excitatory neuron to all others, with a delay of
  one step, instead of a second population: in the paper, too, an inhibitory neuron fires for each
  excitatory spike and silences all other neurons.
- Synapses are delta synapses (jumps of the membrane potential) instead of conductances.
- An image is shown once for 100 ms at up to 200 Hz instead of 350 ms at up to 64 Hz, with the same
  number of input spikes. Instead of 150 ms of rest the state is reset.
- The adaptive threshold, which both have, is the only mechanism that limits neurons that fire
  often; images that evoke few spikes are not shown again.
- The presynaptic trace is set to 1 by a spike, as in the authors' published code.

Voltages are in a physiological range; only their ratios matter. The parameters were chosen on
held-out training images, never on test images.

Source: Diehl & Cook (2015), "Unsupervised learning of digit recognition using
spike-timing-dependent plasticity", *Frontiers in Computational Neuroscience* 9:99.
"""

from __future__ import annotations

import numpy as np

import spikesim as sim

from .network import DigitNetwork

W_MAX = 0.1  # mV
INHIBITION = -50.0  # mV
THETA_TOTAL = 6.25  # mV
"""Increase of a neuron's threshold if each image evoked one spike."""


class Reduced(DigitNetwork):
    """One layer of adaptive neurons with direct lateral inhibition."""

    label = "STDP"
    weight_unit = "mV"
    duration = 100.0
    max_rate = 200.0
    total_per_pixel = 0.01

    def _connect(self) -> None:
        cell = sim.AdaptiveLIF(
            tau_m=200.0,
            E_L=-65.0,
            V_reset=-65.0,
            V_th=-63.0,
            t_ref=10.0,
            # Final thresholds do not depend on the numbers of neurons and images.
            theta_plus=THETA_TOTAL * self.neurons / self.images,
            tau_theta=2.0 * self.duration * self.images,
            receptors={"synapses": sim.Delta()},
        )
        self.excitatory = self.net.population(
            "excitatory", self.neurons, cell, initial={"theta": 2.0}
        )
        self.learnt = self.net.project(
            self.pixels,
            self.excitatory,
            sim.AllToAll(),
            weight=sim.Uniform(0.0, 2.0 * self.total_per_pixel),
            delay=self.dt,
            plasticity=self._rule(),
            delay_is="axonal",
            name="learnt",
        )
        self._lateral = self.net.project(
            self.excitatory,
            self.excitatory,
            sim.AllToAll(autapses=False),
            weight=INHIBITION,
            delay=self.dt,
            name="lateral inhibition",
        )

    def _rule(self) -> sim.TraceSTDP:
        return sim.TraceSTDP(
            tau_plus=40.0,
            # With few images per neuron, the learning rate must be higher.
            eta=min(0.06, 0.13 * (self.neurons / self.images) ** (1 / 3)),
            x_target=0.1,
            mu=1.0,
            w_max=W_MAX,
            pairing="nearest-symmetric",
        )

    def _present(self, image: np.ndarray) -> np.ndarray:
        self.net.reset_state()
        self.pixels.set(rate=image)
        return self._run(self.duration)

    def relax(self, share: float) -> None:
        self._lateral.weight = INHIBITION * share
