import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def _settings_stay_as_they_are():
    """No picture may change matplotlib's own settings, and figures are closed after each test."""
    plt.switch_backend("agg")
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before
    plt.close("all")


@pytest.fixture
def drawn():
    """Draws a figure as saving it would, and fails if nothing is on it."""

    def draw(ax):
        ax.figure.canvas.draw()
        pixels = ax.figure.canvas.buffer_rgba()
        assert len(set(bytes(pixels))) > 2
        return ax

    return draw
