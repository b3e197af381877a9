"""Long- and short-term plasticity at the same synapses."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.units import ms as MS
from spikesim.units import one, param
from tests.synapses.grid import ALL, SOME
from tests.synapses.paper_loops.release import RULE, synapse
from tests.synapses.rig import DT, trains

STEPS, TAU = 1500, 2.0
PRE, POST = trains(3, 4, 3, 40, STEPS), trains(4, 3, 3, 40, STEPS)
PRE[0] = np.sort(np.append(PRE[0], PRE[0][3]))  # two spikes in one step
MIXED = {"U": 0.3, "tau_rec": 200.0, "tau_facil": 100.0}
SURE = {"U": 1.0, "tau_rec": 1e-6, "tau_facil": 1e-6}  # each spike transmits the whole weight


class Additive(sim.PlasticityRule):
    """Pair STDP with additive steps."""

    equations = f"""
        dx/dt = -x / ({RULE["tau_x"]} * ms) : 1
        dy/dt = -y / ({RULE["tau_y"]} * ms) : 1
    """
    on_pre = f"w = max(0, w - {RULE['a_pre']} * y); x += 1"
    on_post = f"w = min({RULE['w_max']}, w + {RULE['a_post']} * x); y += 1"


class WithU(Additive):
    """The same steps also change the probability of release."""

    equations = Additive.equations + "U : 1"
    on_pre = "U = clip(U - 0.05 * y, 0.05, 1); " + Additive.on_pre
    on_post = "U = clip(U + 0.05 * x, 0.05, 1); " + Additive.on_post


class Rig:
    """Projections of all layouts, each onto neurons of its own that fire at given steps."""

    def __init__(self, rule, release, layouts=ALL, *, threads=1, precision="double", pre=PRE):
        self.net = sim.Network(dt=DT, seed=1, threads=threads, precision=precision)
        sources = self.net.population("pre", len(pre), sim.SpikeSource([t * DT for t in pre]))
        driver = self.net.population(
            "driver", len(POST), sim.SpikeSource([(t - 1) * DT for t in POST])
        )
        receptors = {"kick": sim.Delta(), "slow": sim.ExpCurrent(tau_syn=TAU)}
        model = sim.LIF(t_ref=0.0, C_m=1e6, receptors=receptors)
        self.layouts, self.all, self.currents = layouts, [], []
        for n, (connector, delay, side) in enumerate(layouts):
            targets = self.net.population(f"post{n}", len(POST), model)
            self.net.project(driver, targets, sim.OneToOne(), weight=1000.0, delay=DT,
                             receptor="kick")  # fmt: skip
            plastic = {} if rule is None else {"plasticity": rule, "delay_is": side}
            self.all.append(self.net.project(
                sources, targets, connector, weight=sim.Uniform(0.5, 1.5), delay=delay,
                receptor="slow", release=release, name=f"p{n}", **plastic,
            ))  # fmt: skip
            self.currents.append(self.net.record(targets, "I_slow"))

    def run(self, steps=STEPS):
        self.net.run(steps * DT)
        return self

    def values(self):
        return [np.array(current.result().values) for current in self.currents]

    def state(self):
        """All that can be read of the projections."""
        found = [p.get(name) for p in self.all for name in p.variables]
        states = [p.release_state() for p in self.all]
        return [*found, *(s.u for s in states), *(s.x for s in states)]


def equal(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def check_against_the_loop(rig, start, values, eta_U, atol):
    for p, before, current, layout in zip(rig.all, start, rig.values(), rig.layouts, strict=True):
        expected = np.zeros((STEPS, len(POST)))
        for n, (i, j, w, d) in enumerate(zip(*vars(before).values(), strict=True)):
            w, U, arrived = synapse(
                PRE[i], POST[j], round(d / DT), w, axonal=layout[2] == "axonal", stop=STEPS + 1,
                dt=DT, eta_U=eta_U, **values,
            )  # fmt: skip
            expected[:, j] += arrived[1:]
            assert p.weight[n] == pytest.approx(w, abs=atol)
            if eta_U:
                assert p.get("U")[n] == pytest.approx(U, abs=atol)
        found = current[1:] - current[:-1] * np.exp(-DT / TAU)
        assert np.abs(found - expected).max() < atol
        assert np.abs(expected).max() > 0.1
        assert np.ptp(p.weight - before.weight) > 0.1


@pytest.mark.parametrize("rule", [
    pytest.param(Additive(), marks=pytest.mark.thorough),
    pytest.param(Additive(method="steps"), marks=pytest.mark.slow),
    pytest.param(WithU(), marks=pytest.mark.slow),
    pytest.param(WithU(method="steps"), marks=pytest.mark.thorough),
], ids=lambda rule: f"{type(rule).__name__} {rule.method}")  # fmt: skip
def test_both_are_the_loop_of_both(rule):
    rig = Rig(rule, sim.TsodyksMarkram(**MIXED))
    start = [p.connections() for p in rig.all]
    eta_U = 0.05 if isinstance(rule, WithU) else 0.0
    check_against_the_loop(rig.run(), start, MIXED, eta_U, 1e-11)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["events", "steps"])
@pytest.mark.parametrize("rule", [Additive, WithU])
def test_depression_alone_is_the_loop(rule, method):
    values = {**MIXED, "tau_facil": 0.0}
    rig = Rig(rule(method=method), sim.TsodyksMarkram(**values), SOME)
    start = [p.connections() for p in rig.all]
    check_against_the_loop(rig.run(), start, values, 0.05 * (rule is WithU), 1e-11)


@pytest.mark.slow
def test_without_learning_it_is_static():
    """To rounding; static release computes exponentials where this reads them from tables."""
    release = sim.TsodyksMarkram(**MIXED)
    static, plastic = Rig(None, release), Rig(Additive(), release)
    plastic.net.learning = False
    for one_, other in zip(static.run().values(), plastic.run().values(), strict=True):
        assert np.abs(one_ - other).max() < 1e-14
    for p, q in zip(static.all, plastic.all, strict=True):
        for name in ("u", "x"):
            first, second = (getattr(each.release_state(), name) for each in (p, q))
            assert first == pytest.approx(second, rel=1e-13)


@pytest.mark.slow
def test_a_release_of_everything_is_none():
    """All bits; and release changes nothing of what is learnt."""
    pre = [np.unique(t) for t in PRE]  # a second spike in a step finds no resources
    none, sure, mixed = (
        Rig(Additive(), release, pre=pre).run()
        for release in (None, sim.TsodyksMarkram(**SURE), sim.TsodyksMarkram(**MIXED))
    )
    assert equal(none.values(), sure.values())
    assert equal(*([p.weight for p in rig.all] for rig in (none, mixed)))
    assert not equal(none.values(), mixed.values())


QUANTAL = sim.QuantalRelease(**MIXED, n_sites=3)


@pytest.mark.parametrize(("rule", "release", "precision"), [
    pytest.param(WithU(), sim.TsodyksMarkram(**MIXED), "double", marks=pytest.mark.thorough),
    pytest.param(Additive(), sim.TsodyksMarkram(**MIXED), "mixed", marks=pytest.mark.slow),
    pytest.param(Additive(method="steps"), QUANTAL, "mixed", marks=pytest.mark.slow),
    pytest.param(WithU(), QUANTAL, "mixed", marks=pytest.mark.slow),
], ids=["synapse", "source", "quantal steps", "quantal"])  # fmt: skip
def test_threads_reading_and_saving_change_no_bit(rule, release, precision, tmp_path):
    whole = Rig(rule, release, precision=precision).run()
    parts = Rig(rule, release, precision=precision, threads=3)
    for steps in (1, 499):
        parts.run(steps).state()
    parts.net.save_state(tmp_path / "state.npz")
    loaded = Rig(rule, release, precision=precision, threads=2)
    loaded.net.load_state(tmp_path / "state.npz")
    assert equal(parts.state(), loaded.state())
    for rig in (parts, loaded):
        rig.run(STEPS - 500)
        late = [values[-1000:] for values in rig.values()]
        assert equal(late, [values[-1000:] for values in whole.values()])
        assert equal(rig.state(), whole.state())


@pytest.mark.slow
@pytest.mark.parametrize("method", ["events", "steps"])
def test_quanta_are_those_of_the_static_projection(method):
    """The same draws, where the order of synapses is the same: with one delay."""
    layouts = [layout for layout in ALL if isinstance(layout[1], float)]
    static, plastic = (Rig(rule, QUANTAL, layouts) for rule in (None, Additive(method=method)))
    plastic.net.learning = False
    assert equal(static.run().values(), plastic.run().values())
    for p, q in zip(static.all, plastic.all, strict=True):
        assert p.release_state().x == pytest.approx(q.release_state().x, rel=1e-13)


@pytest.mark.slow
def test_quanta_with_a_utilisation_for_each_synapse():
    """With U = 0 nothing is released; with U = 1 and sites that refill, everything."""
    pre = [np.unique(t) for t in PRE]
    refilled = sim.QuantalRelease(U=0.5, tau_rec=1e-6, n_sites=3)
    none, quantal = Rig(Additive(), None, SOME, pre=pre), Rig(Still(), refilled, SOME, pre=pre)
    for q in quantal.all:
        assert (q.get("U") == 0.5).all()
        some = q.connections().target == 1
        q.set(U=1.0 * some)
    for one_, other in zip(none.run().values(), quantal.run().values(), strict=True):
        assert (other[:, [0, 2]] == 0).all()
        assert np.abs(one_ - other)[:, 1].max() < 1e-14


class Still(Additive):
    """Each synapse has a utilisation of its own, which stays."""

    equations = Additive.equations + "dU/dt = 0/ms : 1"


@pytest.mark.thorough
def test_learning_off_freezes_what_is_transmitted():
    """The weight and U; and `reset_state` is rest."""
    rig = Rig(WithU(), sim.TsodyksMarkram(**MIXED), SOME).run(500)
    rig.net.learning = False
    before = [(p.weight, p.get("U")) for p in rig.all]
    rig.run(500)
    for p, (w, U) in zip(rig.all, before, strict=True):
        assert np.ptp(U) > 0.05
        assert np.array_equal(p.weight, w)
        assert np.array_equal(p.get("U"), U)
        assert (p.release_state().x < 1).any()
    rig.net.reset_state()
    for p, (_, U) in zip(rig.all, before, strict=True):
        assert np.array_equal(p.release_state().u, U)
        assert (p.release_state().x == 1).all()


def test_where_release_is_kept():
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF())

    def told(rule, release):
        p = net.project(cells, cells, sim.AllToAll(), weight=0.5, delay=1.0, release=release,
                        plasticity=rule, delay_is="axonal")  # fmt: skip
        assert p.plasticity is rule
        assert f"{rule!r}, {release!r}" in repr(p)
        return p.rule.explain(), p.variables

    text, names = told(Additive(), sim.TsodyksMarkram(**MIXED))
    assert "release_u: a trace of the presynaptic neuron" in text
    assert names == ["weight"]
    text, names = told(WithU(), sim.TsodyksMarkram())
    assert "release_empty: a variable of the synapse, decays" in text
    assert "release_u" not in text
    assert "U" in names
    text, _ = told(sim.CalciumSTDP(), sim.TsodyksMarkram())
    assert "method: steps" in text


def named_u(**members):
    """A rule in which something is called U."""
    return type("Rule", (sim.PlasticityRule,), {"on_post": "w += x", **members})()


TRACE = "dx/dt = -x / (20*ms) : 1\n"
PARAMETER = {"U": param(0.5, one), "equations": TRACE, "on_pre": "x += U"}


@pytest.mark.parametrize(("rule", "message"), [
    (named_u(**PARAMETER), "utilisation is called U, and in Rule U is no variable"),
    (named_u(equations=TRACE + "U = 2*x : 1", on_pre="x += 1"), "U is no variable"),
    (named_u(equations=TRACE + "dU/dt = 0*mV/ms : mV", on_pre="x += 1"),
     "its unit must be 1, got mV"),
    (named_u(equations=TRACE + "dU/dt = 0/ms : 1", on_pre="x += 1", on_pre_delay="D",
             D=param(5.0, MS, "non-negative")), "act D later than they are transmitted"),
    (sim.CalciumSTDP(method="events"), "with method='events' synapses are updated at spikes"),
    (sim.PrePostSTDP(), "PrePostSTDP has a model of release of its own: its weight is A"),
])  # fmt: skip
def test_what_cannot_be_combined(rule, message):
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF())
    with pytest.raises(sim.ValidationError, match=rf"p\.release: .*{message}"):
        net.project(cells, cells, sim.AllToAll(), weight=0.5, delay=1.0, plasticity=rule,
                    delay_is="axonal", release=sim.TsodyksMarkram(), name="p")  # fmt: skip
