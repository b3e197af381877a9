"""Costa's pre- and postsynaptic STDP against the loop of its paper."""

import pytest

import spikesim as sim
from tests.synapses import paper_loops as loops
from tests.synapses.grid import check_all
from tests.synapses.interpreter import agree

LOOP = {"eta": 0.5, "tau_x": 66.6, "tau_y1": 32.7, "tau_y2": 230.2}
RULE = {"eta": 0.5}


def costa(pre, post, w, U, **parameters):
    return loops.costa(pre, post, 1.0, U, **parameters)


def test_it_is_declared_as_in_the_paper():
    agree(sim.PrePostSTDP(**RULE), costa, start=(0.5,), variables=("U", "A"), **LOOP)


@pytest.mark.slow
def test_all_layouts():
    check_all(sim.PrePostSTDP(**RULE), costa, made={"weight": 0.5}, start=(0.5,),
              variables=("U", "A"), **LOOP, rel=1e-10)  # fmt: skip


def test_what_is_refused():
    with pytest.raises(sim.ValidationError, match=r"PrePostSTDP\.A_max: must be above A_min = 3"):
        sim.PrePostSTDP(A_min=3.0)
    with pytest.raises(sim.ValidationError, match=r"PrePostSTDP\.U_max: is a probability"):
        sim.PrePostSTDP(U_max=1.5)
