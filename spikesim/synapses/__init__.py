"""Plasticity rules and short-term plasticity models, one per file."""

from spikesim.synapses.hebbian import Hebbian
from spikesim.synapses.oja import Oja
from spikesim.synapses.pair_stdp import PairSTDP
from spikesim.synapses.quantal import QuantalRelease
from spikesim.synapses.release import Release
from spikesim.synapses.rule import COINCIDENCES, PAIRINGS, PlasticityRule
from spikesim.synapses.trace_stdp import TraceSTDP
from spikesim.synapses.tsodyks_markram import TsodyksMarkram

__all__ = [
    "COINCIDENCES", "PAIRINGS", "Hebbian", "Oja", "PairSTDP", "PlasticityRule", "QuantalRelease",
    "Release", "TraceSTDP", "TsodyksMarkram",
]  # fmt: skip
