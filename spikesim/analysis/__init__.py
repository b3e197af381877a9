"""Result objects (spike trains and traces), and statistics of them."""

from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.analysis.statistics import fano_factors, stdp_curve
from spikesim.analysis.traces import Traces

__all__ = ["SpikeTrains", "Traces", "fano_factors", "stdp_curve"]
