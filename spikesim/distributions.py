"""Probability distributions of parameters, initial values, weights and delays.

A distribution only holds its parameters. Values are drawn by counter-based random numbers when the
network is built, so the value of a neuron or synapse depends only on the seed, the names and its
index. Values out of bounds are redrawn, not clipped, which would accumulate values at the bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

from spikesim.attributes import Guarded, guarded
from spikesim.errors import ValidationError
from spikesim.units import Quantity, Unit, check_scalar, in_unit

LEAST_ACCEPTED = 1e-3
"""Bounds that accept a smaller fraction of the draws than this are rejected."""

_WIDEST = 1e6


@guarded
@dataclass(frozen=True)
class Distribution(Guarded):
    """Base class of distributions."""

    def scaled(self, factor: float) -> Distribution:
        """Multiply the distribution by a positive number, to convert units.

        Parameters
        ----------
        factor : float
            Positive number.

        Returns
        -------
        Distribution
            The scaled distribution.
        """
        given = ((f.name, getattr(self, f.name)) for f in fields(self))
        return replace(self, **{name: v * factor for name, v in given if v is not None})

    def mass(self, low: float, high: float) -> float:
        """Probability that a draw is within its bounds and between `low` and `high`.

        Parameters
        ----------
        low, high : float
            Range, including both ends.

        Returns
        -------
        float
            From 0 to 1.
        """
        raise NotImplementedError


@guarded
@dataclass(frozen=True)
class Constant(Distribution):
    """Constant distribution: the same value for all.

    Parameters
    ----------
    value : float
        Value, in the unit of the parameter or weight.

    Examples
    --------
    >>> Constant(2.0).value
    2.0
    """

    value: float

    def __post_init__(self) -> None:
        _store(self, "value")

    def mass(self, low: float, high: float) -> float:
        return float(low <= self.value <= high)


@guarded
@dataclass(frozen=True)
class Uniform(Distribution):
    """Uniform distribution between two bounds.

    Parameters
    ----------
    low, high : float
        Bounds, `low` below `high`, in the unit of the parameter or weight.

    Examples
    --------
    >>> Uniform(-60.0, -50.0).mass(-60.0, -55.0)
    0.5
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        _store(self, "low", "high")
        if not math.isfinite(self.high - self.low):
            raise ValidationError(f"too wide a range, {self.low!r} to {self.high!r}", "high", self)
        if self.low >= self.high:
            raise ValidationError(
                f"must be above low = {self.low!r}, got {self.high!r}", "high", self
            )

    def mass(self, low: float, high: float) -> float:
        inside = min(high, self.high) - max(low, self.low)
        return max(inside, 0.0) / (self.high - self.low)


@guarded
@dataclass(frozen=True)
class Normal(Distribution):
    """Normal distribution, optionally truncated at bounds by redrawing.

    Parameters
    ----------
    mean : float
        Mean before truncation, in the unit of the parameter or weight.
    std : float
        Standard deviation before truncation, zero or positive.
    low, high : float, optional
        Draws below `low` or above `high` are redrawn. Default: no bounds.

    Raises
    ------
    ValidationError
        Also when the bounds would keep fewer than one draw in a thousand.

    Examples
    --------
    >>> Normal(20.0, 5.0, low=0.0)
    Normal(mean=20.0, std=5.0, low=0.0, high=None)
    """

    mean: float
    std: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        _store(self, "mean", "std")
        _check_std(self, self.std)
        _check_bounds(self, self.low, self.high)

    def mass(self, low: float, high: float) -> float:
        low, high = _narrowed(self, low, high)
        return _normal_mass(self.mean, self.std, low, high)


@guarded
@dataclass(frozen=True)
class LogNormal(Distribution):
    """Lognormal distribution, optionally truncated at bounds by redrawing.

    Parameters
    ----------
    mean : float
        Mean OF THE VARIABLE itself before truncation, not of its logarithm; positive.
    std : float
        Standard deviation OF THE VARIABLE itself, not of its logarithm; zero or positive.
    low, high : float, optional
        Draws below `low` or above `high` are redrawn. Default: no bounds.

    Raises
    ------
    ValidationError
        Also when the bounds would keep fewer than one draw in a thousand.

    Notes
    -----
    The logarithm then has variance ``log(1 + std**2 / mean**2)`` and mean
    ``log(mean) - variance / 2``. For inhibitory (negative) weights set a transmitter.

    Examples
    --------
    >>> round(LogNormal(20.0, 6.0).sigma, 4)
    0.2936
    """

    mean: float
    std: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        _store(self, "mean", "std")
        if self.mean <= 0:
            raise ValidationError(f"must be positive, got {self.mean!r}", "mean", self)
        _check_std(self, self.std)
        if self.std / self.mean > _WIDEST:
            raise ValidationError(
                f"must be at most {_WIDEST:g} times the mean, got {self.std!r}", "std", self
            )
        _check_bounds(self, self.low, self.high)

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return math.sqrt(math.log1p((self.std / self.mean) ** 2))

    @property
    def mu(self) -> float:
        """Mean of the logarithm."""
        return math.log(self.mean) - 0.5 * self.sigma**2

    def mass(self, low: float, high: float) -> float:
        low, high = _narrowed(self, low, high)
        if high <= 0:
            return 0.0
        log_low = math.log(low) if low > 0 else -math.inf
        return _normal_mass(self.mu, self.sigma, log_low, math.log(high))


def is_drawn(value: Any) -> bool:
    """Whether a value is a distribution, with or without a unit."""
    inner = value.value if isinstance(value, Quantity) else value
    return isinstance(inner, Distribution) and not isinstance(inner, Constant)


def plain(value: Any, unit: Unit, attribute: str, obj: object) -> Any:
    """Convert a user's value to `unit`: quantities to plain numbers, `Constant` to its number."""
    value = in_unit(value, unit, attribute, obj)
    return value.value if isinstance(value, Constant) else value


def bounding(law: Any, low: float = -math.inf, high: float = math.inf) -> str:
    """Advice for a message how to bound a distribution; empty if it cannot be bounded."""
    if not isinstance(law, (Normal, LogNormal)) or law.mass(low, high) < LEAST_ACCEPTED:
        return ""
    given = (law.low, low, max), (law.high, high, min)
    ends = [bound if own is None else pick(own, bound) for own, bound, pick in given]
    bounds = [f"{name}={end:g}" for name, end in zip(("low", "high"), ends, strict=True)
              if math.isfinite(end)]  # fmt: skip
    arguments = ", ".join([f"{law.mean:g}", f"{law.std:g}", *bounds])
    return f"; draw again what lies beyond: {type(law).__name__}({arguments})"


def _store(distribution: Distribution, *names: str) -> None:
    """Validate the named fields, and convert them to floats."""
    for name in names:
        value = check_scalar(getattr(distribution, name), name, distribution)
        object.__setattr__(distribution, name, value)


def _check_std(distribution: Distribution, std: float) -> None:
    if std < 0:
        raise ValidationError(f"must be zero or positive, got {std!r}", "std", distribution)


def _check_bounds(distribution: Distribution, low: float | None, high: float | None) -> None:
    """Convert the bounds to floats; raise an error if they accept too few draws."""
    _store(distribution, *(n for n, b in (("low", low), ("high", high)) if b is not None))
    low, high = _narrowed(distribution, -math.inf, math.inf)
    if low >= high:
        raise ValidationError(f"must be above low = {low!r}, got {high!r}", "high", distribution)
    kept = distribution.mass(-math.inf, math.inf)
    if kept < LEAST_ACCEPTED:
        name = "low" if low > -math.inf else "high"
        raise ValidationError(
            f"the bounds {low!r} to {high!r} would keep {kept:.2g} of the draws; "
            f"at least {LEAST_ACCEPTED} must lie between them",
            name,
            distribution,
        )


def _narrowed(distribution: Distribution, low: float, high: float) -> tuple[float, float]:
    """Intersection of a range with the bounds of the distribution."""
    own_low, own_high = getattr(distribution, "low", None), getattr(distribution, "high", None)
    if own_low is not None:
        low = max(low, own_low)
    if own_high is not None:
        high = min(high, own_high)
    return low, high


def _normal_mass(mean: float, std: float, low: float, high: float) -> float:
    """Probability of a normal draw between `low` and `high`."""
    if high < low:
        return 0.0
    if std == 0.0:
        return float(low <= mean <= high)
    scale = 1.0 / (std * math.sqrt(2.0))
    return 0.5 * (math.erf((high - mean) * scale) - math.erf((low - mean) * scale))
