"""Brunel's network: 12,500 neurons, 15.6 million synapses, delta currents, strong external drive.

Brunel 2000, J. Comput. Neurosci. 8:183, in the asynchronous irregular state g = 5, eta = 2 with the
reset potential of NEST's example; about 32 Hz. At another scale in-degrees shrink with the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.workloads import Told
from benchmarks.workloads.peers import nest_connect, nest_record

BIOLOGICAL_S = 1.0
DT = 0.1
SIZES = {"exc": 10_000, "inh": 2_500}
IN_DEGREE = {"exc": 1_000, "inh": 250}
WEIGHT_MV = {"exc": 0.1, "inh": -0.5}
TAU_M, V_TH, V_RESET, T_REF, DELAY = 20.0, 20.0, 0.0, 2.0, 1.5
EXTERNAL_HZ = 20_000.0  # of all external inputs of a neuron together


def scaled(values: dict[str, int], scale: float) -> dict[str, int]:
    """Sizes or in-degrees at a scale."""
    return {name: round(n * scale) for name, n in values.items()}


def spikesim(
    sim: Any,
    net: Any,
    seconds: float,
    scale: float = 1.0,
    learning: Mapping[str, Any] | None = None,
) -> Told:
    """Tell spikesim; `learning` goes to the projection between excitatory neurons."""
    cell = sim.LIF(tau_m=TAU_M, E_L=0.0, V_th=V_TH, V_reset=V_RESET, t_ref=T_REF,
                   receptors={"delta": sim.Delta()})  # fmt: skip
    n, k = scaled(SIZES, scale), scaled(IN_DEGREE, scale)
    cells = net.population("cells", sum(n.values()), cell)
    parts = {"exc": cells[: n["exc"]], "inh": cells[n["exc"] :]}
    # Synapses that learn are a projection of their own.
    onto = {"exc": list(parts.values()) if learning else [cells], "inh": [cells]}
    projections = [
        (pre, net.project(
            part, target, sim.FixedInDegree(k[pre]), weight=WEIGHT_MV[pre], delay=DELAY,
            **(learning if learning and part is target else {}),
        ))
        for pre, part in parts.items() for target in onto[pre]
    ]  # fmt: skip
    net.stimulate(cells, sim.PoissonDrive(EXTERNAL_HZ, WEIGHT_MV["exc"]))
    return Told(n, {name: net.record(part, "spikes") for name, part in parts.items()}, projections)


def brian2(b: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell Brian2."""
    b.defaultclock.dt = DT * b.ms
    n, k = scaled(SIZES, scale), scaled(IN_DEGREE, scale)
    cells = b.NeuronGroup(
        sum(n.values()), "dv/dt = -v / tau_m : volt (unless refractory)",
        threshold="v >= V_th", reset="v = V_reset", refractory=T_REF * b.ms, method="exact",
        namespace={"tau_m": TAU_M * b.ms, "V_th": V_TH * b.mV, "V_reset": V_RESET * b.mV},
    )  # fmt: skip
    parts = {"exc": cells[: n["exc"]], "inh": cells[n["exc"] :]}
    projections = []
    for name, part in parts.items():
        synapses = b.Synapses(part, cells, on_pre=f"v += {WEIGHT_MV[name]} * mV",
                              delay=DELAY * b.ms)  # fmt: skip
        synapses.connect(i=f"k for k in sample(0, {n[name]}, size={k[name]})")
        projections.append((name, synapses))
    n_external = IN_DEGREE["exc"]
    drive = b.PoissonInput(
        cells, "v", N=n_external, rate=EXTERNAL_HZ / n_external * b.Hz,
        weight=WEIGHT_MV["exc"] * b.mV,
    )  # fmt: skip
    spikes = {name: b.SpikeMonitor(part) for name, part in parts.items()}
    return Told(n, spikes, projections, [cells, drive])


def nest(nest: Any, seconds: float, scale: float = 1.0, learning: str = "static_synapse") -> Told:
    """Tell NEST; `learning` is the model of synapses between excitatory neurons."""
    n, k = scaled(SIZES, scale), scaled(IN_DEGREE, scale)
    cells = nest.Create(
        "iaf_psc_delta", sum(n.values()),
        {"tau_m": TAU_M, "E_L": 0.0, "V_m": 0.0, "V_th": V_TH, "V_reset": V_RESET, "t_ref": T_REF},
    )  # fmt: skip
    parts = {"exc": cells[: n["exc"]], "inh": cells[n["exc"] :]}
    projections = []
    for pre, part in parts.items():
        rule = {"rule": "fixed_indegree", "indegree": k[pre], "allow_autapses": False,
                "allow_multapses": False}  # fmt: skip
        for post, target in parts.items():
            model = learning if pre == post == "exc" else "static_synapse"
            synapse = {"weight": WEIGHT_MV[pre], "delay": DELAY, "synapse_model": model}
            projections.append((pre, nest_connect(nest, part, target, rule, synapse)))
    drive = nest.Create("poisson_generator", params={"rate": EXTERNAL_HZ})
    nest.Connect(drive, cells, "all_to_all", {"weight": WEIGHT_MV["exc"], "delay": DELAY})
    return Told(n, nest_record(nest, parts), projections)


def annarchy(ann: Any, net: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell ANNarchy; the external spikes of a step are binomial, as in Brian2."""
    n, k = scaled(SIZES, scale), scaled(IN_DEGREE, scale)
    chance = EXTERNAL_HZ / IN_DEGREE["exc"] * DT / 1000.0
    neuron = ann.Neuron(
        parameters={"V_th": V_TH, "V_reset": V_RESET, "tau_m": TAU_M, "w_ext": WEIGHT_MV["exc"]},
        equations=[f"drive = Binomial({IN_DEGREE['exc']}, {chance})",
                   "v = v * exp(-dt / tau_m) + g_exc - g_inh + w_ext * drive"],
        spike="v >= V_th", reset="v = V_reset", refractory=T_REF,
    )  # fmt: skip
    cells = net.create(sum(n.values()), neuron)
    parts = {"exc": cells[: n["exc"]], "inh": cells[n["exc"] :]}
    projections = []
    for name, part in parts.items():
        synapses = net.connect(part, cells, target=name)
        synapses.fixed_number_pre(number=k[name], weights=abs(WEIGHT_MV[name]), delays=DELAY)
        projections.append((name, synapses))
    spikes = {name: net.monitor(part, "spike") for name, part in parts.items()}
    return Told(n, spikes, projections)
