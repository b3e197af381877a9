"""CUBA: neurons with exponential currents that sustain their own irregular firing.

Benchmark 2 of Brette et al. 2007, J. Comput. Neurosci. 23:349: 4,000 neurons, about 5.7 Hz.
Weights are given there as jumps of the membrane's drive in mV. At another scale there are more
neurons, each with as many synapses.
"""

from __future__ import annotations

from typing import Any

from benchmarks.workloads import Told
from benchmarks.workloads.peers import nest_connect, nest_record

BIOLOGICAL_S = 10.0
DT = 0.1
P_CONNECT = 0.02
TAU_M, C_M, E_L, V_TH, V_RESET, T_REF = 20.0, 200.0, -49.0, -50.0, -60.0, 5.0
TAU_SYN = {"exc": 5.0, "inh": 10.0}
WEIGHT_MV = {"exc": 1.62, "inh": -9.0}
WEIGHT_PA = {name: mV * C_M / TAU_M for name, mV in WEIGHT_MV.items()}
V_INIT = (-60.0, -50.0)


def sizes(scale: float) -> dict[str, int]:
    """Neurons of each population."""
    return {"exc": round(3200 * scale), "inh": round(800 * scale)}


def spikesim(sim: Any, net: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell spikesim."""
    receptors = {name: sim.ExpCurrent(tau_syn=tau) for name, tau in TAU_SYN.items()}
    cell = sim.LIF(C_m=C_M, tau_m=TAU_M, E_L=E_L, V_th=V_TH, V_reset=V_RESET, t_ref=T_REF,
                   receptors=receptors)  # fmt: skip
    start = {"V_m": sim.Uniform(*V_INIT)}
    n = sizes(scale)
    cells = {name: net.population(name, n[name], cell, initial=start) for name in n}
    projections = [
        (pre, net.project(
            cells[pre], cells[post], sim.FixedProbability(P_CONNECT / scale),
            weight=WEIGHT_PA[pre], delay=DT, receptor=pre,
        ))
        for pre in n for post in n
    ]  # fmt: skip
    return Told(n, {name: net.record(c, "spikes") for name, c in cells.items()}, projections)


def brian2(b: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell Brian2."""
    b.defaultclock.dt = DT * b.ms
    n = sizes(scale)
    cells = b.NeuronGroup(
        sum(n.values()),
        """dv/dt = (g_exc + g_inh - (v - E_L)) / tau_m : volt (unless refractory)
           dg_exc/dt = -g_exc / tau_exc : volt
           dg_inh/dt = -g_inh / tau_inh : volt""",
        threshold="v >= V_th", reset="v = V_reset", refractory=T_REF * b.ms, method="exact",
        namespace={"E_L": E_L * b.mV, "V_th": V_TH * b.mV, "V_reset": V_RESET * b.mV,
                   "tau_m": TAU_M * b.ms, "tau_exc": TAU_SYN["exc"] * b.ms,
                   "tau_inh": TAU_SYN["inh"] * b.ms},
    )  # fmt: skip
    low, high = V_INIT
    cells.v = f"({low} + {high - low} * rand()) * mV"
    parts = {"exc": cells[: n["exc"]], "inh": cells[n["exc"] :]}
    projections = []
    for name, part in parts.items():
        synapses = b.Synapses(part, cells, on_pre=f"g_{name} += {WEIGHT_MV[name]} * mV",
                              delay=DT * b.ms)  # fmt: skip
        synapses.connect(p=P_CONNECT / scale)
        projections.append((name, synapses))
    spikes = {name: b.SpikeMonitor(part) for name, part in parts.items()}
    return Told(n, spikes, projections, [cells])


def nest(nest: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell NEST."""
    n = sizes(scale)
    cells = nest.Create(
        "iaf_psc_exp", sum(n.values()),
        {"C_m": C_M, "tau_m": TAU_M, "E_L": E_L, "V_th": V_TH, "V_reset": V_RESET, "t_ref": T_REF,
         "tau_syn_ex": TAU_SYN["exc"], "tau_syn_in": TAU_SYN["inh"],
         "V_m": nest.random.uniform(*V_INIT)},
    )  # fmt: skip
    parts = {"exc": cells[: n["exc"]], "inh": cells[n["exc"] :]}
    rule = {"rule": "pairwise_bernoulli", "p": P_CONNECT / scale, "allow_autapses": False}
    projections = [
        (name, nest_connect(nest, part, cells, rule, {"weight": WEIGHT_PA[name], "delay": DT}))
        for name, part in parts.items()
    ]
    return Told(n, nest_record(nest, parts), projections)


def annarchy(ann: Any, net: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell ANNarchy."""
    n = sizes(scale)
    neuron = ann.Neuron(
        parameters={"E_L": E_L, "V_reset": V_RESET, "V_th": V_TH, "tau_m": TAU_M,
                    "tau_exc": TAU_SYN["exc"], "tau_inh": TAU_SYN["inh"]},
        equations=["tau_m * dv/dt = E_L - v + g_exc - g_inh",
                   "tau_exc * dg_exc/dt = -g_exc", "tau_inh * dg_inh/dt = -g_inh"],
        spike="v >= V_th", reset="v = V_reset", refractory=T_REF,
    )  # fmt: skip
    cells = net.create(sum(n.values()), neuron)
    cells.v = ann.Uniform(*V_INIT)
    parts = {"exc": cells[: n["exc"]], "inh": cells[n["exc"] :]}
    projections = []
    for name, part in parts.items():
        synapses = net.connect(part, cells, target=name)
        synapses.fixed_probability(probability=P_CONNECT / scale, weights=abs(WEIGHT_MV[name]))
        projections.append((name, synapses))
    spikes = {name: net.monitor(part, "spike") for name, part in parts.items()}
    return Told(n, spikes, projections)
