"""Errors speak the user's words."""

import pytest

import spikesim as sim
from spikesim.errors import describe, unknown_name


def test_messages_name_object_and_attribute():
    error = sim.ValidationError("must be positive, got -3.0 ms", "tau_m", "LIF")
    assert str(error) == "LIF.tau_m: must be positive, got -3.0 ms"
    assert (error.message, error.attribute, error.obj) == (
        "must be positive, got -3.0 ms", "tau_m", "LIF"
    )  # fmt: skip
    assert str(sim.ValidationError("no", "tau_m")) == "tau_m: no"
    assert str(sim.ValidationError("no", obj="LIF")) == "LIF: no"
    assert str(sim.ValidationError("no")) == "no"


def test_errors_can_be_caught_as_what_they_are():
    assert issubclass(sim.ValidationError, ValueError)
    assert issubclass(sim.SimulationError, RuntimeError)
    for kind in (sim.ValidationError, sim.SimulationError):
        assert issubclass(kind, sim.SpikesimError)
    assert issubclass(sim.SpikesimWarning, UserWarning)


def test_objects_are_called_by_name_or_class():
    class Thing:
        name = ""

    thing = Thing()
    assert describe(thing) == "Thing"
    thing.name = "mine"
    assert describe(thing) == "mine"
    assert describe("text") == "text"
    assert describe(3) == "int"


@pytest.mark.parametrize(
    ("name", "valid", "text"),
    [
        (
            "V_n",
            ["V_m", "I_e"],
            "unknown name 'V_n' (did you mean 'V_m'?); valid names: 'V_m', 'I_e'",
        ),
        ("zzz", ["V_m"], "unknown name 'zzz'; valid names: 'V_m'"),
        (5, ["V_m"], "unknown name 5; valid names: 'V_m'"),
        ("x", [], "unknown name 'x'; valid names: none"),
        ("x", (n for n in "ab"), "unknown name 'x'; valid names: 'a', 'b'"),
    ],
)
def test_unknown_names_list_the_valid_ones(name, valid, text):
    error = unknown_name(name, valid, "variable", "cells")
    assert isinstance(error, sim.ValidationError)
    assert str(error) == f"cells.variable: {text}"
