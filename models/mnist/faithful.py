"""The network of Diehl & Cook (2015), as described in the paper.

Each excitatory neuron, with an adaptive threshold, excites one inhibitory neuron, which inhibits
all other excitatory neurons. Synapses are conductance-based. Each image is shown for 350 ms at up
to 63.75 Hz, followed by 150 ms of rest; an image that evokes fewer than 5 spikes is shown again
with the maximum rate increased by 32 Hz.

Parameters are those of the paper, or of the authors' published code if the paper does not state
them. There conductances are in units of the leak; with C_m = tau_m pF the leak is 1 nS, so that the
numbers are the same in nS. The plasticity rule is equation 3 of the paper, which does not state its
constants; they were chosen on held-out training images. Delays are one step. The published code
draws the delays of the pixels from 0 to 10 ms, which shifts the Poisson trains against each other
and has no other effect.

Source: Diehl & Cook (2015), "Unsupervised learning of digit recognition using
spike-timing-dependent plasticity", *Frontiers in Computational Neuroscience* 9:99.
"""

from __future__ import annotations

import numpy as np

import spikesim as sim

from .network import DigitNetwork

INHIBITION = 17.0  # nS
RATE_STEP = 32.0  # Hz
FEWEST_SPIKES = 5
MOST_REPEATS = 20


class Faithful(DigitNetwork):
    """Excitatory and inhibitory populations with conductance-based synapses."""

    label = "Diehl & Cook"
    weight_unit = "nS"
    duration = 350.0
    rest = 150.0
    max_rate = 63.75
    total_per_pixel = 0.1

    def _connect(self) -> None:
        self.excitatory = self.net.population(
            "excitatory", self.neurons, _excitatory(), initial={"theta": 20.0, "V_m": -105.0}
        )
        self.inhibitory = self.net.population(
            "inhibitory", self.neurons, _inhibitory(), initial={"V_m": -100.0}
        )
        self.learnt = self.net.project(
            self.pixels,
            self.excitatory,
            sim.AllToAll(),
            weight=sim.Uniform(0.003, 0.303),
            delay=self.dt,
            receptor="exc",
            plasticity=sim.TraceSTDP(
                tau_plus=20.0, eta=0.01, x_target=0.4, mu=0.2, w_max=1.0, pairing="all-to-all"
            ),
            delay_is="axonal",
            name="learnt",
        )
        self.net.project(
            self.excitatory, self.inhibitory, sim.OneToOne(),
            weight=10.4, delay=self.dt, receptor="exc", name="relay",
        )  # fmt: skip
        self._lateral = self.net.project(
            self.inhibitory,
            self.excitatory,
            sim.AllToAll(),
            weight=INHIBITION * self._others(),
            delay=self.dt,
            receptor="inh",
            name="lateral inhibition",
        )

    def _present(self, image: np.ndarray) -> np.ndarray:
        brightest = image.max()
        for repeat in range(MOST_REPEATS + 1):
            brighter = (self.max_rate + repeat * RATE_STEP) / self.max_rate
            self.pixels.set(rate=image * brighter)
            counts = self._run(self.duration)
            self.pixels.set(rate=0.0)
            self.net.run(self.rest, progress=False)
            if counts.sum() >= FEWEST_SPIKES or brightest == 0.0:
                break
        return counts

    def relax(self, share: float) -> None:
        self._lateral.weight = INHIBITION * share * self._others().ravel()

    def _others(self) -> np.ndarray:
        """Matrix that is 0 for the excitatory neuron that drives an inhibitory one, else 1."""
        return 1.0 - np.eye(self.neurons)


def _excitatory() -> sim.AdaptiveLIF:
    return sim.AdaptiveLIF(
        C_m=100.0,
        tau_m=100.0,
        E_L=-65.0,
        V_reset=-65.0,
        V_th=-72.0,  # theta starts at 20 mV, so that the threshold starts at -52 mV
        t_ref=5.0,
        theta_plus=0.05,
        tau_theta=1e7,
        receptors={
            "exc": sim.ExpConductance(tau_syn=1.0, E_rev=0.0),
            "inh": sim.ExpConductance(tau_syn=2.0, E_rev=-100.0),
        },
    )


def _inhibitory() -> sim.LIF:
    return sim.LIF(
        C_m=10.0,
        tau_m=10.0,
        E_L=-60.0,
        V_reset=-45.0,
        V_th=-40.0,
        t_ref=2.0,
        receptors={"exc": sim.ExpConductance(tau_syn=1.0, E_rev=0.0)},
    )
