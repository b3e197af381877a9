"""Every plasticity rule on irregular spikes, beside the same network without synapses.

The network is that of `irregular_plastic`: Poisson sources (7.5 Hz) onto LIF neurons that fire at
about 10 Hz because of noise of their own, dendritic delays of 1 to 5 ms. Sparse with 1,000 or 100
synapses onto each neuron, or dense. Learning is so weak that the rates stay, so that all rules get
the same spikes. What a rule costs is the difference to the point "none". The rule of Urbanczik &
Senn is not here, since it reads a dendrite, and e-prop, since it reads a learning signal.
"""

from __future__ import annotations

from typing import Any

from benchmarks.workloads import Told, irregular_plastic
from benchmarks.workloads.irregular_plastic import (
    C_M,
    DELAY_MS,
    E_L,
    I_E,
    NOISE_HZ,
    NOISE_MV,
    RATE,
    T_REF,
    TAU,
    TAU_M,
    V_RESET,
    V_TH,
    W_MAX,
)  # fmt: skip
from benchmarks.workloads.peers import nest_connect, nest_record

BIOLOGICAL_S = 1.0
STEPPED_S = 0.05  # for rules that are stepped
DT = 0.1
SETTINGS = {  # sources, cells, synapses onto each cell
    "sparse-1000": (10_000, 10_000, 1000),
    "sparse-100": (10_000, 10_000, 100),
    "dense": (1000, 1000, 1000),
}
BOUNDS = {"w_max": W_MAX}
WEAK = {"eta": 1e-6}
# Class and parameters. What has no entry for learning rates learns little anyway: W_MAX is 2e-3.
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "pair": ("PairSTDP", {"tau_plus": TAU, "tau_minus": TAU, "lambda_": 1e-3, "alpha": 1.05,
                          **BOUNDS}),
    "pair-multiplicative": ("PairSTDP", {"lambda_": 1e-3, "mu_plus": 1.0, "mu_minus": 1.0,
                                         **BOUNDS}),
    "pair-power": ("PairSTDP", {"lambda_": 1e-3, "mu_plus": 0.4, "mu_minus": 0.4, **BOUNDS}),
    "power-law": ("PowerLawSTDP", {}),
    "triplet": ("TripletSTDP", BOUNDS),
    "triplet-nearest": ("TripletSTDP", {**BOUNDS, "pairing": "nearest-symmetric"}),
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
    "r-max": ("RMax", {**WEAK, **BOUNDS}),
    "pre-post": ("PrePostSTDP", {}),
    "calcium": ("CalciumSTDP", {"D": 0.0, "w_up": W_MAX}),
    "calcium-cubic": ("CalciumSTDP", {"D": 0.0, "w_up": W_MAX, "cubic": 1.0}),
    "clopath": ("ClopathSTDP", BOUNDS),
    "sdsp": ("SDSP", {}),
    "bcm": ("BCM", {**WEAK, **BOUNDS}),
    "sliding-triplet": ("SlidingTripletSTDP", BOUNDS),
    "orchestrated": ("OrchestratedSTDP", BOUNDS),
}  # fmt: skip
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


def rule_of(sim: Any, name: str) -> Any:
    """The rule of spikesim."""
    kind, values = RULES[name]
    return getattr(sim, kind)(**values)


def spikesim(sim: Any, net: Any, seconds: float, setting: str, rule: str) -> Told:
    """Tell spikesim."""
    n_sources, n_cells, degree = SETTINGS[setting]
    sources = net.population("sources", n_sources, sim.PoissonSource(RATE))
    cells = net.population("cells", n_cells, sim.LIF(
        C_m=C_M, tau_m=TAU_M, E_L=E_L, V_th=V_TH, V_reset=V_RESET, t_ref=T_REF, I_e=I_E,
        receptors={"in": sim.Delta()},
    ), initial={"V_m": sim.Uniform(V_RESET, V_TH)})  # fmt: skip
    for weight in (NOISE_MV, -NOISE_MV):
        net.stimulate(cells, sim.PoissonDrive(NOISE_HZ, weight))
    recorders = {"sources": net.record(sources, "spikes"), "cells": net.record(cells, "spikes")}
    told = Told({"sources": n_sources, "cells": n_cells}, recorders, [])
    if rule == "none":
        return told
    dense = degree == n_sources
    options: dict[str, Any] = {}
    if rule != "static":
        plasticity = rule_of(sim, rule)
        options = {"plasticity": plasticity, "delay_is": "dendritic"}
        if plasticity.is_stepped:
            told.seconds = STEPPED_S
        if plasticity.modulators:
            reward = net.population("rewarding", 1, sim.PoissonSource(1.0))
            dopamine = net.modulator(plasticity.modulators[0], tau=200.0)
            net.release(reward, dopamine, amount=0.5, delay=1.0)
    told.projections.append(("sources", net.project(
        sources, cells, sim.AllToAll() if dense else sim.FixedInDegree(degree),
        weight=sim.Uniform(0.3 * W_MAX, 0.7 * W_MAX),
        delay=1.5 if dense else sim.Uniform(*DELAY_MS), **options,
    )))  # fmt: skip
    return told


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
                "w = clip(w - o1 * (7e-6 + 2.3e-7 * r2), 0, w_max); r1 += 1; r2 += 1",
                "w = clip(w + r1 * (5e-13 + 6.2e-6 * o2), 0, w_max); o1 += 1; o2 += 1"),
    "calcium": ("""dc/dt = -c / (20*ms) : 1 (clock-driven)
                   up = 321.8 * int(c > 1.3) : 1
                   down = 200 * int(c > 1) : 1
                   dw/dt = (up * (w_max - w) - down * w) / (150*second) : 1 (clock-driven)""",
                "c += 1", "c += 2"),
    "dopamine": ("""dx/dt = -x / (20*ms) : 1 (event-driven)
                    dy/dt = -y / (20*ms) : 1 (event-driven)
                    dc/dt = -c / (1*second) : 1 (clock-driven)
                    dw/dt = c * d / (10*ms) : 1 (clock-driven)
                    d : 1 (shared)""",
                 "x += 1; c -= 1.5e-6 * y", "y += 1; c += 1e-6 * x"),
}  # fmt: skip


def brian2(b: Any, seconds: float, setting: str, rule: str) -> Told:
    """Tell Brian2; what is clock-driven is integrated in every time step."""
    told = irregular_plastic.brian2(b, seconds, synapses=False)
    if rule == "none":
        return told
    if rule in ("calcium", "dopamine"):
        told.seconds = STEPPED_S
    import numpy as np

    _, _, degree = SETTINGS[setting]
    sources, cells = told.others[:2]
    model, on_pre, on_post = BRIAN2[rule]
    learn = b.Synapses(
        sources, cells, model,
        on_pre={"transmit": "v_post += w * mV", "learn": on_pre.replace("; ", "\n")},
        on_post=on_post.replace("; ", "\n"), method="euler", namespace={"w_max": W_MAX},
    )  # fmt: skip
    learn.connect(i=f"k for k in sample(0, {told.sizes['sources']}, size={degree})")
    learn.w = "(0.3 + 0.4 * rand()) * w_max"
    delays = np.random.default_rng(1).uniform(*DELAY_MS, degree * told.sizes["cells"]) * b.ms
    learn.transmit.delay = delays
    learn.post.delay = delays
    told.projections.append(("sources", learn))
    return told


def nest(nest: Any, seconds: float, setting: str, rule: str) -> Told:
    """Tell NEST."""
    if rule in ("none", "pair"):
        return irregular_plastic.nest(nest, seconds, synapses=rule == "pair")
    generator = nest.Create("poisson_generator", params={"rate": RATE})
    sources = nest.Create("parrot_neuron", SETTINGS[setting][0])
    nest.Connect(generator, sources, "all_to_all", {"delay": DT})
    cells = nest.Create("iaf_psc_delta", SETTINGS[setting][1], {
        "C_m": C_M, "tau_m": TAU_M, "E_L": E_L, "V_th": V_TH, "V_reset": V_RESET, "t_ref": T_REF,
        "I_e": I_E, "V_m": nest.random.uniform(V_RESET, V_TH), "tau_minus": 33.7,
        "tau_minus_triplet": 125.0,
    })  # fmt: skip
    drive = nest.Create("poisson_generator", params={"rate": NOISE_HZ})
    for weight in (NOISE_MV, -NOISE_MV):
        nest.Connect(drive, cells, "all_to_all", {"weight": weight, "delay": DT})
    told = Told({"sources": SETTINGS[setting][0], "cells": SETTINGS[setting][1]},
                nest_record(nest, {"sources": sources, "cells": cells}), [])  # fmt: skip
    synapse = {
        "synapse_model": "stdp_triplet_synapse", "delay": nest.random.uniform(*DELAY_MS),
        "weight": nest.random.uniform(0.3 * W_MAX, 0.7 * W_MAX), "tau_plus": 16.8,
        "tau_plus_triplet": 101.0, "Aplus": 5e-13, "Aplus_triplet": 6.2e-6, "Aminus": 7e-6,
        "Aminus_triplet": 2.3e-7, "Wmax": W_MAX,
    }  # fmt: skip
    rule_ = {"rule": "fixed_indegree", "indegree": SETTINGS[setting][2], "allow_multapses": False}
    told.projections.append(("sources", nest_connect(nest, sources, cells, rule_, synapse)))
    return told
