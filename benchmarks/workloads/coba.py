"""COBA: neurons with exponential conductances that sustain their own irregular firing.

Benchmark 1 of Brette et al. 2007, J. Comput. Neurosci. 23:349: 4,000 neurons, about 19 Hz. External
spikes start the network during its first 50 ms, as in the paper; they are the same for all
simulators. At another scale there are more neurons, each with as many synapses.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Told
from benchmarks.workloads.cuba import sizes
from benchmarks.workloads.peers import nest_connect, nest_record

BIOLOGICAL_S = 10.0
DT = 0.1
P_CONNECT = 0.02
TAU_M, C_M, E_L, V_TH, V_RESET, T_REF = 20.0, 200.0, -60.0, -50.0, -60.0, 5.0
TAU_SYN = {"exc": 5.0, "inh": 10.0}
E_REV = {"exc": 0.0, "inh": -80.0}
WEIGHT_NS = {"exc": 6.0, "inh": 67.0}
V_INIT = (-60.0, -50.0)
N_KICK, P_KICK, KICK_MS, KICK_HZ = 40, 0.1, 50.0, 100.0


def kick() -> list[np.ndarray]:
    """Spike times of the external sources (ms), on the grid."""
    rng = np.random.default_rng(1)
    chance = KICK_HZ * DT / 1000.0
    steps = [1 + np.flatnonzero(rng.random(round(KICK_MS / DT)) < chance) for _ in range(N_KICK)]
    return [DT * s for s in steps]


def spikesim(sim: Any, net: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell spikesim."""
    receptors = {
        name: sim.ExpConductance(tau_syn=TAU_SYN[name], E_rev=E_REV[name]) for name in TAU_SYN
    }
    cell = sim.LIF(C_m=C_M, tau_m=TAU_M, E_L=E_L, V_th=V_TH, V_reset=V_RESET, t_ref=T_REF,
                   receptors=receptors)  # fmt: skip
    start = {"V_m": sim.Uniform(*V_INIT)}
    n = sizes(scale)
    cells = {name: net.population(name, n[name], cell, initial=start) for name in n}
    external = net.population("kick", N_KICK, sim.SpikeSource(kick()))
    for population in cells.values():
        net.project(external, population, sim.FixedProbability(P_KICK), weight=WEIGHT_NS["exc"],
                    delay=DT, receptor="exc")  # fmt: skip
    projections = [
        (pre, net.project(
            cells[pre], cells[post], sim.FixedProbability(P_CONNECT / scale),
            weight=WEIGHT_NS[pre], delay=DT, receptor=pre,
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
        """dv/dt = (E_L - v) / tau_m + (g_exc * (E_exc - v) + g_inh * (E_inh - v)) / C_m
                 : volt (unless refractory)
           dg_exc/dt = -g_exc / tau_exc : siemens
           dg_inh/dt = -g_inh / tau_inh : siemens""",
        threshold="v >= V_th", reset="v = V_reset", refractory=T_REF * b.ms,
        method="exponential_euler",
        namespace={"E_L": E_L * b.mV, "V_th": V_TH * b.mV, "V_reset": V_RESET * b.mV,
                   "tau_m": TAU_M * b.ms, "C_m": C_M * b.pF,
                   **{f"tau_{name}": tau * b.ms for name, tau in TAU_SYN.items()},
                   **{f"E_{name}": e * b.mV for name, e in E_REV.items()}},
    )  # fmt: skip
    low, high = V_INIT
    cells.v = f"({low} + {high - low} * rand()) * mV"
    times = kick()
    indices = np.repeat(np.arange(N_KICK), [t.size for t in times])
    external = b.SpikeGeneratorGroup(N_KICK, indices, np.concatenate(times) * b.ms)
    start = b.Synapses(external, cells, on_pre=f"g_exc += {WEIGHT_NS['exc']} * nS",
                       delay=DT * b.ms)  # fmt: skip
    start.connect(p=P_KICK)
    parts = {"exc": cells[: n["exc"]], "inh": cells[n["exc"] :]}
    projections = []
    for name, part in parts.items():
        synapses = b.Synapses(part, cells, on_pre=f"g_{name} += {WEIGHT_NS[name]} * nS",
                              delay=DT * b.ms)  # fmt: skip
        synapses.connect(p=P_CONNECT / scale)
        projections.append((name, synapses))
    spikes = {name: b.SpikeMonitor(part) for name, part in parts.items()}
    return Told(n, spikes, projections, [cells, external, start])


def nest(nest: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell NEST, whose conductance-based neurons take adaptive Runge-Kutta-Fehlberg steps."""
    n = sizes(scale)
    cells = nest.Create(
        "iaf_cond_exp", sum(n.values()),
        {"C_m": C_M, "g_L": C_M / TAU_M, "E_L": E_L, "V_th": V_TH, "V_reset": V_RESET,
         "t_ref": T_REF, "tau_syn_ex": TAU_SYN["exc"], "tau_syn_in": TAU_SYN["inh"],
         "E_ex": E_REV["exc"], "E_in": E_REV["inh"], "V_m": nest.random.uniform(*V_INIT)},
    )  # fmt: skip
    times = [{"spike_times": DT * np.rint(t / DT)} for t in kick()]
    sources = nest.Create("spike_generator", N_KICK, times)
    relays = nest.Create("parrot_neuron", N_KICK)
    nest.Connect(sources, relays, "one_to_one", {"delay": DT})
    start = {"rule": "pairwise_bernoulli", "p": P_KICK}
    nest.Connect(relays, cells, start, {"weight": WEIGHT_NS["exc"], "delay": DT})
    parts = {"exc": cells[: n["exc"]], "inh": cells[n["exc"] :]}
    rule = {"rule": "pairwise_bernoulli", "p": P_CONNECT / scale, "allow_autapses": False}
    sign = {"exc": 1.0, "inh": -1.0}  # which says which conductance a weight is of
    projections = [
        (name, nest_connect(nest, part, cells, rule,
                            {"weight": sign[name] * WEIGHT_NS[name], "delay": DT}))
        for name, part in parts.items()
    ]  # fmt: skip
    return Told(n, nest_record(nest, parts), projections)


def annarchy(ann: Any, net: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell ANNarchy."""
    n = sizes(scale)
    neuron = ann.Neuron(
        parameters={"E_L": E_L, "V_reset": V_RESET, "V_th": V_TH, "tau_m": TAU_M,
                    "leak": C_M / TAU_M, "tau_exc": TAU_SYN["exc"], "tau_inh": TAU_SYN["inh"],
                    "E_exc": E_REV["exc"], "E_inh": E_REV["inh"]},
        equations=["tau_m * dv/dt = E_L - v + (g_exc * (E_exc - v) + g_inh * (E_inh - v)) / leak",
                   "tau_exc * dg_exc/dt = -g_exc", "tau_inh * dg_inh/dt = -g_inh"],
        spike="v >= V_th", reset="v = V_reset", refractory=T_REF,
    )  # fmt: skip
    cells = net.create(sum(n.values()), neuron)
    cells.v = ann.Uniform(*V_INIT)
    source = net.create(ann.SpikeSourceArray(spike_times=[list(map(float, t)) for t in kick()]))
    start = net.connect(source, cells, target="exc")
    start.fixed_probability(probability=P_KICK, weights=WEIGHT_NS["exc"])
    parts = {"exc": cells[: n["exc"]], "inh": cells[n["exc"] :]}
    projections = []
    for name, part in parts.items():
        synapses = net.connect(part, cells, target=name)
        synapses.fixed_probability(probability=P_CONNECT / scale, weights=WEIGHT_NS[name])
        projections.append((name, synapses))
    spikes = {name: net.monitor(part, "spike") for name, part in parts.items()}
    return Told(n, spikes, projections)
