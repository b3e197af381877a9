"""Spike trains of a population.

Nearly half of the file is docstrings: each method has its units, shapes and an example.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikesim.analysis.checks import (
    ROUNDING,
    check_span,
    frozen,
    in_order,
    positions,
    whole_numbers,
)
from spikesim.attributes import Guarded, guarded
from spikesim.errors import ValidationError
from spikesim.machine import require
from spikesim.units import check_array, check_count, check_label, check_scalar, ms

# More bins are probably a mistake, and would exhaust the memory.
_MAX_BINS = 100_000_000
_SPARSE = 1 << 20  # neurons

Floats = NDArray[np.float64]


@guarded
@dataclass(frozen=True, eq=False, repr=False)
class SpikeTrains(Guarded):
    """Spike trains of `n` neurons between `t_start` and `t_stop`.

    Immutable: slices and windows are new objects, and the arrays are read-only.

    Parameters
    ----------
    times : array_like of float, shape (n_spikes,)
        Spike times in ms, in any order; stored sorted by time, then by id.
    ids : array_like of int, shape (n_spikes,)
        Neuron of each spike, 0 .. n-1: its index in the population.
    n : int
        Number of neurons, including silent ones.
    t_start, t_stop : float
        Start and end of the recording, in ms. All spikes lie within.
    name : str, optional
        Name of the neurons in plots and messages.

    Raises
    ------
    ValidationError
        If times are not finite or outside the recording, or an id is not in 0 .. n-1.

    Notes
    -----
    The time of a spike is the end of its time step, so windows and bins are open on the left and
    closed on the right: adjacent ones neither share nor lose a spike. The first one includes
    `t_start` itself.

    Examples
    --------
    >>> trains = SpikeTrains([5.0, 15.0, 35.0], [0, 0, 1], n=2, t_start=0.0, t_stop=100.0)
    >>> trains.rates()
    array([20., 10.])
    >>> trains[:1].window(10.0, 20.0).times
    array([15.])
    """

    times: Floats
    ids: NDArray[np.int64]
    n: int = field(kw_only=True)
    t_start: float = field(kw_only=True)
    t_stop: float = field(kw_only=True)
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        who = check_label(self.name, "name", "SpikeTrains") or "SpikeTrains"
        n = check_count(self.n, "n", who, most=2**62)
        t_start = check_scalar(self.t_start, "t_start", who, unit=ms)
        t_stop = check_scalar(self.t_stop, "t_stop", who, unit=ms)
        if t_stop < t_start:
            raise ValidationError(
                f"must not be before t_start ({t_start} ms), got {t_stop} ms", "t_stop", who
            )
        times = check_array(self.times, "times", who, unit=ms)
        ids = whole_numbers(self.ids, "ids", who)
        if times.shape != ids.shape:
            raise ValidationError(
                f"must have one entry for each of the {len(ids)} ids, got shape {times.shape}",
                "times",
                who,
            )
        if not in_order(times, ids):
            order = np.lexsort((ids, times))
            times, ids = times[order], ids[order]
        check_span(times, ids, n, t_start, t_stop, who)
        for key, value in {"n": n, "t_start": t_start, "t_stop": t_stop}.items():
            object.__setattr__(self, key, value)
        object.__setattr__(self, "times", frozen(times))
        object.__setattr__(self, "ids", frozen(ids))

    def __repr__(self) -> str:
        name = f"{self.name!r}: " if self.name else ""
        return (
            f"<SpikeTrains {name}{self.n_spikes:,} spikes of {self.n:,} neurons, "
            f"{self.t_start:g} to {self.t_stop:g} ms, {self.mean_rate():.4g} Hz>"
        )

    def __len__(self) -> int:
        """Number of neurons."""
        return self.n

    # Iteration is ambiguous: over spikes or over neurons.
    __iter__ = None

    def __getitem__(self, key: Any) -> SpikeTrains:
        """Select neurons; neuron j of the result is the j-th selected one.

        Parameters
        ----------
        key : int, slice, sequence of int or bool array of shape (n,)
            Negative numbers count from the end; repeats are not allowed.
        """
        chosen = positions(key, self.n, self.name or "SpikeTrains")
        ids = _places_among(chosen, self.ids, self.n)
        kept = ids >= 0
        return replace(self, times=self.times[kept], ids=ids[kept], n=len(chosen))

    def window(self, t0: float, t1: float) -> SpikeTrains:
        """Select the spikes with ``t0 < t <= t1`` (including those at `t_start` if `t0` equals it).

        Parameters
        ----------
        t0, t1 : float
            Start and end of the window, in ms, within the recording.

        Returns
        -------
        SpikeTrains
            Spikes of the same neurons, from `t0` to `t1`.

        Raises
        ------
        ValidationError
            If `t0` and `t1` are reversed, or outside the recording.
        """
        who = self.name or "SpikeTrains"
        t0 = check_scalar(t0, "t0", who, unit=ms)
        t1 = check_scalar(t1, "t1", who, unit=ms)
        if not self.t_start <= t0 <= t1 <= self.t_stop:
            raise ValidationError(
                f"must lie within {self.t_start} to {self.t_stop} ms and not be reversed, "
                f"got {t0} to {t1} ms",
                "window",
                who,
            )
        first, last = self._places(np.array([t0, t1]))
        return replace(
            self, times=self.times[first:last], ids=self.ids[first:last], t_start=t0, t_stop=t1
        )

    @property
    def n_spikes(self) -> int:
        """Number of spikes."""
        return len(self.times)

    @property
    def duration(self) -> float:
        """Duration of the recording, in ms."""
        return self.t_stop - self.t_start

    def train(self, neuron: int) -> Floats:
        """Spike times of one neuron, in ms.

        Parameters
        ----------
        neuron : int
            Index of the neuron in its population, 0 .. n-1.

        Returns
        -------
        ndarray of float, shape (n_spikes,)
            In ms, ascending.
        """
        who = self.name or "SpikeTrains"
        (place,) = positions(check_count(neuron, "neuron", who), self.n, who)
        order, ids = self._by_neuron
        first, end = np.searchsorted(ids, [place, place + 1])
        return self.times[order[first:end]]

    def counts(self) -> NDArray[np.int64]:
        """Number of spikes of each neuron, shape (n,).

        Returns
        -------
        ndarray of int64, shape (n,)
            Numbers of spikes.
        """
        self._check_room(1)
        return np.bincount(self.ids, minlength=self.n)

    def rates(self) -> Floats:
        """Mean rate of each neuron in Hz, shape (n,); NaN if the duration is zero.

        Returns
        -------
        ndarray of float, shape (n,)
            In Hz.
        """
        seconds = self.duration / 1000.0
        self._check_room(2)
        return self.counts() / seconds if seconds else np.full(self.n, np.nan)

    def mean_rate(self) -> float:
        """Mean rate of all neurons in Hz; NaN without neurons or if the duration is zero.

        Returns
        -------
        float
            In Hz.
        """
        neuron_seconds = self.n * self.duration / 1000.0
        return self.n_spikes / neuron_seconds if neuron_seconds else np.nan

    def isi(self, neuron: int) -> Floats:
        """Inter-spike intervals of one neuron, in ms, in temporal order.

        Parameters
        ----------
        neuron : int
            Index of the neuron in its population, 0 .. n-1.

        Returns
        -------
        ndarray of float, shape (n_spikes - 1,)
            In ms; empty for fewer than two spikes.
        """
        return np.diff(self.train(neuron))

    def isis(self) -> Floats:
        """Inter-spike intervals of all neurons, in ms, one neuron after the other.

        Returns
        -------
        ndarray of float, shape (n_intervals,)
            In ms.
        """
        return self._intervals[0]

    def cv(self) -> Floats:
        """Coefficient of variation of each neuron's inter-spike intervals, shape (n,).

        The standard deviation divided by the mean: 0 for regular spiking, 1 for a Poisson process.
        NaN for neurons with fewer than two intervals (three spikes).

        Returns
        -------
        ndarray of float, shape (n,)
            Dimensionless.
        """
        self._check_room(5)
        intervals, ids = self._intervals
        number = np.bincount(ids, minlength=self.n)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(ids, intervals, self.n) / number
            variance = np.bincount(ids, (intervals - mean[ids]) ** 2, self.n) / number
            return np.where(number >= 2, np.sqrt(variance) / mean, np.nan)

    def population_rate(self, bin: float) -> tuple[Floats, Floats]:
        """Rate over time, averaged over neurons.

        Parameters
        ----------
        bin : float
            Width of a bin in ms. If the duration is not a multiple, the last bin is narrower.

        Returns
        -------
        times : ndarray, shape (n_bins,)
            Centres of the bins in ms.
        rates : ndarray, shape (n_bins,)
            Mean rate of the neurons in each bin, in Hz.
        """
        edges = self.bin_edges(bin)
        spikes = np.diff(self._places(edges))
        with np.errstate(invalid="ignore", divide="ignore"):
            rates = spikes / (self.n * np.diff(edges) / 1000.0)
        return (edges[:-1] + edges[1:]) / 2.0, rates

    def bin_edges(self, bin: float) -> Floats:
        """Edges in ms of bins of width `bin` from `t_start` to `t_stop`.

        Parameters
        ----------
        bin : float
            Width of a bin in ms. If the duration is not a multiple, the last bin is narrower.

        Returns
        -------
        ndarray of float, shape (n_bins + 1,)
            In ms, ascending.
        """
        width = check_scalar(bin, "bin", self.name or "SpikeTrains", unit=ms, allowed="positive")
        if self.duration > _MAX_BINS * width:
            raise ValidationError(
                f"must be at least {self.duration / _MAX_BINS:g} ms for {self.duration:g} ms, "
                f"got {width:g} ms",
                "bin",
                self.name or "SpikeTrains",
            )
        whole = int(np.floor(self.duration / width * (1.0 + ROUNDING)))
        edges: Floats = self.t_start + width * np.arange(whole + 1, dtype=np.float64)
        if self.t_stop - edges[-1] > ROUNDING * max(1.0, abs(self.t_stop)):
            return np.append(edges, self.t_stop)
        edges[-1] = self.t_stop
        return edges

    def equals(self, other: SpikeTrains) -> bool:
        """Whether neurons and spike times are exactly the same; names are ignored.

        Parameters
        ----------
        other : SpikeTrains
            Spike trains to compare with.

        Returns
        -------
        bool
            True if sizes, start and end, spike times and ids are equal.
        """
        if not isinstance(other, SpikeTrains):
            raise ValidationError(
                f"must be SpikeTrains, got {type(other).__name__}", "other", "equals"
            )
        return (
            (self.n, self.t_start, self.t_stop) == (other.n, other.t_start, other.t_stop)
            and np.array_equal(self.times, other.times)
            and np.array_equal(self.ids, other.ids)
        )

    def _places(self, edges: Floats) -> NDArray[np.int64]:
        """Number of spikes up to each edge (before it, if it is `t_start`)."""
        slack = ROUNDING * np.maximum(1.0, np.abs(edges))
        places = np.searchsorted(self.times, edges + slack, side="right")
        return np.where(edges == self.t_start, 0, places)

    def _check_room(self, columns: int) -> None:
        """Raise a ValidationError if an array of shape (n, columns) does not fit into memory."""
        require(
            8 * columns * self.n, f"a number for each of {self.n} neurons", "n",
            self.name or "SpikeTrains", "choose some of them first, such as trains[:1000]",
        )  # fmt: skip

    @cached_property
    def _by_neuron(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Order of the spikes by neuron, then time, and the neuron ids in that order."""
        order = np.argsort(self.ids, kind="stable")
        return order, self.ids[order]

    @cached_property
    def _intervals(self) -> tuple[Floats, NDArray[np.int64]]:
        """All intervals ordered by neuron, then time, and the neuron of each."""
        order, ids = self._by_neuron
        same = ids[1:] == ids[:-1]
        return frozen(np.diff(self.times[order])[same]), ids[1:][same]


def _places_among(chosen: NDArray[np.int64], ids: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Index of each id among the chosen ones, -1 for the others; ids are below n."""
    if n > _SPARSE + 4 * (len(chosen) + len(ids)):  # a lookup table of all ids would be far larger
        order = np.argsort(chosen)
        found = np.searchsorted(chosen, ids, sorter=order)
        place = np.append(order, -1)[found]
        return np.where(np.append(chosen, -1)[place] == ids, place, -1)
    places = np.full(n, -1)
    places[chosen] = np.arange(len(chosen))
    return places[ids]
