import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikesim.analysis import SpikeTrains
from spikesim.errors import ValidationError
from spikesim.plot import raster, save_raster
from spikesim.plot.density import _counts, nice_width
from spikesim.plot.raster import _apart


def poisson(n, spikes, duration=1000.0, name="", seed=0):
    rng = np.random.default_rng(seed)
    times = rng.integers(1, round(duration * 10) + 1, spikes) / 10
    return SpikeTrains(
        times, rng.integers(0, n, spikes), n=n, t_start=0.0, t_stop=duration, name=name
    )


def rate_axes(ax):
    (other,) = [axes for axes in ax.figure.axes if axes is not ax]
    return other


def test_one_population_shows_each_spike_and_its_rate(drawn):
    trains = poisson(50, 400, name="exc")
    ax = drawn(raster(trains, bin=20.0))
    (points,) = ax.lines
    assert np.array_equal(points.get_xdata(), trains.times)
    assert np.array_equal(points.get_ydata(), trains.ids)
    assert ax.get_ylabel() == "exc neuron"
    lower = rate_axes(ax)
    assert lower.get_xlim() == ax.get_xlim() == (0.0, 1000.0)
    assert (lower.get_xlabel(), lower.get_ylabel()) == ("time (ms)", "rate (Hz)")
    (curve,) = lower.patches
    assert np.array_equal(curve.get_data().values, trains.population_rate(20.0)[1])
    assert lower.get_position().y1 < ax.get_position().y0


def test_several_populations_lie_below_each_other(drawn):
    exc, inh = poisson(30, 100), poisson(10, 50, seed=1)
    ax = drawn(raster({"exc": exc, "inh": inh}))
    upper, lower = ax.lines
    assert np.array_equal(upper.get_ydata(), exc.ids)
    assert np.array_equal(lower.get_ydata(), inh.ids + 30)
    assert ax.get_ylim() == (39.5, -0.5)
    assert [text.get_text() for text in ax.texts] == ["exc", "inh"]
    assert len(rate_axes(ax).patches) == 2


def test_without_rates_and_in_the_users_axes(drawn):
    figure, axes = plt.subplots(2, 2)
    trains = poisson(20, 100)
    assert raster(trains, axes[0, 0], rates=False) is axes[0, 0]
    assert axes[0, 0].get_xlabel() == "time (ms)"
    assert len(figure.axes) == 4
    assert raster(trains, axes[1, 0], rates=axes[1, 1]) is axes[1, 0]
    assert len(figure.axes) == 4
    assert axes[1, 1].get_ylabel() == "rate (Hz)"
    assert raster(trains, axes[0, 1]) is axes[0, 1]
    assert len(figure.axes) == 5
    free = figure.add_axes((0.1, 0.1, 0.2, 0.2))
    raster(trains, free)
    drawn(free)
    assert len(figure.axes) == 7
    assert figure.axes[-1].get_position().y1 < free.get_position().y0


def test_many_spikes_are_an_image_of_all_of_them(drawn):
    trains = poisson(500, 210_000)
    ax = drawn(raster(trains))
    assert not ax.lines
    (image,) = ax.images
    assert ax.get_xlim() == (0.0, 1000.0)
    assert ax.get_ylim() == (-0.5, 499.5)
    opacity = np.asarray(image.get_array())[..., 3]
    assert opacity.max() == 1.0
    assert image.get_extent()[1] >= 1000.0


def test_a_million_spikes_are_drawn(drawn):
    parts = {"exc": poisson(8000, 800_000), "inh": poisson(2000, 200_000), "silent": poisson(5, 0)}
    ax = drawn(raster(parts))
    assert len(ax.images) == 2


@given(st.integers(1, 50), st.integers(0, 300), st.sampled_from([1.0, 2.0, 5.0]), st.integers(1, 7))
def test_the_density_counts_every_spike_in_its_bin(n, spikes, width, per_row):
    trains = poisson(n, spikes, duration=97.0)
    counts = _counts(trains, width, per_row)
    assert counts.sum() == spikes
    times = trains.population_rate(width)[1] * trains.n * np.diff(trains.bin_edges(width)) / 1000
    assert np.allclose(counts.sum(axis=0), times)
    rows = np.add.reduceat(trains.counts(), np.arange(0, n, per_row))
    assert counts.sum(axis=1).tolist() == rows.tolist()


@given(st.floats(1e-6, 1e9))
def test_nice_widths_are_below_and_near(width):
    nice = nice_width(width)
    assert width / 2.5 <= nice * (1 + 1e-6)
    assert nice <= width * (1 + 1e-6)
    assert f"{nice:e}"[0] in "125"


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30), st.floats(0.0, 0.2))
def test_names_are_moved_apart_and_stay_inside(places, gap):
    moved = _apart(np.sort(places), gap)
    gap = min(gap, 1.0 / len(places))
    assert (np.diff(moved) >= gap - 1e-9).all()
    assert moved.max() <= 1.0
    assert moved.min() >= -1e-9


def test_silent_and_timeless_populations_are_drawn(drawn):
    drawn(raster(SpikeTrains([], [], n=0, t_start=0.0, t_stop=0.0)))
    silent = SpikeTrains([], [], n=3, t_start=0.0, t_stop=10.0)
    for trains, said in ((silent, 1), ({"a": silent}, 1), ({"a": silent, "b": poisson(3, 9)}, 0)):
        ax = drawn(raster(trains))
        assert [text.get_text() for text in ax.texts].count("no spikes") == said


@pytest.mark.parametrize("trains", [{}, {"exc": [1.0]}, [1.0], None])
def test_other_things_are_errors(trains):
    with pytest.raises(ValidationError, match=r"raster\.trains"):
        raster(trains)


def test_bad_options_are_errors():
    with pytest.raises(ValidationError, match="bin"):
        raster(poisson(2, 3), bin=0.0)
    with pytest.raises(ValidationError, match="ax: must be a matplotlib Axes, got str"):
        raster(poisson(2, 3), "axes")


def test_save_raster_writes_without_pyplot(tmp_path):
    before = plt.get_fignums()
    save_raster({"exc": poisson(20, 100)}, tmp_path / "r.png", title="A title")
    assert (tmp_path / "r.png").read_bytes()[:4] == b"\x89PNG"
    save_raster(poisson(20, 100), tmp_path / "r.SVG")
    assert plt.get_fignums() == before
    with pytest.raises(ValidationError, match="must end in one of"):
        save_raster(poisson(2, 3), tmp_path / "r.doc")
    with pytest.raises(ValidationError, match="no folder"):
        save_raster(poisson(2, 3), tmp_path / "nowhere" / "r.png")
