"""What kernels rely on between the arrays of a state: that rings hold what is asked of them.

Each function yields what is wrong. Arrays have been found within their limits (`build.limits`)
before, one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from spikesim.kernels import histories
from spikesim.kernels.args import PlasticArgs
from spikesim.planning.plan import Plan

Arrays = Mapping[str, np.ndarray]
_ROWS = 4096  # looked at together, so that scratch stays small


def relations(plan: Plan, arrays: Arrays, step: int) -> Iterator[str]:
    """What cannot be in a state of a network after so many steps."""
    for name, source in plan.sources.items():
        if source.rate.size:
            yield from _intervals(f"source.{name}", arrays, step)
    if any(plastic.args.sees.size for plastic in plan.plastic.values()):
        kept = arrays["modulation.history"].shape[0]
        if step - int(arrays["modulation.since"][0]) >= kept:
            yield "'modulation.since' reaches further back than concentrations are kept"
    for name, plastic in plan.plastic.items():
        own = {p.rsplit(".", 1)[1]: array for p, array in arrays.items()
               if p.rpartition(".")[0] == f"plastic.{name}"}  # fmt: skip
        for problem in _histories(plastic.args, own, step):
            yield f"'plastic.{name}': {problem}"


def _intervals(name: str, arrays: Arrays, step: int) -> Iterator[str]:
    """The next spike of each source is still to come, up to rounding."""
    rate, left, since = (arrays[f"{name}.{part}"] for part in ("rate", "left", "since"))
    slack = 1e-3 + 4.0 * rate * np.spacing(float(step))
    if (left - rate * (step - since) < -slack).any():
        yield f"{name!r}: spikes should have come before"
    if (arrays[f"{name}.drawn"] < 1).any():
        yield f"{name!r}: intervals are missing"


def _histories(a: PlasticArgs, own: Arrays, step: int) -> Iterator[str]:
    """Spikes lie in their rings in order, and as far back as synapses will look."""
    synced, reach = int(own["control"][histories.SYNCED]), a.delay_max
    yield from _before(own, reach if a.axonal else 0, step)
    if own["post"][:, ::2].max(initial=0) > max(step - 1, 0):
        yield "spikes of its targets are still to come"
    yield from _after(own, 0 if a.axonal else reach, synced, logged=own["log_t"].size > 0)
    if (own["sent_n"] > own["sent"].shape[1]).any():
        yield "more spikes are on their way than are kept"
    if own["log_t"].size:
        n, kept = (int(own["control"][k]) for k in (histories.LOG_N, histories.LOG_KEPT))
        size = own["log_t"].size
        if not 0 <= n - kept <= size - a.n_targets:
            yield "its log of spikes is too short"
        elif (np.diff(own["log_t"][np.arange(kept, n) % size]) < 0).any():
            yield "spikes of its log are not in order"


def _before(own: Arrays, reach: int, step: int) -> Iterator[str]:
    """Histories of the sources: the last spike at or before any step that is asked for is there."""
    steps, count = own["pre_t"], own["pre_n"]
    capacity = steps.shape[1]
    for rows in _chunks(count.size):
        ring, n = steps[rows], count[rows]
        if not _ordered(ring, n, np.maximum(n - capacity, 0), least=0):
            yield "spikes of its sources are not in order"
        # The kernel asks for more room as soon as the fourth oldest is still needed.
        full = np.flatnonzero(n > capacity - 3)
        if (ring[full, (n[full] + 3) % capacity] + reach >= max(step, 1)).any():
            yield "histories of its sources are too short"


def _after(own: Arrays, reach: int, synced: int, *, logged: bool) -> Iterator[str]:
    """Histories of the targets: all that weights have not seen yet, and one spike before."""
    capacity = own["post"].shape[1] // 2
    most = 0 if logged else capacity - 2
    for rows in _chunks(own["post_n"].size):
        ring, n, kept = own["post"][rows, ::2], own["post_n"][rows], own["post_kept"][rows]
        if (kept > np.maximum(n - 1, 0)).any() or (not logged and (n - kept > most).any()):
            yield "histories of its targets are too short"
            continue
        limits = ring.min(initial=0), ring.max(initial=0)
        if limits[0] < 0 or (np.rint(ring) != ring).any():
            yield "spikes of its targets are at no step"
            continue
        first = np.maximum(n - capacity, 0 if logged else kept)
        if not _ordered(ring, n, first, least=0 if logged else 1):
            yield "spikes of its targets are not in order"
        some = np.flatnonzero((kept > 0) & (not logged))
        if (ring[some, kept[some] % capacity] + reach > synced).any():
            yield "spikes of its targets that weights have not seen are missing"


def _chunks(n: int) -> Iterator[slice]:
    for first in range(0, n, _ROWS):
        yield slice(first, first + _ROWS)


def _ordered(ring: np.ndarray, n: np.ndarray, first: np.ndarray, least: int) -> bool:
    """Whether entries `first` to `n` of each ring grow by `least` or more from each to the next."""
    capacity = ring.shape[1]
    number = first[:, None] + np.arange(capacity)
    entry = np.take_along_axis(ring, number % capacity, axis=1)
    grown = np.diff(entry, axis=1) >= least
    return bool((grown | (number[:, 1:] >= n[:, None])).all())
