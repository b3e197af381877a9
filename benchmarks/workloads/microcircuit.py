"""The cortical microcircuit: 77,169 neurons in eight populations, 298.9 million synapses.

Potjans & Diesmann 2014, Cereb. Cortex 24:785, as in NEST's example of it: every population starts
with its own distribution of membrane potentials (Rhodes et al. 2019), and external spikes are
Poisson. At another scale there are fewer neurons with fewer synapses each; weights grow by the root
of it, and a current replaces the lost mean input (van Albada, Helias & Diesmann 2015). That keeps
most rates near those of the full network; in layer 2/3 they are lower, in NEST too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Told
from benchmarks.workloads.peers import nest_connect, nest_record

BIOLOGICAL_S = 1.0
DT = 0.1
EVENT_BYTES = 8.0  # an index and a weight
SIZES = {"L23E": 20683, "L23I": 5834, "L4E": 21915, "L4I": 5479,
         "L5E": 4850, "L5I": 1065, "L6E": 14395, "L6I": 2948}  # fmt: skip
NAMES = list(SIZES)
# Probability that a pair is connected at least once: rows are targets, columns sources.
P_CONNECT = np.array([
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
])  # fmt: skip
K_EXTERNAL = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
EXTERNAL_HZ = 8.0
PUBLISHED_HZ = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])
V_MEAN = [-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43]
V_STD = [5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48]
C_M, TAU_M, E_L, V_TH, V_RESET, T_REF, TAU_SYN = 250.0, 10.0, -65.0, -50.0, -65.0, 2.0, 0.5
PSP_MV, WEIGHT_STD, G = 0.15, 0.1, -4.0  # deviations are shares of the mean
DELAY_MS, DELAY_STD = {"E": 1.5, "I": 0.75}, 0.5


def weight_of_psp() -> float:
    """The current (pA) whose effect on the membrane has its peak at 1 mV."""
    a = TAU_SYN / TAU_M
    peak = (a ** (a / (1.0 - a)) - a ** (1.0 / (1.0 - a))) * TAU_SYN * TAU_M / (TAU_M - TAU_SYN)
    return C_M / peak


class Scaled:
    """The network's numbers at a scale.

    Attributes
    ----------
    sizes : dict
        Neurons of each population.
    n_synapses, weight : ndarray, shape (targets, sources)
        Of each projection; mean weights in pA.
    external_weight : float
        In pA.
    external_hz, current : ndarray
        Rate of all external spikes of a neuron together, and constant current (pA).
    """

    def __init__(self, scale: float):
        full = np.array([*SIZES.values()], dtype=float)
        pairs = np.outer(full, full)
        n_synapses = np.log(1.0 - P_CONNECT) / np.log((pairs - 1.0) / pairs)
        weight = np.full((8, 8), PSP_MV * weight_of_psp())
        weight[:, 1::2] *= G
        weight[NAMES.index("L23E"), NAMES.index("L4E")] *= 2.0
        external = PSP_MV * weight_of_psp()
        mean_input = (weight * n_synapses / full[:, None] * PUBLISHED_HZ).sum(axis=1)
        mean_input += external * K_EXTERNAL * EXTERNAL_HZ
        self.sizes = {name: round(n * scale) for name, n in SIZES.items()}
        self.n_synapses = np.rint(n_synapses * scale**2).astype(int)
        self.weight = weight / np.sqrt(scale)
        self.external_weight = external / np.sqrt(scale)
        self.external_hz = EXTERNAL_HZ * np.rint(K_EXTERNAL * scale)
        self.current = (1.0 - np.sqrt(scale)) * mean_input * TAU_SYN / 1000.0

    def projections(self) -> list[tuple[str, str, int, float]]:
        """Source, target, number of synapses and mean weight of each projection."""
        return [
            (pre, post, int(self.n_synapses[i, j]), float(self.weight[i, j]))
            for i, post in enumerate(NAMES)
            for j, pre in enumerate(NAMES)
            if self.n_synapses[i, j]
        ]


def spikesim(sim: Any, net: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell spikesim; weights of both signs share one current, for they have one time constant."""
    scaled = Scaled(scale)
    cells = {}
    for k, (name, n) in enumerate(scaled.sizes.items()):
        cell = sim.LIF(C_m=C_M, tau_m=TAU_M, E_L=E_L, V_th=V_TH, V_reset=V_RESET, t_ref=T_REF,
                       I_e=float(scaled.current[k]),
                       receptors={"current": sim.ExpCurrent(tau_syn=TAU_SYN)})  # fmt: skip
        start = {"V_m": sim.Normal(V_MEAN[k], V_STD[k])}
        cells[name] = net.population(name, n, cell, initial=start)
        net.stimulate(
            cells[name], sim.PoissonDrive(float(scaled.external_hz[k]), scaled.external_weight)
        )
    projections = []
    for pre, post, n, weight in scaled.projections():
        bound = {"low": 0.0} if weight > 0 else {"high": 0.0}
        delay = DELAY_MS[pre[-1]]
        synapses = net.project(
            cells[pre], cells[post], sim.FixedTotalNumber(n, autapses=True, multapses=True),
            weight=sim.Normal(weight, WEIGHT_STD * abs(weight), **bound),
            delay=sim.Normal(delay, DELAY_STD * delay),
        )  # fmt: skip
        projections.append((pre, synapses))
    spikes = {name: net.record(c, "spikes") for name, c in cells.items()}
    return Told(scaled.sizes, spikes, projections)


def nest(nest: Any, seconds: float, scale: float = 1.0) -> Told:
    """Tell NEST."""
    scaled = Scaled(scale)
    cells = {}
    for k, (name, n) in enumerate(scaled.sizes.items()):
        cells[name] = nest.Create("iaf_psc_exp", n, {
            "C_m": C_M, "tau_m": TAU_M, "E_L": E_L, "V_th": V_TH, "V_reset": V_RESET,
            "t_ref": T_REF, "tau_syn_ex": TAU_SYN, "tau_syn_in": TAU_SYN,
            "I_e": float(scaled.current[k]), "V_m": nest.random.normal(V_MEAN[k], V_STD[k]),
        })  # fmt: skip
        drive = nest.Create("poisson_generator", params={"rate": float(scaled.external_hz[k])})
        nest.Connect(drive, cells[name], "all_to_all", {
            "weight": scaled.external_weight, "delay": DELAY_MS["E"],
        })  # fmt: skip
    projections = []
    for pre, post, n, weight in scaled.projections():
        bound = {"min": 0.0, "max": np.inf} if weight > 0 else {"min": -np.inf, "max": 0.0}
        delay = DELAY_MS[pre[-1]]
        weights = nest.random.normal(weight, WEIGHT_STD * abs(weight))
        synapse = {
            "weight": nest.math.redraw(weights, **bound),
            "delay": nest.math.redraw(
                nest.random.normal(delay, DELAY_STD * delay), min=DT / 2.0, max=np.inf
            ),
        }
        rule = {"rule": "fixed_total_number", "N": n}
        made = nest_connect(nest, cells[pre], cells[post], rule, synapse)
        projections.append((pre, made))
    return Told(scaled.sizes, nest_record(nest, cells), projections)
