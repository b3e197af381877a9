"""Plasticity rules and short-term plasticity models, one per file."""

from spikesim.synapses.adaptive_e_prop import AdaptiveEProp
from spikesim.synapses.bcm import BCM
from spikesim.synapses.calcium_stdp import CalciumSTDP
from spikesim.synapses.clopath_stdp import ClopathSTDP
from spikesim.synapses.covariance import Covariance
from spikesim.synapses.diehl_cook_stdp import DiehlCookSTDP
from spikesim.synapses.dopamine_stdp import DopamineSTDP
from spikesim.synapses.e_prop import EProp
from spikesim.synapses.exponential_trace_stdp import ExponentialTraceSTDP
from spikesim.synapses.hebbian import Hebbian
from spikesim.synapses.inhibitory_stdp import InhibitorySTDP
from spikesim.synapses.oja import Oja
from spikesim.synapses.orchestrated_stdp import OrchestratedSTDP
from spikesim.synapses.pair_stdp import PairSTDP
from spikesim.synapses.power_law_stdp import PowerLawSTDP
from spikesim.synapses.pre_post_stdp import PrePostSTDP
from spikesim.synapses.quantal import QuantalRelease
from spikesim.synapses.r_max import RMax
from spikesim.synapses.r_stdp import RSTDP
from spikesim.synapses.release import Release
from spikesim.synapses.rule import COINCIDENCES, PAIRINGS, PlasticityRule
from spikesim.synapses.sdsp import SDSP
from spikesim.synapses.sliding_triplet_stdp import SlidingTripletSTDP
from spikesim.synapses.symmetric_trace_stdp import SymmetricTraceSTDP
from spikesim.synapses.synaptic_scaling import SynapticScaling
from spikesim.synapses.trace_stdp import TraceSTDP
from spikesim.synapses.triplet_stdp import TripletSTDP
from spikesim.synapses.tsodyks_markram import TsodyksMarkram
from spikesim.synapses.urbanczik_senn import UrbanczikSenn

__all__ = [
    "BCM", "COINCIDENCES", "PAIRINGS", "RSTDP", "SDSP", "AdaptiveEProp", "CalciumSTDP",
    "ClopathSTDP", "Covariance", "DiehlCookSTDP", "DopamineSTDP", "EProp",
    "ExponentialTraceSTDP", "Hebbian", "InhibitorySTDP", "Oja", "OrchestratedSTDP", "PairSTDP",
    "PlasticityRule", "PowerLawSTDP", "PrePostSTDP", "QuantalRelease", "RMax", "Release",
    "SlidingTripletSTDP", "SymmetricTraceSTDP", "SynapticScaling", "TraceSTDP", "TripletSTDP",
    "TsodyksMarkram", "UrbanczikSenn",
]  # fmt: skip
