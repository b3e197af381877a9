"""Brunel's network with pair STDP on all 10 million synapses between excitatory neurons.

The rule is the multiplicative one (van Rossum, Bi & Turrigiano 2000, J. Neurosci. 20:8812), whose
weights settle about W_MAX / (1 + ALPHA), a little below where they begin, so rates stay near those
without it. All delays are dendritic, as NEST's are. The steps are small because NEST transmits a
weight after the spike's own depression and spikesim before it: with ten times larger ones that
alone makes a difference of 3 % in the rates.
"""

from __future__ import annotations

from typing import Any

from benchmarks.workloads import Told, brunel

BIOLOGICAL_S = 1.0
DT = brunel.DT
EVENT_BYTES = 0.64 * 12.0 + 0.36 * 4.0  # the plastic synapses, whose weights change, and others
TAU, LAMBDA, ALPHA, MU, W_MAX = 20.0, 0.001, 1.05, 1.0, 0.2  # NEST's tau_minus is 20 ms, too


def spikesim(sim: Any, net: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell spikesim."""
    rule = sim.PairSTDP(tau_plus=TAU, tau_minus=TAU, lambda_=LAMBDA, alpha=ALPHA, mu_plus=MU,
                        mu_minus=MU, w_max=W_MAX)  # fmt: skip
    learning = {"plasticity": rule, "delay_is": "dendritic"}
    return brunel.spikesim(sim, net, seconds, scale, learning)


def nest(nest: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell NEST."""
    rule = {"tau_plus": TAU, "lambda": LAMBDA, "alpha": ALPHA, "mu_plus": MU, "mu_minus": MU,
            "Wmax": W_MAX}  # fmt: skip
    nest.CopyModel("stdp_synapse", "learning", rule)
    return brunel.nest(nest, seconds, scale, "learning")
