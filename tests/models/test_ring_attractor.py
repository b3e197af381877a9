"""The ring attractor: a cue is remembered, and without one nothing is."""

import numpy as np
import pytest

import spikesim as sim
from models import ring_attractor as ring
from models.ring_attractor import EXPECTED
from tests.models.rig import written_by


@pytest.mark.slow
def test_numbers():
    numbers = ring.run(cues=(90.0, 300.0), delay=2.0, scale=0.25, seed=2).numbers
    outside = {k: v for k, v in numbers.items() if not EXPECTED[k].holds(v)}
    assert not outside


@pytest.mark.thorough
def test_without_a_cue_no_bump_forms(monkeypatch):
    monkeypatch.setattr(ring, "CUE_PA", 0.0)
    result = ring.run(cues=(90.0,), delay=2.0, scale=0.25, seed=2)
    assert result.exc.mean_rate() < 1.5


@pytest.mark.slow
def test_the_numbers_of_murray_et_al(monkeypatch):
    """Another published set (Cereb. Cortex 24:859), for the same equations: nothing is tuned."""
    for name, value in (("J_PLUS", 3.0), ("SIGMA", 9.0), ("EXTERNAL_HZ", 600.0),
                        ("G_EXT_EXC", 9.3), ("G_EXT_INH", 7.14)):  # fmt: skip
        monkeypatch.setattr(ring, name, value)
    total = {"EE": (1001.9, 2048), "EI": (717.6, 2048), "IE": (807.2, 512), "II": (566.2, 512)}
    strengths = {way: g / n for way, (g, n) in total.items()}
    numbers = ring.run(cues=(90.0, 300.0), delay=2.0, strengths=strengths, seed=2).numbers
    assert numbers["rate before a cue"] < 2.0
    assert 25.0 < numbers["rate in the bump"] < 55.0
    assert numbers["concentration"] > 0.7
    assert numbers["error"] < 10.0


@pytest.mark.thorough
@pytest.mark.parametrize("way", ring.STRENGTHS)
@pytest.mark.parametrize("factor", [0.97, 1.03])
def test_it_works_with_three_per_cent_more_or_less(way, factor):
    strengths = ring.STRENGTHS | {way: factor * ring.STRENGTHS[way]}
    result = ring.run(cues=(90.0,), delay=1.5, scale=0.25, strengths=strengths, seed=1)
    numbers = result.numbers
    assert numbers["rate before a cue"] < 2.0
    assert numbers["rate in the bump"] > 20.0
    assert numbers["error"] < 20.0


@pytest.mark.slow
def test_bumps_of_more_neurons_drift_less():
    few, many = (ring.run(scale=scale, delay=5.0).numbers for scale in (0.125, 1.0))
    assert few["drift in a second"] > 1.5 * many["drift in a second"]


@pytest.mark.thorough
def test_it_can_be_erased():
    result = ring.run(cues=(90.0, 0.0), delay=0.5, scale=0.25, seed=2)
    stop = result.trial(0)[1]
    middle = np.flatnonzero(ring.distance(ring.angles(512), 90.0) < 10.0)
    before, after = (result.exc[middle].window(t, t + 250.0) for t in (stop - 250.0, stop + 350.0))
    assert before.mean_rate() > 30.0
    assert after.mean_rate() < 5.0


def test_excitation_by_distance():
    profile = ring.profile(360)
    assert np.isclose(profile.mean(), 1.0)
    assert np.isclose(profile[0], ring.J_PLUS)
    far = profile[180]
    assert np.isclose(profile[18] - far, (ring.J_PLUS - far) * np.exp(-0.5), rtol=1e-3)


def test_distances_on_the_ring():
    assert np.allclose(ring.distance([0.0, 350.0, 180.0, 90.0], 10.0), [10.0, 20.0, 170.0, 80.0])


def test_the_angle_and_the_profile_that_are_read():
    """From a made-up bump of 100 neurons around 90 degrees: neurons 20 to 30 fire once each."""
    result = ring.Result(
        sim.SpikeTrains([1500.0] * 11, range(20, 31), n=100, t_start=0.0, t_stop=2500.0),
        sim.SpikeTrains([], [], n=1, t_start=0.0, t_stop=2500.0), (90.0,), 300.0,
    )  # fmt: skip
    assert result.trial(0) == (1000.0, 1550.0)
    assert result.read(1300.0)[0] == pytest.approx(90.0)
    place, rates = result.profile()
    assert np.allclose(place[rates > 0.0], 3.6 * np.arange(-5, 6))
    assert np.allclose(rates[rates > 0.0], 4.0), "one spike in 250 ms"


def test_the_drift_that_is_read():
    """One spike each 50 ms, by a neuron that lies farther on from time to time: 20 deg/s."""
    times = np.arange(50.0, 5000.0, 50.0)
    trains = sim.SpikeTrains(times, (times // 50.0).astype(int), n=360, t_start=0.0, t_stop=5000.0)
    result = ring.Result(trains, trains, (0.0,), 3000.0)
    assert np.allclose(result.drift(0), 20.0)
    assert result.drift(0).size == 7, "windows from 0.25 s into the delay on, 1 s apart"


@pytest.mark.thorough
def test_the_command_line(tmp_path):
    written = written_by(ring.main, tmp_path, delay=0.25, scale=0.25)
    assert set(written["numbers"]) == set(EXPECTED)
    with pytest.raises(sim.ValidationError, match=r"delay: must be at least 0.25 s, got 0.1 s"):
        ring.main(delay=0.1)
