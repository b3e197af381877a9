"""Brunel's network: 12,500 neurons, 15.6 million synapses, delta currents, strong external drive.

Brunel 2000, J. Comput. Neurosci. 8:183, in the asynchronous irregular state g = 5, eta = 2 with the
reset potential of NEST's example; about 32 Hz.
"""

from __future__ import annotations

from typing import Any

from benchmarks.workloads import Told

BIOLOGICAL_S = 1.0
DT = 0.1
SIZES = {"exc": 10_000, "inh": 2_500}
IN_DEGREE = {"exc": 1_000, "inh": 250}
WEIGHT_MV = {"exc": 0.1, "inh": -0.5}
TAU_M, V_TH, V_RESET, T_REF, DELAY = 20.0, 20.0, 0.0, 2.0, 1.5
EXTERNAL_HZ = 20_000.0  # of all external inputs of a neuron together


def spikesim(sim: Any, net: Any, seconds: float) -> Told:
    """Tell spikesim."""
    cell = sim.LIF(tau_m=TAU_M, E_L=0.0, V_th=V_TH, V_reset=V_RESET, t_ref=T_REF,
                   receptors={"delta": sim.Delta()})  # fmt: skip
    cells = {name: net.population(name, n, cell) for name, n in SIZES.items()}
    projections = [
        (pre, net.project(
            cells[pre], cells[post], sim.FixedInDegree(IN_DEGREE[pre]),
            weight=WEIGHT_MV[pre], delay=DELAY,
        ))
        for pre in SIZES for post in SIZES
    ]  # fmt: skip
    for population in cells.values():
        net.stimulate(population, sim.PoissonDrive(EXTERNAL_HZ, WEIGHT_MV["exc"]))
    return Told(SIZES, {name: net.record(c, "spikes") for name, c in cells.items()}, projections)


def brian2(b: Any, seconds: float) -> Told:
    """Tell Brian2."""
    b.defaultclock.dt = DT * b.ms
    cells = b.NeuronGroup(
        sum(SIZES.values()), "dv/dt = -v / tau_m : volt (unless refractory)",
        threshold="v >= V_th", reset="v = V_reset", refractory=T_REF * b.ms, method="exact",
        namespace={"tau_m": TAU_M * b.ms, "V_th": V_TH * b.mV, "V_reset": V_RESET * b.mV},
    )  # fmt: skip
    parts = {"exc": cells[: SIZES["exc"]], "inh": cells[SIZES["exc"] :]}
    projections = []
    for name, part in parts.items():
        synapses = b.Synapses(part, cells, on_pre=f"v += {WEIGHT_MV[name]} * mV")
        synapses.connect(i=f"k for k in sample(0, {SIZES[name]}, size={IN_DEGREE[name]})")
        synapses.delay = DELAY * b.ms
        projections.append((name, synapses))
    n_external = IN_DEGREE["exc"]
    drive = b.PoissonInput(
        cells, "v", N=n_external, rate=EXTERNAL_HZ / n_external * b.Hz,
        weight=WEIGHT_MV["exc"] * b.mV,
    )  # fmt: skip
    spikes = {name: b.SpikeMonitor(part) for name, part in parts.items()}
    return Told(SIZES, spikes, projections, [cells, drive])
