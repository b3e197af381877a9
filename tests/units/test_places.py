"""Selections by number, slice, list and mask."""

import re

import numpy as np
import pytest

import spikesim as sim
from spikesim.units import chosen_places


@pytest.mark.parametrize(
    ("key", "chosen"),
    [
        (-1, [299]), (np.int8(5), [5]), ([2, 2, -1], [2, 2, 299]), (slice(4, 1, -1), [4, 3, 2]),
        (np.array([1, -1], np.int8), [1, 299]), (np.array([7], np.uint64), [7]), ([], []),
        (np.arange(300) == 8, [8]), ([False] * 299 + [True], [299]),
    ],
)  # fmt: skip
def test_what_is_selected(key, chosen):
    places = chosen_places(key, 300, "cells")
    assert places.dtype == np.int64
    assert places.tolist() == chosen


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ([True, 2], "truth values and numbers in one list, got [True, 2]"),
        ([1, np.True_], "truth values and numbers in one list"),
        ((2, 3), "takes one selection, got 2 numbers; give a list, [[2, 3]]"),
        ((True, 2), "cannot be indexed by (True, 2), but by a whole number, a slice"),
        (1.5, "cannot be indexed by 1.5, but by a whole number, a slice, a list of whole numbers"),
        (np.array([2**64 - 1], np.uint64), "numbered 0 to 9 or -10 to -1; cannot select 184467440"),
        ([2**70], "has 10 neurons, which are numbered 0 to 9 or -10 to -1; cannot select 11805916"),
        ([0, -11], "cannot select -11"),
        ([True, False], "has 10 neurons, and a mask needs as many entries; got 2"),
        (slice("a"), "cannot be indexed by slice"),
    ],
)  # fmt: skip
def test_what_cannot_be_selected(key, text):
    """Of populations and of results, in the same words."""
    cells = sim.Network(seed=1).population("cells", 10, sim.LIF())
    trains = sim.SpikeTrains([1.0], [0], n=10, t_start=0.0, t_stop=2.0, name="cells")
    for indexed in (cells, trains):
        with pytest.raises(sim.ValidationError, match=f"^cells: .*{re.escape(text)}"):
            indexed[key]


def test_nothing_is_selected_from_nothing():
    with pytest.raises(sim.ValidationError, match=r"^x: has 0 columns; cannot select 0"):
        chosen_places(0, 0, "x", "columns")


def test_a_slice_of_very_many():
    assert chosen_places(slice(2), 2**40, "cells").tolist() == [0, 1]
    with pytest.raises(sim.ValidationError, match=r"1099511627776 neurons would take 8\.8 TB"):
        chosen_places(slice(None), 2**40, "cells")
