"""Rows whose targets missed irregular numbers of spikes, which are updated without branches."""

import itertools

import numpy as np
import pytest

import spikesim as sim
from spikesim.codegen.rule_source import is_arithmetic
from spikesim.language.parsing import parse
from tests.synapses.rig import DT, PAIR, SIDES, STEPS, Rig, pair_stdp, trains

RULE = {**PAIR, "mu_plus": 1.0, "mu_minus": 1.0}
LAYOUTS = ("sparse", "sparse-delays")


def rig(layout, side, *, pairing="all-to-all", precision="double", threads=1, read_every=None):
    """Twelve sources, and 60 targets of which some are silent and some fire ten times as often."""
    rare, often = trains(5, 20, most=7), trains(6, 30, most=250)
    silent = [np.empty(0, int)] * 10
    rule = sim.PairSTDP(**RULE, pairing=pairing)
    made = Rig(rule, trains(7, 12, most=40), [*rare, *often, *silent], layout=layout, side=side,
               precision=precision, threads=threads)  # fmt: skip
    for _ in range(int(STEPS * DT / read_every) if read_every else 0):
        made.run(read_every).plastic.weight  # noqa: B018
    return made.run(STEPS * DT + 10.0 - made.net.t)


def without_branches(made):
    """Whether the rows after the last sample were updated without branches."""
    return made.net.plan.parts["plastic_synapses"].tables["plastic"].args.irregular[0] == 1


@pytest.mark.parametrize("pairing", ["all-to-all", "nearest-symmetric"])
@pytest.mark.parametrize(("layout", "side"), list(itertools.product(LAYOUTS, SIDES)))
def test_weights_are_those_of_an_event_loop(layout, side, pairing):
    made = rig(layout, side, pairing=pairing)
    assert without_branches(made) or (layout, side) == ("sparse-delays", "axonal")  # short groups
    made.check(pair_stdp(mu=1.0), every=3)


@pytest.mark.thorough
@pytest.mark.parametrize("precision", ["double", "mixed"])
@pytest.mark.parametrize(("layout", "side"), list(itertools.product(LAYOUTS, SIDES)))
def test_neither_reading_nor_threads_change_a_bit(layout, side, precision):
    whole = rig(layout, side, precision=precision).plastic.weight
    for options in ({"read_every": 0.7}, {"threads": 3}, {"threads": 3, "read_every": 20.0}):
        assert np.array_equal(
            rig(layout, side, precision=precision, **options).plastic.weight, whole
        )


def test_expressions_that_cost_much_are_not_computed_without_branches():
    """Their values for spikes that were not missed would be discarded."""
    for text in ("max(0, w - a * y)", "min(w_max, w + abs(x) / 2)", "w + int(x > y) * w"):
        assert is_arithmetic(parse(text, "rule", "on_pre")), text
    for text in ("w ** mu", "w * exp(-w)", "mod(w, 2)"):
        assert not is_arithmetic(parse(text, "rule", "on_pre")), text
