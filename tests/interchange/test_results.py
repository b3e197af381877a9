import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikesim.analysis import SpikeTrains, Traces
from spikesim.errors import ValidationError
from spikesim.interchange import load, save
from tests.interchange.names import names

SPIKES = SpikeTrains(
    np.arange(1, 4) * 0.1, [2, 0, 1], n=5, t_start=-1.0, t_stop=10.0, name="exc \u03b1/\u03b2"
)
TRACES = Traces(
    [0.1, 0.2], np.array([[-65.1], [np.nan]], np.float32), variable="V_m", unit="mV", ids=[7]
)


@pytest.mark.parametrize("result", [SPIKES, TRACES])
def test_a_single_result_comes_back_exactly(tmp_path, result):
    save(tmp_path / "one.npz", result)
    again = load(tmp_path / "one.npz")
    assert type(again) is type(result)
    assert again.equals(result)
    assert again.name == result.name


def test_several_come_back_by_name_and_in_order(tmp_path):
    results = {"b/c": TRACES, "": SPIKES, "a": SPIKES[:0]}
    save(tmp_path / "some", results)
    again = load(tmp_path / "some")
    assert list(again) == list(results)
    assert all(again[key].equals(results[key]) for key in results)
    assert again["b/c"].values.dtype == np.float32
    save(tmp_path / "none.npz", {})
    assert load(tmp_path / "none.npz") == {}


@given(
    st.lists(st.tuples(st.floats(-1e9, 1e9), st.integers(0, 2**40)), max_size=20),
    names(),
)
def test_any_spikes_come_back_exactly(tmp_path_factory, spikes, name):
    path = tmp_path_factory.getbasetemp() / "any.npz"
    times, ids = zip(*spikes, strict=True) if spikes else ((), ())
    trains = SpikeTrains(times, ids, n=2**40 + 1, t_start=-1e9, t_stop=1e9, name=name)
    save(path, trains)
    again = load(path)
    assert again.equals(trains)
    assert again.name == name


def test_nothing_is_pickled_and_the_format_is_named(tmp_path):
    save(tmp_path / "one.npz", SPIKES)
    with np.load(tmp_path / "one.npz", allow_pickle=False) as file:
        assert str(file["format"]) == "spikesim-results"
        assert int(file["version"]) == 1
        assert json.loads(str(file["contents"]))["items"][0]["n"] == 5
        assert all(file[key].dtype.kind in "ifU" for key in file)


@pytest.mark.parametrize("results", [[1.0], {"a": 1}, {1: SPIKES}, None])
def test_other_things_are_not_saved(tmp_path, results):
    with pytest.raises(ValidationError, match=r"save\.results"):
        save(tmp_path / "x.npz", results)
    assert not list(tmp_path.iterdir())


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "one.npz"
    save(path, SPIKES)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        save(path, TRACES)
    assert load(path).equals(SPIKES)
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_file_or_folder_is_named(tmp_path):
    with pytest.raises(ValidationError, match=r"gone\.npz: there is no such file"):
        load(tmp_path / "gone.npz")
    with pytest.raises(ValidationError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(ValidationError, match="there is no folder"):
        save(tmp_path / "nowhere" / "one.npz", SPIKES)


@pytest.mark.parametrize("kept", [0, 1, 30, 200, 0.5, 0.9, -1])
def test_a_cut_file_is_an_error(tmp_path, kept):
    path = tmp_path / "cut.npz"
    save(path, {"a": SPIKES, "b": TRACES})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])
    with pytest.raises(ValidationError, match=r"cut\.npz"):
        load(path)


@given(st.data())
def test_a_damaged_file_is_an_error_or_reads_the_same(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    save(path, SPIKES)
    whole = bytearray(path.read_bytes())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    try:
        same = load(path).equals(SPIKES)
    except ValidationError as error:
        same = "damaged.npz" in str(error)
    assert same


def test_files_of_others_and_of_the_future_are_named(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, times=[1.0])
    with pytest.raises(ValidationError, match="not written by spikesim"):
        load(path)
    with open(path, "wb") as file:
        np.save(file, np.ones(3))
    with pytest.raises(ValidationError, match="not written by spikesim"):
        load(path)
    np.savez(path, format="spikesim-results", version=99)
    with pytest.raises(ValidationError, match="format version 99; this spikesim reads up to 1"):
        load(path)
    np.savez(path, format="spikesim-results", version=1, contents="{}")
    with pytest.raises(ValidationError, match="damaged"):
        load(path)
