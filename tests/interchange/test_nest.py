import numpy as np
import pytest

from spikesim.errors import ValidationError
from spikesim.interchange import load_nest

HEAD = "# NEST version: 3.6.0\n# RecordingBackendASCII version: 2\n"


def recording(folder, name, rows, header="sender\ttime_ms", head=HEAD):
    path = folder / name
    lines = "".join("\t".join(map(str, row)) + "\n" for row in rows)
    path.write_text(f"{head}{header}\n{lines}" if header else head + lines)
    return path


def test_the_files_of_all_processes_are_put_together(tmp_path):
    first = recording(tmp_path, "exc-12501-0.dat", [(10, 0.3), (12, 34.8)])
    second = recording(tmp_path, "exc-12501-1.dat", [(15, 0.2), (11, 34.8)])
    trains = load_nest([first, second])
    assert trains.times.tolist() == [0.2, 0.3, 34.8, 34.8]
    assert trains.ids.tolist() == [5, 0, 1, 2]
    assert (trains.n, trains.t_start, trains.t_stop) == (6, 0.0, 34.8)
    assert trains.name == "exc-12501"


def test_what_the_files_do_not_say_can_be_given(tmp_path):
    path = recording(tmp_path, "exc-12501-0.dat", [(10, 0.3), (12, 34.8)])
    trains = load_nest(path, first_id=1, n=100, t_start=0.0, t_stop=50.0, name="exc")
    assert trains.ids.tolist() == [9, 11]
    assert (trains.n, trains.t_stop, trains.name) == (100, 50.0, "exc")
    assert trains.rates()[9] == 20.0


def test_old_files_without_header_and_trailing_tabs_are_read(tmp_path):
    old = recording(tmp_path, "exc-5-0.gdf", [(7, "12.500", ""), (6, 3.0, "")], None, head="")
    trains = load_nest(old)
    assert trains.times.tolist() == [3.0, 12.5]
    assert trains.ids.tolist() == [0, 1]
    tabs = recording(tmp_path, "b-5-0.dat", [(7, 12.5, "")], "sender\ttime_ms\t")
    assert load_nest(tabs).times.tolist() == [12.5]


@pytest.mark.parametrize(("header", "head"), [("sender\ttime_ms", HEAD), (None, "")])
def test_a_silent_recording_is_read(tmp_path, header, head):
    trains = load_nest(recording(tmp_path, "exc-5-0.dat", [], header, head), n=4, t_stop=10.0)
    assert (trains.n, trains.n_spikes, trains.duration) == (4, 0, 10.0)


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("sender\ttime_ms\tV_m", (1, 0.1, -65.0), "records V_m, not spikes"),
        ("sender\ttime_step\ttime_offset", (1, 3, 0.0), "in steps of an unknown length"),
        ("sender\ttime_ms", (1, "late"), "line 4: expected 2 numbers"),
        ("sender\ttime_ms", (1.5, 3.0), "line 4: expected a neuron's number"),
        (None, (1, 2.0, 3.0), "expected two columns, id and time"),
    ],
)
def test_other_recordings_are_errors(tmp_path, header, row, words):
    path = recording(tmp_path, "rec-5-0.dat", [row], header)
    with pytest.raises(ValidationError, match=words) as caught:
        load_nest(path)
    assert str(caught.value).startswith(str(path))


def test_bad_arguments_are_errors(tmp_path):
    path = recording(tmp_path, "exc-5-0.dat", [(10, 0.3)])
    with pytest.raises(ValidationError, match="smallest sender, 10, got 11"):
        load_nest(path, first_id=11)
    with pytest.raises(ValidationError, match="less than n = 1"):
        load_nest(path, first_id=9, n=1)
    with pytest.raises(ValidationError, match="must be a path or a list of paths"):
        load_nest([])


def test_agrees_with_numpy_on_a_large_file(tmp_path):
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.integers(1, 2000, 5000), rng.integers(1, 10_000, 5000) / 10])
    path = tmp_path / "exc-5-0.dat"
    np.savetxt(
        path, rows, fmt=["%d", "%.3f"], delimiter="\t", header="NEST version: 3", comments="# "
    )
    trains = load_nest(path, first_id=1)
    assert np.array_equal(trains.times, np.sort(rows[:, 1]))
    assert np.array_equal(trains.counts(), np.bincount(rows[:, 0].astype(int) - 1))
