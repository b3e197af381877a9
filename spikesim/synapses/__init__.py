"""Plasticity rules, one a file."""

from spikesim.plasticity.base import COINCIDENCES, PAIRINGS, PlasticityRule
from spikesim.plasticity.hebbian import Hebbian
from spikesim.plasticity.oja import Oja
from spikesim.plasticity.pair_stdp import PairSTDP
from spikesim.plasticity.trace_stdp import TraceSTDP

__all__ = [
    "COINCIDENCES", "PAIRINGS", "Hebbian", "Oja", "PairSTDP", "PlasticityRule", "TraceSTDP",
]  # fmt: skip
