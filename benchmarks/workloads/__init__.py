"""Workloads: one file each, with the parameters that all simulators share."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

# Each module has BIOLOGICAL_S, `spikesim(sim, net, seconds)` and `brian2(b, seconds)`.
WORKLOADS = {
    "cuba": "cuba",
    "coba": "coba",
    "brunel": "brunel",
    "mnist-step": "mnist_step",
    "startup": "cuba",  # the whole process, with an empty cache and with a full one
}


@dataclass
class Told:
    """What a simulator has been told.

    Attributes
    ----------
    sizes : dict
        Neurons of each population.
    spikes : dict
        The spike recorder of each population.
    projections : list of tuple
        The source population's name, and the simulator's object.
    others : list
        What else a simulator must be handed.
    """

    sizes: dict[str, int]
    spikes: dict[str, Any]
    projections: list[tuple[str, Any]]
    others: list[Any] = field(default_factory=list)


def find(name: str) -> ModuleType:
    """The module of a workload."""
    return importlib.import_module(f"{__name__}.{WORKLOADS[name]}")
