"""What is said of a network: names, transmitters and delays."""

import copy

import numpy as np
import pytest

import spikesim as sim
from spikesim.kernels import histories
from tests.network.rig import cells, pulse
from tests.networks import assert_same


def test_names_are_taken_once():
    net = sim.Network()
    a = cells(net, "a")
    net.project(a, a, sim.AllToAll(), weight=1.0, delay=1.0, receptor="exc", name="p")
    for taken in ("a", "p"):
        with pytest.raises(sim.ValidationError, match=f"name: the name '{taken}' is taken"):
            cells(net, taken)
        with pytest.raises(sim.ValidationError, match=f"name: the name '{taken}' is taken"):
            net.project(a, a, sim.AllToAll(), weight=1.0, delay=1.0, receptor="exc", name=taken)
    net.stimulate(a, sim.DCCurrent(1.0), name="s")
    with pytest.raises(sim.ValidationError, match="name: the name 's' is taken"):
        net.stimulate(a, sim.DCCurrent(1.0), name="s")


def test_everything_is_added_before_the_first_run():
    net = sim.Network()
    a = cells(net)
    net.run(1.0)
    for add in (
        lambda: cells(net, "b"),
        lambda: net.project(a, a, sim.AllToAll(), weight=1.0, delay=1.0, receptor="exc"),
        lambda: net.stimulate(a, sim.DCCurrent(1.0)),
    ):
        with pytest.raises(sim.ValidationError, match="before the first run"):
            add()


def grown(look):
    """A network to which things are added after each look at it."""
    net = sim.Network(seed=3)
    a = cells(net, "a", initial={"V_m": sim.Uniform(-70.0, -50.0)})
    look(net, a)
    source = net.population("source", 4, sim.PoissonSource(500.0))
    look(net, a)
    rule = {"plasticity": sim.PairSTDP(w_max=90.0), "delay_is": "axonal"}
    weight = sim.Uniform(20.0, 60.0)
    p = net.project(source, a, sim.FixedProbability(0.5), weight=weight, delay=1.0, receptor="exc",
                    **rule)  # fmt: skip
    spikes, weights = net.record(a, "spikes"), net.record(p, "weight", every=5.0)
    look(net, a)
    net.stimulate(a[:5], sim.DCCurrent(300.0))
    look(net, a)
    net.gap_junctions(a[:5], a[5:], sim.OneToOne(), g=1.0)
    dopamine = net.modulator("dopamine", tau=20.0)
    look(net, a)
    net.release(source, dopamine, amount=1.0, delay=1.0)
    late = net.record(a, "V_m", every=5.0)
    net.run(30.0)
    return {"times": spikes.result().times, "weights": weights.result().values,
            "V_m": late.result().values, "now": a.get("V_m"), "w": p.weight,
            "level": np.array(dopamine.concentration)}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(
    "look",
    [
        lambda net, a: a.get("V_m"), lambda net, a: net.build(), lambda net, a: net.run(0.0),
        lambda net, a: [p.weight for p in net.projections.values()], lambda net, a: net.reset(),
        lambda net, a: [r.result() for r in net.recorders], lambda net, a: net.reset_state(),
        lambda net, a: [setattr(p, "learning", True) for p in net.projections.values()],
    ],
)  # fmt: skip
def test_looking_at_a_network_does_not_close_it(look):
    """What is described later comes in as if nobody had looked; recorders too."""
    assert_same(grown(look), grown(lambda net, a: None))


@pytest.mark.thorough
def test_the_switch_of_learning_is_the_networks():
    """It is checked, remembered, and holds for what is described later."""
    net = sim.Network(seed=1)
    a = cells(net)
    net.project(a, a, sim.OneToOne(), weight=1.0, delay=1.0, receptor="exc")
    assert net.learning
    for wrong in ("yes", 1, None):
        with pytest.raises(sim.ValidationError, match=r"^Network\.learning: must be True or Fal"):
            net.learning = wrong
    net.learning = False
    assert not net.learning
    assert not copy.deepcopy(net).learning
    rule = {"plasticity": sim.Oja(), "delay_is": "axonal", "receptor": "exc"}
    p = net.project(a, a, sim.OneToOne(), weight=1.0, delay=1.0, **rule)
    assert not p.learning
    net.build()
    assert not net.plan.parts["plastic_synapses"].tables[p.name].args.control[histories.LEARNING]
    net.learning = True
    assert p.learning
    assert net.project(a, a, sim.OneToOne(), weight=1.0, delay=1.0, **rule).learning


def test_switches_survive_what_is_added_later():
    net = sim.Network(seed=1)
    a = cells(net)
    rule = {"plasticity": sim.PairSTDP(w_max=5.0), "delay_is": "axonal"}
    p = net.project(a, a, sim.OneToOne(), weight=1.0, delay=1.0, receptor="exc", **rule)
    net.build()
    p.learning = False
    cells(net, "b")
    net.build()
    assert not p.learning
    assert not net.plan.parts["plastic_synapses"].tables[p.name].args.control[histories.LEARNING]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("write", "what"),
    [
        (lambda p: p["a"].set(V_m=-60.0), r"a\.V_m"),
        (lambda p: p["a"][:2].set(tau_m=9.0), r"a\.tau_m"),
        (lambda p: p["rated"].set(rate=9.0), r"rated\.rate"),
        (lambda p: p["given"].set(times=[3.0]), r"given\.times"),
        (lambda p: setattr(p["plain"], "weight", 2.0), r"plain\.weight"),
        (lambda p: setattr(p["learn"], "weight", 2.0), r"learn\.weight"),
        (lambda p: p["learn"].normalize(2.0), r"learn\.weight"),
        (lambda p: setattr(p["gaps"], "g", 2.0), r"gaps\.g"),
        (lambda p: setattr(p["dopamine"], "concentration", 2.0), r"dopamine\.concentration"),
        (lambda p: p["dopamine"].add(2.0), r"dopamine\.concentration"),
    ],
)  # fmt: skip
def test_values_that_were_set_are_not_lost(write, what):
    net = sim.Network(seed=1)
    a = cells(net, "a")
    to = {"weight": 1.0, "delay": 1.0, "receptor": "exc"}
    rule = {"plasticity": sim.PairSTDP(w_max=5.0), "delay_is": "axonal"}
    parts = {
        "a": a, "rated": net.population("rated", 2, sim.PoissonSource(1.0)),
        "given": net.population("given", 1, sim.SpikeSource([1.0])),
        "plain": net.project(a, a, sim.OneToOne(), **to, name="plain"),
        "learn": net.project(a, a, sim.OneToOne(), **to, **rule, name="learn"),
        "gaps": net.gap_junctions(a[:5], a[5:], sim.OneToOne(), g=1.0, name="gaps"),
        "dopamine": net.modulator("dopamine", tau=1.0),
    }  # fmt: skip
    write(parts)
    with pytest.raises(sim.ValidationError, match=rf"^Network: {what} has been set already, and "
                       r"would be lost; add every population before values are set"):  # fmt: skip
        cells(net, "b")
    net.run(1.0)
    with pytest.raises(sim.ValidationError, match="has run already"):
        cells(net, "b")
    net.reset()
    cells(net, "b")
    net.run(1.0)
    assert len(net.populations["b"].get("V_m")) == 10


KEPT = {
    "set": lambda net, plain, learn: setattr(plain, "weight", 2.0),
    "set and run": lambda net, plain, learn: (setattr(plain, "weight", 2.0), net.run(1.0)),
    "one by one": lambda net, plain, learn: setattr(plain, "weight", np.arange(1.0, 11.0)),
    "plastic": lambda net, plain, learn: setattr(learn, "weight", 2.0),
    "normalized": lambda net, plain, learn: learn.normalize(2.0),
    "kept before": lambda net, plain, learn: (learn.normalize(2.0), net.reset(keep_weights=True)),
}
ADDED = {
    "population": lambda net: cells(net, "b"),
    "stimulus": lambda net: net.stimulate(net.populations["a"], sim.DCCurrent(5.0)),
    "gap junction": lambda net: net.gap_junctions(
        net.populations["a"], net.populations["a"], sim.AllToAll(autapses=False), g=1.0
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("add", ADDED)
@pytest.mark.parametrize("copied", [False, True])
@pytest.mark.parametrize("write", KEPT)
def test_weights_that_were_kept_are_not_lost(write, add, copied):
    net = sim.Network(seed=1)
    a = cells(net, "a")
    to = {"delay": 1.0, "receptor": "exc"}
    rule = {"plasticity": sim.PairSTDP(w_min=0.5, w_max=5.0), "delay_is": "axonal"}
    given = np.ones(10) if write == "one by one" else 1.0
    plain = net.project(a, a, sim.OneToOne(), weight=given, **to, name="plain")
    learn = net.project(a, a, sim.OneToOne(), weight=1.0, **to, **rule, name="learn")
    KEPT[write](net, plain, learn)
    net.reset(keep_weights=True)
    net = copy.deepcopy(net) if copied else net
    before = [p.weight for p in net.projections.values()]
    with pytest.raises(sim.ValidationError, match=rf"^Network: (plain|learn)\.weight has been set "
                       rf"already, and would be lost; add every {add} before"):  # fmt: skip
        ADDED[add](net)
    assert np.array_equal(before, [p.weight for p in net.projections.values()])
    net.reset()
    ADDED[add](net)


def test_weights_that_are_kept_as_they_were_described_close_nothing():
    net = sim.Network(seed=1)
    a = cells(net, "a")
    p = net.project(a, a, sim.OneToOne(), weight=1.0, delay=1.0, receptor="exc")
    none = net.project(a, a, sim.FixedProbability(0.0), weight=sim.Uniform(0.0, 1.0), delay=1.0,
                       receptor="exc")  # fmt: skip
    net.run(1.0)
    net.reset(keep_weights=True)
    cells(net, "b")
    assert (p.weight == 1.0).all()
    assert none.weight.size == 0


def test_a_write_that_fails_closes_nothing():
    net = sim.Network(seed=1)
    a = cells(net, "a")
    for wrong in ({"V_m": "high"}, {"V_x": 1.0}, {"tau_m": -1.0}):
        with pytest.raises(sim.ValidationError):
            a.set(**wrong)
    cells(net, "b")


def test_populations_of_another_network_are_refused():
    mine, other = sim.Network(), sim.Network()
    a, b = cells(mine), cells(other)
    for call in (
        lambda: mine.project(a, b, sim.AllToAll(), weight=1.0, delay=1.0, receptor="exc"),
        lambda: mine.project(b[:2], a, sim.AllToAll(), weight=1.0, delay=1.0, receptor="exc"),
        lambda: mine.stimulate(b, sim.DCCurrent(1.0)),
        lambda: mine.record(b, "spikes"),
    ):
        with pytest.raises(sim.ValidationError, match=r"cells.*another network"):
            call()


# --- transmitters --------------------------------------------------------------------------------


def jump(transmitter, weight, receptor=None, receptors=None, **rule):
    """The current in a cell after one spike of a source with a transmitter."""
    net = sim.Network(seed=1, precision="double")
    source = pulse(net, 1, transmitter=transmitter)
    given = receptors or {"exc": sim.ExpCurrent(), "inh": sim.ExpCurrent()}
    cell = net.population("cell", 1, sim.LIF(receptors=given))
    p = net.project(
        source, cell, sim.OneToOne(), weight=weight, delay=1.0, receptor=receptor, **rule
    )
    net.run(2.0)
    assert np.array_equal(p.weight, np.atleast_1d(weight)), "weights read as they were written"
    assert np.array_equal(p.connections().weight, p.weight)
    return [float(cell.get(f"I_{name}")[0]) for name in given]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("transmitter", "sign"), [("glutamate", 1), ("acetylcholine", 1), ("GABA", -1), ("glycine", -1)]
)
def test_the_transmitter_gives_the_sign(transmitter, sign):
    assert jump(transmitter, 3.0, "inh") == [0.0, sign * 3.0]
    assert jump(transmitter, [3.0], "exc") == [sign * 3.0, 0.0]
    plastic = {"plasticity": sim.PairSTDP(w_max=5.0), "delay_is": "axonal"}
    assert jump(transmitter, 3.0, "inh", **plastic) == [0.0, sign * 3.0], "plastic ones too"


def test_the_transmitter_finds_its_receptor():
    receptors = {
        "exc": sim.ExpCurrent(transmitter="glutamate"), "inh": sim.ExpCurrent(transmitter="GABA")
    }  # fmt: skip
    assert jump("GABA", 3.0, receptors=receptors) == [0.0, -3.0]
    assert jump("glutamate", 3.0, receptors=receptors) == [3.0, 0.0]
    with pytest.raises(sim.ValidationError, match=r"'inh' of 'cell' binds GABA.*Dale"):
        jump("glutamate", 3.0, "inh", receptors=receptors)
    with pytest.raises(sim.ValidationError, match=r"'exc' binds glutamate, 'inh' binds GABA"):
        jump("glycine", 3.0, receptors=receptors)
    with pytest.raises(sim.ValidationError, match=r"'exc', 'inh'; pass receptor='exc' or"):
        jump(None, 3.0)


def test_a_reversal_potential_gives_the_sign_of_a_conductance():
    net = sim.Network(seed=1, precision="double")
    source = pulse(net, 1, transmitter="GABA")
    model = sim.LIF(receptors={"gaba": sim.ExpConductance(E_rev=-80.0, transmitter="GABA")})
    cell = net.population("cell", 1, model)
    p = net.project(source, cell, sim.OneToOne(), weight=3.0, delay=1.0)
    net.run(2.0)
    assert cell.get("g_gaba") == pytest.approx([3.0])
    net.run(2.0)
    assert cell.get("V_m")[0] < -70.0
    with pytest.raises(sim.ValidationError, match=r"weight: .*-1\.0"):
        p.weight = -1.0


@pytest.mark.parametrize("weight", [-1.0, [-1.0], sim.Normal(0.0, 1.0, high=-0.1)])
def test_magnitudes_are_positive(weight):
    net = sim.Network(seed=1)
    cell = cells(net, n=1, transmitter="GABA")
    with pytest.raises(sim.ValidationError, match=r"p\.weight: .*releases GABA.*negative; got -"):
        net.project(cell, cell, sim.OneToOne(), weight=weight, delay=1.0, receptor="inh", name="p")


def test_setting_magnitudes_keeps_the_sign():
    net = sim.Network(seed=1, precision="double")
    source = pulse(net, 1, transmitter="GABA")
    cell = cells(net, n=1)
    p = net.project(source, cell, sim.OneToOne(), weight=[3.0], delay=1.0, receptor="inh")
    net.build()
    p.weight = 5.0
    net.run(2.0)
    assert cell.get("I_inh") == pytest.approx([-5.0])
    assert p.weight == pytest.approx([5.0])


# --- delays --------------------------------------------------------------------------------------


@pytest.mark.parametrize("delay", [0.1, 0.7, 1.0, 12.3])
def test_a_spike_arrives_after_its_delay(delay):
    """Emitted at t, it is in the state that is recorded at t + delay, and not before."""
    net = sim.Network(seed=1, precision="double")
    source, cell = pulse(net, 1, at=1.0), cells(net, n=1)
    p = net.project(source, cell, sim.OneToOne(), weight=2.0, delay=delay, receptor="exc")
    record = net.record(cell, "I_exc")
    net.run(15.0)
    current, times = record.result().values[:, 0], record.result().times
    first = times[np.flatnonzero(current)[0]]
    assert first == pytest.approx(1.0 + delay)
    assert current.max() == 2.0
    assert p.delay == pytest.approx([delay])


@pytest.mark.thorough
def test_the_longest_delay():
    net = sim.Network(dt=0.1, seed=1)
    source, cell = pulse(net, 2), cells(net, n=2)
    net.project(source, cell, sim.OneToOne(), weight=2.0, delay=[6553.5, 0.1], receptor="exc")
    record = net.record(cell, "I_exc")
    net.run(6560.0)
    current, times = record.result().values, record.result().times
    assert times[np.flatnonzero(current[:, 0])[0]] == pytest.approx(6554.5)
    assert times[np.flatnonzero(current[:, 1])[0]] == pytest.approx(1.1)


def test_delays_off_the_grid_are_rounded_with_one_warning():
    net = sim.Network(seed=1)
    a = cells(net)
    with pytest.warns(
        sim.SpikesimWarning, match=r"p\.delay: 1\.24 ms.*rounded to 1\.2 ms"
    ) as caught:
        p = net.project(a, a, sim.OneToOne(), weight=1.0, delay=[1.24] * 5 + [1.0] * 5,
                        receptor="exc", name="p")  # fmt: skip
    assert [w.filename for w in caught] == [__file__]
    assert p.delay == pytest.approx([1.2] * 5 + [1.0] * 5)


@pytest.mark.parametrize(
    ("delay", "text"),
    [
        (0.0, r"must be positive, got 0\.0 ms; the shortest is dt = 0\.1 ms"),
        (-1.0, r"must be positive, got -1\.0 ms"),
        (0.04, r"at least dt = 0\.1 ms, got 0\.04 ms"),
        (7000.0, r"at most 65535 steps = 6553\.5 ms, got 7000\.0 ms"),
        (np.nan, "must be finite, got nan ms"),
        (sim.Normal(-5.0, 1.0), "of the draws"),
        ([1.0, 2.0], "shape"),
        ("soon", "must be a number in ms, got 'soon'"),
    ],
)
def test_impossible_delays(delay, text):
    net = sim.Network(seed=1)
    a = cells(net)
    with pytest.raises(sim.ValidationError, match=rf"p\.delay: .*{text}"):
        net.project(a, a, sim.OneToOne(), weight=1.0, delay=delay, receptor="exc", name="p")


def test_a_ring_beyond_a_gigabyte_is_refused():
    net = sim.Network(seed=1)
    a = cells(net, n=4000)
    net.project(a, a, sim.OneToOne(), weight=1.0, delay=6000.0, receptor="exc", name="p")
    with pytest.raises(
        sim.ValidationError, match=r"p\.delay: .*60000 steps.*2\.0 GB; at most 1 GB"
    ):
        net.build()


def test_names_that_are_made_avoid_those_that_are_taken():
    net = sim.Network()
    a, b = cells(net, "a"), cells(net, "b")
    cells(net, "a->b")
    cells(net, "a--b")
    to = {"weight": 1.0, "delay": 1.0, "receptor": "exc"}
    names = [net.project(a, b, sim.OneToOne(), **to).name for _ in range(2)]
    assert names == ["a->b.2", "a->b.3"]
    assert net.gap_junctions(a, b, sim.OneToOne(), g=1.0).name == "a--b.2"
