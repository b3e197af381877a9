"""What is installed: one version, a licence, and the published networks under one name."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import spikesim
from spikesim.cli import app

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_version_stands_in_one_place():
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert f"version: {spikesim.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_the_changelog_has_a_place_for_what_comes():
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert headings[0] == "Unreleased"


def test_the_oldest_versions_are_those_that_are_stated():
    """.ci/run tests them."""
    extras = PROJECT["project"]["optional-dependencies"]
    stated = dict(
        re.match(r"([\w-]+)>=([\d.]+)$", line).groups()
        for line in [*PROJECT["project"]["dependencies"], *extras["test"]] if ">=" in line
    )  # fmt: skip
    lines = (ROOT / ".ci" / "oldest.txt").read_text().splitlines()
    tested = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert stated.keys() | {"click"} == tested.keys()
    for name, oldest in stated.items():
        assert (tested[name] + ".").startswith(oldest + "."), name


def test_the_networks_are_a_part_of_the_package():
    """As in a wheel, so here, and by the command line."""
    from spikesim.models.mnist.options import Options

    assert Options().neurons == (400,)
    result = CliRunner().invoke(app, ["mnist", "--help"])
    assert result.exit_code == 0
    assert "--neurons" in result.output
    assert "spikesim mnist" in result.output


@pytest.mark.thorough
def test_errors_of_the_experiment_are_one_line():
    done = subprocess.run(
        [sys.executable, "-m", "spikesim", "mnist", "--neurons", "0"],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "neurons" in done.stderr


@pytest.mark.parametrize("path", sorted((ROOT / "models").rglob("*.py")), ids=lambda p: p.stem)
def test_the_networks_import_each_other_by_relative_names(path):
    """They have two names: models.x in a checkout, spikesim.models.x where they are installed."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module.split(".")[0] != "models", node.module
