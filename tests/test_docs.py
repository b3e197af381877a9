"""What the README and docs/ show works: examples, commands, links and table regions."""

import json
import re
import shlex

import matplotlib.pyplot as plt
import pytest
from typer.testing import CliRunner

import spikesim as sim
from benchmarks.picture import picture
from benchmarks.readme import fill
from docs.examples import PAGES, ROOT, blocks, run
from spikesim.cli import app
from spikesim.interchange import save

WITH_EXAMPLES = [page for page in PAGES if blocks(page, "python")]
LINK = re.compile(r"\]\(([^)#:]+)\)")


def name(page):
    return str(page.relative_to(ROOT))


def test_the_pages_with_examples_are_found():
    assert {name(p) for p in WITH_EXAMPLES} >= {"README.md", "docs/extending.md"}


@pytest.mark.thorough
@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name)
def test_examples_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plt.switch_backend("Agg")
    try:
        run(page)
    finally:
        plt.close("all")
    # The one picture that is of measurements.
    rows = json.loads((ROOT / "benchmarks" / "results" / "speed.json").read_text())["rows"]
    picture(rows, tmp_path / "benchmarks.png")
    shown = {path for path in LINK.findall(page.read_text()) if path.endswith(".png")}
    shown -= {path for path in shown if "/library/" in path}  # docs.model_pages makes them
    drawn = {path.name for path in tmp_path.glob("*.png")}
    assert {path.split("/")[-1] for path in shown} <= drawn, "a picture that no example makes"


def test_commands_of_the_readme_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPIKESIM_CACHE_DIR", str(tmp_path))
    save("spikes.npz", sim.SpikeTrains([1.0, 2.0], [0, 1], n=2, t_start=0.0, t_stop=5.0))
    commands = [
        shlex.split(line, comments=True)[1:]
        for block in blocks(ROOT / "README.md", "bash")
        for line in block.text.splitlines()
        if line.startswith("spikesim ")
    ]
    assert len(commands) == 4
    for command in commands:
        if command[0] == "mnist":
            command = [*command[:1], "--help"]  # it trains for a minute
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, (command, result.output)
    assert (tmp_path / "raster.png").stat().st_size > 0


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    broken = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not broken


@pytest.mark.parametrize("table", ["mnist", "benchmark"])
def test_the_readme_has_the_regions_that_scripts_fill(table, tmp_path):
    copy = tmp_path / "README.md"
    copy.write_text((ROOT / "README.md").read_text())
    fill(copy, table, "numbers")
    assert "numbers" in copy.read_text()
