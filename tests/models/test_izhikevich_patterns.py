"""The firing patterns of figure 1 of Izhikevich 2004."""

import numpy as np
from typer.testing import CliRunner

from models.izhikevich_patterns import PATTERNS, app, simulate

SPIKES = {pattern.name.replace("\n", " "): simulate(pattern)[1] for pattern in PATTERNS}


def program(pattern):
    """Spike times of the published program's loop."""
    a, b, c, d = pattern.values
    V, u = pattern.V_m, b * pattern.V_m if pattern.U_m is None else pattern.U_m
    slope, offset = pattern.others.get("slope", 5.0), pattern.others.get("offset", 140.0)
    times = []
    steps = np.arange(round(pattern.duration / pattern.dt))
    for step, current in zip(steps, pattern.current((steps + 0.5) * pattern.dt), strict=True):
        V += pattern.dt * (0.04 * V**2 + slope * V + offset - u + current)
        if "V_U" in pattern.others:
            u += pattern.dt * a * b * (V + 65)
        else:
            u += pattern.dt * a * (b * V - u)
        if V >= 30:
            V, u = c, u + d
            times.append((step + 1) * pattern.dt)
    return times


def test_spikes_are_those_of_the_published_program():
    for pattern, spikes in zip(PATTERNS, SPIKES.values(), strict=True):
        expected = program(pattern)
        assert len(expected) > 0
        assert np.abs(spikes.times - expected).max() < 1.5 * pattern.dt, pattern.name


def test_patterns_are_what_they_are_called():
    for name in ("phasic spiking", "spike latency", "rebound spike", "integrator", "accommodation",
                 "resonator", "depolarizing afterpotential"):  # fmt: skip
        assert SPIKES[name].n_spikes == 1, name
    adapting = SPIKES["spike frequency adaptation"].isi(0)
    assert (np.diff(adapting) > 0).all()
    for name in ("tonic bursting", "inhibition-induced bursting"):
        intervals = SPIKES[name].isi(0)
        assert intervals.max() > 8 * np.median(intervals), name
    first = {name: SPIKES[name].isi(0)[0] for name in ("class 1 excitable", "class 2 excitable")}
    assert first["class 1 excitable"] > 1.5 * first["class 2 excitable"]
    assert SPIKES["resonator"].times[0] > 320.0, "pulses at its own rhythm"
    assert SPIKES["integrator"].times[0] < 40.0, "pulses close to each other"
    assert SPIKES["bistability"].times.max() < 230.0, "the second pulse switches it off"


def test_the_picture_is_drawn(tmp_path):
    path = tmp_path / "patterns.png"
    result = CliRunner().invoke(app, ["--out", str(path)])
    assert result.exit_code == 0, result.output
    assert "inhibition-induced bursting" in result.output
    assert path.stat().st_size > 10_000
