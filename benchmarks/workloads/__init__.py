"""Workloads: one file each, with the parameters that all simulators share.

A workload's module has `BIOLOGICAL_S`, `DT` (ms), maybe `EVENT_BYTES` (what a synaptic event must
move at least; 4 for an index unless given), and a function for each simulator that can run it,
named like it. The functions take the simulator's package (and its network, where it has one), the
simulated time in seconds and the workload's options, and return a `Told`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any


@dataclass
class Told:
    """What a simulator has been told.

    Attributes
    ----------
    sizes : dict
        Neurons of each population; sources of spikes count where they are recorded.
    spikes : dict
        The spike recorder of each population.
    projections : list of tuple
        The source population's name, and the simulator's object or the number of synapses.
    others : list
        What else a simulator must be handed.
    run : callable, optional
        Simulates so many ms, where that is more than one plain run.
    idle_s : float
        Time at the start without any spikes (s), to be measured apart.
    seconds : float, optional
        Simulated time (s) of what is too slow for the workload's own.
    weights : callable, optional
        The learnt weights after the run, or those of some neurons.
    about : dict
        Parameters that the row states.
    """

    sizes: dict[str, int]
    spikes: dict[str, Any]
    projections: list[tuple[str, Any]]
    others: list[Any] = field(default_factory=list)
    run: Callable[[float], None] | None = None
    idle_s: float = 0.0
    seconds: float | None = None
    weights: Callable[[], Any] | None = None
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Workload:
    """A question to put to simulators: a module and options of its functions.

    Attributes
    ----------
    name : str
        What the command line calls it.
    file : str
        Its module in this folder.
    options : mapping
        Keyword arguments of the module's functions.
    seconds : float, optional
        Simulated time, if not the module's `BIOLOGICAL_S`.
    """

    name: str
    file: str
    options: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None

    @property
    def module(self) -> ModuleType:
        """Where its parameters are."""
        return importlib.import_module(f"{__name__}.{self.file}")

    @property
    def dt(self) -> float:
        """Time step (ms)."""
        return float(self.module.DT)

    @property
    def biological_s(self) -> float:
        """Simulated time (s), unless another is asked for."""
        return float(self.seconds or self.module.BIOLOGICAL_S)

    @property
    def points(self) -> list[dict[str, Any]]:
        """Options of each of its measurements; nearly always one."""
        return list(getattr(self.module, "POINTS", [{}]))

    def runs(self, family: str, point: dict[str, Any]) -> bool:
        """Whether a simulator has a script for one of `points`."""
        asked = getattr(self.module, "runs", None)
        return asked is None or bool(asked(family, point))

    @property
    def unit(self) -> tuple[str, float]:
        """What times are stated for, and how long that is (s)."""
        name, seconds = getattr(self.module, "UNIT", ("1 s", 1.0))
        return name, seconds

    def script(self, family: str) -> Callable[..., Told] | None:
        """The function that tells a simulator, or None if there is none."""
        return getattr(self.module, family, None)

    def tell(self, family: str, *args: Any, **point: Any) -> Told:
        """Tell a simulator, with the options of one of `points`."""
        script = self.script(family)
        if script is None:
            raise ValueError(f"{self.name} has no script for {family}")
        return script(*args, **self.options, **point)


_ALL = (
    Workload("cuba", "cuba"),
    Workload("cuba-20k", "cuba", {"scale": 5.0}, seconds=2.0),
    Workload("coba", "coba"),
    Workload("brunel", "brunel"),
    Workload("brunel-plastic", "brunel_plastic"),
    Workload("irregular-plastic", "irregular_plastic"),
    Workload("plasticity", "plasticity"),
    Workload("plasticity-0.2", "plasticity", {"scale": 0.2}),
    Workload("song-abbott", "song_abbott"),
    Workload("distal-reward", "distal_reward"),
    Workload("microcircuit", "microcircuit"),
    Workload("microcircuit-0.1", "microcircuit", {"scale": 0.1}),
    Workload("mnist", "mnist"),
    # The whole process to its first spikes, with an empty cache and with a full one.
    Workload("startup", "cuba", seconds=0.1),
    Workload("scaling", "scaling"),
)
WORKLOADS = {workload.name: workload for workload in _ALL}
