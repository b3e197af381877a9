import numpy as np
import pytest

from spikesim.analysis import Traces
from spikesim.errors import ValidationError
from spikesim.units import mV


@pytest.fixture
def traces():
    values = np.arange(15.0).reshape(5, 3)
    return Traces(np.arange(5) * 0.1, values, variable="V_m", unit="mV", ids=[4, 7, 9], name="exc")


def test_indexing_chooses_columns_and_keeps_ids(traces):
    part = traces[[2, 0]]
    assert part.ids.tolist() == [9, 4]
    assert part.values[0].tolist() == [2.0, 0.0]
    assert len(traces) == 3
    assert len(traces[1]) == 1
    assert traces[1:].ids.tolist() == [7, 9]
    assert traces.trace(7).tolist() == [1.0, 4.0, 7.0, 10.0, 13.0]


def test_windows_include_both_ends_despite_rounding(traces):
    assert traces.times[3] > 0.3
    part = traces.window(0.1, 0.3)
    assert part.times.tolist() == traces.times[1:4].tolist()
    assert part.values.tolist() == traces.values[1:4].tolist()
    assert len(traces.window(7.0, 9.0).times) == 0


def test_is_immutable_and_has_a_repr(traces):
    with pytest.raises(ValueError, match="read-only"):
        traces.values[0, 0] = 1.0
    assert repr(traces) == "<Traces 'exc': V_m (mV) of 3, 5 samples, 0 to 0.4 ms>"
    assert "no time" in repr(traces.window(7.0, 9.0))
    with pytest.raises(TypeError):
        iter(traces)


def test_single_precision_stays_and_units_become_symbols():
    values = np.ones((2, 1), dtype=np.float32)
    traces = Traces([0.0, 1.0], values, variable="V_m", unit=mV, ids=[0])
    assert traces.values.dtype == np.float32
    assert traces.unit == "mV"


def test_what_went_astray_is_kept():
    traces = Traces([0.0, 1.0], [[np.nan], [np.inf]], variable="V_m", unit="mV", ids=[0])
    assert np.isnan(traces.values[0, 0])
    assert traces.equals(traces[:1])


def test_equals_compares_all_but_names(traces):
    same = Traces(traces.times, traces.values, variable="V_m", unit="mV", ids=[4, 7, 9])
    assert traces.equals(same)
    assert not traces.equals(traces[:2])
    assert not traces.equals(traces.window(0.0, 0.2))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"times": [0.0, 0.0]}, "increasing"),
        ({"times": [0.0, np.nan]}, "finite"),
        ({"times": [[0.0, 1.0]]}, "increasing"),
        ({"values": [[1.0, 2.0]]}, r"shape \(times, ids\) = \(2, 2\), got \(1, 2\)"),
        ({"values": [["a", "b"], ["c", "d"]]}, "numbers"),
        ({"values": [[1.0], [1.0, 2.0]]}, "numbers"),
        ({"ids": [3, 3]}, "twice"),
        ({"ids": [0, -1]}, "negative"),
        ({"unit": 3}, "unit"),
    ],
)
def test_bad_input_is_named(change, words):
    good = {
        "times": [0.0, 1.0], "values": np.zeros((2, 2)), "ids": [0, 1], "variable": "V_m",
        "unit": "mV",
    }  # fmt: skip
    with pytest.raises(ValidationError, match=words):
        Traces(**(good | change))


def test_neurons_that_were_not_recorded_are_named(traces):
    with pytest.raises(ValidationError, match="5 was not recorded; recorded were 4, 7, 9"):
        traces.trace(5)
    with pytest.raises(ValidationError, match="reversed"):
        traces.window(2.0, 1.0)
