"""Wrong arguments end in an error that says what is wrong, wherever they are given."""

import inspect

import pytest

from tests.reliability import public_calls as calls
from tests.reliability.wrong_input import wrong_input
from tests.test_calls import CALLED


@pytest.mark.parametrize("cases", [
    pytest.param(300, id="few"),
    pytest.param(1000, id="some", marks=pytest.mark.thorough),
    pytest.param(10**6, id="all", marks=pytest.mark.slow),
])  # fmt: skip
def test_wrong_input(cases, tmp_path):
    trial = wrong_input(cases, 1, tmp_path)
    assert not trial.faults, "\n".join(trial.faults)
    assert trial.endings.total() >= min(cases, 10_000)


NAMES = {name for group in calls.GROUPS.values() for name in group}


@pytest.mark.thorough
def test_right_arguments_are_accepted(tmp_path, monkeypatch):
    """Else nothing would be tried but what is refused anyway."""
    monkeypatch.chdir(tmp_path)
    for group in calls.GROUPS.values():
        for make in group.values():
            world = calls.World()
            function, right = make(world)
            calls.use(function(**right), world)


def test_every_public_callable_is_tried():
    """Of methods that several classes share one is enough, and some are not for users."""
    known = {name.split(" ")[0].removesuffix("[]") for name in NAMES}
    tried = {name.rsplit(".", 1)[-1] for name in known}
    for name in CALLED:
        method = name.rsplit(".", 1)[-1]
        if "." in name and not name.startswith(("plot.", "interchange.", "analysis.", "units.")):
            assert method in tried | calls.NOT_FOR_USERS, f"{name} is in no table"
        else:
            short = name.removeprefix("analysis.").removeprefix("units.")
            assert {name, short} & known or name in calls.BASES, f"{name} is in no table"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_argument_is_tried(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    world = calls.World()
    make = next(group[name] for group in calls.GROUPS.values() if name in group)
    function, right = make(world)
    words = {
        p.name for p in inspect.signature(function).parameters.values()
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    }  # fmt: skip
    assert words <= set(right), f"{words - set(right)} of {name} are not tried"
