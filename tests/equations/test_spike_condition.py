"""Threshold, reset and what is held after a spike."""

import pytest

import spikesim as sim
from spikesim.equations.neuron_equations import assemble
from spikesim.language import expressions as ex
from spikesim.units import ms, param


class Spiking(sim.Neuron):
    tau = param(10.0, ms, "positive", "time constant")
    equations = """
        dv/dt = -v / tau : 1 (unless refractory)
        dw/dt = -w / tau : 1
        rest = 2 * tau : ms
    """
    threshold = "v > 1 and w < 3"
    reset = "v = 0; w += v"
    refractory = "rest"


def cell_of(**attributes):
    return assemble(type("Spiking", (Spiking,), attributes)(receptors={}), with_input=False)


def test_a_period_made_from_parameters():
    cell = cell_of()
    assert cell.rests
    assert cell.clamped == ("v",)
    assert ex.names(cell.t_ref) == {"tau"}
    assert ex.evaluate(cell.t_ref, {"tau": 10.0}) == 20.0
    assert cell.rearm is None


def test_a_condition_that_holds():
    cell = cell_of(refractory="w > 1")
    assert cell.t_ref is None
    assert ex.source(cell.rearm) == "not w > 1"


def test_a_reset_is_over_the_values_before_it():
    assert {name: ex.source(tree) for name, tree in cell_of().reset.items()} == {
        "v": "0",
        "w": "w + 0",
    }


def test_a_neuron_that_never_spikes():
    assert ex.source(cell_of(threshold="never").threshold) == "False"


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"refractory": "w"}, r"refractory: a refractory period, unless it is a condition,"),
        ({"refractory": "w * ms"}, r"must be made from parameters; .* reads 'w'.* a variable"),
        ({"refractory": "tau", "rearm": "v < 0"}, "refractory: cannot be used together with rearm"),
        ({"refractory": ()}, "'v' shall be held after a spike, but how long is not said"),
        ({"refractory": (), "rearm": "v < 0"}, "rearm: cannot be used together with refractory"),
        ({"refractory": "t_ref", "t_ref": param(1.0, ms)}, "is said twice"),
        ({"threshold": "v > not_refractory"}, "threshold: there is no 'not_refractory'; write"),
    ],
)
def test_what_cannot_be_held(attributes, text):
    with pytest.raises(sim.ValidationError, match=text):
        cell_of(**attributes)
