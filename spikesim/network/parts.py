"""Base class of networks: populations and projections by name, and name checks."""

from __future__ import annotations

import secrets
from collections import ChainMap
from collections.abc import Mapping
from typing import Any

import numpy as np

from spikesim.attributes import Guarded
from spikesim.description.description import Description
from spikesim.description.elements import Element
from spikesim.description.populations import Population, View
from spikesim.description.projections import Projection
from spikesim.errors import ValidationError, check_known
from spikesim.fixed import FixedDict
from spikesim.network.access import Access
from spikesim.network.simulation import Simulation
from spikesim.precision import PRECISIONS
from spikesim.units import check_count, check_name, check_scalar, ms


class Parts(Guarded):
    """Objects of a network by name. More can be added until the network has run.

    Parameters
    ----------
    dt, seed, precision, threads
        As in `Network`.
    """

    _extensible = True

    def __init__(self, dt: float, seed: int | None, precision: str, threads: int):
        dt = check_scalar(dt, "dt", "Network", unit=ms, allowed="positive")
        if seed is None:
            seed = secrets.randbits(32)
        elif isinstance(seed, (bool, np.timedelta64)) or not isinstance(seed, (int, np.integer)):
            raise ValidationError(f"must be a whole number, got {seed!r}", "seed", "Network")
        check_known(precision, PRECISIONS, "precision", "Network")
        threads = check_count(threads, "threads", "Network", least=1, most=1024)
        self._simulation = Simulation(Description(dt, int(seed), precision), threads)
        self._access = Access(self._simulation)
        self._learning = True  # initial setting of new plastic projections

    @property
    def _description(self) -> Description:
        return self._simulation.description

    @property
    def dt(self) -> float:
        """Time step (ms)."""
        return self._description.dt

    @property
    def seed(self) -> int:
        """Seed of all random numbers."""
        return self._description.seed

    @property
    def precision(self) -> str:
        """``"mixed"``, ``"double"`` or ``"single"``."""
        return self._description.precision

    @property
    def populations(self) -> dict[str, Population]:
        """All populations by name."""
        return FixedDict(self._description.populations)

    @property
    def projections(self) -> dict[str, Projection]:
        """All projections by name."""
        return FixedDict(self._description.projections)

    @property
    def _plastic(self) -> list[Projection]:
        return [p for p in self._description.projections.values() if p.plasticity is not None]

    def _check_open(self, what: str) -> None:
        """Raise if nothing can be added any more; discard a plan that has not been changed."""
        self._simulation.forget_plan(what)

    def _check_new(self, name: Any) -> None:
        self._check_free(check_name(name, "name", "Network"))

    @property
    def _names(self) -> ChainMap[str, Any]:
        d = self._description
        elements = {e.name: e for e in d.elements if e.named}
        return ChainMap(d.populations, d.projections, elements)

    def _check_free(self, name: str) -> None:
        if name in self._names:
            raise ValidationError(f"the name {name!r} is taken", "name", "Network")

    def _check_mine(self, **named: Any) -> None:
        """Raise for populations and elements of another network; other objects are not checked."""
        for role, part in named.items():
            if isinstance(part, View):
                population = part.population
                mine = self._description.populations.get(population.name) is population
            elif isinstance(part, Element):
                role = type(part).__name__.lower()
                mine = any(part is element for element in self._description.elements)
            else:
                continue
            if not mine:
                raise ValidationError("belongs to another network", role, part)


def joined(sign: str, *ends: Any) -> str:
    return sign.join(end.name if isinstance(end, View) else "?" for end in ends)


def numbered(name: str, taken: Mapping[str, Any]) -> str:
    """The name, with a number appended if it is taken."""
    if name not in taken:
        return name
    k = 2
    while f"{name}.{k}" in taken:
        k += 1
    return f"{name}.{k}"
