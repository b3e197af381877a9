"""Build the arrays of short-term plasticity, and read its state between runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from spikesim import rng
from spikesim.codegen.step import Call, Stage
from spikesim.description.projections import Projection
from spikesim.kernels.args import StaticArgs
from spikesim.kernels.deliver import DENSE
from spikesim.mechanisms.release.kernels import ReleaseArgs
from spikesim.planning.context import Context
from spikesim.planning.mechanism import Mechanism
from spikesim.planning.projections import by_population
from spikesim.runtime.blocks import Common
from spikesim.runtime.limits import COUNT, SHARE, Entry, Limits
from spikesim.runtime.part import Bundles, Part
from spikesim.runtime.split import Split
from spikesim.synapses import QuantalRelease

OF_SOURCES = ("u", "x", "last", "number")  # small and read by all threads: each thread has a copy
STATE = (*OF_SOURCES, "full")


class ReleasePart(Part):
    """Release of all projections that have it; `static` is the part that stores their synapses."""

    name = "release"

    def __init__(self, args: ReleaseArgs, static: Any):
        self.args, self.static = args, static

    def calls(self) -> list[Call]:
        kernel = "spikesim.mechanisms.release.kernels:deliver_released"
        arguments = "step, ring, broadcast, spikes, n, released, release"
        return [Call(Stage.SEND, kernel, arguments, "events +=")]

    def bundles(self) -> Bundles:
        return self._beside(self.static.args, self.args)

    def share(self, split: Split, t: int) -> Bundles:
        copies = {} if t == 0 else {part: getattr(self.args, part).copy() for part in OF_SOURCES}
        return self._beside(self.static.share(split, t)["static"], self.args._replace(**copies))

    def _beside(self, static: StaticArgs, release: ReleaseArgs) -> Bundles:
        """The view of the static synapses for the release kernels, and the release state."""
        released = static._replace(first=release.first, projection=release.projection)
        return {"released": released, "release": release}

    def state(self) -> dict[str, np.ndarray]:
        return {f"release.{part}": getattr(self.args, part) for part in STATE}

    def limits(self, step: int) -> Iterator[Entry]:
        r, past = self.args, Limits(0, max(step - 1, 0), whole=True)
        yield from (Entry("release.u", SHARE), Entry("release.x", SHARE))
        yield from (Entry("release.last", past), Entry("release.number", COUNT))
        yield Entry("release.full", Limits(0, 255, whole=True))
        for first, end, sites in zip(r.site0, _ends(r), r.sites, strict=True):
            yield Entry("release.full", Limits(0, int(sites), whole=True), slice(first, end))

    def upgrade(self, arrays: dict[str, np.ndarray], version: int, plan: Common) -> None:
        if version == 2:
            for p, order in self.static.former_order():
                for q in np.flatnonzero((self.args.projection == p) & (self.args.sites > 0)):
                    self.static.reorder(arrays, "release.full", int(self.args.site0[q]), order)

    def reset(self, plan: Common) -> None:
        _forget(self.args)

    def now(
        self, projection: str, step: int, source: np.ndarray, n_sources: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The release state u and x of a projection at the start of `step`.

        `source` is the source of each synapse. For quantal release x has one entry for each
        synapse, otherwise one for each source.
        """
        release, place = self.args, self.static.place[projection]
        q = int(np.flatnonzero(release.projection == place)[0])
        own = slice(release.source0[q], release.source0[q] + n_sources)
        elapsed = step - 1 - release.last[own]
        tau = release.tau_facil[q]
        with np.errstate(over="ignore"):  # very small time constants overflow
            kept = release.u[own] * np.exp(-elapsed / tau) if tau > 0 else np.zeros(n_sources)
            missing = np.exp(-elapsed / release.tau_rec[q])
        x = release.x[own]
        if release.sites[q]:
            full = release.full[release.site0[q] :][: source.size]
            x, missing = full / release.sites[q], missing[source]
        return kept + release.U[q] * (1.0 - kept), 1.0 - (1.0 - x) * missing


def plan_release(projections: list[Projection], context: Context) -> ReleasePart | None:
    """Build the part of all static projections with release."""
    if not projections:
        return None
    pools: Any = context.parts["static_synapses"]
    static, dt, seed = pools.args, context.dt, context.seed
    by_place = {pools.place[p.name]: p for p in projections}
    n_groups = len(context.blocks)
    first, places = by_population(sorted(by_place), static.lo, static.group, n_groups)
    projections = [by_place[p] for p in places]
    models = [p.release for p in projections if p.release is not None]
    sites = [int(m.n_sites) if isinstance(m, QuantalRelease) else 0 for m in models]
    sources = [int(static.hi[p] - static.lo[p]) for p in places]
    synapses = [_n_synapses(static, p) if n else 0 for p, n in zip(places, sites, strict=True)]
    release = ReleaseArgs(
        first=first, projection=places, sites=np.array(sites, np.int64),
        U=np.array([m.U for m in models], np.float64),
        tau_rec=np.array([m.tau_rec / dt for m in models], np.float64),
        tau_facil=np.array([m.tau_facil / dt for m in models], np.float64),
        key=np.array([rng.key(seed, "release", p.name) for p in projections], np.uint64),
        source0=_starts(sources), site0=_starts(synapses),
        u=np.empty(sum(sources)), x=np.empty(sum(sources)),
        last=np.empty(sum(sources), np.int64), number=np.zeros(sum(sources), np.int64),
        full=np.empty(sum(synapses), np.uint8),
    )  # fmt: skip
    _forget(release)
    return ReleasePart(release, pools)


def _forget(release: ReleaseArgs) -> None:
    """Reset the state: all resources available, no facilitation.

    The spike counts are not reset, so that a trial after a reset does not repeat the random
    numbers of the previous trial.
    """
    release.u[:], release.x[:], release.last[:] = 0.0, 1.0, 0
    for n, begin, end in zip(release.sites, release.site0, _ends(release), strict=True):
        release.full[begin:end] = n


def _n_synapses(static: StaticArgs, p: int) -> int:
    n_sources = int(static.hi[p] - static.lo[p])
    if static.kind[p] == DENSE:
        return n_sources * int(static.n_targets[p])
    return int(static.indptr[static.row0[p] + n_sources])


def _starts(sizes: list[int]) -> np.ndarray:
    return np.cumsum([0, *sizes])[:-1].astype(np.int64)


def _ends(release: ReleaseArgs) -> np.ndarray:
    return np.append(release.site0[1:], release.full.size)[: release.sites.size]


RELEASE = Mechanism(
    "release",
    lambda element: (
        isinstance(element, Projection) and element.release is not None and element.rule is None
    ),
    plan_release,
)
