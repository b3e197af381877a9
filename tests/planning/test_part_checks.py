"""What the author of a mechanism leaves out is an error when a network is built."""

import dataclasses

import numpy as np
import pytest

import spikesim as sim
from spikesim.codegen.step import Call, Stage
from spikesim.description.elements import Element
from spikesim.planning.mechanism import Mechanism, is_a
from spikesim.planning.part_checks import check_part
from spikesim.runtime.part import Part, Variable
from spikesim.units import pA

KERNEL = "spikesim.kernels.currents:start_currents"


class Field(Element):
    """A current of one amplitude for all neurons of a network."""

    def __init__(self, name):
        self.name = name


class FieldPart(Part):
    """Complete: each test leaves out one thing."""

    name = "field"

    def __init__(self):
        self.amplitude = np.zeros(1)

    def calls(self):
        return [Call(Stage.CURRENT, KERNEL, "current, base, injected")]

    def share(self, split, t):
        return {}

    def adds_current_to(self):
        return np.arange(2)

    def state(self):
        return {"field.amplitude": self.amplitude}

    def variables(self, owner):
        return {"amplitude": Variable(self.amplitude, pA)}


MECHANISM = Mechanism(
    "field", is_a(Field), lambda elements, context: FieldPart(),
    identity=lambda element, context, part: ("field", element.name, {}, {}),
)  # fmt: skip


def check(part=None, threads=1, current=True, mechanism=MECHANISM):
    net = sim.Network()
    cells = net.population("cells", 2, sim.LIF())
    if current:
        net.stimulate(cells, sim.DCCurrent(1.0))
    net.build()
    tables = net._simulation.plan.tables
    check_part(mechanism, part or FieldPart(), [Field("f")], tables, threads)


def test_a_complete_part_passes():
    check(threads=3)


def test_currents_that_no_one_resets():
    class Forgets(FieldPart):
        adds_current_to = Part.adds_current_to

    with pytest.raises(TypeError, match=r"Forgets calls .*start_currents .*`adds_current_to`"):
        check(Forgets())


def test_neurons_without_an_injected_current():
    with pytest.raises(TypeError, match=r"neurons of 'cells', .* by currents= .* 'field'"):
        check(current=False)


def test_work_that_threads_do_not_share():
    class Whole(FieldPart):
        share = Part.share

    check(Whole())
    with pytest.raises(TypeError, match=r"Whole does not override `share`, so all 2 threads"):
        check(Whole(), threads=2)


def test_a_variable_that_is_not_saved():
    class Loses(FieldPart):
        state = Part.state

    with pytest.raises(TypeError, match=r"'amplitude' of Field .* not in the `state` of Loses"):
        check(Loses())


def test_an_element_without_identity():
    with pytest.raises(TypeError, match=r"'field' has no `identity`.* a Field by identity="):
        check(mechanism=dataclasses.replace(MECHANISM, identity=None))


def test_a_variable_that_no_part_has():
    net = sim.Network()
    net.population("cells", 2, sim.LIF())
    gaps = net.gap_junctions(net.populations["cells"], net.populations["cells"],
                             sim.AllToAll(autapses=False), g=1.0)  # fmt: skip
    with pytest.raises(sim.ValidationError, match=r"variable: unknown name 'gain'.* names: 'g'$"):
        gaps._read("gain")


def test_an_element_that_was_not_added():
    with pytest.raises(sim.ValidationError, match=r"^f: is not part of a network yet; net\.add"):
        Field("f")._read("amplitude")
