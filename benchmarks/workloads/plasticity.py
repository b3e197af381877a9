"""Every plasticity rule on irregular spikes, beside the same network without synapses.

The network is that of `irregular_plastic`: Poisson sources (7.5 Hz) onto LIF neurons that fire at
about 10 Hz because of noise of their own, dendritic delays of 1 to 5 ms. Sparse with 1,000 or 100
synapses onto each neuron, or dense. Learning is so weak that the rates stay, so that all rules get
the same spikes. What a rule costs is the difference to the point "none". `scale` shrinks the number
of sparse neurons, and keeps the synapses onto each. `LEFT_OUT` has the rules that are not here.

Brian2's dopamine has no bounds of the weight, which stay out of reach; a clock-driven variable
would need further statements for them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Told, irregular_plastic
from benchmarks.workloads.irregular_plastic import DELAY_MS, RATE, SIZES, TAU, TAU_M, V_TH, W_MAX
from benchmarks.workloads.peers import nest_connect

BIOLOGICAL_S = 1.0
STEPPED_S = 0.05  # for rules that are stepped
DT = 0.1
SETTINGS = {  # neurons of each of the two populations, synapses onto each cell
    "sparse-1000": (SIZES["cells"], 1000),
    "sparse-100": (SIZES["cells"], 100),
    "dense": (1000, 1000),
}
BOUNDS = {"w_max": W_MAX}
WEAK = {"eta": 1e-6}
TRIPLET = {"A2_plus": 5e-13, "A3_plus": 6.2e-6, "A2_minus": 7e-6, "A3_minus": 2.3e-7}
# Class and parameters. What has no entry for learning rates learns little anyway: W_MAX is 2e-3.
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "pair": ("PairSTDP", {"tau_plus": TAU, "tau_minus": TAU, "lambda_": 1e-3, "alpha": 1.05,
                          **BOUNDS}),
    "pair-multiplicative": ("PairSTDP", {"lambda_": 1e-3, "mu_plus": 1.0, "mu_minus": 1.0,
                                         **BOUNDS}),
    "pair-power": ("PairSTDP", {"lambda_": 1e-3, "mu_plus": 0.4, "mu_minus": 0.4, **BOUNDS}),
    "power-law": ("PowerLawSTDP", {}),
    "triplet": ("TripletSTDP", {**TRIPLET, **BOUNDS}),
    "triplet-nearest": ("TripletSTDP", {**TRIPLET, **BOUNDS, "pairing": "nearest-symmetric"}),
    "inhibitory": ("InhibitorySTDP", {**WEAK, **BOUNDS}),
    "diehl-cook": ("DiehlCookSTDP", BOUNDS),
    "trace": ("TraceSTDP", {**WEAK, **BOUNDS}),
    "exponential": ("ExponentialTraceSTDP", {**WEAK, **BOUNDS}),
    "symmetric": ("SymmetricTraceSTDP", BOUNDS),
    "hebbian": ("Hebbian", {**WEAK, **BOUNDS}),
    "covariance": ("Covariance", {**WEAK, **BOUNDS}),
    "oja": ("Oja", WEAK),
    "dopamine": ("DopamineSTDP", {"A_plus": 1e-6, "A_minus": 1.5e-6, **BOUNDS}),
    "r-stdp": ("RSTDP", {**WEAK, **BOUNDS}),
    "r-max": ("RMax", {"V_T_star": V_TH, "Delta_V": 2.0, "lambda_0": 10.0, "tau_m": TAU_M, **WEAK,
                       **BOUNDS}),
    "pre-post": ("PrePostSTDP", {}),
    "calcium": ("CalciumSTDP", {"w_up": W_MAX}),
    "calcium-without-D": ("CalciumSTDP", {"D": 0.0, "w_up": W_MAX}),
    "calcium-cubic": ("CalciumSTDP", {"w_up": W_MAX, "cubic": 1.0}),
    "clopath": ("ClopathSTDP", BOUNDS),
    "sdsp": ("SDSP", {}),
    "bcm": ("BCM", {**WEAK, **BOUNDS}),
    "sliding-triplet": ("SlidingTripletSTDP", BOUNDS),
    "orchestrated": ("OrchestratedSTDP", BOUNDS),
    "scaling": ("SynapticScaling", {"period": 100.0, **BOUNDS}),
    "scaling-pair": ("SynapticScaling", {"period": 100.0, "lambda_": 1e-3, **BOUNDS}),
}  # fmt: skip
LEFT_OUT = {  # these neurons have no such variables
    "EProp": "it reads a learning signal of the neuron",
    "AdaptiveEProp": "it reads a learning signal and the threshold of the neuron",
    "UrbanczikSenn": "it reads a dendrite of the neuron",
}
REWARD_MS, REWARD, TAU_DOPAMINE, REWARD_DELAY = 1000.0, 0.5, 200.0, 1.0  # the first one at 10 ms
_ALL = ("none", "static", *RULES)
POINTS = [{"setting": setting, "rule": rule} for setting in SETTINGS for rule in _ALL]
PEERS = {
    "brian2": ("none", "pair", "triplet", "calcium", "dopamine"),
    "nest": ("none", "pair", "triplet"),
}


def runs(family: str, point: dict[str, Any]) -> bool:
    """Whether a simulator has this rule; peers run the sparse network alone."""
    if family == "spikesim":
        return True
    return point["setting"] == "sparse-1000" and point["rule"] in PEERS.get(family, ())


def scaled(setting: str, scale: float) -> tuple[float, int]:
    """What the sizes of `irregular_plastic` are multiplied by, and the synapses onto each cell."""
    neurons, degree = SETTINGS[setting]
    return max(round(neurons * scale), degree) / SIZES["cells"], degree


def rewards(seconds: float) -> Any:
    """Times of rewards (ms)."""
    return np.arange(10.0, seconds * 1000.0, REWARD_MS)


def first_weights(spread: float) -> tuple[float, float]:
    """Between which weights they begin."""
    return (0.5 - spread) * W_MAX, (0.5 + spread) * W_MAX


def rule_of(sim: Any, name: str) -> Any:
    """The rule of spikesim."""
    kind, values = RULES[name]
    return getattr(sim, kind)(**values)


def about(told: Told, degree: int, rule: str, **others: Any) -> dict[str, Any]:
    """What the row states."""
    return {**told.sizes, "in_degree": degree, "source_hz": RATE, "rule": rule, **others}


def spikesim(
    sim: Any, net: Any, seconds: float, setting: str, rule: str, scale: float = 1.0,
    spread: float = 0.2, stepped_s: float = STEPPED_S,
) -> Told:  # fmt: skip
    """Tell spikesim."""
    factor, degree = scaled(setting, scale)
    told = irregular_plastic.spikesim(sim, net, seconds, factor, synapses=False)
    sources, cells = told.others
    told.about = about(told, degree, rule)
    if rule == "none":
        return told
    dense = degree == told.sizes["sources"]
    options: dict[str, Any] = {}
    if rule != "static":
        plasticity = rule_of(sim, rule)
        told.about["parameters"] = repr(plasticity)
        options = {"plasticity": plasticity, "delay_is": "dendritic"}
        if plasticity.is_stepped:
            told.seconds = stepped_s
        if plasticity.modulators:
            reward = net.population("rewarding", 1, sim.SpikeSource([rewards(seconds)]))
            modulator = net.modulator(plasticity.modulators[0], tau=TAU_DOPAMINE)
            net.release(reward, modulator, amount=REWARD, delay=REWARD_DELAY)
    projection = net.project(
        sources, cells, sim.AllToAll() if dense else sim.FixedInDegree(degree),
        weight=sim.Uniform(*first_weights(spread)),
        delay=1.5 if dense else sim.Uniform(*DELAY_MS), **options,
    )  # fmt: skip
    told.projections.append(("sources", projection))
    told.weights = lambda: projection.weight
    return told


# Equations, and statements of spikes of the source, which may come late, and of the cell.
BRIAN2 = {
    "pair": ("""w : 1
                dx/dt = -x / (20*ms) : 1 (event-driven)
                dy/dt = -y / (20*ms) : 1 (event-driven)""",
             "x += 1; w = clip(w - 1.05e-3 * w_max * y, 0, w_max)",
             "y += 1; w = clip(w + 1e-3 * w_max * x, 0, w_max)"),
    "triplet": ("""w : 1
                   dr1/dt = -r1 / (16.8*ms) : 1 (event-driven)
                   dr2/dt = -r2 / (101*ms) : 1 (event-driven)
                   do1/dt = -o1 / (33.7*ms) : 1 (event-driven)
                   do2/dt = -o2 / (125*ms) : 1 (event-driven)""",
                "w = clip(w - o1 * (A2_minus + A3_minus * r2), 0, w_max); r1 += 1; r2 += 1",
                "w = clip(w + r1 * (A2_plus + A3_plus * o2), 0, w_max); o1 += 1; o2 += 1"),
    "calcium": ("""dc/dt = -c / (20*ms) : 1 (clock-driven)
                   up = 321.808 * int(c > 1.3) : 1
                   down = 200 * int(c > 1) : 1
                   dw/dt = (up * (w_max - w) - down * w) / (150*second) : 1 (clock-driven)""",
                "c += 1", "c += 2"),
    "dopamine": ("""dx/dt = -x / (20*ms) : 1 (event-driven)
                    dy/dt = -y / (20*ms) : 1 (event-driven)
                    dc/dt = -c / (1*second) : 1 (clock-driven)
                    dw/dt = c * d / (10*ms) : 1 (clock-driven)
                    d : 1 (linked)""",
                 "x += 1; c -= 1.5e-6 * y", "y += 1; c += 1e-6 * x"),
}  # fmt: skip
LATE_MS = {"calcium": 13.7}
CLOCK_DRIVEN = ("calcium", "dopamine")


def brian2(
    b: Any, seconds: float, setting: str, rule: str, scale: float = 1.0, spread: float = 0.2,
    stepped_s: float = STEPPED_S,
) -> Told:  # fmt: skip
    """Tell Brian2; what is clock-driven is integrated in every time step."""
    factor, degree = scaled(setting, scale)
    told = irregular_plastic.brian2(b, seconds, factor, synapses=False)
    told.about = about(told, degree, rule)
    if rule == "none":
        return told
    if rule in CLOCK_DRIVEN:
        told.seconds = stepped_s
    sources, cells = told.others[:2]
    late = LATE_MS.get(rule, 0.0)
    model, on_pre, on_post = BRIAN2[rule]
    told.about["parameters"] = {
        "model": model, "on_pre": on_pre, "on_post": on_post, "on_pre_delay_ms": late,
    }  # fmt: skip
    learn = b.Synapses(
        sources, cells, model,
        on_pre={"transmit": "v_post += w * mV", "learn": on_pre.replace("; ", "\n")},
        on_post=on_post.replace("; ", "\n"), method="euler",
        namespace={"w_max": W_MAX, **TRIPLET},
    )  # fmt: skip
    learn.connect(i=f"k for k in sample(0, {told.sizes['sources']}, size={degree})")
    low, high = first_weights(spread)
    learn.w = f"{low!r} + {high - low!r} * rand()"
    delays = np.random.default_rng(1).uniform(*DELAY_MS, degree * told.sizes["cells"]) * b.ms
    learn.transmit.delay = delays
    learn.learn.delay = late * b.ms
    learn.post.delay = delays
    if rule == "dopamine":
        dopamine = b.NeuronGroup(1, f"dd/dt = -d / ({TAU_DOPAMINE}*ms) : 1", method="exact")
        times = rewards(seconds)
        reward = b.SpikeGeneratorGroup(1, np.zeros(times.size, int), times * b.ms)
        release = b.Synapses(reward, dopamine, on_pre=f"d_post += {REWARD}",
                             delay=REWARD_DELAY * b.ms)  # fmt: skip
        release.connect()
        learn.d = b.linked_var(dopamine, "d")
        told.others += [dopamine, reward, release]
    told.projections.append(("sources", learn))
    told.weights = lambda: learn.w[:]
    return told


# Of the synapses, and of the cells.
NEST: dict[str, tuple[dict[str, Any], dict[str, float]]] = {
    "pair": ({"synapse_model": "stdp_synapse", "tau_plus": TAU, "lambda": 1e-3, "alpha": 1.05,
              "mu_plus": 0.0, "mu_minus": 0.0}, {"tau_minus": TAU}),
    "triplet": ({"synapse_model": "stdp_triplet_synapse", "tau_plus": 16.8,
                 "tau_plus_triplet": 101.0, "Aplus": TRIPLET["A2_plus"],
                 "Aplus_triplet": TRIPLET["A3_plus"], "Aminus": TRIPLET["A2_minus"],
                 "Aminus_triplet": TRIPLET["A3_minus"]},
                {"tau_minus": 33.7, "tau_minus_triplet": 125.0}),
}  # fmt: skip
N_READ = 100  # cells whose weights are read after the run: NEST hands them out slowly


def nest(
    nest: Any, seconds: float, setting: str, rule: str, scale: float = 1.0, spread: float = 0.2
) -> Told:
    """Tell NEST."""
    factor, degree = scaled(setting, scale)
    told = irregular_plastic.nest(nest, seconds, factor, synapses=False)
    sources, cells = told.others
    told.about = about(told, degree, rule)
    if rule == "none":
        return told
    synapse, traces = NEST[rule]
    told.about["parameters"] = {**synapse, **traces}
    cells.set(**traces)
    connect = {"rule": "fixed_indegree", "indegree": degree, "allow_multapses": False}
    synapse = {
        **synapse, "Wmax": W_MAX, "delay": nest.random.uniform(*DELAY_MS),
        "weight": nest.random.uniform(*first_weights(spread)),
    }  # fmt: skip
    told.projections.append(("sources", nest_connect(nest, sources, cells, connect, synapse)))
    some = cells[:N_READ]
    told.weights = lambda: nest.GetConnections(
        target=some, synapse_model=synapse["synapse_model"]
    ).get("weight")
    return told
