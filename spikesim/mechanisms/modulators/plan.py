"""Build the arrays of neuromodulators, with a copy of each behind the states of the neurons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from spikesim.codegen.step import Call, Stage
from spikesim.description.description import Description
from spikesim.description.elements import Element
from spikesim.mechanisms.modulators.declaration import Modulator, ModulatorRelease
from spikesim.mechanisms.modulators.kernels import ModulationArgs
from spikesim.planning.context import Context
from spikesim.planning.mechanism import Mechanism, is_a
from spikesim.planning.parameter_warnings import warn_of_taus
from spikesim.planning.settings import IdentityEntry, settings_of
from spikesim.planning.use import Use
from spikesim.runtime.blocks import Common
from spikesim.runtime.limits import FINITE, Entry, Limits
from spikesim.runtime.part import Bundles, Part, Variable
from spikesim.units import Param, ms, one

HISTORY = 1 << 14
"""Number of steps for which concentrations are stored if plasticity reads them."""
STATE = ("now", "pending", "history", "since", "arrived")


class ModulatorPart(Part):
    """All neuromodulator concentrations of a network.

    Plasticity reads `names`, `args.history` and `args.since`.
    """

    name = "modulators"

    def __init__(self, args: ModulationArgs, names: list[str]):
        self.args, self.names = args, names

    def calls(self) -> list[Call]:
        kernel = "spikesim.mechanisms.modulators.kernels:modulate"
        arguments = "step, state, spikes, n, modulation"
        return [Call(Stage.SPIKED, kernel, arguments, first_thread=True)]

    def bundles(self) -> Bundles:
        return {"modulation": self.args}

    def state(self) -> dict[str, np.ndarray]:
        return {f"modulation.{part}": getattr(self.args, part) for part in STATE}

    def limits(self, step: int) -> Iterator[Entry]:
        for part in ("now", "pending", "history", "arrived"):
            yield Entry(f"modulation.{part}", FINITE)
        yield Entry("modulation.since", Limits(0, step, whole=True))

    def label(self, place: int) -> str | None:
        found = np.flatnonzero(self.args.place == place)
        return f"{self.names[found[0]]}.concentration" if found.size else None

    def fault(self, plan: Common, bad: np.ndarray, stopped: bool) -> str | None:
        lost = np.flatnonzero(bad[self.args.place])
        if not lost.size:
            return None
        return (
            f"{self.names[lost[0]]}.concentration is no longer a finite number at "
            f"{plan.step * plan.dt:g} ms; what was recorded until then is kept"
        )

    def reset(self, plan: Common) -> None:
        self.args.now[:] = self.args.baseline
        self.args.pending[:] = 0.0
        plan.state[self.args.place] = plan.initial[self.args.place]

    def upgrade(self, arrays: dict[str, np.ndarray], version: int, plan: Common) -> None:
        arrays.setdefault("modulation.arrived", np.zeros(len(self.names)))

    def variables(self, owner: Element) -> dict[str, Variable]:
        if not isinstance(owner, Modulator):
            return {}
        k = self.names.index(owner.name)
        now, place = self.args.now[k : k + 1], self.args.place[k : k + 1]
        return {"concentration": Variable(now, one, "non-negative", place)}


def check(element: Any, description: Description) -> None:
    """Warn of a time constant that is too short for the time step."""
    if isinstance(element, Modulator):
        warn_of_taus({"tau": Param(None, ms)}, {"tau": element.tau}, description.dt, element)


def plan_modulators(elements: list[Any], context: Context) -> ModulatorPart | None:
    """Build the part of all concentrations and their releases."""
    modulators = [e for e in elements if isinstance(e, Modulator)]
    releases = [e for e in elements if isinstance(e, ModulatorRelease)]
    if not modulators:
        return None
    n = len(modulators)
    names = [m.name for m in modulators]
    first = [int(context.gids(r.source)[0]) for r in releases]
    delays = [r.steps for r in releases]
    rows = 1 << (max(delays, default=1) - 1).bit_length()
    baseline = np.array([m.baseline for m in modulators])
    read = is_read(context.description)
    args = ModulationArgs(
        now=baseline.copy(), baseline=baseline,
        decay=np.exp([-context.dt / m.tau for m in modulators]),
        pending=np.zeros((rows, n)), arrived=np.zeros(n),
        history=np.zeros((HISTORY if read else 1, n)),
        since=np.zeros(1, np.int64),
        place=np.array([context.place_of(m) for m in modulators], np.int64),
        lo=np.array(first, np.int64),
        hi=np.array([lo + len(r.source) for lo, r in zip(first, releases, strict=True)], np.int64),
        released=np.array([names.index(r.modulator.name) for r in releases], np.int64),
        amount=np.array([r.amount for r in releases], np.float64),
        delay=np.array(delays, np.int64),
    )  # fmt: skip
    return ModulatorPart(args, names)


def is_read(description: Description) -> bool:
    """Whether a plasticity rule reads any modulator."""
    rules = [p.plasticity for p in description.projections.values()]
    return any(rule is not None and rule.modulators for rule in rules)


def identity(element: Any, context: Context, part: ModulatorPart) -> IdentityEntry:
    """Identity for checkpoints: time constants and baselines; amounts and delays."""
    if isinstance(element, Modulator):
        values = settings_of(tau=(element.tau, ms), baseline=element.baseline)
        return "modulator", element.name, {}, values
    delay = round(element.steps * context.dt, 9)
    return "release", element.name, {}, settings_of(amount=element.amount, delay=(delay, ms))


def memory(elements: list[Any], description: Description) -> Iterable[Use]:
    """Estimate the memory of the stored concentrations."""
    n = sum(isinstance(element, Modulator) for element in elements)
    if n:
        kept = HISTORY if is_read(description) else 1
        yield Use("modulators", "modulators", 8 * n * kept, what=f"{n} concentrations")


MODULATORS = Mechanism(
    "modulators", is_a(Modulator, ModulatorRelease), plan_modulators,
    check=check, identity=identity, memory=memory,
    appends=lambda element: [element.baseline] if isinstance(element, Modulator) else [],
)  # fmt: skip
