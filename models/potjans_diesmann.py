"""Cortical microcircuit: 77,169 neurons, 299 million synapses (Potjans & Diesmann 2014).

The network represents the tissue below one square millimetre of cortex: four layers, each with
excitatory and inhibitory leaky integrate-and-fire neurons, with connectivity from anatomical and
physiological data. Each neuron receives external Poisson spikes of 8 Hz through 1,500 to 2,900
synapses. Layers fire at different low rates, as in awake animals, and inhibitory neurons at higher
rates than excitatory ones.

    C_m dV/dt = -C_m (V - E_L) / tau_m + I,   tau_syn dI/dt = -I,   I jumps by w at a spike

Potjans & Diesmann 2014, Cereb. Cortex 24:785. The initial distributions of V are close to those of
the running network (Rhodes et al. 2019, Phil. Trans. R. Soc. A 378:20190160). Downscaling keeps the
mean and variance of the input of each neuron: with a fraction s of the neurons and of the synapses
of each, weights are multiplied by 1 / sqrt(s), and a constant current compensates the change of the
mean (van Albada, Helias & Diesmann 2015, PLoS Comput. Biol. 11:e1004490). Rates stay close to those
of the full network, except for L2/3 excitatory cells, which fire half as much at scale 0.1, also in
NEST.

    python -m models.potjans_diesmann --out potjans_diesmann.png --json potjans_diesmann.json
    python -m models.potjans_diesmann --scale 1 --seconds 1     # 3 GB of memory
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import matplotlib.pyplot as plt
import numpy as np
import typer

import spikesim as sim
from spikesim import plot

from .common import (
    Expected,
    Json,
    Numbers,
    Out,
    Seed,
    Threads,
    check_files,
    cli,
    irregularity,
    report,
    save,
    synchrony,
)

NAMES = ("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
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
CELL = {"C_m": 250.0, "tau_m": 10.0, "E_L": -65.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": 2.0}
TAU_SYN, PSP_MV, G, WEIGHT_STD = 0.5, 0.15, 4.0, 0.1
DELAY, DELAY_STD = {"E": 1.5, "I": 0.75}, 0.5  # ms; standard deviations relative to the mean
V_START = ((-68.28, 5.36), (-63.16, 4.57), (-63.33, 4.74), (-63.45, 4.94),
           (-63.11, 4.94), (-61.66, 4.55), (-66.72, 5.46), (-61.43, 4.48))  # fmt: skip
PUBLISHED_HZ = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])
SETTLE, SHOWN = 200.0, 200.0  # ms; start that is not measured; time shown in the figure

# Synchrony is the variance over the mean of the spike count of 1,000 neurons in bins of 3 ms.
_NEST = (0.482, 2.017, 3.871, 4.909, 6.245, 7.66, 0.801, 6.986)
_RANGES = ((0.36, 0.58), (1.8, 2.4), (3.6, 4.3), (4.6, 5.4), (5.7, 7.5), (7.2, 8.3), (0.7, 0.95),
           (6.5, 7.5))  # fmt: skip
EXPECTED = {
    f"{name} rate": Expected(*ends, "Hz", f"NEST {nest:.3g}; full network {full:.3g}")
    for name, ends, full, nest in zip(NAMES, _RANGES, PUBLISHED_HZ, _NEST, strict=True)
} | {
    "L4E CV": Expected(0.6, 0.9, "", "irregular"),
    "L4E synchrony": Expected(2.5, 4.5),
}  # fmt: skip
"""Expected numbers at scale 0.1."""

EXPECTED_FULL = {
    f"{name} rate": Expected(round(0.92 * hertz, 3), round(1.08 * hertz, 3), "Hz",
                             f"published {hertz:.3g}")
    for name, hertz in zip(NAMES, PUBLISHED_HZ, strict=True)
}  # fmt: skip
"""Expected numbers of the full network."""


@dataclass(frozen=True)
class Result:
    """Spikes of each population, without the settling time."""

    trains: Mapping[str, sim.SpikeTrains]

    @property
    def numbers(self) -> Numbers:
        """Rate of each population; irregularity and synchrony of layer 4."""
        rates = {f"{name} rate": trains.mean_rate() for name, trains in self.trains.items()}
        l4e = self.trains["L4E"][:1000]
        return rates | {"L4E CV": irregularity(l4e, 6), "L4E synchrony": synchrony(l4e, 3.0)}


def weight_of_psp(psp: float) -> float:
    """Weight (pA) for which the peak of the postsynaptic potential is `psp` (mV)."""
    tau_m, a = CELL["tau_m"], TAU_SYN / CELL["tau_m"]
    peak = (a ** (a / (1.0 - a)) - a ** (1.0 / (1.0 - a))) * TAU_SYN * tau_m / (tau_m - TAU_SYN)
    return psp * CELL["C_m"] / peak


def full_network() -> tuple[np.ndarray, np.ndarray]:
    """Numbers of synapses and mean weights (pA) between populations: rows are targets."""
    pairs = np.outer(SIZES, SIZES).astype(float)
    n_synapses = np.log(1.0 - P_CONNECT) / np.log1p(-1.0 / pairs)
    weights = np.full((8, 8), weight_of_psp(PSP_MV))
    weights[:, 1::2] *= -G
    weights[NAMES.index("L23E"), NAMES.index("L4E")] *= 2.0
    return n_synapses, weights


def build(
    *, scale: float = 0.1, seed: int = 1, threads: int = 1
) -> tuple[sim.Network, dict[str, sim.Population]]:
    """Build the network; `scale` is the fraction of neurons and of the synapses of each."""
    if not 0.01 <= scale <= 1.0:
        raise sim.ValidationError(f"must be from 0.01 to 1, got {scale}", "scale")
    n_synapses, weights = full_network()
    external = weight_of_psp(PSP_MV)
    # Mean input in the full network at its rates (pA ms / s), of which a part must be compensated.
    arriving = (weights * n_synapses) @ PUBLISHED_HZ / SIZES + external * K_EXTERNAL * EXTERNAL_HZ
    currents = (1.0 - np.sqrt(scale)) * arriving * TAU_SYN / 1000.0

    net = sim.Network(dt=0.1, seed=seed, threads=threads)
    cells = {}
    for k, name in enumerate(NAMES):
        # One receptor for weights of both signs, since they have the same time constant.
        model = sim.LIF(**CELL, I_e=currents[k], receptors={"ei": sim.ExpCurrent(tau_syn=TAU_SYN)})
        cells[name] = net.population(name, round(SIZES[k] * scale), model,
                                     initial={"V_m": sim.Normal(*V_START[k])})  # fmt: skip
        drive = sim.PoissonDrive(K_EXTERNAL[k] * scale * EXTERNAL_HZ, external / np.sqrt(scale))
        net.stimulate(cells[name], drive)
    for i, j in np.argwhere(P_CONNECT > 0.0):
        weight, delay = weights[i, j] / np.sqrt(scale), DELAY[NAMES[j][-1]]
        bound = {"low": 0.0} if weight > 0.0 else {"high": 0.0}
        total = sim.FixedTotalNumber(round(n_synapses[i, j] * scale**2), autapses=True,
                                     multapses=True)  # fmt: skip
        net.project(
            cells[NAMES[j]], cells[NAMES[i]], total,
            weight=sim.Normal(weight, WEIGHT_STD * abs(weight), **bound),
            delay=sim.Normal(delay, DELAY_STD * delay),
        )  # fmt: skip
    return net, cells


def run(
    *, seconds: float = 2.0, scale: float = 0.1, seed: int = 1, threads: int = 1
) -> Result:  # fmt: skip
    """Simulate the network; `seconds` is the measured time after it has settled."""
    net, cells = build(scale=scale, seed=seed, threads=threads)
    net.run(SETTLE)
    spikes = {name: net.record(population, "spikes") for name, population in cells.items()}
    net.run(1000.0 * seconds)
    return Result({name: recorder.result() for name, recorder in spikes.items()})


def picture(result: Result, path: Path) -> None:
    """Plot spikes of 2,000 neurons, upper layers first, and measured and published rates."""
    with plot.style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 4.8), width_ratios=(2, 1),
                                             layout="constrained")  # fmt: skip
        stop = next(iter(result.trains.values())).t_stop
        start = max(stop - SHOWN, next(iter(result.trains.values())).t_start)
        every = max(1, round(sum(map(len, result.trains.values())) / 2000))
        shown = {name: t.window(start, stop)[::every] for name, t in result.trains.items()}
        plot.raster(shown, left, rates=False)
        place = np.arange(len(NAMES))
        rates = [trains.mean_rate() for trains in result.trains.values()]
        right.barh(place - 0.2, rates, 0.4, color=plot.OKABE_ITO, label="here")
        right.barh(place + 0.2, PUBLISHED_HZ, 0.4, color="0.8", label="published, full network")
        right.set(yticks=place, yticklabels=NAMES, xlabel="rate (Hz)", ylim=(7.6, -0.6))
        figure.legend(*right.get_legend_handles_labels(), loc="outside upper right", ncols=2)
        save(figure, path)


def main(
    seconds: Annotated[float, typer.Option(help="Measured time.")] = 2.0,
    scale: Annotated[float, typer.Option(help="Share of neurons, and of their synapses.")] = 0.1,
    seed: Seed = 1,
    threads: Threads = 1,
    out: Out = None,
    json_file: Json = None,
) -> None:
    """Potjans & Diesmann 2014: the layers of a cortical column."""
    check_files(out, json_file)
    result = run(seconds=seconds, scale=scale, seed=seed, threads=threads)
    options = {"seconds": seconds, "scale": scale, "seed": seed}
    expected = {0.1: EXPECTED, 1.0: EXPECTED_FULL}.get(scale, {})
    report("Potjans & Diesmann 2014", options, result.numbers, expected,
           lambda p: picture(result, p), out, json_file)  # fmt: skip


if __name__ == "__main__":
    cli(main)
