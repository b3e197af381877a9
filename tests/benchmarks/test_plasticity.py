"""What rules cost: every rule is there, the table says what rows hold, and peers learn the same."""

import inspect
import json
import math

import pytest
from typer.testing import CliRunner

import spikesim as sim
from benchmarks.__main__ import app
from benchmarks.plasticity import cost, plasticity_note, plasticity_table
from benchmarks.runner import measure
from benchmarks.workloads import plasticity
from tests.benchmarks.rows import row

SIZE = {"sources": 1000, "cells": 1000, "in_degree": 1000}
SETTING = {"setting": "sparse-1000"}


def rule_row(rule, cpu_s, **changes):
    """A row of 2 s with 1e6 synapses; both neurons fire at 10 Hz, which is 4e7 visits."""
    n_synapses = 0 if rule == "none" else 10**6
    return row(
        workload="plasticity-0.2", point={**SETTING, "rule": rule}, n_synapses=n_synapses,
        biological_s=2.0, sim_cpu_s=cpu_s, rates={"sources": 10.0, "cells": 10.0}, about=SIZE,
        rss_mb=100.0 + 50.0 * n_synapses / 2**20, empty_rss_mb=0.0,
    ) | changes  # fmt: skip


def cells(table, line):
    return [cell.strip() for cell in table.splitlines()[2 + line].strip("|").split("|")]


def test_every_rule_is_measured_or_left_out_with_a_reason():
    exported = {
        name for name, kind in vars(sim).items()
        if inspect.isclass(kind) and issubclass(kind, sim.PlasticityRule)
    } - {"PlasticityRule"}  # fmt: skip
    measured = {kind for kind, _ in plasticity.RULES.values()}
    assert exported == measured | plasticity.LEFT_OUT.keys()
    for name in plasticity.RULES:
        plasticity.rule_of(sim, name)


def test_a_visit_costs_what_the_network_without_synapses_does_not():
    peer = {"simulator": "nest", "precision": "double"}
    rows = [
        rule_row("none", 1.0), rule_row("pair", 1.4), rule_row("triplet", 1.8),
        rule_row("none", 3.0, **peer), rule_row("pair", 5.0, **peer),
    ]  # fmt: skip
    table = plasticity_table([*rows, row(), row(workload="scaling", point={"neurons": 1})])
    assert cells(table, 0) == ["pair", "spikesim, mixed", "10.0", "1.0", "1.0", "50 (8)"]
    assert cells(table, 1) == ["pair", "NEST", "50.0", "1.0", "5.0", "50"]
    assert cells(table, 2) == ["triplet", "spikesim, mixed", "20.0", "2.0", "1.0", "50 (8)"]
    assert len(table.splitlines()) == 5


def test_short_runs_count_the_visits_of_long_ones():
    hasty = rule_row("bcm", 0.05, biological_s=0.05, rates={"sources": 10.0, "cells": 15.0})
    assert cost([hasty], [rule_row("none", 1.0)]) == pytest.approx(25.0)
    assert math.isnan(cost([hasty], [rule_row("none", 1.0, round=2)]))


def test_the_note_tells_the_size_and_what_is_left_out():
    note = plasticity_note([rule_row("none", 1.0), rule_row("pair", 1.4, round=3)])
    assert "3 rounds of 2 s" in note
    assert "reduced size (sparse-1000: 1,000 sources, 1,000 neurons, 1,000 synapses" in note
    assert "UrbanczikSenn (it reads a dendrite of the neuron)" in note
    assert "reduced" not in plasticity_note([rule_row("none", 1.0, workload="plasticity")])


def test_the_command_fills_a_page(tmp_path):
    source, page = tmp_path / "out.json", tmp_path / "page.md"
    source.write_text(json.dumps({"rows": [rule_row("none", 1.0), rule_row("pair", 1.4)]}))
    page.write_text("<!-- plasticity table -->\n<!-- end of plasticity table -->\n")
    command = ["plasticity", "--json", str(source), "--page", str(page)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "| pair | spikesim, mixed | 10.0 |" in page.read_text()


@pytest.mark.parametrize(("only", "said"), [
    ("colour=red", "has setting, rule"), ("rule=pear", "'pear' is unknown"),
])  # fmt: skip
def test_unknown_points_are_refused(only, said):
    result = CliRunner().invoke(app, ["run", "plasticity", "--only", only])
    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", " ").split())


@pytest.mark.slow
@pytest.mark.parametrize("simulator", ["brian2-cpp", "nest"])
def test_peers_fire_and_learn_like_spikesim(simulator):
    """All weights begin with W_MAX / 2, so that their mean and spread are what was learnt."""
    pytest.importorskip(simulator.removesuffix("-cpp"))
    seconds, size = 2.0, {"scale": 0.1, "spread": 1e-6}
    for rule in plasticity.PEERS[simulator.removesuffix("-cpp")]:
        point = {**SETTING, "rule": rule, **size}
        options = {} if simulator == "nest" else {"stepped_s": seconds}
        peer = measure(simulator, "plasticity", seconds, point | options)
        own = measure("spikesim", "plasticity", seconds, point | {"stepped_s": seconds})
        for name, rate in own["rates"].items():
            spikes = rate * SIZE[name] * seconds
            assert peer["rates"][name] == pytest.approx(rate, rel=4 * math.sqrt(2 / spikes))
        if rule == "none":
            continue
        # Pairs grow with both rates, calcium with their squares: 3 % for 1 % of each.
        assert peer["weights"]["sd"] == pytest.approx(own["weights"]["sd"], rel=0.06)
        changes = [found["weights"]["mean"] / plasticity.W_MAX - 0.5 for found in (peer, own)]
        # NEST potentiates at the next presynaptic spike, so the last spikes do not count yet.
        pre_hz, post_hz = own["rates"]["sources"], own["rates"]["cells"]
        late = {
            "pair": 1e-3 * post_hz * 0.02 * (1 + pre_hz * 0.02),
            "triplet": 3.1e-3 * post_hz * 0.0168 * (1 + pre_hz * 0.0168) * post_hz * 0.125,
        }.get(rule, 0.0) * (simulator == "nest")  # fmt: skip
        spread = own["weights"]["sd"] / plasticity.W_MAX
        assert changes[0] + late == pytest.approx(changes[1], abs=0.05 * spread)
