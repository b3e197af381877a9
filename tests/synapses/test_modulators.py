"""Rules that read a neuromodulator, against an event loop that evaluates everything at once."""

import itertools

import numpy as np
import pytest

import spikesim as sim
from spikesim.mechanisms.modulators import plan as modulators
from spikesim.synapses import COINCIDENCES, PAIRINGS
from spikesim.synapses.rule import TRACES
from spikesim.units import ms, one, param
from tests.networks import assert_same
from tests.synapses.rig import DT, LAYOUTS, SIDES, STEPS, Rig, trains

TAU, BASELINE, AMOUNT, DELAY = 30.0, 0.2, 0.5, 11  # ms, concentrations, steps


class Gated(sim.PlasticityRule):
    """STDP whose steps grow with the concentration of dopamine."""

    tau_plus = param(16.8, ms, "positive", "presynaptic trace")
    tau_minus = param(33.7, ms, "positive", "postsynaptic trace")
    eta = param(0.01, one, "non-negative", "learning rate")
    w_max = param(3.0, one, "positive", "upper bound of the weight")

    modulators = ("dopamine",)
    equations = TRACES
    on_pre = "w = max(0.0, w - eta * y * (1.0 - dopamine)); x += 1"
    on_post = "w = min(w_max, w + eta * x * dopamine); y += 1"


class Logged(Gated):
    """Without depression: where all are joined to all, one log serves all targets."""

    on_pre = "x += 1"


GATED = (
    lambda w, x, y, d: max(0.0, w - 0.01 * y * (1.0 - d)),
    lambda w, x, y, d: min(3.0, w + 0.01 * x * d),
)
LOGGED = (lambda w, x, y, d: w, GATED[1])


def reward(rig):
    """Spikes that release dopamine, of a source of rewards and of the postsynaptic neurons."""
    rig.rewards = trains(9, 2, most=20)
    source = rig.net.population("reward", 2, sim.SpikeSource([t * DT for t in rig.rewards]))
    rig.dopamine = rig.net.modulator("dopamine", tau=TAU, baseline=BASELINE)
    rig.net.release(source, rig.dopamine, amount=AMOUNT, delay=DELAY * DT)
    rig.net.release(rig.targets[1:3], rig.dopamine, amount=0.03, delay=DT)
    rig.level = rig.net.record(rig.dopamine, "concentration")


def eagerly(rig):
    """The concentration at the end of each step, by a plain loop."""
    stop = round(rig.net.t / DT)
    arriving = np.zeros(stop + DELAY + 2)
    for train in rig.rewards:
        np.add.at(arriving, train[train <= stop] + DELAY, AMOUNT)
    fired = rig.spikes.result()
    for j in (1, 2):
        np.add.at(arriving, np.rint(fired.train(j) / DT).astype(int) + 1, 0.03)
    level, rows = BASELINE, [BASELINE]
    for step in range(1, stop + 1):
        level = BASELINE + (level - BASELINE) * np.exp(-DT / TAU) + arriving[step]
        rows.append(level)
    return np.array(rows)


def made(layout, side, rule, **options):
    return Rig(rule, trains(3, 6), trains(4, 5, stride=3), layout=layout, side=side, also=reward,
               **options)  # fmt: skip


def check(rig, functions, **options):
    level = eagerly(rig)
    assert np.ptp(level) > 0.5
    assert rig.level.result().values[:, 0] == pytest.approx(level, rel=1e-12)
    rig.check(functions, concentration=level, **options)


@pytest.mark.thorough
@pytest.mark.parametrize("coincidence", COINCIDENCES)
@pytest.mark.parametrize(("layout", "side"), list(itertools.product(LAYOUTS, SIDES)))
def test_each_event_reads_the_concentration_of_its_time(layout, side, coincidence):
    check(made(layout, side, Gated(coincidence=coincidence)).run(), GATED)


@pytest.mark.thorough
@pytest.mark.parametrize("pairing", PAIRINGS[1:])
@pytest.mark.parametrize("side", SIDES)
def test_every_pairing_can_be_modulated(side, pairing):
    check(made("sparse", side, Gated(pairing=pairing)).run(), GATED)


@pytest.mark.slow
@pytest.mark.parametrize("side", SIDES)
def test_a_rule_without_depression_among_all(side):
    check(made("dense", side, Logged()).run(), LOGGED)


@pytest.mark.thorough
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("side", SIDES)
def test_concentrations_are_kept_as_long_as_they_are_needed(layout, side, monkeypatch):
    """Synapses that sleep for longer than the history reaches back, and one that is very short."""
    monkeypatch.setattr(modulators, "HISTORY", 64)
    pre = [np.array([5, 2900]), np.array([2950]), np.array([7, 8, 9]), np.array([1000])]
    post = [np.arange(10 + j, STEPS, 7 + j) for j in range(4)]
    rig = Rig(Gated(), pre, post, layout=layout, side=side, also=reward).run()
    assert rig.net.plan.parts["modulators"].args.history.shape == (64, 1)
    check(rig, GATED)


@pytest.mark.slow
@pytest.mark.parametrize(("layout", "side"), [("sparse-delays", "axonal"), ("dense", "dendritic")])
def test_chunks_threads_and_reading_change_nothing(layout, side, monkeypatch):
    def outcome(pieces, read=False, **options):
        rig = made(layout, side, Gated(), **options)
        for piece in pieces:
            rig.run(piece)
            if read:
                rig.plastic.weight  # noqa: B018
        return {"weights": rig.plastic.weight, "level": rig.level.result().values}

    whole = outcome([310.0])
    assert_same(whole, outcome([0.1, 99.9, 210.0], read=True))
    assert_same(whole, outcome([100.0, 210.0], threads=2))
    monkeypatch.setattr(modulators, "HISTORY", 32)
    assert_same(whole, outcome([310.0]))
    assert_same(whole, outcome([33.3, 276.7], threads=3))


@pytest.mark.thorough
@pytest.mark.parametrize("side", SIDES)
def test_a_saved_state_goes_on(tmp_path, side):
    """Saved with releases under way, and with events that weights have not seen yet."""
    first, second = made("sparse", side, Gated()), made("sparse", side, Gated(), threads=2)
    first.run(100.0)
    first.dopamine.add(0.7)
    first.net.save_state(tmp_path / "state")
    first.run(210.0)
    second.net.load_state(tmp_path / "state")
    second.run(210.0)
    assert np.array_equal(first.plastic.weight, second.plastic.weight)
    assert first.dopamine.concentration == second.dopamine.concentration


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed", "single"])
def test_concentrations_are_of_full_precision(precision):
    rig = made("sparse", "axonal", Gated(), precision=precision).run()
    rig.check(GATED, rel=1e-5, concentration=eagerly(rig))


def network(rule=None, modulators=()):
    net = sim.Network(seed=1)
    a = net.population("a", 2, sim.LIF())
    striatal = net.modulator("striatal", tau=100.0, baseline=1.0)
    net.project(
        a, a, sim.AllToAll(), weight=0.5, delay=1.0, plasticity=rule or Gated(),
        delay_is="axonal", modulators=dict.fromkeys(modulators, striatal), name="syn",
    )  # fmt: skip
    return net


def test_a_rule_reads_the_modulator_that_is_meant():
    net = network(modulators=("dopamine",))
    net.build()
    assert np.array_equal(net.plan.parts["plastic_synapses"].tables["syn"].args.sees, [0])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, r"syn\.plasticity: Gated reads the modulator 'dopamine', and the network has 'striat"),
        ({"modulators": ("serotonin",)}, r"syn\.modulators: unknown name 'serotonin'.*'dopamine'"),
        ({"rule": sim.PairSTDP(), "modulators": ("dopamine",)}, r"syn\.modulators: unknown name"),
    ],
)
def test_modulators_that_are_not_there(options, text):
    with pytest.raises(sim.ValidationError, match=text):
        network(**options).build()


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("dopamine", r"Own\.modulators: must be a tuple of names"),
        (("w",), r"Own\.modulators: the name 'w' is taken"),
        (("eta",), r"Own\.modulators: the name 'eta' is taken"),
        (("a", "a"), r"Own\.modulators: the name 'a' is taken"),
        (("no way",), r"Own\.modulators: names must be identifiers"),
        ((5,), r"Own\.modulators: names must be identifiers"),
    ],
)
def test_names_of_modulators_that_are_refused(names, text):
    with pytest.raises(sim.ValidationError, match=text):
        type("Own", (Gated,), {"modulators": names})()
