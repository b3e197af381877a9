import numpy as np
import pytest

from spikesim.errors import ValidationError
from spikesim.plot import stdp_window


def test_draws_a_function_with_a_break_at_zero(drawn):
    ax = drawn(stdp_window(lambda lag: np.sign(lag), limit=40.0, label="weight change (pA)"))
    line = ax.lines[-1]
    x, y = line.get_xdata(), line.get_ydata()
    assert (x[0], x[-1]) == (-40.0, 40.0)
    assert np.isnan(y[x == 0.0]).all()
    assert (y[x > 0] == 1.0).all()
    assert ax.get_ylabel() == "weight change (pA)"
    assert "(ms)" in ax.get_xlabel()


def test_draws_measured_points_beside_functions(drawn):
    ax = drawn(stdp_window({"rule": lambda lag: lag, "measured": ([-5.0, 5.0], [-1.0, 1.0])}))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["rule", "measured"]
    assert ax.lines[-1].get_ydata().tolist() == [-1.0, 1.0]


@pytest.mark.parametrize("window", [3, ([1.0], [1.0, 2.0]), ([1.0],), "ab", {"a": None}])
def test_bad_windows_are_errors(window):
    with pytest.raises(ValidationError, match="window"):
        stdp_window(window)
