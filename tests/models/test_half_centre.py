"""The half-centre oscillator: it alternates, and as fast as its reduction says."""

import numpy as np
import pytest

from models import half_centre
from models.half_centre import EXPECTED
from tests.models.rig import written_by


@pytest.mark.thorough
def test_numbers():
    numbers = half_centre.run(seconds=7.5, seed=2).numbers
    outside = {k: v for k, v in numbers.items() if not EXPECTED[k].holds(v)}
    assert not outside


@pytest.mark.thorough
@pytest.mark.parametrize("theta_plus", [0.3, 0.6])
def test_the_period_is_that_of_the_reduction(theta_plus):
    """Within a fifth: the reduction takes noise to be white and neurons to be alike."""
    predicted = half_centre.theory(theta_plus, seconds=6.0)
    result = half_centre.run(seconds=7.5, theta_plus=theta_plus, scale=0.5, seed=3)
    assert result.numbers["period"] == pytest.approx(predicted, rel=0.2)


@pytest.mark.thorough
def test_without_tiring_one_half_wins_for_good():
    result = half_centre.run(seconds=3.0, theta_plus=0.0, scale=0.5)
    assert np.isnan(result.numbers["period"])
    rates = [half.window(1000.0, 3000.0).mean_rate() for half in (result.left, result.right)]
    assert max(rates) > 50.0 * max(min(rates), 0.1)


def test_switches_of_a_square_wave():
    times = np.arange(0.0, 1000.0)
    difference = np.where(times % 200.0 < 80.0, 50.0, -50.0)
    difference[times % 40.0 == 0.0] = 0.0  # unclear now and then
    starts, middles = half_centre.switches(times, difference)
    assert np.allclose(starts, [201.0, 401.0, 601.0, 801.0])
    assert np.allclose(middles, [81.0, 281.0, 481.0, 681.0, 881.0])


@pytest.mark.thorough
def test_the_command_line(tmp_path):
    numbers = written_by(half_centre.main, tmp_path, seconds=0.5, scale=0.2)["numbers"]
    assert numbers == dict.fromkeys(EXPECTED), "too short for a period"
