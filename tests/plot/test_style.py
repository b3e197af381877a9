import subprocess
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb

from spikesim.plot import OKABE_ITO, canvas, style


def test_the_look_holds_only_within():
    before = mpl.rcParams["axes.spines.top"]
    with style():
        assert mpl.rcParams["axes.spines.top"] is False
        assert not plt.figure().subplots().spines["top"].get_visible()
    assert mpl.rcParams["axes.spines.top"] is before


def test_the_users_axes_keep_the_users_look():
    _, ax = plt.subplots()
    with canvas(ax, (1.0, 1.0)) as same:
        assert same is ax
        assert mpl.rcParams["axes.spines.top"] is True


def test_colours_are_dark_enough_for_names_on_white():
    # Relative luminance; yellow, which is not among them, has 0.87.
    assert all(0.2126 * r + 0.7152 * g + 0.0722 * b < 0.7 for r, g, b in map(to_rgb, OKABE_ITO))
    assert len(set(OKABE_ITO)) == len(OKABE_ITO)


@pytest.mark.thorough
@pytest.mark.parametrize("module", ["spikesim", "spikesim.analysis", "spikesim.interchange"])
def test_matplotlib_waits_until_pictures_are_wanted(module):
    code = f"import sys, {module}; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
