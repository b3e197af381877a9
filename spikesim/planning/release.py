"""Short-term plasticity to arrays, and those read and reset between runs."""

from __future__ import annotations

import numpy as np

from spikesim import rng
from spikesim.kernels.args import ReleaseArgs, StaticArgs
from spikesim.kernels.deliver import DENSE
from spikesim.planning.synapses import Built, by_population
from spikesim.synapses import QuantalRelease


def build_release(
    built: list[Built], static: StaticArgs, n_groups: int, *, dt: float, seed: int
) -> ReleaseArgs:
    """Release of all static projections that have it; `static` holds their synapses."""
    chosen = [p for p, b in enumerate(built) if b.projection.release is not None]
    first, places = by_population(chosen, static.lo, static.group, n_groups)
    projections = [built[p].projection for p in places]
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
    forget_release(release)
    return release


def forget_release(release: ReleaseArgs) -> None:
    """All resources ready, nothing facilitated.

    The spikes are counted on: a trial after a reset shall not repeat the draws of the last one.
    """
    release.u[:], release.x[:], release.last[:] = 0.0, 1.0, 0
    for n, begin, end in zip(release.sites, release.site0, _ends(release), strict=True):
        release.full[begin:end] = n


def release_now(
    release: ReleaseArgs, place: int, step: int, source: np.ndarray, n_sources: int
) -> tuple[np.ndarray, np.ndarray]:
    """What a spike at the start of `step` would find at the projection at `place`: u and x.

    `source` is the source of each synapse; for quantal release x has an entry for each.
    """
    q = int(np.flatnonzero(release.projection == place)[0])
    own = slice(release.source0[q], release.source0[q] + n_sources)
    elapsed = step - 1 - release.last[own]
    tau = release.tau_facil[q]
    with np.errstate(over="ignore"):  # time constants that are far too small
        kept = release.u[own] * np.exp(-elapsed / tau) if tau > 0 else np.zeros(n_sources)
        missing = np.exp(-elapsed / release.tau_rec[q])
    x = release.x[own]
    if release.sites[q]:
        full = release.full[release.site0[q] :][: source.size]
        x, missing = full / release.sites[q], missing[source]
    return kept + release.U[q] * (1.0 - kept), 1.0 - (1.0 - x) * missing


def _n_synapses(static: StaticArgs, p: int) -> int:
    n_sources = int(static.hi[p] - static.lo[p])
    if static.kind[p] == DENSE:
        return n_sources * int(static.n_targets[p])
    return int(static.indptr[static.row0[p] + n_sources])


def _starts(sizes: list[int]) -> np.ndarray:
    return np.cumsum([0, *sizes])[:-1].astype(np.int64)


def _ends(release: ReleaseArgs) -> np.ndarray:
    return np.append(release.site0[1:], release.full.size)[: release.sites.size]
