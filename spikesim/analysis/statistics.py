"""Statistics of spike trains and plasticity windows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from spikesim.analysis.checks import result_of
from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.calls import public
from spikesim.description.recorders import SpikeRecorder
from spikesim.errors import ValidationError
from spikesim.units import check_array, check_count, check_scalar, ms

_MOST_POINTS = 1_000_000
Floats = NDArray[np.float64]


@public
def fano_factors(trains: SpikeTrains | SpikeRecorder, bin: float) -> Floats:
    """Fano factor of each neuron: variance of the spike count divided by its mean.

    Parameters
    ----------
    trains : SpikeTrains or spike recorder
        The spikes.
    bin : float
        Width in ms of the bins in which spikes are counted; an incomplete last bin is not used.

    Returns
    -------
    ndarray, shape (n,)
        1 for a Poisson process, 0 for regular spiking. NaN for silent neurons and for fewer
        than two bins.
    """
    trains = result_of(trains)
    if not isinstance(trains, SpikeTrains):
        raise ValidationError(
            f"must be SpikeTrains, got {type(trains).__name__}", "trains", "fano_factors"
        )
    width = check_scalar(bin, "bin", "fano_factors", unit=ms, allowed="positive")
    edges = trains.bin_edges(width)
    # The last bin may be narrower.
    n_bins = len(edges) - 1 - (len(edges) > 1 and edges[-1] - edges[-2] < 0.999 * width)
    if n_bins < 2:
        return np.full(trains.n, np.nan)
    counts = np.stack([trains.window(*edges[k : k + 2]).counts() for k in range(n_bins)])
    with np.errstate(invalid="ignore", divide="ignore"):
        return counts.var(axis=0) / counts.mean(axis=0)


@public
def stdp_curve(
    change: Callable[[float], float], limit: float = 100.0, points: int = 400
) -> tuple[Floats, Floats]:
    """Sample the STDP window of a plasticity rule.

    Parameters
    ----------
    change : callable
        Weight change as a function of the lag in ms: the time of the postsynaptic spike minus
        that of the presynaptic spike. It is not called for lag 0.
    limit : float
        Largest lag on both sides, in ms.
    points : int
        Number of lags on each side.

    Returns
    -------
    lags : ndarray, shape (2 * points + 1,)
        From ``-limit`` to ``limit``, in ms.
    changes : ndarray, shape (2 * points + 1,)
        Weight change for each lag, in the unit of `change`; NaN for lag 0, so that a plotted
        line has a gap there.
    """
    limit = check_scalar(limit, "limit", "stdp_curve", unit=ms, allowed="positive")
    points = check_count(points, "points", "stdp_curve", least=1, most=_MOST_POINTS)
    half = limit * np.arange(1, points + 1) / points
    lags = np.concatenate([-half[::-1], [0.0], half])
    if not callable(change):
        raise ValidationError(
            f"must be a function of the lag, got {change!r}", "change", "stdp_curve"
        )
    try:
        values = [np.nan if lag == 0.0 else change(float(lag)) for lag in lags]
    except TypeError as error:
        raise ValidationError(
            f"cannot be asked about a lag: {error}", "change", "stdp_curve"
        ) from error
    changes = check_array(values, "change", "stdp_curve", allowed="any")
    if changes.ndim != 1:
        raise ValidationError("must return one number for a lag", "change", "stdp_curve")
    return lags, changes
