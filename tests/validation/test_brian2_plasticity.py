"""Plastic synapses whose text runs in Brian2 and in spikesim.

Each script is text for Brian2's ``Synapses``, and both simulators take the same strings. Brian2
stamps a spike with the start of its step where spikesim takes the end, so its spikes are given one
step earlier. At a synapse, Brian2 executes the statements of a presynaptic spike before those of a
postsynaptic one in the same step, which is ``coincidence="pre-first"`` here.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

import spikesim as sim
from spikesim import units
from tests.synapses.rig import DT, SIDES, trains

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pyparsing, in Brian2

STEPS = 3000
N_PRE, N_POST = 8, 6
TAU_G, TAU_M, E_L = 5.0, 20.0, -70.0


@dataclass(frozen=True)
class Script:
    """What a user of Brian2 writes, and the values of its names with their units."""

    model: str
    on_pre: str | dict
    on_post: str
    values: dict
    method: str = "exact"  # of Brian2, for what is (clock-driven)
    unit: str = "1"  # of the weight in the text
    reward: bool = False

    def given(self, namespace):
        """Values as quantities of one of the two simulators."""
        return {name: _quantity(*value, namespace) for name, value in self.values.items()}

    def rule(self, **options):
        options = {"coincidence": "pre-first", **options}
        modulators = ("dopamine",) if self.reward else ()
        return sim.PlasticityRule.from_text(
            self.model, self.on_pre, self.on_post, modulators=modulators, **options,
            **self.given(units),
        )  # fmt: skip


def _quantity(value, unit, namespace):
    if unit == "1":
        return value
    return value * (namespace.Unit(unit) if namespace is units else getattr(namespace, unit))


# Song, Miller & Abbott 2000, eqs 2 and 3: pairs of spikes; weights are conductances.
PAIRS = Script(
    """
    w : 1
    dapre/dt = -apre / tau_pre : 1 (event-driven)
    dapost/dt = -apost / tau_post : 1 (event-driven)
    """,
    """
    g_post += w * nS
    apre += A_pre * gmax
    w = clip(w + apost, 0, gmax)
    """,
    """
    apost += A_post * gmax
    w = clip(w + apre, 0, gmax)
    """,
    {"tau_pre": (20.0, "ms"), "tau_post": (20.0, "ms"), "A_pre": (0.02, "1"),
     "A_post": (-0.021, "1"), "gmax": (1.0, "1")},
)  # fmt: skip

# Pfister & Gerstner 2006, eqs 3 and 4: each slow trace is read before its own jump.
TRIPLETS = Script(
    """
    w : 1
    dr1/dt = -r1 / tau_plus : 1 (event-driven)
    dr2/dt = -r2 / tau_x : 1 (event-driven)
    do1/dt = -o1 / tau_minus : 1 (event-driven)
    do2/dt = -o2 / tau_y : 1 (event-driven)
    """,
    """
    g_post += w * nS
    w = clip(w - o1 * (A2_minus + A3_minus * r2), 0, w_max)  # r2 as it was before this spike
    r1 += 1
    r2 += 1
    """,
    """
    w = clip(w + r1 * (A2_plus + A3_plus * o2), 0, w_max)
    o1 += 1; o2 += 1
    """,
    {"tau_plus": (16.8, "ms"), "tau_minus": (33.7, "ms"), "tau_x": (101.0, "ms"),
     "tau_y": (125.0, "ms"), "A2_plus": (5e-4, "1"), "A3_plus": (6.2e-3, "1"),
     "A2_minus": (7e-3, "1"), "A3_minus": (2.3e-4, "1"), "w_max": (1.0, "1")},
)  # fmt: skip

# Graupner & Brunel 2012, eq. 1, without noise and without the cubic term.
CALCIUM = Script(
    """
    dc/dt = -c / tau_c : 1 (clock-driven)
    dw/dt = (gamma_p * (1 - w) * int(c > theta_p) - gamma_d * w * int(c > theta_d)) / tau : 1 (clock-driven)
    """,  # noqa: E501
    "g_post += w * nS; c += C_pre",
    "c += C_post",
    {"tau_c": (22.7, "ms"), "tau": (20.0, "second"), "gamma_p": (725.1, "1"),
     "gamma_d": (331.9, "1"), "theta_p": (1.3, "1"), "theta_d": (1.0, "1"),
     "C_pre": (0.56, "1"), "C_post": (1.24, "1")},
    method="rk4",
)  # fmt: skip

# Izhikevich 2007: pairs leave an eligibility trace, which dopamine turns into a change.
REWARD = Script(
    """
    dapre/dt = -apre / tau_a : 1 (event-driven)
    dapost/dt = -apost / tau_a : 1 (event-driven)
    dc/dt = -c / tau_c : 1 (clock-driven)
    dw/dt = c * dopamine / tau_w : 1 (clock-driven)
    dopamine : 1 (linked)
    """,
    """
    g_post += w * nS
    apre += 1
    c -= A_minus * apost
    """,
    """
    apost += 1
    c += A_plus * apre
    """,
    {"tau_a": (20.0, "ms"), "tau_c": (200.0, "ms"), "tau_w": (1.0, "second"),
     "A_plus": (0.1, "1"), "A_minus": (0.06, "1")},
    method="rk4", reward=True,
)  # fmt: skip

# Vogels et al. 2011, inhibitory plasticity: the weight is transmitted after its update.
INHIBITION = Script(
    """
    w : 1
    dApre/dt = -Apre / tau_stdp : 1 (event-driven)
    dApost/dt = -Apost / tau_stdp : 1 (event-driven)
    """,
    """
    Apre += 1.
    w = clip(w + (Apost - alpha) * eta, 0, gmax)
    g_post += w*nS
    """,
    """
    Apost += 1.
    w = clip(w + Apre * eta, 0, gmax)
    """,
    {"tau_stdp": (20.0, "ms"), "alpha": (0.8, "1"), "eta": (0.01, "1"), "gmax": (1.2, "1")},
)

# The first rule with weights in volts, which a spike transmits to the membrane potential.
VOLTAGES = Script(
    """
    w : volt
    dapre/dt = -apre / tau_pre : volt (event-driven)
    dapost/dt = -apost / tau_post : volt (event-driven)
    """,
    """
    v_post += w
    apre += A_pre * w_most
    w = clip(w + apost, 0*volt, w_most)
    """,
    """
    apost += A_post * w_most
    w = clip(w + apre, 0*volt, w_most)
    """,
    {**PAIRS.values, "w_most": (1.0, "mV")},
    unit="mV",
)
VOLTAGES.values.pop("gmax")

# Graupner & Brunel 2012, eq. 1, with the noise of active synapses.
NOISE = Script(
    """
    dc/dt = -c / tau_c : 1 (clock-driven)
    dw/dt = (gamma_p * (1 - w) * int(c > theta_p) - gamma_d * w * int(c > theta_d)) / tau
            + sigma / sqrt(tau) * sqrt(int(c > theta_p) + int(c > theta_d)) * xi : 1 (clock-driven)
    """,
    CALCIUM.on_pre,
    CALCIUM.on_post,
    {**CALCIUM.values, "sigma": (2.8, "1")},
    method="heun",
)

# Brian2 executes pathways in the order of their names: this transmits after learning.
PATHWAYS = replace(
    PAIRS,
    on_pre={
        "pre_transmission": "g += w * nS  # without a suffix, the postsynaptic neuron's",
        "pre_plasticity": PAIRS.on_pre.replace("g_post += w * nS", ""),
    },
)

SCRIPTS = {
    "pairs": PAIRS, "triplets": TRIPLETS, "calcium": CALCIUM, "reward": REWARD,
    "inhibition": INHIBITION, "voltages": VOLTAGES, "noise": NOISE,
}  # fmt: skip


def after(script):
    """The same script with the line of transmission behind the others."""
    first, rest = script.on_pre.strip().split("\n", 1)
    return replace(script, on_pre=f"{rest}\n{first}")


@dataclass(frozen=True)
class Wiring:
    """Spikes (steps), synapses, delays (steps) and initial weights."""

    pre: list
    post: list
    source: np.ndarray
    target: np.ndarray
    steps: np.ndarray
    weight: np.ndarray
    rewards: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    side: str = "axonal"
    stop: int = STEPS + 50

    def delays(self, parts):
        """Delays of the pre- and of the postsynaptic pathway, in steps of DT / parts."""
        steps = self.steps * parts
        return (steps, 0 * steps) if self.side == "axonal" else (0 * steps, steps)


def wired(delay=None, **options):
    """Some synapses, with delays up to 4 ms if none is given."""
    rs = np.random.default_rng(1)
    source, target = np.nonzero(rs.random((N_PRE, N_POST)) < 0.8)
    steps = rs.integers(1, 41, source.size)
    return Wiring(
        trains(2, N_PRE, steps=STEPS), trains(3, N_POST, stride=3, steps=STEPS), source, target,
        steps if delay is None else np.full(source.size, delay),
        rs.uniform(0.3, 0.7, source.size), np.sort(rs.choice(STEPS, 8, replace=False)) + 1,
        **options,
    )  # fmt: skip


def by_spikesim(script, wiring, **options):
    """Final variables by name, and what is transmitted: conductances or potentials by step."""
    net = sim.Network(dt=DT, seed=1, precision="double")
    pre = net.population("pre", len(wiring.pre), sim.SpikeSource([t * DT for t in wiring.pre]))
    driver = net.population(
        "driver", len(wiring.post), sim.SpikeSource([t * DT for t in wiring.post])
    )
    receptors = {"kick": sim.Delta(), "g": sim.ExpConductance(tau_syn=TAU_G)}
    cell = sim.LIF(E_L=E_L, V_reset=E_L, V_th=0.0, tau_m=TAU_M, t_ref=0.0, C_m=1e6,
                   receptors=receptors)  # fmt: skip
    post = net.population("post", len(wiring.post), cell)
    net.project(driver, post, sim.OneToOne(), weight=1000.0, delay=DT, receptor="kick")
    if script.reward:
        reward = net.population("reward", 1, sim.SpikeSource([wiring.rewards * DT]))
        net.release(reward, net.modulator("dopamine", tau=50.0), amount=0.5, delay=1.2)
    plastic = net.project(
        pre, post, sim.FromArrays(wiring.source, wiring.target), weight=wiring.weight,
        delay=wiring.steps * DT, receptor="kick" if script.unit == "mV" else "g",
        plasticity=script.rule(**options), delay_is=wiring.side,
    )  # fmt: skip
    trace = net.record(post, "V_m" if script.unit == "mV" else "g_g")
    net.run(wiring.stop * DT)
    assert np.array_equal(plastic.connections().source, wiring.source)
    values = {name: plastic.get(name) for name in plastic.variables}
    return {**values, "w": plastic.weight}, trace.result().values[1:]


def by_brian2(b2, script, wiring, parts=1):
    """Same, in steps of DT / parts."""
    dt = DT / parts
    b2.start_scope()
    b2.defaultclock.dt = dt * b2.ms

    def generator(spikes):
        steps = np.concatenate(spikes) * parts - 1
        ids = np.repeat(np.arange(len(spikes)), [len(t) for t in spikes])
        return b2.SpikeGeneratorGroup(len(spikes), ids, steps * dt * b2.ms)

    pre, driver, reward = map(generator, (wiring.pre, wiring.post, [wiring.rewards]))
    post = b2.NeuronGroup(
        len(wiring.post),
        """dg/dt = -g / tau_g : siemens
           dv/dt = (E_L - v) / tau_m : volt""",
        threshold="v > 0*mV", reset="v = E_L", method="exact",
        namespace={"tau_g": TAU_G * b2.ms, "tau_m": TAU_M * b2.ms, "E_L": E_L * b2.mV},
    )  # fmt: skip
    post.v = E_L * b2.mV
    kick = b2.Synapses(driver, post, on_pre="v_post += 1000*mV", delay=(DT - dt) * b2.ms)
    kick.connect(j="i")
    level = b2.NeuronGroup(1, "dD/dt = -D / (50*ms) : 1", method="exact")
    release = b2.Synapses(reward, level, on_pre="D_post += 0.5", delay=1.2 * b2.ms)
    release.connect()
    plastic = b2.Synapses(
        pre, post, script.model, on_pre=script.on_pre, on_post=script.on_post,
        method=script.method, namespace=script.given(b2),
    )  # fmt: skip
    plastic.connect(i=wiring.source, j=wiring.target)
    plastic.w = _quantity(wiring.weight, script.unit, b2)
    to_synapse, from_neuron = (d * dt * b2.ms for d in wiring.delays(parts))
    for pathway in script.on_pre if isinstance(script.on_pre, dict) else ["pre"]:
        getattr(plastic, pathway).delay = to_synapse
    plastic.post.delay = from_neuron
    if script.reward:
        plastic.dopamine = b2.linked_var(level, "D")
    trace = b2.StateMonitor(post, "v" if script.unit == "mV" else "g", record=True, when="end")
    b2.Network(pre, driver, reward, post, kick, level, release, plastic, trace).run(
        wiring.stop * DT * b2.ms
    )
    assert np.array_equal(plastic.i, wiring.source)
    values = {n: np.asarray(getattr(plastic, n)[:]) for n in ("w", "c") if n in plastic.variables}
    values["w"] = values["w"] / (1e-3 if script.unit == "mV" else 1.0)
    transmitted = np.asarray(trace.v) / 1e-3 if script.unit == "mV" else np.asarray(trace.g) / 1e-9
    return values, transmitted.T


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_are_read(name):
    rule = SCRIPTS[name].rule()
    assert rule.transmits == ("after" if name == "inhibition" else "before")
    assert str(rule.weight_unit) == ("mV" if name == "voltages" else "nS")
    assert rule.is_stepped == (name == "noise")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("pairs", marks=pytest.mark.thorough),
        pytest.param("inhibition", marks=pytest.mark.slow),
        pytest.param("triplets", marks=pytest.mark.slow),
        pytest.param("voltages", marks=pytest.mark.slow),
    ],
)
def test_weights_agree(brian2, name, side):
    script, wiring = SCRIPTS[name], wired(side=side)
    ours, _ = by_spikesim(script, wiring)
    theirs, _ = by_brian2(brian2, script, wiring)
    assert np.abs(theirs["w"] - wiring.weight).max() > 0.3
    assert ours["w"] == pytest.approx(theirs["w"], rel=0, abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("method", ["events", "steps"])
def test_rewarded_weights_agree(brian2, method, side):
    """Brian2 keeps the concentration over a step; its error of first order is extrapolated."""
    wiring = wired(side=side)
    ours, _ = by_spikesim(REWARD, wiring, method=method)
    coarse, fine = (by_brian2(brian2, REWARD, wiring, parts)[0] for parts in (1, 2))
    assert np.abs(fine["w"] - wiring.weight).max() > 0.3
    assert ours["c"] == pytest.approx(coarse["c"], rel=0, abs=1e-11)
    assert ours["w"] == pytest.approx(2 * fine["w"] - coarse["w"], rel=0, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("side", SIDES)
def test_brian2_converges_to_what_calcium_does(brian2, side):
    """Brian2 places crossings of the thresholds at steps, and spikesim within them."""
    wiring = wired(side=side)
    ours, _ = by_spikesim(CALCIUM, wiring)
    assert np.abs(ours["w"] - wiring.weight).max() > 0.3
    errors = []
    for parts in (1, 4, 16):
        theirs, _ = by_brian2(brian2, CALCIUM, wiring, parts)
        assert ours["c"] == pytest.approx(theirs["c"], rel=0, abs=1e-10)
        errors.append(np.abs(theirs["w"] - ours["w"]))
    assert errors[0].mean() < 5e-5
    assert errors[1].mean() < errors[0].mean() / 1.5
    assert errors[2].mean() < errors[0].mean() / 12
    assert errors[2].max() < 2.5e-5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "side"),
    [
        (PAIRS, "axonal"), (PAIRS, "dendritic"), (after(PAIRS), "axonal"),
        (after(PAIRS), "dendritic"), (PATHWAYS, "axonal"), (INHIBITION, "axonal"),
        (INHIBITION, "dendritic"), (VOLTAGES, "axonal"), (after(VOLTAGES), "axonal"),
    ],
    ids=[
        "before-axonal", "before-dendritic", "after-axonal", "after-dendritic", "pathways",
        "inhibition-axonal", "inhibition-dendritic", "before-voltage", "after-voltage",
    ],
)  # fmt: skip
def test_what_is_transmitted_agrees(brian2, script, side):
    """Brian2 transmits when the presynaptic spike acts on the synapse, without a dendritic delay.

    So this has one delay for all synapses, by which Brian2 is too early.
    """
    shift = 7 if side == "dendritic" else 0
    wiring = wired(shift or None, side=side)
    _, ours = by_spikesim(script, wiring)
    _, theirs = by_brian2(brian2, script, wiring)
    ours, theirs = ours[shift:], theirs[: len(theirs) - shift]
    told = theirs > 500.0  # told to fire, which Brian2 does one step later
    assert told.any() == (script.unit == "mV")
    assert np.ptp(ours) > 1.0
    assert ours[~told] == pytest.approx(theirs[~told], rel=0, abs=1e-11)


@pytest.mark.thorough
def test_the_place_of_the_line_matters():
    (before, sent), (later, sent_later) = (
        by_spikesim(script, wired()) for script in (PAIRS, after(PAIRS))
    )
    assert before["w"] == pytest.approx(later["w"], rel=1e-12)
    assert np.abs(sent - sent_later).max() > 0.01


@pytest.mark.slow
def test_noise_agrees_in_mean_and_variance(brian2):
    n, one = 1000, wired()
    wiring = Wiring(
        [one.pre[0]], [one.post[0]] * n, np.zeros(n, int), np.arange(n), np.full(n, 5),
        np.full(n, 0.5),
    )  # fmt: skip
    brian2.seed(1)
    both = [by_spikesim(NOISE, wiring)[0]["w"], by_brian2(brian2, NOISE, wiring)[0]["w"]]
    means, variances = (np.array(v) for v in zip(*((w.mean(), w.var(ddof=1)) for w in both),
                                                 strict=True))  # fmt: skip
    assert (variances > 1e-3).all()
    assert abs(np.diff(means)) < 3 * np.sqrt(variances.sum() / n)
    assert abs(np.diff(variances)) < 3 * np.hypot(*variances) * np.sqrt(2 / (n - 1))
