"""spikesim: networks of spiking neurons that learn.

Everything that users need is here; `spikesim.plot` holds the pictures and is loaded when it is
asked for, so that scripts without pictures do not wait for matplotlib.
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
from spikesim.distributions import Constant, LogNormal, Normal, Uniform
from spikesim.errors import SimulationError, SpikesimError, SpikesimWarning, ValidationError
from spikesim.inputs import (
    DCCurrent,
    NoiseCurrent,
    PoissonDrive,
    PoissonSource,
    Schedule,
    SpikeSource,
    StepCurrent,
)
from spikesim.network import Network
from spikesim.neurons import (
    LIF,
    AdaptiveLIF,
    Compartment,
    ConductanceNeuron,
    MultiCompartment,
    Neuron,
    PinskyRinzel,
    cable,
)
from spikesim.plasticity import Hebbian, Oja, PairSTDP, PlasticityRule, TraceSTDP
from spikesim.receptors import (
    AlphaConductance,
    AlphaCurrent,
    Delta,
    ExpConductance,
    ExpCurrent,
    Receptor,
)

__version__ = "0.1.0"

_LAZY = ("plot", "interchange", "readout")


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return importlib.import_module(f"spikesim.{name}")
    raise AttributeError(f"module 'spikesim' has no attribute {name!r}")


__all__ = [
    "KA",
    "KM",
    "LIF",
    "AdaptiveLIF",
    "AllToAll",
    "AlphaConductance",
    "AlphaCurrent",
    "CaL",
    "CaT",
    "CalciumPool",
    "Channel",
    "Compartment",
    "ConductanceNeuron",
    "Constant",
    "DCCurrent",
    "Delta",
    "DistanceDependent",
    "ExpConductance",
    "ExpCurrent",
    "FixedInDegree",
    "FixedOutDegree",
    "FixedProbability",
    "FixedTotalNumber",
    "FromArrays",
    "FromSparse",
    "H",
    "Hebbian",
    "K",
    "KCa",
    "Kdr",
    "Leak",
    "LogNormal",
    "MultiCompartment",
    "Na",
    "NaF",
    "Network",
    "Neuron",
    "NoiseCurrent",
    "Normal",
    "Oja",
    "OneToOne",
    "PairSTDP",
    "PinskyRinzel",
    "PlasticityRule",
    "PoissonDrive",
    "PoissonSource",
    "Receptor",
    "Schedule",
    "SimulationError",
    "SpikeSource",
    "SpikeTrains",
    "SpikesimError",
    "SpikesimWarning",
    "StepCurrent",
    "TraceSTDP",
    "Traces",
    "Uniform",
    "ValidationError",
    "cable",
]  # fmt: skip
