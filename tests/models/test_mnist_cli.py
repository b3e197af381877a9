"""The command line: what a run leaves behind, and what it says of bad input."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from models.mnist.__main__ import app, cli
from models.mnist.pictures import confusion
from spikesim import ValidationError

KEYS = {"name", "accuracy", "train_seconds", "spikes_per_image", "ops_per_image", "seed"}
SMALL = ["--neurons", "6", "--hidden", "5,4", "--epochs", "1"]


def invoke(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    from tests.models.conftest import idx_bytes, strokes

    root = tmp_path_factory.mktemp("run")
    data = root / "strokes"
    data.mkdir()
    for part, images in (("train", strokes(60, 0)), ("t10k", strokes(25, 1))):
        (data / f"{part}-images-idx3-ubyte").write_bytes(idx_bytes(images.pixels))
        (data / f"{part}-labels-idx1-ubyte").write_bytes(idx_bytes(images.labels))
    result = invoke(
        "--data", data, *SMALL, "--seeds", 2, "--out", root / "out", "--json", root / "out.json"
    )
    assert result.exit_code == 0, result.output
    return root, result.output


@pytest.mark.thorough
def test_results_are_written(finished):
    root, _ = finished
    content = json.loads((root / "out.json").read_text())
    assert content == json.loads((root / "out" / "results.json").read_text())
    assert len(content["rows"]) == 6
    assert all(row.keys() >= KEYS for row in content["rows"])
    assert content["data"] == "strokes"
    assert content["options"]["neurons"] == [6]
    assert content["versions"].keys() >= {"python", "numpy", "numba", "scikit-learn", "spikesim"}
    with (root / "out" / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [row["name"] for row in content["rows"]]


@pytest.mark.thorough
def test_pictures_weights_and_table(finished):
    root, output = finished
    names = {path.name for path in (root / "out").iterdir()}
    pictures = ["receptive-fields-6", "raster-6", "confusion", "learning-curves"]
    assert names >= {f"{name}.png" for name in pictures}
    assert not any(name.startswith("checkpoint") for name in names)
    with np.load(root / "out" / "spiking-6-seed2.npz") as arrays:
        assert arrays["weights"].shape == (36, 6)
        assert arrays["thresholds"].shape == (6,)
    text = re.sub(r"\s+", " ", output)
    assert "60 training and 25 test images" in text
    assert "MLP 5-4" in text


def test_a_finished_run_is_neither_overwritten_nor_resumed(finished):
    root, _ = finished
    result = invoke("--data", root / "strokes", *SMALL, "--out", root / "out")
    assert "holds a run already, which is finished" in str(result.exception)
    assert "is finished" in str(invoke("--resume", root / "out").exception)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["--hidden", "300;100"], "mnist.hidden: must be whole numbers with commas"),
        (["--hidden", ""], "mnist.hidden"),
        (["--neurons", "0"], "mnist.neurons: must be at least 1, got 0"),
        (["--activation", "step"], "mnist.activation: must be one of relu"),
        (["--quick", "--full"], "exclude each other"),
        (["--train", "70000"], "there are 60000 training images, got 70000"),
        (["--data", "nowhere"], "mnist.data: no such folder: nowhere"),
        (["somewhere"], "goes with --resume only"),
        (["--json", "nowhere/out.json"], "mnist.json: no such folder"),
        (["--resume"], "no interrupted run"),
        (["--resume", "nowhere"], "nowhere holds no run"),
    ],
)
def test_bad_input_is_named(tmp_path, monkeypatch, arguments, match):
    monkeypatch.chdir(tmp_path)
    result = invoke(*arguments)
    assert isinstance(result.exception, ValidationError)
    assert match in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_errors_are_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["mnist", "--quick", "--full"])
    with pytest.raises(SystemExit, match="2"):
        cli()
    assert capsys.readouterr().err == "Error: mnist: --quick and --full exclude each other\n"


def interrupted(folder, tiny_folder):
    """A run that has only just begun."""
    from models.mnist import folder as run_folder
    from models.mnist.idx import load
    from models.mnist.options import Options
    from models.mnist.protocol import fingerprint
    from models.mnist.store import Store

    options = Options(neurons=(6,), hidden=(5, 4), epochs=1)
    place = run_folder.choose(folder)
    run_folder.describe(place, options, tiny_folder, fingerprint(load(tiny_folder)), False)
    Store(place / "checkpoint")
    return place


def test_resume_takes_the_options_of_the_run(tiny_folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = interrupted(tmp_path / "results" / "mnist-20200101-000000", tiny_folder)
    different = invoke("--resume", "--neurons", 7, "--epochs", 1)
    assert "has other values of neurons; leave them out" in str(different.exception)
    elsewhere = invoke("--resume", "--data", tmp_path)
    assert "has other values of data" in str(elsewhere.exception)
    result = invoke("--resume", *SMALL)
    assert result.exit_code == 0, result.output
    assert (place / "results.json").exists()


def test_resume_notices_other_images(tiny_folder, tmp_path):
    place = interrupted(tmp_path / "out", tiny_folder)
    images = tiny_folder / "train-images-idx3-ubyte"
    raw = bytearray(images.read_bytes())
    raw[-1] ^= 1
    images.write_bytes(raw)
    assert "the images have changed" in str(invoke("--resume", "--out", place).exception)


def test_confusion_has_a_column_for_no_answer():
    table = confusion(np.array([0, 0, 1, 1]), np.array([0, -1, 1, 0]), 2)
    assert table.tolist() == [[1, 0, 1], [1, 1, 0]]


def test_ctrl_c_says_how_to_go_on(tiny_folder, tmp_path, monkeypatch):
    from models.mnist import experiment

    def stop(self, neurons, seed, current):
        raise KeyboardInterrupt

    monkeypatch.setattr(experiment.Experiment, "_spiking", stop)
    result = invoke("--data", tiny_folder, *SMALL, "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert "--resume" in result.output
    monkeypatch.undo()
    assert invoke("--resume", tmp_path / "out").exit_code == 0
