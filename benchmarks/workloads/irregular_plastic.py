"""Pair STDP on the synapses from irregular sources onto neurons that fire irregularly.

10,000 Poisson sources (7.5 Hz) project to 10,000 LIF neurons (about 10 Hz, CV about 0.7) with 1,000
synapses onto each neuron, whose dendritic delays are drawn from 1 to 5 ms. How many postsynaptic
spikes a synapse has missed when its source fires is as irregular as in a cortical network, which is
the difficult case for event-driven rules: `brunel-plastic` fires regularly.

The neurons fire because of noise of their own, excitatory and inhibitory Poisson spikes of 1 mV.
The plastic weights are so small that learning does not change the rates, so all simulators do the
same work. Without the synapses (``synapses=False``) the neurons fire at nearly the same rates: the
difference of both times, divided by the events, is what a plastic event costs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Told
from benchmarks.workloads.peers import nest_connect, nest_record

BIOLOGICAL_S = 2.0
DT = 0.1
EVENT_BYTES = 14.0  # index, delay, weight read and written
SIZES = {"sources": 10_000, "cells": 10_000}
RATE, IN_DEGREE, DELAY_MS = 7.5, 1000, (1.0, 5.0)
TAU_M, C_M, E_L, V_TH, V_RESET, T_REF = 20.0, 250.0, 0.0, 15.0, 0.0, 2.0
NOISE_HZ, NOISE_MV, I_E = 1000.0, 1.0, 120.0  # each of both signs; pA
TAU, LAMBDA, ALPHA, W_MAX = 20.0, 0.001, 1.05, 0.002  # additive; weights begin around W_MAX / 2


def sizes(scale: float) -> dict[str, int]:
    """Neurons of each population."""
    return {name: round(n * scale) for name, n in SIZES.items()}


def spikesim(sim: Any, net: Any, seconds: float, scale: float = 1.0, synapses: bool = True) -> Told:
    """Tell spikesim."""
    n = sizes(scale)
    sources = net.population("sources", n["sources"], sim.PoissonSource(RATE))
    cells = net.population("cells", n["cells"], sim.LIF(
        C_m=C_M, tau_m=TAU_M, E_L=E_L, V_th=V_TH, V_reset=V_RESET, t_ref=T_REF, I_e=I_E,
        receptors={"in": sim.Delta()},
    ), initial={"V_m": sim.Uniform(V_RESET, V_TH)})  # fmt: skip
    for weight in (NOISE_MV, -NOISE_MV):
        net.stimulate(cells, sim.PoissonDrive(NOISE_HZ, weight))
    projections = []
    if synapses:
        rule = sim.PairSTDP(tau_plus=TAU, tau_minus=TAU, lambda_=LAMBDA, alpha=ALPHA, w_max=W_MAX)
        projections = [("sources", net.project(
            sources, cells, sim.FixedInDegree(round(IN_DEGREE * scale)),
            weight=sim.Uniform(0.3 * W_MAX, 0.7 * W_MAX), delay=sim.Uniform(*DELAY_MS),
            plasticity=rule, delay_is="dendritic",
        ))]  # fmt: skip
    recorders = {"sources": net.record(sources, "spikes"), "cells": net.record(cells, "spikes")}
    return Told(n, recorders, projections, [sources, cells])


def brian2(b: Any, seconds: float, scale: float = 1.0, synapses: bool = True) -> Told:
    """Tell Brian2; dendritic delays belong to transmission, and to spikes that come back."""
    b.defaultclock.dt = DT * b.ms
    n = sizes(scale)
    sources = b.PoissonGroup(n["sources"], rates=RATE * b.Hz)
    cells = b.NeuronGroup(
        n["cells"], "dv/dt = (E_L + I_e / g_L - v) / tau_m : volt (unless refractory)",
        threshold="v >= V_th", reset="v = V_reset", refractory=T_REF * b.ms, method="exact",
        namespace={"E_L": E_L * b.mV, "tau_m": TAU_M * b.ms, "V_th": V_TH * b.mV,
                   "V_reset": V_RESET * b.mV, "I_e": I_E * b.pA, "g_L": C_M / TAU_M * b.nS},
    )  # fmt: skip
    cells.v = f"({V_RESET} + {V_TH - V_RESET} * rand()) * mV"
    # Brian2 draws from a binomial distribution; N inputs come close to a Poisson one. In the usual
    # slot the noise would decay for a step before the threshold: rates would be 0.5 % lower.
    drives = [
        b.PoissonInput(cells, "v", N=1000, rate=NOISE_HZ / 1000 * b.Hz,
                       weight=sign * NOISE_MV * b.mV, when="after_groups")
        for sign in (1, -1)
    ]  # fmt: skip
    told = Told(n, {"sources": b.SpikeMonitor(sources), "cells": b.SpikeMonitor(cells)}, [],
                [sources, cells, *drives])  # fmt: skip
    if synapses:
        learn = b.Synapses(
            sources, cells,
            """w : 1
               dx/dt = -x / tau : 1 (event-driven)
               dy/dt = -y / tau : 1 (event-driven)""",
            on_pre={"transmit": "v_post += w * mV",
                    "learn": """x += 1
                                w = clip(w - lambda_ * alpha * w_max * y, 0, w_max)"""},
            on_post="""y += 1
                       w = clip(w + lambda_ * w_max * x, 0, w_max)""",
            namespace={"tau": TAU * b.ms, "lambda_": LAMBDA, "alpha": ALPHA, "w_max": W_MAX},
        )  # fmt: skip
        degree = round(IN_DEGREE * scale)
        learn.connect(i=f"k for k in sample(0, {n['sources']}, size={degree})")
        learn.w = "(0.3 + 0.4 * rand()) * w_max"
        delays = np.random.default_rng(1).uniform(*DELAY_MS, degree * n["cells"]) * b.ms
        learn.transmit.delay = delays
        learn.post.delay = delays
        told.projections.append(("sources", learn))
    return told


def nest(nest: Any, seconds: float, scale: float = 1.0, synapses: bool = True) -> Told:
    """Tell NEST; relays make the generator's trains those that the synapses see."""
    n = sizes(scale)
    generator = nest.Create("poisson_generator", params={"rate": RATE})
    sources = nest.Create("parrot_neuron", n["sources"])
    nest.Connect(generator, sources, "all_to_all", {"delay": DT})
    cells = nest.Create("iaf_psc_delta", n["cells"], {
        "C_m": C_M, "tau_m": TAU_M, "E_L": E_L, "V_th": V_TH, "V_reset": V_RESET, "t_ref": T_REF,
        "I_e": I_E, "V_m": nest.random.uniform(V_RESET, V_TH), "tau_minus": TAU,
    })  # fmt: skip
    drive = nest.Create("poisson_generator", params={"rate": NOISE_HZ})
    for weight in (NOISE_MV, -NOISE_MV):
        nest.Connect(drive, cells, "all_to_all", {"weight": weight, "delay": DT})
    told = Told(n, nest_record(nest, {"sources": sources, "cells": cells}), [],
                [sources, cells])  # fmt: skip
    if synapses:
        synapse = {
            "synapse_model": "stdp_synapse", "delay": nest.random.uniform(*DELAY_MS),
            "weight": nest.random.uniform(0.3 * W_MAX, 0.7 * W_MAX), "tau_plus": TAU,
            "lambda": LAMBDA, "alpha": ALPHA, "mu_plus": 0.0, "mu_minus": 0.0, "Wmax": W_MAX,
        }  # fmt: skip
        rule = {"rule": "fixed_indegree", "indegree": round(IN_DEGREE * scale),
                "allow_multapses": False}  # fmt: skip
        told.projections.append(("sources", nest_connect(nest, sources, cells, rule, synapse)))
    return told
