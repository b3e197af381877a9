"""Damaged files of every kind end in a result or in an error that names the file."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim import interchange
from spikesim.files.arrays import write_arrays
from tests.damage import damage

SPIKES = sim.SpikeTrains(
    np.linspace(1.0, 99.0, 60), np.arange(60) % 7, n=9, t_start=0.0, t_stop=100.0, name="cells"
)
TRACES = sim.Traces(
    [0.0, 1.0, 2.0], np.arange(6.0).reshape(3, 2), ids=[4, 2], variable="V_m", unit="mV"
)
NEST = "# NEST version: 3.8\n# RecordingBackendASCII version: 2\nsender\ttime_ms\n" + "".join(
    f"{k % 5 + 1}\t{k * 1.5 + 1.0:.3f}\n" for k in range(60)
)


def written(folder):
    """Good files, and what reads them."""
    folder.mkdir()
    interchange.save(folder / "spikes.npz", SPIKES)
    interchange.save(folder / "both.npz", {"a": SPIKES, "b": TRACES})
    interchange.save_csv(folder / "spikes.csv", SPIKES)
    interchange.save_csv(folder / "traces.csv", TRACES)
    (folder / "nest.dat").write_text(NEST)
    (folder / "old.gdf").write_text("".join(f"{k % 5 + 1} {k + 1.5}\n" for k in range(60)))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


READERS = [interchange.load, interchange.load_csv, interchange.load_nest, interchange.load_spikes]


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return Good(tmp_path_factory.mktemp("interchange") / "good")


class Good:
    """Good files in a folder; errors of tests do not show their bytes."""

    def __init__(self, folder):
        self.folder, self.raw = folder, written(folder)


@pytest.mark.parametrize("name", ["spikes.npz", "both.npz", "spikes.csv", "traces.csv", "nest.dat",
                                  "old.gdf"])  # fmt: skip
@settings(max_examples=120, deadline=None)
@given(damaged=damage(), reader=st.sampled_from(READERS))
def test_damaged_files(good, name, damaged, reader):
    path = good.folder / f"bad {name}"
    path.write_bytes(damaged(good.raw[name]))
    try:
        found = reader(path)
    except sim.SpikesimError as error:
        assert path.name in str(error)  # noqa: PT017
    else:
        assert isinstance(found, (sim.SpikeTrains, sim.Traces, dict))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


def contents():
    """What `save` writes about its arrays."""
    items = [
        {"key": "a", "kind": "spikes", "n": 9, "t_start": 0.0, "t_stop": 100.0, "name": "cells"},
        {"key": "b", "kind": "traces", "variable": "V_m", "unit": "mV", "name": ""},
    ]
    return {"single": False, "items": items}


ARRAYS = {
    "0.times": SPIKES.times, "0.ids": SPIKES.ids, "1.times": TRACES.times,
    "1.values": TRACES.values, "1.ids": TRACES.ids,
}  # fmt: skip
ODD = [
    np.array([]), np.array(5), np.array([[1.0]]), np.full(60, np.nan), np.full(60, 2**62),
    np.array(["a"] * 60), np.array([True] * 60), np.array(["x"]), np.zeros((3, 0)),
    np.arange(60, dtype=np.uint64), np.arange(60) - 1, np.zeros((3, 2), ">f4"),
    np.asfortranarray(np.ones((3, 2))),
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_files_that_are_whole_and_say_what_cannot_be(good, data):
    path = good.folder / "odd.npz"
    about, arrays = contents(), dict(ARRAYS)
    arrays |= {"format": np.array("spikesim-results"), "version": np.array(1)}
    item = data.draw(st.sampled_from([about, *about["items"]]))
    item[data.draw(st.sampled_from(sorted(item)))] = data.draw(JSON)
    if data.draw(st.booleans()):
        arrays[data.draw(st.sampled_from(sorted(arrays)))] = data.draw(st.sampled_from(ODD))
    said = data.draw(st.just(json.dumps(about)) | JSON.map(json.dumps) | st.just("[" * 9999))
    with open(path, "wb") as file:
        write_arrays(file, arrays | {"contents": np.array(said)})
    try:
        interchange.load(path)
    except sim.SpikesimError as error:
        assert path.name in str(error)  # noqa: PT017


@settings(max_examples=150, deadline=None)
@given(
    key=st.sampled_from(["version", "kind", "n", "t_start", "name", "ids", "dtype", "unit"]),
    value=JSON | st.sampled_from(["O", "S9999999999", "traces", "spikes", "float64", "int64"]),
)
@pytest.mark.parametrize("result", [SPIKES, TRACES], ids=["spikes", "traces"])
def test_what_our_csv_says_of_itself(good, result, key, value):
    path = good.folder / "odd.csv"
    interchange.save_csv(path, result)
    first, rest = path.read_text().split("\n", 1)
    about = json.loads(first.removeprefix("# spikesim ")) | {key: value}
    path.write_text(f"# spikesim {json.dumps(about)}\n{rest}")
    try:
        found = interchange.load_csv(path)
    except sim.SpikesimError as error:
        assert path.name in str(error)  # noqa: PT017
    else:
        assert isinstance(found.name, str)
