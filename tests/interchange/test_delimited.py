import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikesim.analysis import SpikeTrains, Traces
from spikesim.errors import ValidationError
from spikesim.interchange import load_csv, save_csv
from tests.interchange.names import names


def written(folder, text, name="spikes.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(0, 9)), max_size=20),
    names(),
)
def test_any_spikes_come_back_exactly(tmp_path_factory, spikes, name):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    times, ids = zip(*spikes, strict=True) if spikes else ((), ())
    trains = SpikeTrains(times, ids, n=10, t_start=-1e6, t_stop=1e6, name=name)
    save_csv(path, trains)
    again = load_csv(path)
    assert again.equals(trains)
    assert again.name == name


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("samples", [0, 1, 7])
def test_traces_come_back_exactly(tmp_path, dtype, samples):
    values = np.random.default_rng(0).normal(size=(samples, 2)).astype(dtype)
    values[:1, 0] = np.nan
    traces = Traces(np.arange(samples) * 0.1, values, variable="V_m", unit="mV", ids=[3, 5])
    save_csv(tmp_path / "v.csv", traces)
    again = load_csv(tmp_path / "v.csv")
    assert again.equals(traces)
    assert again.values.dtype == dtype
    assert (tmp_path / "v.csv").read_text().splitlines()[1] == "time_ms,V_m_3,V_m_5"


@pytest.mark.parametrize(
    "text",
    [
        "time,id\n0.5,3\n12.25,0\n",
        "time_ms,sender\n0.5,3\n12.25,0\n",
        "Neuron ID;Time [ms]\n3;0.5\n0;12.25\n",
        "id\ttime (ms)\n3\t0.5\n0\t12.25\n",
        "t id\n  0.5   3\n 12.25 0",
        "0.5,3\n12.25,0\n",
        "0.5 3\r\n12.25 0\r\n",
        "0.5\t3\t\n12.25\t0\t\n",
        "# made by somebody\n\n0.5, 3\n\n# a pause\n12.25, 0 # the last\n",
        "# time,id\n5.0e-1,3.0\n1.225e1,0.0\n",
        "trial,time_s,unit,amplitude\n1,0.0005,3,9.5\n1,0.01225,0,9.1\n",
        '"time","id"\n"0.5","3"\n"12.25","0"\n',
        "\ufefftime,id\n0.5,3\n12.25,0\n",
    ],
)
def test_tables_of_many_kinds_are_read(tmp_path, text):
    trains = load_csv(written(tmp_path, text))
    assert trains.times == pytest.approx([0.5, 12.25])
    assert trains.ids.tolist() == [3, 0]
    assert (trains.n, trains.t_start) == (4, 0.0)
    assert trains.t_stop == pytest.approx(12.25)
    assert trains.name == "spikes"


def test_what_the_file_does_not_say_can_be_given(tmp_path):
    path = written(tmp_path, "time,id\n5.0,1\n")
    trains = load_csv(path, n=10, t_start=1.0, t_stop=20.0, name="exc")
    assert (trains.n, trains.t_start, trains.t_stop, trains.name) == (10, 1.0, 20.0, "exc")
    assert load_csv(written(tmp_path, "time,id\n-5.0,1\n")).t_start == -5.0
    silent = load_csv(written(tmp_path, "time,id\n"), n=3)
    assert (silent.n, silent.n_spikes, silent.t_stop) == (3, 0, 0.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "time,id\n1.0,2\nx,3\n",
            "line 3: expected 2 numbers separated by commas, got not a num.*'x'",
        ),
        (
            "time,id\n1.0,2\n\n3.0\n",
            "line 4: expected 2 numbers separated by commas, got 1 columns",
        ),
        ("time;id\n1,5;2\n", "line 2: expected 2 numbers separated by semicolons.*'1,5'"),
        ("time,id\n1.0,2,3\n", "line 2: expected 2 numbers.*3 columns"),
        ("1.0 2\n3.0 4 5\n", "line 2: expected 2 numbers separated by blanks, got 3 columns"),
        ("# c\n\ntime,id\n1.0,0\n2.0,1.5\n", r"line 5: expected a neuron's number.*got 1\.5"),
        ("time,id\n2.0,-1\n", "line 2: expected a neuron's number.*got -1"),
        ("time,id\n2.0,nan\n", "line 2: expected a neuron's number.*got nan"),
        ("time,id\n2.0,1e300\n", "line 2: expected a neuron's number"),
        ("time,id\n1.0,0\nnan,1\n", "line 3: expected a finite time, got nan"),
        ("time,id\ninf,1\n", "line 2: expected a finite time, got inf"),
        ("when,who\n1.0,2\n", "expected a column of times.*got the columns 'when', 'who'"),
        ("time,time_ms,id\n1.0,2,3\n", "expected a column of times"),
        ("a title\nanother\n1.0,2\n", "line 2: expected 2 numbers|line 2"),
        ("1.0,2,3\n", "line 1: expected two columns"),
        ("1.0\n", "line 1: expected two columns"),
        ("", "expected at least a header"),
        ("# nothing\n", "expected at least a header"),
        ('# spikesim {"version": 1\n1.0,2\n', "line 1: expected '# spikesim"),
        ('# spikesim {"version": 7}\n1.0,2\n', "format version 7"),
        ('# spikesim {"version": 1, "n": 1}\ntime,id\n1.0,2\n', "must be less than n = 1"),
        ('# spikesim {"version": 1, "n": "x"}\ntime,id\n1.0,2\n', "whole number"),
        ('# spikesim {"version": 1, "kind": "traces"}\ntime,V\n1.0,2\n', "dtype"),
    ],
)
def test_errors_name_file_line_and_what_was_expected(tmp_path, text, words):
    with pytest.raises(ValidationError, match=words) as caught:
        load_csv(written(tmp_path, text))
    assert str(caught.value).startswith(str(tmp_path / "spikes.csv"))


def test_what_is_no_text_is_an_error(tmp_path):
    with pytest.raises(ValidationError, match="not a text file"):
        load_csv(written(tmp_path, "time,id\n1.0,2\n", encoding="utf-16"))
    late = b"time,id\n" + b"1.0,2\n" * 50_000 + b"\xff\xfe,3\n"
    (tmp_path / "late.csv").write_bytes(late)
    with pytest.raises(ValidationError, match=r"late\.csv"):
        load_csv(tmp_path / "late.csv")
    with pytest.raises(ValidationError, match="no such file"):
        load_csv(tmp_path / "gone.csv")


def complaint(path):
    """What an error about a file begins with, or None if its spikes can be read."""
    try:
        load_csv(path)
    except ValidationError as error:
        return str(error)[: len(str(path))]
    return None


@given(st.binary(max_size=60))
def test_any_bytes_are_spikes_or_an_error_that_names_the_file(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "bytes.csv"
    path.write_bytes(content)
    assert complaint(path) in (None, str(path))


@given(st.lists(st.text('0123456789.,;-e \tnaidtmes#"\n', max_size=12), max_size=6))
def test_any_text_is_spikes_or_an_error_that_names_the_file(tmp_path_factory, lines):
    path = tmp_path_factory.getbasetemp() / "text.csv"
    path.write_text("\n".join(lines))
    assert complaint(path) in (None, str(path))


def test_other_things_are_not_saved(tmp_path):
    with pytest.raises(ValidationError, match="must be SpikeTrains or Traces, got list"):
        save_csv(tmp_path / "x.csv", [1.0])
