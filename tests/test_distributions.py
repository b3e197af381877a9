"""Distributions: what may be described, and that draws follow the laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from spikesim import rng
from spikesim.distributions import Constant, Distribution, LogNormal, Normal, Uniform, bounding
from spikesim.errors import ValidationError
from spikesim.kernels.normal import quantile
from spikesim.planning.sampling import draw, law

KEY = rng.key(7, "values")
NUMBERS = st.floats(-1e6, 1e6)
BROKEN = st.sampled_from([math.nan, math.inf, -math.inf, "3", None, True, [1.0, 2.0], 1j])


@given(value=BROKEN)
def test_broken_numbers_name_class_and_parameter(value):
    for make, name in [
        (lambda: Constant(value), "Constant.value"),
        (lambda: Uniform(value, 1.0), "Uniform.low"),
        (lambda: Uniform(0.0, value), "Uniform.high"),
        (lambda: Normal(value, 1.0), "Normal.mean"),
        (lambda: Normal(0.0, value), "Normal.std"),
        (lambda: LogNormal(value, 1.0), "LogNormal.mean"),
        (lambda: LogNormal(1.0, value), "LogNormal.std"),
    ]:
        with pytest.raises(ValidationError, match=name):
            make()


@given(low=NUMBERS, width=st.floats(0, 1e6))
def test_bounds_must_be_ordered(low, width):
    for make in (
        lambda: Uniform(low, low - width),
        lambda: Normal(0.0, 1.0, low=low, high=low - width),
        lambda: LogNormal(1.0, 1.0, low=low, high=low - width),
    ):
        with pytest.raises(ValidationError, match=r"high: must be above low"):
            make()


@given(std=st.floats(-1e6, -1e-12))
def test_negative_std(std):
    for make in (lambda: Normal(0.0, std), lambda: LogNormal(1.0, std)):
        with pytest.raises(ValidationError, match=r"std: must be zero or positive, got -"):
            make()


def test_lognormal_needs_a_positive_mean_and_a_sane_std():
    with pytest.raises(ValidationError, match=r"LogNormal.mean: must be positive, got -1.0"):
        LogNormal(-1.0, 1.0)
    with pytest.raises(ValidationError, match=r"LogNormal.std: must be at most"):
        LogNormal(1.0, 1e9)


def test_bound_of_a_wrong_kind():
    with pytest.raises(ValidationError, match=r"Normal.low: must be a number"):
        Normal(0.0, 1.0, low="zero")
    with pytest.raises(ValidationError, match=r"Uniform.high: too wide"):
        Uniform(-1.7e308, 1.7e308)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Normal(0.0, 1.0, low=4.0),
        lambda: Normal(0.0, 1.0, high=-4.0),
        lambda: Normal(0.0, 0.0, low=1.0),
        lambda: LogNormal(1.0, 0.1, high=-1.0),
        lambda: LogNormal(1.0, 0.1, low=3.0),
    ],
)
def test_hopeless_bounds_are_refused(make):
    with pytest.raises(ValidationError, match=r"of the draws"):
        make()


@given(mean=st.floats(-5, 5), std=st.floats(0.1, 5), low=st.floats(-9, 8), width=st.floats(0.1, 9))
def test_mass_is_that_of_the_law(mean, std, low, width):
    expected = stats.norm(mean, std).cdf(low + width) - stats.norm(mean, std).cdf(low)
    assert Normal(mean, std).mass(low, low + width) == pytest.approx(expected, abs=1e-12)
    uniform = stats.uniform(-2.0, 7.0)
    expected = uniform.cdf(low + width) - uniform.cdf(low)
    assert Uniform(-2.0, 5.0).mass(low, low + width) == pytest.approx(expected, abs=1e-12)


def test_mass_counts_own_bounds_and_constants():
    assert Normal(0.0, 1.0, low=0.0).mass(-math.inf, math.inf) == pytest.approx(0.5)
    assert LogNormal(3.0, 1.0).mass(0.0, math.inf) == pytest.approx(1.0)
    assert LogNormal(3.0, 1.0).mass(-2.0, 0.0) == 0.0
    assert Normal(1.0, 0.0).mass(0.5, 2.0) == 1.0
    assert Normal(0.0, 1.0, low=1.0).mass(-math.inf, 0.0) == 0.0
    assert Constant(2.0).mass(1.0, 3.0) == 1.0
    with pytest.raises(NotImplementedError):
        Distribution().mass(0.0, 1.0)


def frozen_lognormal(mean, std):
    sigma2 = math.log(1 + (std / mean) ** 2)
    return stats.lognorm(math.sqrt(sigma2), scale=math.exp(math.log(mean) - sigma2 / 2))


def cut(frozen, low=-math.inf, high=math.inf):
    """The distribution function between bounds."""
    a, b = frozen.cdf(low), frozen.cdf(high)
    return lambda x: (frozen.cdf(x) - a) / (b - a)


@pytest.mark.parametrize(
    ("distribution", "cdf"),
    [
        (Uniform(-60.0, -50.0), stats.uniform(-60.0, 10.0).cdf),
        (Normal(87.8, 8.78), stats.norm(87.8, 8.78).cdf),
        (Normal(1.5, 0.75, low=0.1), cut(stats.norm(1.5, 0.75), low=0.1)),
        (Normal(0.0, 1.0, low=2.0, high=4.0), cut(stats.norm(), 2.0, 4.0)),
        (LogNormal(2.0, 3.0), frozen_lognormal(2.0, 3.0).cdf),
        (LogNormal(2.0, 1.0, low=1.0, high=2.0), cut(frozen_lognormal(2.0, 1.0), 1.0, 2.0)),
    ],
    ids=lambda value: repr(value) if isinstance(value, Distribution) else "",
)
def test_draws_follow_the_law(distribution, cdf):
    values = draw(distribution, KEY, np.arange(20_000))
    assert values.dtype == np.float64
    assert stats.kstest(values, cdf).pvalue > 1e-3
    low, high = getattr(distribution, "low", None), getattr(distribution, "high", None)
    assert low is None or values.min() >= low
    assert high is None or values.max() <= high
    # A cut keeps no heap on its bounds.
    assert np.unique(values).size == values.size


def test_lognormal_mean_and_std_are_those_of_the_variable():
    values = draw(LogNormal(2.0, 0.5), KEY, np.arange(200_000))
    assert values.mean() == pytest.approx(2.0, rel=0.005)
    assert values.std() == pytest.approx(0.5, rel=0.02)


def test_without_spread_all_are_equal():
    for distribution in (Constant(3.0), Normal(3.0, 0.0), LogNormal(3.0, 0.0)):
        assert draw(distribution, KEY, np.arange(5)) == pytest.approx(np.full(5, 3.0), rel=1e-15)


@settings(deadline=None)  # the first example may compile
@given(start=st.integers(0, 10**9), n=st.integers(0, 20), skip=st.integers(0, 20))
def test_an_entity_keeps_its_draw_however_it_is_asked(start, n, skip):
    law = Normal(0.0, 1.0, low=1.0)
    whole = draw(law, KEY, np.arange(start, start + n + skip))
    assert np.array_equal(draw(law, KEY, np.arange(start + skip, start + skip + n)), whole[skip:])


def test_keys_differ():
    assert not np.any(
        draw(Uniform(0, 1), KEY, np.arange(9))
        == draw(Uniform(0, 1), rng.key(8, "values"), np.arange(9))
    )


def test_unknown_law():
    with pytest.raises(ValidationError, match="must be Constant"):
        law(3.0)


def test_quantile_agrees_with_scipy():
    tails = np.array([2.0**-53, 1e-12, 1e-5, 0.07, 0.075])
    p = np.concatenate([tails, np.linspace(0.001, 0.999, 500), 1 - tails])
    ours = np.array([quantile(x) for x in p])
    np.testing.assert_allclose(ours, stats.norm.ppf(p), rtol=4e-15, atol=1e-15)


@pytest.mark.parametrize(
    ("law", "bounds", "text"),
    [
        (Normal(1.0, 5.0), (0.0,), "; draw again what lies beyond: Normal(1, 5, low=0)"),
        (Normal(1.0, 5.0, low=-1.0, high=9.0), (0.0,),
         "; draw again what lies beyond: Normal(1, 5, low=0, high=9)"),
        (LogNormal(1.0, 5.0), (0.0, 2.0),
         "; draw again what lies beyond: LogNormal(1, 5, low=0, high=2)"),
        (Normal(-9.0, 0.1), (0.0,), ""),
        (Uniform(-1.0, 1.0), (0.0,), ""),
        (-3.0, (0.0,), ""),
    ],
)  # fmt: skip
def test_what_would_keep_draws_within_bounds(law, bounds, text):
    assert bounding(law, *bounds) == text
