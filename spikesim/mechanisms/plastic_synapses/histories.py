"""Validation and enlargement of the spike histories of plastic synapses.

A state from a file is validated before it is loaded, since the kernels rely on it: the ring buffers
must contain all spikes that will be read from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from spikesim.kernels import histories
from spikesim.kernels.args import PlasticArgs
from spikesim.planning.projections import HISTORY, LOG, PRE_HISTORY
from spikesim.runtime.limits import COUNT, FINITE, FLAG, MANY, Entry, Limits, within

STATE = (
    "weights", "control", "pre_t", "pre_v", "pre_m", "pre_n", "post", "post_n",
    "post_kept", "log_t", "log_j", "log_v", "sent", "sent_n", "kept", "others",
    "integrals", "totals",
)  # fmt: skip
GROWING = ("pre_t", "pre_v", "pre_m", "post", "log_t", "log_j", "log_v", "sent")
MOST_AT_ONCE = 1 << 16  # spikes of one source in a step

Arrays = Mapping[str, np.ndarray]
_ROWS = 4096  # checked at a time, which limits temporary memory


def faults(a: PlasticArgs, own: Arrays, step: int) -> Iterator[str]:
    """Yield errors unless the histories are sorted and reach back as far as synapses will read."""
    synced, reach = int(own["control"][histories.SYNCED]), a.delay_max
    yield from _before(own, reach if a.axonal else 0, step)
    rings = own["post"].reshape(a.post_n.size, -1, width_of(a))[:, :, 0]
    if rings.max(initial=0) > max(step - 1, 0):
        yield "spikes of its targets are still to come"
    logged = own["log_t"].size > 0
    yield from _after(own, rings, 0 if a.axonal else reach, synced, logged=logged)
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
    """Check the histories of the sources.

    They must contain the last spike at or before any step that will be read.
    """
    steps, count = own["pre_t"], own["pre_n"]
    capacity = steps.shape[1]
    for rows in _chunks(count.size):
        ring, n = steps[rows], count[rows]
        if not _ordered(ring, n, np.maximum(n - capacity, 0), least=0):
            yield "spikes of its sources are not in order"
        # The kernel requests more capacity as soon as the fourth oldest entry is still needed.
        full = np.flatnonzero(n > capacity - 3)
        if (ring[full, (n[full] + 3) % capacity] + reach >= max(step, 1)).any():
            yield "histories of its sources are too short"


def _after(
    own: Arrays, rings: np.ndarray, reach: int, synced: int, *, logged: bool
) -> Iterator[str]:
    """Check the histories of the targets.

    They must contain all spikes that the weights do not include yet, and one earlier spike.
    """
    capacity = rings.shape[1]
    most = 0 if logged else capacity - 2
    for rows in _chunks(own["post_n"].size):
        ring, n, kept = rings[rows], own["post_n"][rows], own["post_kept"][rows]
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
    """Whether entries `first` to `n` of each ring increase by `least` or more at each step."""
    capacity = ring.shape[1]
    number = first[:, None] + np.arange(capacity)
    entry = np.take_along_axis(ring, number % capacity, axis=1)
    grown = np.diff(entry, axis=1) >= least
    return bool((grown | (number[:, 1:] >= n[:, None])).all())


def limits(a: PlasticArgs, owner: str, bounds: tuple[float, float], step: int) -> Iterator[Entry]:
    """Allowed values of each state array of a projection after `step` steps."""
    past, name = Limits(0, max(step - 1, 0), whole=True), f"plastic.{owner}"
    control = {
        histories.LEARNING: FLAG, histories.SYNCED: replace(past, low=-1),
        histories.POST_FULL: Limits(0, 0, whole=True), histories.PRE_FULL: Limits(0, 0, whole=True),
        histories.LOG_N: COUNT, histories.LOG_KEPT: COUNT,
    }  # fmt: skip
    yield Entry(f"{name}.weights", within(bounds), said=f"{owner}.weight")
    yield Entry(f"{name}.control", Limits(-1, MANY, whole=True))
    for place, limits in control.items():
        yield Entry(f"{name}.control", limits, slice(place, place + 1))
    table = {
        "pre_t": past, "pre_v": FINITE, "pre_m": Limits(0, MOST_AT_ONCE, whole=True),
        "pre_n": Limits(0, past.high + 1, whole=True), "post": FINITE,
        "post_n": Limits(0, past.high + 1, whole=True), "post_kept": past, "log_t": past,
        "log_j": Limits(0, a.n_targets - 1, whole=True), "log_v": FINITE,
        "sent": Limits(0, max(a.pre_hi - a.pre_lo - 1, 0), whole=True), "sent_n": COUNT,
        "kept": FINITE, "others": FINITE, "integrals": FINITE, "totals": FINITE,
    }  # fmt: skip
    for part, limits in table.items():
        yield Entry(f"{name}.{part}", limits)


def misshapen(a: PlasticArgs, own: Arrays) -> Iterator[str]:
    """Yield the histories with impossible shapes; histories grow while a network runs."""
    sources, targets, kept = a.pre_n.size, a.post_n.size, width_of(a)
    width, wide = _width(own["pre_t"], 1), own["post"].size // (targets * kept)
    traces = a.pre_v.shape[2]
    length, sent = _width(own["log_t"], 0), own["sent"].shape
    logged = _ring(length, log_length(a.n_targets)) if a.log_t.size else length == 0
    before = _ring(width, PRE_HISTORY)
    fits = {
        **{part: before and own[part].shape == (sources, width) for part in ("pre_t", "pre_m")},
        "pre_v": before and own["pre_v"].shape == (sources, width, traces),
        "post": _ring(wide, HISTORY) and own["post"].shape == (targets * wide * kept,),
        **{part: logged and own[part].shape == (length,) for part in ("log_t", "log_j")},
        "log_v": logged and own["log_v"].shape == (length * kept,),
        "sent": len(sent) == 2 and sent[0] == a.sent.shape[0]
        and sent[1] >= (sources if a.axonal or a.late else 0),
    }  # fmt: skip
    yield from (part for part, fit in fits.items() if not fit)


def width_of(a: PlasticArgs) -> int:
    """How many numbers are kept of a spike of a target."""
    return a.latest.size // (a.post_n.size * histories.LATEST)


def _width(array: np.ndarray, axis: int) -> int:
    return array.shape[axis] if array.ndim > axis else 0


def _ring(width: int, least: int) -> bool:
    """Whether a ring can have this width: a power of two, since indices are masked."""
    return width >= least and width & (width - 1) == 0


def log_length(n_targets: int) -> int:
    """Initial length of the log of a dense projection: some steps in which all targets fire."""
    return max(LOG, 1 << (4 * n_targets - 1).bit_length())


def with_longer_post(a: PlasticArgs) -> PlasticArgs:
    """Enlarge the histories of the targets if needed spikes fill half of them after a flush."""
    fields: dict[str, Any] = {}
    capacity, width = int(a.post_capacity[0]), width_of(a)
    if (a.post_n - a.post_kept).max(initial=0) > capacity // 2:
        rings = _unroll(a.post.reshape(-1, capacity, width), a.post_n)
        fields |= {"post": rings.reshape(-1), "post_capacity": np.array([2 * capacity])}
    used = a.control[histories.LOG_N] - a.control[histories.LOG_KEPT]
    if a.log_t.size and used + a.n_targets > a.log_t.size // 2:
        n = np.array([a.control[histories.LOG_N]])
        fields |= {k: _unroll(getattr(a, k)[None], n)[0] for k in ("log_t", "log_j")}
        fields["log_v"] = _unroll(a.log_v.reshape(1, -1, width), n).reshape(-1)
    return a._replace(**fields)


def with_longer_pre(a: PlasticArgs) -> PlasticArgs:
    """Enlarge the histories of the sources."""
    fields: dict[str, Any] = {}
    for name in ("pre_t", "pre_v", "pre_m"):
        fields[name] = _unroll(getattr(a, name), a.pre_n)
    return a._replace(**fields)


def _unroll(ring: np.ndarray, count: np.ndarray) -> np.ndarray:
    """A ring of twice the capacity with the same entries under the same running indices."""
    rows, capacity = ring.shape[:2]
    wider = np.zeros((rows, 2 * capacity, *ring.shape[2:]), ring.dtype)
    for row in range(rows):
        numbers = np.arange(max(0, count[row] - capacity), count[row])
        wider[row, numbers % (2 * capacity)] = ring[row, numbers % capacity]
    return wider
