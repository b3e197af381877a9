"""A small network with one of everything that users can set, and what they may do with it."""

import warnings
from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

import spikesim as sim
from spikesim.synapses.rule import TRACES
from spikesim.units import ms, one, param


def squared(x):
    return x * x


class Watched(sim.Neuron):
    """A membrane with a subexpression that reads parameters, links and a function."""

    equations = """
    dv/dt = (I_leak + a * I_syn) / C : mV
    I_leak = g * (E - v) : pA
    seen = I_leak * gain + squared(x / mV) * d * pA + y : pA
    y : pA
    g : nS
    E : mV
    C : pF
    a : 1
    gain : 1 (shared)
    x : mV (linked)
    d : 1 (linked)
    """
    threshold = "v > -45*mV"
    reset = "v = -65*mV"
    functions = {"squared": squared}


class Rewarded(sim.PlasticityRule):
    """Potentiation as far as there is dopamine."""

    tau_plus = param(20.0, ms, "positive", "time constant of the presynaptic trace")
    tau_minus = param(20.0, ms, "positive", "time constant of the postsynaptic trace")
    w_max = param(60.0, one, "positive", "upper bound of the weight")

    modulators = ("dopamine",)
    equations = TRACES
    on_pre = "w = max(0.0, w - 0.2 * y); x += 1"
    on_post = "w = min(w_max, w + x * (0.1 + dopamine)); y += 1"


@dataclass
class Everything:
    """The network and its parts."""

    net: sim.Network
    cells: sim.description.populations.Population
    others: sim.description.populations.Population
    poisson: sim.description.populations.Population
    gamma: sim.description.populations.Population
    given: sim.description.populations.Population
    learn: sim.description.projections.Projection
    plain: sim.description.projections.Projection
    quantal: sim.description.projections.Projection
    gaps: sim.mechanisms.gap_junctions.GapJunctions
    dopamine: sim.mechanisms.modulators.Modulator
    recorders: dict = field(default_factory=dict)

    def truth(self):
        """All that the objects tell of the network as it is now."""
        net = self.net
        told = {
            "t": net.t, "n": (net.n_spikes, net.n_events), "learning": net.learning,
            "each learning": [p.learning for p in net.projections.values()],
            "g": self.gaps.g, "dopamine": self.dopamine.concentration,
            "release": self.quantal.release_state().x, "times": self.given.model.times,
        }  # fmt: skip
        for p in net.projections.values():
            told[f"weight of {p.name}"] = p.weight
        for source in (self.poisson, self.gamma):
            rate = source.model.rate
            told[f"rate of {source.name}"] = source.get("rate")
            told[f"schedule of {source.name}"] = (
                [rate.times, rate.values] if isinstance(rate, sim.Schedule) else [rate]
            )
        for population, names in (
            (self.cells, ("v", "I_exc", "x", "d", "g", "E", "gain", "y")),
            (self.others, ("V_m", "theta", "I_exc", "adapt", "I_e")),
        ):
            told |= {f"{population.name}.{name}": population.get(name) for name in names}
        return told

    def recorded(self):
        """All that recorders hold."""
        found = {}
        for name, recorder in self.recorders.items():
            result = recorder.result()
            found[name] = result.times, getattr(result, "values", result.ids)
        return found


def everything(seed=4, threads=1):
    """Ten neurons and seven sources; small, for tests make many of them."""
    net = sim.Network(dt=0.1, seed=seed, threads=threads)
    receptors = {"exc": sim.ExpCurrent(tau_syn=4.0)}
    watched = Watched(
        receptors=receptors, g=10.0, E=[-65.0, -60.0, -55.0, -44.0], C=100.0, gain=0.5, y=1.0,
        a=sim.Uniform(0.5, 1.0),
    )  # fmt: skip
    cells = net.population("cells", 4, watched, initial={"v": sim.Uniform(-65.0, -50.0)})
    adaptive = sim.AdaptiveLIF(I_e=[400.0, 420.0, 390.0, 0.0, 300.0, 380.0], receptors=receptors)
    others = net.population("others", 6, adaptive)
    poisson = net.population(
        "poisson", 3, sim.PoissonSource(sim.Schedule([0.0, 7.0, 23.0], [200.0, 500.0, 100.0]))
    )
    gamma = net.population("gamma", 2, sim.GammaSource([100.0, 300.0], shape=3.0))
    given = net.population("given", 2, sim.SpikeSource([[2.0, 9.5, 31.0], [4.0]]))
    dopamine = net.modulator("dopamine", tau=30.0, baseline=0.1)
    net.release(gamma, dopamine, amount=0.2, delay=1.5)
    net.link(cells, "x", others, "V_m", index=[0, 2, 4, 5])
    net.link(cells, "d", dopamine)
    learn = net.project(
        poisson, others, sim.AllToAll(), weight=sim.Uniform(20.0, 40.0), delay=1.2, name="learn",
        plasticity=Rewarded(), delay_is="axonal",
    )  # fmt: skip
    net.project(others, cells, sim.FixedProbability(0.6), weight=sim.Uniform(5.0, 20.0),
                delay=sim.Uniform(0.5, 3.0), plasticity=sim.PairSTDP(w_max=50.0),
                delay_is="dendritic", name="more")  # fmt: skip
    plain = net.project(given, cells, sim.FixedProbability(0.8), weight=sim.Uniform(50.0, 90.0),
                        delay=2.0, name="plain")  # fmt: skip
    quantal = net.project(gamma, cells, sim.AllToAll(), weight=30.0, delay=0.7, name="quantal",
                          release=sim.QuantalRelease(U=0.5, n_sites=4))  # fmt: skip
    gaps = net.gap_junctions(others, others, sim.AllToAll(autapses=False), g=1.0)
    net.stimulate(cells, sim.PoissonDrive(sim.Schedule([0.0, 11.0], [300.0, 900.0]), 20.0))
    net.stimulate(others[:3], sim.StepCurrent([3.0, 19.0], [30.0, -20.0]))
    rig = Everything(net, cells, others, poisson, gamma, given, learn, plain, quantal, gaps,
                     dopamine)  # fmt: skip
    rig.recorders = {
        "spikes": net.record(others, "spikes"), "gamma": net.record(gamma, "spikes"),
        "v": net.record(cells, "v", every=0.3), "seen": net.record(cells[[3, 0]], "seen"),
        "x": net.record(cells, "x", every=0.5), "I_leak": net.record(cells, "I_leak", every=0.7),
        "weight": net.record(learn, "weight", every=2.0, synapses=[3, 0]),
        "level": net.record(dopamine, "concentration", every=0.2),
    }  # fmt: skip
    return rig


def numbers(low, high):
    return st.floats(low, high, allow_subnormal=False).map(lambda x: round(x, 3))


def arrays(low, high, n):
    return st.lists(numbers(low, high), min_size=n, max_size=n)


def _schedules(low, high, n):
    values = arrays(low, high, 2) | st.lists(arrays(low, high, n), min_size=2, max_size=2)
    return st.builds(lambda t, v: sim.Schedule([t, t + 6.3], v), st.integers(0, 40), values)


_TIMES = st.lists(st.integers(1, 600).map(lambda k: k / 10), max_size=5, unique=True)
# What varies between neurons stays so, and what does not, too: else each example would compile.
SETTINGS = {
    "parameters": st.fixed_dictionaries(
        {}, optional={"g": numbers(1.0, 20.0), "E": arrays(-70.0, -40.0, 4), "C": st.just(120.0),
                      "gain": numbers(-2.0, 2.0), "y": numbers(-9.0, 9.0)},
    ),
    "states": st.fixed_dictionaries({}, optional={"v": numbers(-70.0, -46.0),
                                                  "I_exc": arrays(0.0, 20.0, 4)}),
    "drawn": st.just(sim.Uniform(-60.0, -50.0)),
    "adapt": st.sampled_from([0.0, 1.0]),
    "V_m": arrays(-70.0, -60.0, 6),
    "rate": numbers(0.0, 600.0) | arrays(0.0, 600.0, 3) | _schedules(0.0, 600.0, 3),
    "gamma rate": numbers(0.0, 400.0) | _schedules(0.0, 400.0, 2),
    "times": st.lists(_TIMES, min_size=2, max_size=2),
    "weight": arrays(0.0, 60.0, 18) | numbers(0.0, 60.0),
    "plain weight": numbers(0.0, 90.0),
    "learning": st.booleans(),
    "all learning": st.booleans(),
    "normalize": numbers(1.0, 80.0),
    "g": numbers(0.0, 3.0),
    "concentration": numbers(0.0, 2.0),
    "puff": numbers(0.0, 1.0),
    "reset_state": st.just(None),
    "run": st.integers(1, 90).map(lambda k: k / 10),
}  # fmt: skip
ACTS = {
    "parameters": lambda rig, value: rig.cells.set(**value),
    "states": lambda rig, value: rig.cells.set(**value),
    "drawn": lambda rig, value: rig.cells[1:3].set(v=value),
    "adapt": lambda rig, value: rig.others.set(adapt=value),
    "V_m": lambda rig, value: rig.others.set(V_m=value),
    "rate": lambda rig, value: rig.poisson.set(rate=value),
    "gamma rate": lambda rig, value: rig.gamma.set(rate=value),
    "times": lambda rig, value: _timed(rig, value),
    "weight": lambda rig, value: setattr(rig.learn, "weight", value),
    "plain weight": lambda rig, value: setattr(rig.plain, "weight", value),
    "learning": lambda rig, value: setattr(rig.learn, "learning", value),
    "all learning": lambda rig, value: setattr(rig.net, "learning", value),
    "normalize": lambda rig, value: _normalized(rig, value),
    "g": lambda rig, value: setattr(rig.gaps, "g", value),
    "concentration": lambda rig, value: setattr(rig.dopamine, "concentration", value),
    "puff": lambda rig, value: rig.dopamine.add(value),
    "reset_state": lambda rig, value: rig.net.reset_state(),
    "run": lambda rig, value: rig.net.run(value),
}


def _timed(rig, times):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is in the past", sim.SpikesimWarning)
        rig.given.set(times=times)


def _normalized(rig, total):
    weight = rig.learn.weight
    sums = np.bincount(rig.learn.connections().target, weight)
    if sums.min() > 0 and (weight / sums[rig.learn.connections().target] * total).max() <= 60.0:
        rig.learn.normalize(total)


def doings(least=0, most=6):
    """Lists of (what, value) for `do`."""
    one_of = st.sampled_from(sorted(SETTINGS)).flatmap(lambda k: st.tuples(st.just(k), SETTINGS[k]))
    return st.lists(one_of, min_size=least, max_size=most)


def do(rig, acts):
    """Do as told with a network."""
    for name, value in acts:
        ACTS[name](rig, value)


def assert_equal(one, other):
    """Raise unless two dictionaries of arrays, lists and numbers are the same, bit by bit."""
    assert one.keys() == other.keys()
    different = [name for name in one if not _same(one[name], other[name])]
    assert not different, {name: (one[name], other[name]) for name in different[:2]}


def _same(one, other):
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return np.array_equal(one, other, equal_nan=True)
