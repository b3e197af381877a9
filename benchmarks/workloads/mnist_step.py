"""The step of an MNIST network: 784 Poisson inputs, 400 competing neurons, trace STDP.

The network is of the kind of Diehl & Cook 2015, Front. Comput. Neurosci. 9:99, with exponential
currents. Its images are random, a fifth of the pixels lit, for only the cost of a step is asked
here; `models.mnist` learns the real ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Told

DT = 0.5
IMAGE_MS = 350.0
N_IMAGES = 40
BIOLOGICAL_S = N_IMAGES * IMAGE_MS / 1000.0
SIZES = {"pixels": 784, "exc": 400}
LIT, BRIGHTEST_HZ = 0.2, 64.0
TAU_M, C_M, E_L, V_TH, V_RESET, T_REF = 100.0, 100.0, -65.0, -52.0, -65.0, 5.0
THETA_PLUS, TAU_THETA = 0.05, 1e7
TAU_SYN = {"exc": 5.0, "inh": 10.0}
W_MAX, W_INIT, W_INHIBIT, DELAY = 4.0, (0.0, 2.0), -30.0, 0.5  # pA, ms
ETA, X_TARGET, TAU_PLUS = 0.01, 0.4, 20.0


def images(seconds: float) -> np.ndarray:
    """Rates in Hz, shape (images, pixels)."""
    rng = np.random.default_rng(1)
    n = max(1, int(np.ceil(seconds * 1000.0 / IMAGE_MS)))
    shape = (n, SIZES["pixels"])
    return BRIGHTEST_HZ * rng.random(shape) * (rng.random(shape) < LIT)


def spikesim(sim: Any, net: Any, seconds: float) -> Told:
    """Tell spikesim."""
    rates = images(seconds)
    pixels = net.population(
        "pixels", SIZES["pixels"],
        sim.PoissonSource(sim.Schedule(IMAGE_MS * np.arange(len(rates)), rates)),
    )  # fmt: skip
    receptors = {name: sim.ExpCurrent(tau_syn=tau) for name, tau in TAU_SYN.items()}
    cell = sim.AdaptiveLIF(
        C_m=C_M, tau_m=TAU_M, E_L=E_L, V_th=V_TH, V_reset=V_RESET, t_ref=T_REF,
        theta_plus=THETA_PLUS, tau_theta=TAU_THETA, receptors=receptors,
    )  # fmt: skip
    exc = net.population("exc", SIZES["exc"], cell)
    rule = sim.TraceSTDP(eta=ETA, x_target=X_TARGET, mu=1.0, w_max=W_MAX, tau_plus=TAU_PLUS)
    learn = net.project(pixels, exc, sim.AllToAll(), weight=sim.Uniform(*W_INIT), delay=DELAY,
                        receptor="exc", plasticity=rule, delay_is="dendritic")  # fmt: skip
    inhibit = net.project(exc, exc, sim.AllToAll(autapses=False), weight=W_INHIBIT, delay=DELAY,
                          receptor="inh")  # fmt: skip
    spikes = {"pixels": net.record(pixels, "spikes"), "exc": net.record(exc, "spikes")}
    return Told(SIZES, spikes, [("pixels", learn), ("exc", inhibit)])


def brian2(b: Any, seconds: float) -> Told:
    """Tell Brian2."""
    b.defaultclock.dt = DT * b.ms
    stimulus = b.TimedArray(images(seconds) * b.Hz, dt=IMAGE_MS * b.ms, name="stimulus")
    pixels = b.PoissonGroup(SIZES["pixels"], rates="stimulus(t, i)",
                            namespace={"stimulus": stimulus})  # fmt: skip
    exc = b.NeuronGroup(
        SIZES["exc"],
        """dv/dt = (E_L - v) / tau_m + (I_exc + I_inh) / C_m : volt (unless refractory)
           dtheta/dt = -theta / tau_theta : volt
           dI_exc/dt = -I_exc / tau_exc : amp
           dI_inh/dt = -I_inh / tau_inh : amp""",
        threshold="v >= V_th + theta", reset="v = V_reset; theta += theta_plus",
        refractory=T_REF * b.ms, method="exact",
        namespace={"E_L": E_L * b.mV, "V_th": V_TH * b.mV, "V_reset": V_RESET * b.mV,
                   "tau_m": TAU_M * b.ms, "C_m": C_M * b.pF, "theta_plus": THETA_PLUS * b.mV,
                   "tau_theta": TAU_THETA * b.ms,
                   **{f"tau_{name}": tau * b.ms for name, tau in TAU_SYN.items()}},
    )  # fmt: skip
    exc.v = E_L * b.mV
    learn = b.Synapses(
        pixels, exc,
        """w : 1
           dx/dt = -x / tau_plus : 1 (event-driven)""",
        on_pre="I_exc_post += w * pA; x += 1",
        on_post="w = clip(w + eta * (x - x_target) * (w_max - w), 0, w_max)",
        namespace={"tau_plus": TAU_PLUS * b.ms, "eta": ETA, "x_target": X_TARGET, "w_max": W_MAX},
    )  # fmt: skip
    learn.connect()
    low, high = W_INIT
    learn.w = f"{low} + {high - low} * rand()"
    learn.pre.delay = DELAY * b.ms
    inhibit = b.Synapses(exc, exc, on_pre=f"I_inh += {W_INHIBIT} * pA")
    inhibit.connect(condition="i != j")
    inhibit.delay = DELAY * b.ms
    spikes = {"pixels": b.SpikeMonitor(pixels), "exc": b.SpikeMonitor(exc)}
    return Told(SIZES, spikes, [("pixels", learn), ("exc", inhibit)], [pixels, exc])
