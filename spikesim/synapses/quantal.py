"""Stochastic quantal release: sites with at most one vesicle each.

    a spike:            u <- u + U (1 - u), and each full site releases with probability u
    an empty site:      is full again after a time t with probability 1 - exp(-t / tau_rec)
    between spikes:     du/dt = -u / tau_facil
    transmitted:        weight * (sites that released) / n_sites

Given the spikes, all sites of all synapses are independent. The model is that of Fuhrmann, Segev,
Markram & Tsodyks 2002 (J. Neurophysiol. 87:140). Its mean over trials is exactly the response of
`TsodyksMarkram` with the same parameters, and the number of quanta is binomial, with n_sites trials
of probability u x. A quantum is ``weight / n_sites``.
"""

from typing import Any

from spikesim.errors import ValidationError
from spikesim.synapses.release import Release
from spikesim.units import one, param

MOST_SITES = 255


class QuantalRelease(Release):
    """Stochastic short-term plasticity: each spike transmits a number of quanta, or fails.

    Each synapse has `n_sites` sites, 1 to 255, all full at the start. The random numbers depend on
    the projection's name, the source, the number of its spike and the index among its synapses.
    """

    n_sites = param(1, one, "positive", "release sites of each synapse, 1 to 255")

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        if not 1 <= self.n_sites <= MOST_SITES or self.n_sites != int(self.n_sites):
            raise ValidationError(
                f"must be a whole number from 1 to {MOST_SITES}, got {self.n_sites}", "n_sites",
                self,
            )  # fmt: skip
