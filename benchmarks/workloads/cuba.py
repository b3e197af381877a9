"""CUBA: 4,000 neurons with exponential currents that sustain their own irregular firing.

Benchmark 2 of Brette et al. 2007, J. Comput. Neurosci. 23:349; about 5.7 Hz. Weights are given
there as jumps of the membrane's drive in mV.
"""

from __future__ import annotations

from typing import Any

from benchmarks.workloads import Told

BIOLOGICAL_S = 10.0
DT = 0.1
SIZES = {"exc": 3200, "inh": 800}
P_CONNECT = 0.02
TAU_M, C_M, E_L, V_TH, V_RESET, T_REF = 20.0, 200.0, -49.0, -50.0, -60.0, 5.0
TAU_SYN = {"exc": 5.0, "inh": 10.0}
WEIGHT_MV = {"exc": 1.62, "inh": -9.0}
V_INIT = (-60.0, -50.0)


def spikesim(sim: Any, net: Any, seconds: float) -> Told:
    """Tell spikesim."""
    receptors = {name: sim.ExpCurrent(tau_syn=tau) for name, tau in TAU_SYN.items()}
    cell = sim.LIF(C_m=C_M, tau_m=TAU_M, E_L=E_L, V_th=V_TH, V_reset=V_RESET, t_ref=T_REF,
                   receptors=receptors)  # fmt: skip
    start = {"V_m": sim.Uniform(*V_INIT)}
    cells = {name: net.population(name, n, cell, initial=start) for name, n in SIZES.items()}
    projections = [
        (pre, net.project(
            cells[pre], cells[post], sim.FixedProbability(P_CONNECT),
            weight=WEIGHT_MV[pre] * C_M / TAU_M, delay=DT, receptor=pre,
        ))
        for pre in SIZES for post in SIZES
    ]  # fmt: skip
    return Told(SIZES, {name: net.record(c, "spikes") for name, c in cells.items()}, projections)


def brian2(b: Any, seconds: float) -> Told:
    """Tell Brian2."""
    b.defaultclock.dt = DT * b.ms
    cells = b.NeuronGroup(
        sum(SIZES.values()),
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
    parts = {"exc": cells[: SIZES["exc"]], "inh": cells[SIZES["exc"] :]}
    projections = []
    for name, part in parts.items():
        synapses = b.Synapses(part, cells, on_pre=f"g_{name} += {WEIGHT_MV[name]} * mV")
        synapses.connect(p=P_CONNECT)
        synapses.delay = DT * b.ms
        projections.append((name, synapses))
    spikes = {name: b.SpikeMonitor(part) for name, part in parts.items()}
    return Told(SIZES, spikes, projections, [cells])
