"""Quantal release: sites that hold a vesicle or none, and release it or not.

    a spike:            u <- u + U (1 - u), and each full site releases with probability u
    an empty site:      is full again after a time t with probability 1 - exp(-t / tau_rec)
    between spikes:     du/dt = -u / tau_facil
    what arrives:       weight * (sites that released) / n_sites

All sites of all synapses are independent given the spikes. The model is that of Fuhrmann, Segev,
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

    Each synapse has `n_sites` sites, 1 to 255, all full at the start. The draws are keyed by the
    projection's name, the source, the number of its spike and the place among its synapses.
    """

    n_sites = param(1, one, "positive", "release sites of each synapse, 1 to 255")

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        if not 1 <= self.n_sites <= MOST_SITES or self.n_sites != int(self.n_sites):
            raise ValidationError(
                f"must be a whole number from 1 to {MOST_SITES}, got {self.n_sites}", "n_sites",
                self,
            )  # fmt: skip
