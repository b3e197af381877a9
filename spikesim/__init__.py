"""spikesim: simulation of spiking neural networks with synaptic plasticity.

This module exports the whole public API. `spikesim.plot` is imported when it is first accessed,
so that scripts that do not plot need not import matplotlib.
"""

from __future__ import annotations

import importlib
from typing import Any

from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.analysis.traces import Traces
from spikesim.channels import (
    KA,
    KM,
    CaL,
    CalciumPool,
    CaT,
    Channel,
    H,
    K,
    KCa,
    Kdr,
    Leak,
    Na,
    NaF,
)
from spikesim.connectors import (
    AllToAll,
    DistanceDependent,
    FixedInDegree,
    FixedOutDegree,
    FixedProbability,
    FixedTotalNumber,
    FromArrays,
    FromSparse,
    OneToOne,
)
from spikesim.description.inputs import GammaSource, PoissonSource, SpikeSource
from spikesim.description.schedules import Schedule
from spikesim.distributions import Constant, LogNormal, Normal, Uniform
from spikesim.errors import (
    SimulationError,
    SpikesimError,
    SpikesimWarning,
    ValidationError,
    nearest,
)
from spikesim.errors.words import meant
from spikesim.mechanisms.miniatures import Miniatures
from spikesim.mechanisms.noise_current import NoiseCurrent
from spikesim.mechanisms.poisson_drive import PoissonDrive
from spikesim.mechanisms.step_current import DCCurrent, StepCurrent
from spikesim.network import Network
from spikesim.neurons import (
    EIF,
    GIF,
    LIF,
    MAT2,
    QIF,
    AdaptiveLIF,
    AdEx,
    Compartment,
    ConductanceNeuron,
    FitzHughNagumo,
    HodgkinHuxley,
    Izhikevich,
    IzhikevichHalfSteps,
    McCullochPitts,
    MorrisLecar,
    MultiCompartment,
    Neuron,
    PinskyRinzel,
    TraubMiles,
    WangBuzsaki,
    cable,
)
from spikesim.receptors import (
    AMPA,
    GABA_A,
    GABA_B,
    NMDA,
    AlphaConductance,
    AlphaCurrent,
    Delta,
    DualExpConductance,
    DualExpCurrent,
    ExpConductance,
    ExpCurrent,
    Jump,
    KineticConductance,
    KineticNMDA,
    Nicotinic,
    Receptor,
    saturating_gate,
)
from spikesim.synapses import (
    BCM,
    RSTDP,
    SDSP,
    AdaptiveEProp,
    CalciumSTDP,
    ClopathSTDP,
    Covariance,
    DiehlCookSTDP,
    DopamineSTDP,
    EProp,
    ExponentialTraceSTDP,
    Hebbian,
    InhibitorySTDP,
    Oja,
    OrchestratedSTDP,
    PairSTDP,
    PlasticityRule,
    PowerLawSTDP,
    PrePostSTDP,
    QuantalRelease,
    RMax,
    SlidingTripletSTDP,
    SymmetricTraceSTDP,
    SynapticScaling,
    TraceSTDP,
    TripletSTDP,
    TsodyksMarkram,
    UrbanczikSenn,
)

__version__ = "0.1.0"

_LAZY = ("plot", "interchange", "readout")


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return importlib.import_module(f"spikesim.{name}")
    method = meant(name, [n for n in dir(Network) if n[0] != "_"])
    if method:  # a module function in other simulators, a method here
        hint = f" (did you mean 'Network.{method}'?)"
    else:
        hint = nearest(name, [*__all__, *_LAZY])
    raise AttributeError(f"module 'spikesim' has no attribute {name!r}{hint}")


__all__ = [
    "AMPA",
    "BCM",
    "EIF",
    "GABA_A",
    "GABA_B",
    "GIF",
    "KA",
    "KM",
    "LIF",
    "MAT2",
    "NMDA",
    "QIF",
    "RSTDP",
    "SDSP",
    "AdEx",
    "AdaptiveEProp",
    "AdaptiveLIF",
    "AllToAll",
    "AlphaConductance",
    "AlphaCurrent",
    "CaL",
    "CaT",
    "CalciumPool",
    "CalciumSTDP",
    "Channel",
    "ClopathSTDP",
    "Compartment",
    "ConductanceNeuron",
    "Constant",
    "Covariance",
    "DCCurrent",
    "Delta",
    "DiehlCookSTDP",
    "DistanceDependent",
    "DopamineSTDP",
    "DualExpConductance",
    "DualExpCurrent",
    "EProp",
    "ExpConductance",
    "ExpCurrent",
    "ExponentialTraceSTDP",
    "FitzHughNagumo",
    "FixedInDegree",
    "FixedOutDegree",
    "FixedProbability",
    "FixedTotalNumber",
    "FromArrays",
    "FromSparse",
    "GammaSource",
    "H",
    "Hebbian",
    "HodgkinHuxley",
    "InhibitorySTDP",
    "Izhikevich",
    "IzhikevichHalfSteps",
    "Jump",
    "K",
    "KCa",
    "Kdr",
    "KineticConductance",
    "KineticNMDA",
    "Leak",
    "LogNormal",
    "McCullochPitts",
    "Miniatures",
    "MorrisLecar",
    "MultiCompartment",
    "Na",
    "NaF",
    "Network",
    "Neuron",
    "Nicotinic",
    "NoiseCurrent",
    "Normal",
    "Oja",
    "OneToOne",
    "OrchestratedSTDP",
    "PairSTDP",
    "PinskyRinzel",
    "PlasticityRule",
    "PoissonDrive",
    "PoissonSource",
    "PowerLawSTDP",
    "PrePostSTDP",
    "QuantalRelease",
    "RMax",
    "Receptor",
    "Schedule",
    "SimulationError",
    "SlidingTripletSTDP",
    "SpikeSource",
    "SpikeTrains",
    "SpikesimError",
    "SpikesimWarning",
    "StepCurrent",
    "SymmetricTraceSTDP",
    "SynapticScaling",
    "TraceSTDP",
    "Traces",
    "TraubMiles",
    "TripletSTDP",
    "TsodyksMarkram",
    "Uniform",
    "UrbanczikSenn",
    "ValidationError",
    "WangBuzsaki",
    "cable",
    "saturating_gate",
]  # fmt: skip
