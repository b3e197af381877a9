"""Ports: what an arriving weight raises."""

import pytest

import spikesim as sim
from spikesim.equations.neuron_equations import assemble
from spikesim.equations.receptor_inputs import alike, shared_transmitters
from spikesim.language import expressions as ex


def test_gains_of_receptors_are_checked():
    class Odd(sim.ExpCurrent):
        on_spike = {"I": "1 / tau"}

    class Elsewhere(sim.ExpCurrent):
        on_spike = {"W": "1"}

    for receptor, text in ((Odd(), "unknown name 'tau'"), (Elsewhere(), "unknown name 'W'")):
        with pytest.raises(sim.ValidationError, match=text):
            assemble(sim.LIF(receptors={"x": receptor}), with_input=False)


def test_a_transmitter_that_several_receptors_bind_has_a_port():
    receptors = {"ampa": sim.AMPA(), "nmda": sim.NMDA(), "inh": sim.GABA_A()}
    assert shared_transmitters(receptors) == {"glutamate": ["ampa", "nmda"]}
    assert alike(receptors.values())
    cell = assemble(sim.LIF(receptors=receptors), with_input=False)
    assert list(cell.ports) == ["ampa", "nmda", "inh", "glutamate"]
    for part in ("ampa", "nmda"):
        for state, gain in cell.ports[part].items():
            assert f"share_{part}" in ex.names(cell.ports["glutamate"][state])
            assert ex.names(gain) < ex.names(cell.ports["glutamate"][state])
