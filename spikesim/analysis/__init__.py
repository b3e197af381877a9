"""Results as small immutable objects around arrays, and what is computed from them."""

from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.analysis.statistics import fano_factors, stdp_curve
from spikesim.analysis.traces import Traces

__all__ = ["SpikeTrains", "Traces", "fano_factors", "stdp_curve"]
