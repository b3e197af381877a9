import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from spikesim.analysis import SpikeTrains
from spikesim.cli import app
from spikesim.interchange import save


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Calls the command line, with a kernel cache of its own."""
    monkeypatch.setenv("SPIKESIM_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def spikes(tmp_path):
    times = np.arange(1, 101) * 1.0
    exc = SpikeTrains(times, np.arange(100) % 10, n=20, t_start=0.0, t_stop=100.0)
    save(tmp_path / "spikes.npz", {"exc": exc, "inh": exc[:5]})
    return tmp_path / "spikes.npz"


def test_raster_draws_and_says_what(run, spikes, tmp_path):
    said = run(
        "raster", spikes, "-o", "out.png", "--from", 10, "--to", 60, "--bin", 5, "--title", "T"
    )
    assert said.exit_code == 0, said.output
    assert (tmp_path / "out.png").read_bytes()[:4] == b"\x89PNG"
    assert "exc: 50 spikes of 20 neurons from 10 to 60 ms, 50 Hz" in said.output
    assert "out.png" in said.output


def test_raster_takes_csv_and_nest_together(run, tmp_path):
    (tmp_path / "a.csv").write_text("time,id\n1.0,0\n2.0,1\n")
    (tmp_path / "b-3-0.dat").write_text("# NEST version: 3\nsender\ttime_ms\n4\t1.5\n")
    said = run("raster", "a.csv", "b-3-0.dat", "--to", 10)
    assert said.exit_code == 0, said.output
    assert (tmp_path / "raster.png").exists()
    assert "a: 2 spikes of 2 neurons from 0 to 10 ms, 100 Hz" in said.output
    assert "b-3: 1 spikes of 1 neurons from 0 to 10 ms, 100 Hz" in said.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gone.csv"], "gone.csv: there is no such file"),
        (["bad.csv"], "bad.csv, line 2: expected 2 numbers"),
        (["spikes.npz", "--from", "200"], "the recording goes from 0 to 100 ms"),
        (["spikes.npz", "--from", "50", "--to", "40"], "nothing lies from 50 to 40 ms"),
        (["spikes.npz", "--from", "nan"], "finite"),
        (["spikes.npz", "--bin", "0"], "bin: must be positive"),
        (["spikes.npz", "-o", "picture.doc"], "must end in one of"),
        (["spikes.npz", "-o", "nowhere/picture.png"], "no folder"),
        (["spikes.npz", "spikes.npz", "spikes.npz", "spikes.npz"], "given twice"),
    ],
)
def test_errors_are_one_line_and_exit_code_2(run, spikes, tmp_path, arguments, words):
    (tmp_path / "bad.csv").write_text("time,id\nsoon,1\n")
    said = run("raster", *arguments)
    assert said.exit_code == 2
    assert said.stderr.startswith("Error: ")
    assert len(said.stderr.splitlines()) == 1
    assert words in said.stderr
    assert not list(tmp_path.glob("*.png"))


def test_info_says_versions_and_where_kernels_are(run, tmp_path):
    folder = tmp_path / "cache" / "0123456789abcdef" / "generated"
    folder.mkdir(parents=True)
    (folder / "kernel.nbc").write_bytes(bytes(2_500_000))
    said = run("info")
    assert said.exit_code == 0
    assert np.__version__ in said.output
    for word in ("spikesim", "numba", "python", "cores", "threads", str(tmp_path / "cache")):
        assert word in said.output
    assert "1 files, 2.5 MB, of 1 version" in said.output


def test_cache_clear_removes_kernels_of_all_versions_and_nothing_else(run, tmp_path):
    cache = tmp_path / "cache"
    for version in ("0123456789abcdef", "fedcba9876543210"):
        (cache / version).mkdir(parents=True)
        (cache / version / "kernel.nbc").write_bytes(bytes(1000))
    (cache / "thesis").mkdir()
    (cache / "thesis" / "chapter.txt").write_text("years of work")
    said = run("cache", "clear")
    assert said.exit_code == 0
    assert "2 files, 0.0 MB, of 2 versions" in said.output
    assert [path.name for path in cache.iterdir()] == ["thesis"]
    assert "nothing" in run("cache", "clear").output
    assert "nothing" in run("info").output


def test_cache_clear_without_a_cache(run):
    said = run("cache", "clear")
    assert said.exit_code == 0
    assert "nothing" in said.output


@pytest.mark.thorough
def test_python_m_spikesim_is_the_same():
    code = [sys.executable, "-m", "spikesim"]
    helped = subprocess.run([*code, "--help"], check=False, capture_output=True, text=True)
    assert helped.returncode == 0
    assert "raster" in helped.stdout
    failed = subprocess.run(
        [*code, "raster", "gone.csv"], check=False, capture_output=True, text=True
    )
    assert failed.returncode == 2
    assert failed.stderr.strip() == "Error: gone.csv: there is no such file"


def test_help_does_not_wait_for_pictures():
    code = "import sys, spikesim.cli; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
