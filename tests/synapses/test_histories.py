"""What plastic synapses remember between the moments at which they are brought up to date."""

import itertools

import numpy as np
import pytest

import spikesim as sim
from spikesim.synapses import COINCIDENCES, PAIRINGS
from tests.synapses.rig import DT, LAYOUTS, PAIR, SIDES, STEPS, Rig, pair_stdp, trains, unchanged

RULE = {**PAIR, "mu_plus": 0.4, "mu_minus": 0.4}
TRACE = {"eta": 0.002, "x_target": 0.3, "mu": 0.2, "w_max": 2.0}


def trace_stdp(w, x, y):
    return max(0.0, min(2.0, w + 0.002 * (x - 0.3) * (2.0 - w) ** 0.2))


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["double", "mixed"])
@pytest.mark.parametrize("pairing", PAIRINGS)
@pytest.mark.parametrize(("layout", "side"), list(itertools.product(LAYOUTS, SIDES)))
def test_reading_changes_nothing(layout, side, pairing, precision):
    """Weights read at odd moments, with spikes in flight: the rest of the run is the same."""

    def final(read_every):
        rule = sim.PairSTDP(**RULE, pairing=pairing)
        rig = Rig(rule, trains(3, 6), trains(4, 5, stride=3), layout=layout, side=side,
                  precision=precision)  # fmt: skip
        if read_every:
            for _ in range(int(STEPS * DT / read_every)):
                rig.run(read_every).plastic.weight  # noqa: B018
        rig.run(STEPS * DT + 10.0 - rig.net.t)
        return rig.plastic.weight

    assert np.array_equal(final(None), final(0.7))


@pytest.mark.thorough
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("side", SIDES)
def test_recorded_weights_are_those_read(layout, side):
    def rig():
        rule = sim.PairSTDP(**RULE)
        return Rig(rule, trains(3, 6), trains(4, 5, stride=3), layout=layout, side=side)

    recorded, read = rig(), rig()
    some = recorded.net.record(recorded.plastic, "weight", every=7.0, synapses=[3, 0, 11])
    every = recorded.net.record(recorded.plastic, "weight", every=21.0)
    recorded.run(210.0)
    rows = [read.run(7.0).plastic.weight for _ in range(30)]
    at = some.result().times
    assert at[at > 0] == pytest.approx(np.arange(7.0, 211.0, 7.0))
    assert np.array_equal(some.result().values[at > 0], np.array(rows)[:, [3, 0, 11]])
    at = every.result().times
    assert np.array_equal(every.result().values[at > 0], np.array(rows)[2::3])


@pytest.mark.thorough
@pytest.mark.parametrize("coincidence", COINCIDENCES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("side", SIDES)
def test_a_source_that_fires_twice_in_a_step(layout, side, coincidence):
    pre = [np.sort(np.append(train, train[::3])) for train in trains(3, 6)]
    rig = Rig(sim.PairSTDP(**RULE, coincidence=coincidence), pre, trains(4, 5, stride=3),
              layout=layout, side=side)  # fmt: skip
    rig.run().check(pair_stdp())


@pytest.mark.thorough
@pytest.mark.parametrize("pairing", PAIRINGS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("side", SIDES)
def test_a_silent_source_misses_no_postsynaptic_spike(layout, side, pairing):
    """Far more postsynaptic spikes than a fresh history holds, between two presynaptic ones."""
    pre = [np.array([5, 2900]), np.array([2950]), np.array([7, 8, 9]), np.array([1000])]
    post = [np.arange(10 + j, STEPS, 3 + j) for j in range(4)]
    rig = Rig(sim.PairSTDP(**RULE, pairing=pairing), pre, post, layout=layout, side=side)
    rig.run().check(pair_stdp())


@pytest.mark.thorough
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("rule", ["pair", "trace"])
def test_spikes_in_flight_over_a_long_delay(layout, side, rule):
    """Delays of hundreds of steps and a spike every few: histories must grow."""
    made = sim.PairSTDP(**RULE) if rule == "pair" else sim.TraceSTDP(**TRACE)
    functions = pair_stdp() if rule == "pair" else (unchanged, trace_stdp)
    delay = sim.Uniform(30.0, 70.0) if layout == "sparse-delays" else 60.0
    pre = [np.arange(3 + i, STEPS, 2 + i) for i in range(3)]
    post = [np.arange(5 + j, STEPS, 3 + j) for j in range(3)]
    rig = Rig(made, pre, post, layout=layout, side=side, delay=delay)
    rig.run(250.0).check(functions)


@pytest.mark.thorough
@pytest.mark.parametrize("side", SIDES)
def test_the_log_of_a_dense_projection_overflows(side):
    """A rule without depression keeps one log for all targets; here it fills several times."""
    n_post = 30
    pre = [np.array([5, 1500, 2990]), np.array([40]), np.array([2980])]
    post = [np.arange(10 + j % 3, STEPS, 2) for j in range(n_post)]
    rig = Rig(sim.TraceSTDP(**TRACE), pre, post, layout="dense", side=side)
    rig.run()
    assert rig.spikes.counts().sum() > 2 * (1 << 14)
    rig.check((unchanged, trace_stdp), every=7)


@pytest.mark.thorough
def test_traces_end_after_a_long_silence():
    """Beyond the decay tables a trace is nothing, and the first spike after it is alone."""
    pre, post = np.array([10, 200_000]), np.array([20, 200_005])
    rig = Rig(sim.PairSTDP(**RULE), [pre], [post], layout="dense", weight=1.0)
    rig.run(20_010.0)
    assert rig.plastic.weight == pytest.approx(
        [s.weight for s in rig.by_event_loop(pair_stdp())], rel=1e-12
    )


@pytest.mark.thorough
def test_a_reset_forgets_postsynaptic_spikes():
    """After it a presynaptic spike finds no trace of those before."""
    net = sim.Network(seed=1)
    pre = net.population("pre", 1, sim.SpikeSource([50.0, 210.0, 220.0]))
    drive = net.population("drive", 1, sim.SpikeSource([45.0, 48.0]))
    post = net.population("post", 2, sim.LIF(t_ref=0.0, receptors={"kick": sim.Delta()}))
    net.project(drive, post, sim.AllToAll(), weight=50.0, delay=1.0)
    learnt = net.project(
        pre, post, sim.FixedProbability(1.0), weight=0.5, delay=1.0, delay_is="dendritic",
        plasticity=sim.PairSTDP(tau_minus=200.0, lambda_=0.1),
    )  # fmt: skip
    net.run(100.0)
    assert (learnt.weight < 0.5).all()
    net.reset_state()
    before = learnt.weight.copy()
    net.run(150.0)
    assert np.array_equal(learnt.weight, before)
