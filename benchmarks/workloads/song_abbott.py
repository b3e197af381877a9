"""1,000 Poisson inputs that compete by additive STDP for one neuron with conductances.

Song, Miller & Abbott 2000, Nat. Neurosci. 3:919, without the paper's inhibitory inputs and with the
constants of Brian2's example of it: weights split into two groups, near 0 and near the bound.
Conductances in units of the leak become nS by the leak of the membrane.

The neuron is near its threshold, where a per cent of input counts. So all simulators begin with the
same weights, and spikes that coincide do nothing to each other in any of them: where they
potentiate, the rate is a fifth higher. NEST transmits a weight after the spike's own depression and
has no error of the first order in its conductances, and fires some per cent less.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Told
from benchmarks.workloads.peers import nest_connect, nest_record

BIOLOGICAL_S = 100.0
DT = 0.1
EVENT_BYTES = 12.0  # an index, and a weight that is read and written
N_INPUTS, RATE = 1000, 15.0
C_M, TAU_M, E_L, V_TH, V_RESET, T_REF = 200.0, 10.0, -74.0, -54.0, -60.0, 0.1
E_EXC, TAU_EXC = 0.0, 5.0
W_MAX = 0.01 * C_M / TAU_M  # nS
TAU, LAMBDA, ALPHA = 20.0, 0.01, 1.05
DELAY = DT


def sizes(scale: float) -> dict[str, int]:
    """Neurons of each population; the inputs count too."""
    return {"inputs": round(N_INPUTS * scale), "neuron": 1}


def weights(n: int) -> np.ndarray:
    """Weights at the start (nS), evenly spread."""
    return np.random.default_rng(1).permutation((np.arange(n) + 0.5) * W_MAX / n)


def spikesim(sim: Any, net: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell spikesim."""
    n = sizes(scale)
    inputs = net.population("inputs", n["inputs"], sim.PoissonSource(RATE))
    cell = sim.LIF(C_m=C_M, tau_m=TAU_M, E_L=E_L, V_th=V_TH, V_reset=V_RESET, t_ref=T_REF,
                   receptors={"exc": sim.ExpConductance(tau_syn=TAU_EXC, E_rev=E_EXC)})  # fmt: skip
    neuron = net.population("neuron", 1, cell)
    rule = sim.PairSTDP(tau_plus=TAU, tau_minus=TAU, lambda_=LAMBDA, alpha=ALPHA, w_max=W_MAX)
    learn = net.project(inputs, neuron, sim.AllToAll(), weight=weights(n["inputs"]),
                        delay=DELAY, plasticity=rule, delay_is="dendritic")  # fmt: skip
    spikes = {"inputs": net.record(inputs, "spikes"), "neuron": net.record(neuron, "spikes")}
    return Told(n, spikes, [("inputs", learn)])


def brian2(b: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell Brian2."""
    b.defaultclock.dt = DT * b.ms
    n = sizes(scale)
    inputs = b.PoissonGroup(n["inputs"], rates=RATE * b.Hz)
    neuron = b.NeuronGroup(
        1,
        """dv/dt = (E_L - v) / tau_m + g * (E_exc - v) / C_m : volt (unless refractory)
           dg/dt = -g / tau_exc : siemens""",
        threshold="v >= V_th", reset="v = V_reset", refractory=T_REF * b.ms,
        method="exponential_euler",
        namespace={"E_L": E_L * b.mV, "V_th": V_TH * b.mV, "V_reset": V_RESET * b.mV,
                   "tau_m": TAU_M * b.ms, "C_m": C_M * b.pF, "E_exc": E_EXC * b.mV,
                   "tau_exc": TAU_EXC * b.ms},
    )  # fmt: skip
    neuron.v = E_L * b.mV
    learn = b.Synapses(
        inputs, neuron,
        """w : 1
           seen : second
           dx/dt = -x / tau : 1 (event-driven)
           dy/dt = -y / tau : 1 (event-driven)""",
        on_pre="""g_post += w * nS
                  x += 1
                  seen = t
                  w = clip(w - lambda_ * alpha * w_max * y, 0, w_max)""",
        on_post="""y += 1
                   w = clip(w + lambda_ * w_max * (x - int(seen == t)), 0, w_max)""",
        namespace={"tau": TAU * b.ms, "lambda_": LAMBDA, "alpha": ALPHA, "w_max": W_MAX},
    )  # fmt: skip
    learn.connect()
    learn.w = weights(n["inputs"])
    spikes = {"inputs": b.SpikeMonitor(inputs), "neuron": b.SpikeMonitor(neuron)}
    return Told(n, spikes, [("inputs", learn)], [inputs, neuron])


def nest(nest: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell NEST; relays make the generator's trains those that the synapses see."""
    n = sizes(scale)
    generator = nest.Create("poisson_generator", params={"rate": RATE})
    inputs = nest.Create("parrot_neuron", n["inputs"])
    nest.Connect(generator, inputs, "all_to_all", {"delay": DT})
    neuron = nest.Create("iaf_cond_exp", params={
        "C_m": C_M, "g_L": C_M / TAU_M, "E_L": E_L, "V_m": E_L, "V_th": V_TH, "V_reset": V_RESET,
        "t_ref": T_REF, "E_ex": E_EXC, "tau_syn_ex": TAU_EXC, "tau_minus": TAU,
    })  # fmt: skip
    synapse = {
        "synapse_model": "stdp_synapse", "weight": weights(n["inputs"])[None], "delay": DELAY,
        "tau_plus": TAU, "lambda": LAMBDA, "alpha": ALPHA, "mu_plus": 0.0, "mu_minus": 0.0,
        "Wmax": W_MAX,
    }  # fmt: skip
    learn = nest_connect(nest, inputs, neuron, {"rule": "all_to_all"}, synapse)
    recorders = nest_record(nest, {"inputs": inputs, "neuron": neuron})
    return Told(n, recorders, [("inputs", learn)])


def annarchy(ann: Any, net: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell ANNarchy."""
    n = sizes(scale)
    neuron_type = ann.Neuron(
        parameters={"E_L": E_L, "V_th": V_TH, "V_reset": V_RESET, "tau_m": TAU_M, "E_exc": E_EXC,
                    "leak": C_M / TAU_M, "tau_exc": TAU_EXC},
        equations=["tau_m * dv/dt = E_L - v + g_exc * (E_exc - v) / leak",
                   "tau_exc * dg_exc/dt = -g_exc"],
        spike="v >= V_th", reset="v = V_reset", refractory=T_REF,
    )  # fmt: skip
    inputs = net.create(ann.PoissonPopulation(n["inputs"], rates=RATE))
    neuron = net.create(1, neuron_type)
    neuron.v = E_L
    rule = ann.STDP(tau_plus=TAU, tau_minus=TAU, A_plus=LAMBDA, A_minus=LAMBDA * ALPHA, w_max=W_MAX)
    learn = net.connect(inputs, neuron, target="exc", synapse=rule)
    learn.from_matrix(weights(n["inputs"])[None])
    spikes = {"inputs": net.monitor(inputs, "spike"), "neuron": net.monitor(neuron, "spike")}
    return Told(n, spikes, [("inputs", learn)])
