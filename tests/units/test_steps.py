"""Times that lie between two steps."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikesim.errors import SpikesimWarning, ValidationError
from spikesim.units import LONGEST_DELAY, delay_steps, nearest_steps, whole_steps

STEPS = st.sampled_from([0.1, 0.01, 0.025, 0.05, 0.5, 1.0, 1 / 3, 1e-3])


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=5), STEPS, st.floats(-1e-6, 1e-6))
def test_what_is_on_the_grid_is_taken_silently(steps, dt, noise):
    """Rounding of floats, and a millionth of a step, are on the grid."""
    times = (np.array(steps) + 0.999 * noise) * dt
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert nearest_steps(times, dt, "t", "cells").tolist() == steps


@settings(deadline=None)
@given(st.integers(1, 10**6), STEPS, st.floats(1e-4, 0.4999) | st.floats(-0.4999, -1e-4))
def test_what_is_between_is_rounded_with_one_warning(step, dt, off):
    times = np.array([step, step + off, step + off]) * dt
    with pytest.warns(SpikesimWarning) as caught:
        found = nearest_steps(times, dt, "t", "cells")
    assert found.tolist() == [step] * 3
    (warning,) = caught
    assert warning.filename == __file__
    expected = f"cells.t: {times[1]:.12g} ms (and 1 more) are not multiples of dt = {dt} ms; "
    assert str(warning.message) == f"{expected}rounded to {step * dt:.12g} ms"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert nearest_steps(times, dt, "t", "cells", silent=True).tolist() == [step] * 3


@settings(deadline=None)
@given(st.floats(-1e3, 1e9), STEPS)
def test_delays_are_rounded_or_refused(delay, dt):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpikesimWarning)
        try:
            steps = delay_steps(delay, dt, "p")
        except ValidationError as error:
            steps, text = None, str(error)
    if steps is None:
        assert not 1 <= np.rint(delay / dt) <= LONGEST_DELAY
        assert text.startswith("p.delay: must be ")
        assert f"got {delay!r} ms" in text
    else:
        assert 1 <= steps <= LONGEST_DELAY
        assert abs(steps - delay / dt) <= 0.5


def test_shapes_stay():
    assert nearest_steps(np.ones((2, 3)), 0.1, "t", "x").shape == (2, 3)
    assert nearest_steps(1.0, 0.1, "t", "x", dtype=np.int32).dtype == np.int32
    assert nearest_steps([], 0.1, "t", "x").shape == (0,)


@pytest.mark.parametrize(
    ("value", "text"), [(0.25, "positive multiple"), (0.0, "positive multiple"), (1e300, "at most")]
)
def test_what_repeats_must_be_whole(value, text):
    assert whole_steps(2.5, 0.1, "every", "x") == 25
    with pytest.raises(ValidationError, match=rf"x\.every: must be (a )?{text}"):
        whole_steps(value, 0.1, "every", "x")
