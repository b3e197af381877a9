import numpy as np
import pytest

from spikesim.analysis import SpikeTrains, Traces
from spikesim.errors import ValidationError
from spikesim.interchange import load_populations, load_spikes, save, save_csv

TRAINS = SpikeTrains([0.1, 3.0], [1, 0], n=3, t_start=0.0, t_stop=5.0, name="exc")
TRACES = Traces([0.0], [[1.0]], variable="V_m", unit="mV", ids=[0])


def test_the_kind_is_found_by_looking_not_by_the_name(tmp_path):
    save(tmp_path / "a.dat", TRAINS)
    save_csv(tmp_path / "b.npz", TRAINS)
    assert load_spikes(tmp_path / "a.dat").equals(TRAINS)
    assert load_spikes(tmp_path / "b.npz").equals(TRAINS)


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        ("a.csv", "time,id\n0.5,4\n7.0,6\n", [4, 6]),
        ("a.csv", "0.5,4\n7.0,6\n", [4, 6]),
        ("a.csv", "time_ms,sender\n0.5,4\n7.0,6\n", [0, 2]),
        ("a.txt", "# NEST version: 3.1\nsender\ttime_ms\n4\t0.5\n6\t7.0\n", [0, 2]),
        ("a.txt", "4 0.5\n6 7.0\n", [0, 2]),
        ("a.gdf", "4 0.5\n6 7\n", [0, 2]),
    ],
)
def test_files_of_others(tmp_path, name, text, ids):
    (tmp_path / name).write_text(text)
    trains = load_spikes(tmp_path / name)
    assert trains.times.tolist() == [0.5, 7.0]
    assert trains.ids.tolist() == ids


def test_a_population_is_chosen_by_name(tmp_path):
    save(tmp_path / "a.npz", {"exc": TRAINS, "V": TRACES, "inh": TRAINS[:1]})
    assert load_spikes(tmp_path / "a.npz", name="inh").equals(TRAINS[:1])
    with pytest.raises(ValidationError, match="valid names: 'exc', 'inh'"):
        load_spikes(tmp_path / "a.npz")
    with pytest.raises(ValidationError, match="did you mean 'exc'"):
        load_spikes(tmp_path / "a.npz", name="excs")


def test_traces_alone_are_an_error(tmp_path):
    save(tmp_path / "v.npz", TRACES)
    save_csv(tmp_path / "v.csv", TRACES)
    with pytest.raises(ValidationError, match=r"v\.npz: holds no spikes"):
        load_spikes(tmp_path / "v.npz")
    with pytest.raises(ValidationError, match=r"v\.csv: holds traces"):
        load_spikes(tmp_path / "v.csv")


def test_many_files_become_populations(tmp_path):
    for process, row in enumerate(["5\t1.0", "7\t2.0"]):
        (tmp_path / f"inh-9-{process}.dat").write_text(
            f"# NEST version: 3\nsender\ttime_ms\n{row}\n"
        )
    (tmp_path / "other.csv").write_text("time,id\n8.0,2\n")
    save(tmp_path / "own.npz", {"exc": TRAINS})
    save_csv(tmp_path / "exc.csv", TRAINS)
    names = ["inh-9-1.dat", "own.npz", "inh-9-0.dat", "other.csv", "exc.csv"]
    found = load_populations([tmp_path / name for name in names])
    assert list(found) == ["inh-9", "exc", "other", "exc: exc"]
    assert found["inh-9"].n == 3
    # Who does not say when it ended ends with the last of them; who does keeps its word.
    assert found["inh-9"].t_stop == found["other"].t_stop == 8.0
    assert found["exc"].t_stop == 5.0
    later = load_populations([tmp_path / "other.csv"], t_stop=20.0)
    assert later["other"].t_stop == 20.0


def test_the_same_file_twice_is_an_error(tmp_path):
    save(tmp_path / "a.npz", TRAINS)
    with pytest.raises(ValidationError, match="given"):
        load_populations([tmp_path / "a.npz"] * 2)


def test_round_trip_of_a_large_recording_keeps_every_bit(tmp_path):
    rng = np.random.default_rng(0)
    steps = np.sort(rng.integers(1, 100_000, 20_000))
    trains = SpikeTrains(
        steps * 0.1, rng.integers(0, 50, 20_000), n=50, t_start=0.0, t_stop=100_000 * 0.1
    )
    save_csv(tmp_path / "a.csv", trains)
    save(tmp_path / "a.npz", trains)
    assert load_spikes(tmp_path / "a.csv").equals(trains)
    assert load_spikes(tmp_path / "a.npz").equals(trains)
