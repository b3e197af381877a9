"""Draw from distributions, with random numbers that depend on seed, name and index."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np

from spikesim.distributions import Constant, Distribution, LogNormal, Normal, Uniform, bounding
from spikesim.errors import ValidationError
from spikesim.kernels import draws as kernels
from spikesim.units import Param

_LARGEST = sys.float_info.max


class Law(NamedTuple):
    """Parameters of a distribution, as kernels take them."""

    kind: int
    a: float
    b: float
    low: float
    high: float


def law(distribution: Distribution) -> Law:
    """Convert a distribution to the numbers that kernels take."""
    match distribution:
        case Constant(value):
            return Law(kernels.UNIFORM, value, 0.0, value, value)
        case Uniform(low, high):
            return Law(kernels.UNIFORM, low, high - low, low, high)
        case Normal(mean, std):
            return Law(kernels.NORMAL, mean, std, *_bounds(distribution))
        case LogNormal():
            bounds = _bounds(distribution)
            return Law(kernels.LOGNORMAL, distribution.mu, distribution.sigma, *bounds)
    raise ValidationError(
        f"must be Constant, Uniform, Normal or LogNormal, got {distribution!r}", "distribution"
    )


def draw(
    distribution: Distribution, key: np.uint64, entities: np.ndarray, index: np.ndarray | int = 0
) -> np.ndarray:
    """Draw one value for each entity, such as a neuron.

    Parameters
    ----------
    distribution : Distribution
        Distribution to draw from.
    key : np.uint64
        Key of the object and purpose, from `spikesim.rng.key`.
    entities : np.ndarray
        Indices of the entities, int64, shape (n,). A value depends only on the key, its entity and
        `index`, so any subset of a population can be drawn separately.
    index : int or np.ndarray
        Number of previous draws of each entity, one number or shape (n,).

    Returns
    -------
    np.ndarray
        float64, shape (n,).
    """
    out = np.empty(entities.size, np.float64)
    entities, index = (np.array(np.broadcast_to(a, out.shape), np.int64) for a in (entities, index))
    code = kernels.draw_entities(*law(distribution), np.uint64(key), entities, index, out)
    if code == kernels.EXHAUSTED:
        raise exhausted(distribution)
    return out


def check_draws(
    values: Any, law: Any, declared: Param, attribute: str, owner: object
) -> np.ndarray:
    """Validate drawn values against the parameter's declaration.

    If they were drawn from a distribution `law`, the error also suggests a bound.
    """
    try:
        return declared.check(values, attribute, owner)
    except ValidationError as error:
        low = 0.0 if declared.allowed in ("positive", "non-negative") else -np.inf
        message = error.message + (bounding(law, low) if low == 0.0 else "")
        raise ValidationError(message, attribute, owner) from None


def exhausted(distribution: Distribution) -> ValidationError:
    """Return the error for a distribution of which no draw lay within the bounds."""
    return ValidationError(
        f"none of {kernels.ATTEMPTS} draws lay within the bounds", "low", distribution
    )


def _bounds(distribution: Normal | LogNormal) -> tuple[float, float]:
    """Bounds limited to finite float64 numbers, so that no draw overflows."""
    low, high = distribution.low, distribution.high
    return -_LARGEST if low is None else low, _LARGEST if high is None else high
