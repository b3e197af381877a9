"""The page of the networks says what the scripts expect and what they measured."""

import json
import re

import pytest

import models.common
from models.__main__ import NETWORKS, PICTURES, README, fill, main, module, table
from models.common import Expected
from spikesim import ValidationError

TEXT = README.read_text()


def measured(name):
    """The numbers in a table of the page."""
    region = re.search(rf"<!-- {name} table -->\n(.*?)\n<!-- end", TEXT, re.DOTALL)[1]
    cells = [line.strip("| ").split(" | ") for line in region.splitlines()[2:]]
    return region, {row[0]: float(row[1]) for row in cells}


@pytest.mark.parametrize("name", NETWORKS)
def test_tables_hold_what_is_expected(name):
    expected = module(name).EXPECTED
    region, numbers = measured(name)
    assert region == table(numbers, expected), f"python -m models readme {name}"
    assert numbers.keys() >= expected.keys()
    outside = {k: v for k, v in numbers.items() if k in expected and not expected[k].holds(v)}
    assert not outside


@pytest.mark.parametrize("name", NETWORKS)
def test_pictures_are_there_and_small(name):
    assert f"models/{name}.png)" in TEXT
    assert 5_000 < (PICTURES / f"{name}.png").stat().st_size < 120_000
    assert f"python -m models.{name} " in TEXT


@pytest.mark.parametrize("name", NETWORKS)
def test_each_has_the_common_shape(name):
    script = module(name)
    for part in ("build", "run", "picture", "main"):
        assert getattr(script, part).__doc__
    assert f"python -m models.{name} --out" in script.__doc__


def test_the_list_names_all(capsys):
    main()
    assert all(f"models.{name}" in capsys.readouterr().out for name in NETWORKS[:1])
    with pytest.raises(ValidationError, match=r"network: must be one of brunel, .*got 'brain'"):
        main("list", ["brain"])
    with pytest.raises(ValidationError, match="task: must be list or readme"):
        main("lists")


def test_a_region_is_replaced():
    text = "a\n<!-- x table -->\nold\n<!-- end of x table -->\nb"
    assert fill(text, "x", "new") == text.replace("old", "new")


def test_reports_say_what_is_out_of_range(tmp_path, capsys):
    expected = {"rate": Expected(1.0, 2.0, "Hz", "paper 1.5")}
    file, drawn = tmp_path / "n.json", []
    models.common.report("net", {"seed": 1}, {"rate": 3.0, "more": 4.0}, expected, drawn.append,
                         tmp_path / "p.png", file)  # fmt: skip
    assert json.loads(file.read_text()) == {
        "options": {"seed": 1}, "numbers": {"rate": 3.0, "more": 4.0}
    }  # fmt: skip
    assert drawn == [tmp_path / "p.png"]
    assert "1 to 2 Hz" in capsys.readouterr().out
    assert not expected["rate"].holds(float("nan"))
