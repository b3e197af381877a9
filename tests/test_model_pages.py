"""The pages of docs/models are what the declarations say, and can be made anew."""

import matplotlib.pyplot as plt
import pytest

import spikesim as sim
from docs.model_pages import PAGES, PICTURES, RULES, example, index, models, page, rules_table
from docs.model_pictures import picture
from spikesim.description.inputs import Input
from spikesim.synapses import Release

ALL = [model for members in models().values() for model in members]


def test_all_public_models_have_a_page():
    public = {getattr(sim, name) for name in sim.__all__ if isinstance(getattr(sim, name), type)}
    bases = (sim.Neuron, sim.Channel, sim.Receptor, sim.PlasticityRule, Release, Input)
    without = {*bases, sim.Jump}  # which has no equations of its own
    assert {m for m in public if issubclass(m, bases)} - without <= set(ALL)
    assert (PAGES / "README.md").read_text() == index()
    assert {path.stem for path in PAGES.glob("*.md")} == {m.__name__ for m in ALL} | {"README"}


@pytest.mark.parametrize("model", ALL, ids=lambda m: m.__name__)
def test_a_page_is_what_is_declared(model):
    text = (PAGES / f"{model.__name__}.md").read_text()
    assert text == page(model), "run python docs/model_pages.py"
    assert (PICTURES / f"{model.__name__}.png").stat().st_size > 2000
    for name, parameter in getattr(model, "declared", {}).items():
        assert parameter.doc, f"{name} of {model.__name__} is not explained"


def test_the_table_of_rules_is_what_is_declared():
    assert f"<!-- rules table -->\n{rules_table()}\n<!--" in RULES.read_text(), (
        "run python docs/model_pages.py"
    )
    assert all(row.split("|")[3].strip() for row in rules_table().splitlines()), "a rule's source"


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [sim.LIF, sim.KA, sim.AMPA, sim.PairSTDP, sim.GammaSource, sim.Miniatures],
    ids=lambda m: m.__name__,
)
def test_a_picture_can_be_made(model, tmp_path):
    plt.switch_backend("Agg")
    picture(model, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 2000
    assert plt.get_fignums() == []


def test_examples_name_what_they_are():
    assert repr(example(sim.LIF)) == "LIF()"
