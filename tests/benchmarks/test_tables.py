"""Tables, picture and bounds say what the rows hold."""

import json

import pytest
from matplotlib import pyplot as plt
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.deviations import deviation_table
from benchmarks.machine import Machine, measure_machine
from benchmarks.numerics import bounds, numerics_text
from benchmarks.readme import fill
from benchmarks.summary import event_ns, points, summaries
from benchmarks.table import benchmark_note, benchmark_table, mnist_table, scaling_table
from tests.benchmarks.rows import row, scaling_row
from tests.validation.references import REFERENCES
from tests.validation.test_receptors import ENTRIES

MACHINE = Machine("a cpu", 8e9, {2**20: 1.0}, {"float64": 0.5, "float32": 0.25})


def cells(table, line):
    return [cell.strip() for cell in table.splitlines()[2 + line].strip("|").split("|")]


def test_table_shows_medians_and_ratios_of_processor_time():
    own = [row(sim_cpu_s=s) for s in (1.0, 2.0, 9.0)]
    peer = [row(simulator="brian2", precision="double", sim_cpu_s=5.0)]
    table = benchmark_table(own + peer)
    assert len(table.splitlines()) == 4
    assert cells(table, 0)[:2] == ["cuba", "spikesim, mixed"]
    assert cells(table, 1)[:5] == ["", "Brian2, Cython", "5.00", "1.00", "2.5"]


def test_times_are_for_one_biological_second():
    own, peer = row(biological_s=10.0, sim_cpu_s=5.0), row(simulator="nest", sim_cpu_s=2.0)
    first, second = summaries([own, peer])
    assert (first.processor_s, first.ratio) == (0.5, 1.0)
    assert (second.processor_s, second.ratio) == (2.0, 4.0)


def test_times_of_mnist_are_for_an_image_and_of_startup_for_the_process():
    image = row(workload="mnist", biological_s=10.0, sim_cpu_s=4.0)
    first, cold = summaries([image, row(workload="startup", cache="cold", process_cpu_s=7.0)])
    assert (first.workload, first.processor_s) == ("mnist, an image", pytest.approx(0.1))
    assert (cold.workload, cold.processor_s) == ("startup, cold cache", 7.0)


def test_variants_of_spikesim_are_told_apart():
    variants = [row(), row(precision="single"), row(threads=2)]
    labels = [found.simulator for found in summaries(variants)]
    assert labels == ["spikesim, mixed", "spikesim, single", "spikesim, mixed, 2 threads"]


def test_without_spikesim_there_is_no_ratio_and_few_synapses_have_no_bytes():
    found = cells(benchmark_table([row(simulator="nest")]), 0)
    assert (found[4], found[7]) == ("-", "-")
    many = cells(benchmark_table([row(n_synapses=10**7)]), 0)
    assert many[7] == "8.0"


def test_the_note_names_the_peers_and_the_rounds():
    note = benchmark_note([row(), row(round=3), row(simulator="nest", precision="double")])
    assert "Medians of 3 rounds" in note
    assert "Peers: NEST 1 (double precision)." in note


def test_scaling_is_what_an_event_costs_above_the_idle_network():
    rows = [scaling_row(30_000, 33, cost) for cost in (2.0, 3.0, 9.0)]
    (group,) = points(rows)
    assert event_ns(group) == pytest.approx(3.0)
    assert cells(scaling_table(rows), 0) == ["30,000", "33", "990,000", "3.00", "8.0"]
    assert summaries(rows) == []


def test_bounds_are_bytes_over_bandwidth_and_updates_over_throughput():
    events_s, updates_s = bounds(row(), MACHINE)
    assert events_s == pytest.approx(2e6 * 4.0 / 8e9)
    assert updates_s == pytest.approx(4000 * 10_000 * 0.5e-9)
    assert bounds(row(precision="single"), MACHINE)[1] == pytest.approx(updates_s / 2.0)


def test_numerics_compares_with_what_was_measured():
    text = numerics_text([row(sim_cpu_s=0.21), scaling_row(30_000, 33, 2.0)], MACHINE)
    line = next(line for line in text.splitlines() if line.startswith("| cuba"))
    assert line == "| cuba | 2.00 | 0.0010 | 0.0200 | 0.2100 | 10.0 |"
    assert "| reading memory | 8.0 GB/s |" in text
    assert "| 30,000 | 33 |" in text


def test_the_machine_can_be_measured():
    machine = measure_machine(read_bytes=2**20, n_adds=1000)
    assert machine.read_bytes_per_s > 0
    assert all(value > 0 for value in (*machine.add_ns.values(), *machine.update_ns.values()))


@pytest.mark.parametrize("scaling", [True, False])
def test_table_command_fills_a_page_and_draws(tmp_path, scaling):
    rows = [row(), row(simulator="nest", sim_cpu_s=30.0)]
    rows += [scaling_row(30_000, k, 2.0) for k in (33, 333)] if scaling else []
    source, page, plot = (tmp_path / name for name in ("out.json", "page.md", "images/plot.png"))
    source.write_text(json.dumps({"rows": rows}))
    page.write_text("<!-- benchmark table -->\n<!-- end of benchmark table -->\n")
    command = ["table", "--json", str(source), "--readme", str(page), "--plot", str(plot)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "| NEST | 30.0 |" in page.read_text()
    assert plt.imread(plot).std() > 0
    assert not plt.get_fignums()


def test_mnist_table_has_one_line_for_each_method():
    rows = [
        {"name": "vote", "accuracy": a, "seed": s, "train_seconds": 10.0, "spikes_per_image": 20.0}
        for s, a in enumerate((0.87, 0.89))
    ]
    line = mnist_table(rows).splitlines()[2]
    assert line == "| vote | 88.00 ± 1.41 | 2 | 10 | 20 | - |"


def test_fill_replaces_what_is_between_the_markers(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("a\n<!-- x table -->\nold\n<!-- end of x table -->\nb\n")
    fill(path, "x", "new")
    fill(path, "x", "newer")
    assert path.read_text() == "a\n<!-- x table -->\nnewer\n<!-- end of x table -->\nb\n"
    with pytest.raises(ValueError, match="holds no"):
        fill(path, "y", "new")


@pytest.mark.slow
def test_deviations_are_measured_and_published(tmp_path, monkeypatch):
    chosen = [case for case in REFERENCES if case.name == "MAT2"]
    monkeypatch.setattr("tests.validation.references.REFERENCES", chosen)
    entries = [e for e in ENTRIES if e.name in ("NMDA", "GABA_B, 10 spikes")]
    monkeypatch.setattr("benchmarks.deviations.ENTRIES", entries)
    page, rows = tmp_path / "page.md", tmp_path / "rows.json"
    page.write_text("".join(
        f"<!-- {name} table -->\n<!-- end of {name} table -->\n" for name in ("deviations", "parts")
    ))  # fmt: skip
    command = ["deviations", "--json", str(rows), "--page", str(page)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    (found,) = json.loads(rows.read_text())["rows"]
    assert found["model"] == "MAT2"
    assert found["largest"] < 1e-10
    assert found["steps_off"] == 0
    assert "| MAT2 | NumPy loop | exact | 0.1 | 200 |" in page.read_text()
    parts = json.loads(rows.read_text())["parts"]
    assert {row["part"] for row in parts} >= {"NMDA", "Na, gate m", "GABA_B, 10 spikes"}
    assert all(row["largest"] < 2e-3 for row in parts)
    assert "| Na, gate m | formulas of the paper |" in page.read_text()
    other = {**found, "overall": None, "steps_off": -1, "unit": "1"}
    assert cells(deviation_table([other]), 0)[6:] == ["-", str(found["spikes"]), "other spikes"]
