"""The default network: Diehl & Cook (2015), reduced to what its learning needs.

What differs from the paper, and why:

- Lateral inhibition is a negative weight from each excitatory neuron to all others, one step
  later, instead of a second population: there, too, an inhibitory neuron fires for each
  excitatory spike and silences all others.
- Synapses are deltas (jumps of the membrane) instead of conductances.
- An image is shown once for 100 ms at up to 200 Hz, not for 350 ms at up to 64 Hz: as many input
  spikes. Instead of 150 ms of rest the state is reset.
- The threshold, which adapts in both, is the only brake on neurons that fire often; images that
  evoke few spikes are not shown again.
- The presynaptic trace is set to 1 by a spike, as in the authors' published code.

Voltages are those of a real cell; only their ratios matter. The parameters were chosen on
training images that were held out, never on test images.

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
"""What a neuron's threshold would grow by if each image evoked one spike."""


class Reduced(DigitNetwork):
    """One layer of adaptive neurons that compete by inhibition without a second population."""

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
            # However many neurons share however many images, thresholds end at the same height.
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
            # Neurons that see few images must take more from each.
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
