"""The benchmarks run, each simulator in turn, and what cannot run is named."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks import runner, simulators
from benchmarks.__main__ import app
from benchmarks.measure_spikesim import options
from tests.benchmarks.rows import row

FIELDS = {
    "simulator", "version", "workload", "precision", "threads", "n_neurons", "n_synapses",
    "biological_s", "build_s", "compile_s", "sim_s", "sim_cpu_s", "peak_rss_mb",
    "bytes_per_synapse", "rates", "n_spikes", "events_per_s", "cpu", "cache",
}  # fmt: skip


@pytest.mark.thorough
def test_run_measures_in_a_process_and_keeps_other_workloads(tmp_path):
    path = tmp_path / "out.json"
    old = [{"workload": w, "simulator": "spikesim"} for w in ("other", "cuba")]
    path.write_text(json.dumps({"rows": old}))
    command = ["run", "cuba", "--simulators", "spikesim", "--rounds", "1", "--biological-s", "0.2"]
    result = CliRunner().invoke(app, [*command, "--json", str(path)])
    assert result.exit_code == 0, result.output
    other, measured = json.loads(path.read_text())["rows"]
    assert other["workload"] == "other"
    assert measured.keys() >= FIELDS
    assert measured["n_neurons"] == 4000
    assert measured["n_synapses"] == pytest.approx(320_000, rel=0.02)
    assert 3.0 < measured["rates"]["exc"] < 9.0


def test_unknown_names_are_refused_with_the_valid_ones():
    for command in (["run", "cube"], ["run", "cuba", "--simulators", "neuron"]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 2
        assert "unknown" in result.output


def test_a_simulator_that_is_not_installed_is_skipped_and_named(monkeypatch):
    monkeypatch.setitem(simulators.PACKAGES, "nest", "no_such_package")
    said = []
    assert list(runner.rounds("cuba", ["nest", "bindsnet"], 1, None, said.append)) == []
    assert said[0] == "nest is left out: no_such_package is not installed"
    assert said[1].startswith("bindsnet is left out: ")


def test_a_simulator_without_a_script_is_skipped_and_named(monkeypatch):
    monkeypatch.setattr(simulators, "PACKAGES", {})
    said = []
    assert list(runner.rounds("mnist", ["brian2"], 1, None, said.append)) == []
    assert said == ["brian2 is left out: mnist has no script for it"]


def test_a_failing_process_shows_what_it_printed():
    with pytest.raises(RuntimeError, match="unknown name 'half'"):
        runner.measure("spikesim-half", "cuba", 0.1)


def test_a_failing_simulator_is_named_and_does_not_stop_the_others(monkeypatch):
    def measure(simulator, *args):
        if simulator == "spikesim-single":
            raise RuntimeError("it broke")
        return row(simulator=simulator)

    monkeypatch.setattr(runner, "measure", measure)
    said = []
    rows = list(runner.rounds("cuba", ["spikesim-single", "spikesim"], 2, 1.0, said.append))
    assert [r["simulator"] for r in rows] == ["spikesim", "spikesim"]
    assert said[0] == "spikesim-single is left out: it broke"


def test_simulators_that_keep_compiled_code_run_once_before(monkeypatch):
    seconds = []

    def measure(simulator, workload, duration, *args):
        seconds.append((simulator, duration))
        return row(simulator=simulator)

    monkeypatch.setattr(runner, "measure", measure)
    rows = list(runner.rounds("cuba", ["spikesim"], 2, 5.0, lambda text: None))
    assert len(rows) == 2
    assert seconds == [("spikesim", runner.WARM_UP_S), ("spikesim", 5.0), ("spikesim", 5.0)]


def test_names_of_variants():
    assert simulators.known("spikesim-single-2threads")
    assert not simulators.known("nest-2threads")
    assert not simulators.known("spikesim-0threads")
    assert options("spikesim") == {"precision": "mixed"}
    assert options("spikesim-double-4threads") == {"precision": "double", "threads": 4}


def test_rows_replace_only_those_of_the_same_workload_and_simulator(tmp_path):
    path = tmp_path / "out.json"
    runner.keep(path, [row(sim_s=1.0), row(simulator="nest"), row(workload="coba")])
    runner.keep(path, [row(sim_s=2.0)])
    held = json.loads(path.read_text())["rows"]
    assert [(r["workload"], r["simulator"]) for r in held] == [
        ("cuba", "nest"), ("coba", "spikesim"), ("cuba", "spikesim"),
    ]  # fmt: skip
    assert held[-1]["sim_s"] == 2.0


def test_measuring_needs_no_test_tools():
    """Who installs ``.[bench]`` has no pytest; only deviations ask for it."""
    code = (
        "import sys; sys.modules['pytest'] = None\n"
        "from typer.testing import CliRunner\n"
        "from benchmarks.__main__ import app\n"
        "assert CliRunner().invoke(app, ['run', '--help']).exit_code == 0\n"
        "result = CliRunner().invoke(app, ['deviations', '--json', 'nowhere.json'])\n"
        "assert result.exit_code == 2 and '.[test]' in result.output, result.output\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
