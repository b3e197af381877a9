"""`Network.add`, the one way by which elements of all mechanisms come into a network."""

import pytest

import spikesim as sim
from spikesim.description.elements import Element
from spikesim.mechanisms.gap_junctions import GapJunctions


class Unknown(Element):
    def __init__(self):
        self.name = "unknown"


def cells(net):
    return net.population("cells", 3, sim.LIF(I_e=500.0))


def gaps(target, name="gaps"):
    return GapJunctions(name, target, target, sim.AllToAll(autapses=False), g=1.0)


def test_it_is_what_the_short_form_adds():
    one, other = sim.Network(seed=1), sim.Network(seed=1)
    added = one.add(gaps(cells(one)))
    target = cells(other)
    short = other.gap_junctions(target, target, sim.AllToAll(autapses=False), g=1.0, name="gaps")
    for net in (one, other):
        net.run(20.0)
    assert (added.g == short.g).all()
    assert one.populations["cells"].get("V_m").tolist() == target.get("V_m").tolist()


def test_what_cannot_be_added():
    net, foreign = sim.Network(seed=1), sim.Network(seed=1)
    target = cells(net)
    net.add(gaps(target))
    for element, message in (
        (gaps(target), r"the name 'gaps' is taken"),
        (net.add(gaps(target, "more")), r"more\.element: belongs to a network already"),
        (gaps(cells(foreign)), r"cells\.a: belongs to another network"),
        (Unknown(), r"unknown\.element: is of no mechanism that there is, Unknown"),
        (target, r"add\.element: must be an element, got <cells: 3 neurons>$"),
        (sim.DCCurrent(5.0), r"DCCurrent\(amplitude=5\.0\); use net\.stimulate for inputs"),
        (sim.PoissonSource(5.0), r"Source\(rate=5\.0\); use net\.population for inputs"),
    ):
        with pytest.raises(sim.ValidationError, match=message):
            net.add(element)
    assert len(net._description.elements) == 2
