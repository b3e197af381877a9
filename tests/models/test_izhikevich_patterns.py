"""The firing patterns of figure 1 of Izhikevich 2004."""

import numpy as np
import pytest
from typer.testing import CliRunner

from models.izhikevich_patterns import PATTERNS, app, simulate


@pytest.fixture(scope="module")
def spikes():
    """Spikes of each pattern, by its name."""
    return {pattern.name.replace("\n", " "): simulate(pattern)[1] for pattern in PATTERNS}


def program(pattern):
    """Spike times of the published program's loop."""
    a, b, c, d = pattern.values
    V, u = pattern.V_m, b * pattern.V_m if pattern.U_m is None else pattern.U_m
    slope, offset = pattern.others.get("slope", 5.0), pattern.others.get("offset", 140.0)
    times = []
    for step, current in enumerate(pattern.inputs()):
        V += pattern.dt * (0.04 * V**2 + slope * V + offset - u + current)
        if "V_U" in pattern.others:
            u += pattern.dt * a * b * (V + 65)
        else:
            u += pattern.dt * a * (b * V - u)
        if V >= 30:
            V, u = c, u + d
            times.append((step + 1) * pattern.dt)
    return times


def test_spikes_are_those_of_the_published_program(spikes):
    for pattern, found in zip(PATTERNS, spikes.values(), strict=True):
        expected = program(pattern)
        assert len(expected) > 0
        assert np.abs(found.times - expected).max() < 1.5 * pattern.dt, pattern.name


def test_inputs_are_those_of_the_published_program():
    """It compares t with both ends of a pulse strictly; times (ms) from its text."""
    ends = {
        "tonic spiking": (14.0, 10.25, 99.75), "phasic bursting": (0.6, 20.2, 199.8),
        "spike latency": (7.04, 10.2, 12.8), "subthreshold oscillations": (2.0, 20.25, 24.75),
        "integrator": (9.0, 9.25, 81.75), "rebound spike": (-15.0, 20.2, 24.8),
        "bistability": (1.24, 37.75, 220.75), "depolarizing afterpotential": (20.0, 9.1, 10.9),
        "inhibition-induced spiking": (75.0, 50.0, 250.0),
    }  # fmt: skip
    for pattern in PATTERNS:
        name = pattern.name.replace("\n", " ")
        if name in ends:
            level, first, last = ends[name]
            found = np.flatnonzero(pattern.inputs() == level) * pattern.dt
            assert found[[0, -1]] == pytest.approx([first, last]), name


def test_patterns_are_what_they_are_called(spikes):
    for name in ("phasic spiking", "spike latency", "rebound spike", "integrator", "accommodation",
                 "resonator", "depolarizing afterpotential"):  # fmt: skip
        assert spikes[name].n_spikes == 1, name
    adapting = spikes["spike frequency adaptation"].isi(0)
    assert (np.diff(adapting) > 0).all()
    for name in ("tonic bursting", "inhibition-induced bursting"):
        intervals = spikes[name].isi(0)
        assert intervals.max() > 8 * np.median(intervals), name
    first = {name: spikes[name].isi(0)[0] for name in ("class 1 excitable", "class 2 excitable")}
    assert first["class 1 excitable"] > 1.5 * first["class 2 excitable"]
    assert spikes["resonator"].times[0] > 320.0, "pulses at its own rhythm"
    assert spikes["integrator"].times[0] < 40.0, "pulses close to each other"
    assert spikes["bistability"].times.max() < 230.0, "the second pulse switches it off"


@pytest.mark.thorough
def test_the_picture_is_drawn(tmp_path):
    path = tmp_path / "patterns.png"
    result = CliRunner().invoke(app, ["--out", str(path)])
    assert result.exit_code == 0, result.output
    assert "inhibition-induced bursting" in result.output
    assert path.stat().st_size > 10_000
