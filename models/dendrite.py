"""Multi-compartment neuron: attenuation of distal synapses and backpropagating spikes.

A soma with the channels of an axon, and a passive or weakly active dendrite of 40 compartments,
800 um long. Left: the response of the soma to the same synapse at four distances (Rall 1967, J.
Neurophysiol. 30:1138). Right: a spike of the soma, recorded at the same locations (Stuart &
Sakmann 1994, Nature 367:69).

    python -m models.dendrite [picture.png]
"""

from __future__ import annotations

import sys
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

import spikesim as sim
from spikesim.files import written
from spikesim.plot.style import colour, style

N, LENGTH, DIAMETER = 40, 800.0, 2.0
PLACES = (0, 10, 20, 39)
SOMA_AREA = 1200.0  # um2


def neuron(active: bool) -> sim.MultiCompartment:
    """Compartment ``soma`` and dendrite ``c0`` ... ``c39``, with receptors on all compartments."""
    densities: dict[str, sim.Channel] = {"leak": sim.Leak(g=5e-4, E=-70.0)}  # nS for each um2
    dendritic: dict[str, sim.Channel] = (
        {"Na": sim.NaF(g=0.03), "K": sim.Kdr(g=0.02)} if active else {}
    )
    somatic: dict[str, sim.Channel] = {"Na": sim.NaF(g=1.0), "K": sim.Kdr(g=0.3)} if active else {}
    cable = sim.cable(
        N, length=LENGTH, diameter=DIAMETER, R_i=1.5, R_m=np.inf, E_L=-70.0,
        channels=densities | dendritic,
        receptors={"exc": sim.AlphaConductance(tau_syn=0.5)},
    )  # fmt: skip
    soma = sim.Compartment(
        C_m=0.01 * SOMA_AREA, V_init=-70.0,
        channels={k: c.scaled(SOMA_AREA) for k, c in (densities | somatic).items()},
    )  # fmt: skip
    axial: dict[tuple[str, str], Any] = {p: part.values["g"] for p, part in cable.axial.items()}
    joint = 2 * axial["c0", "c1"]  # half a compartment long
    return sim.MultiCompartment(
        compartments={"soma": soma, **cable.compartments},
        axial={("soma", "c0"): joint, **axial}, V_th=-20.0, method="strang",
    )  # fmt: skip


def synaptic() -> tuple[np.ndarray, list[np.ndarray]]:
    """Times, and depolarisation of the soma by a synapse at each location."""
    net = sim.Network(dt=0.025, seed=1)
    cells = net.population("cells", len(PLACES), neuron(active=False))
    source = net.population("source", 1, sim.SpikeSource([2.0]))
    for k, place in enumerate(PLACES):
        net.project(source, cells[k], sim.OneToOne(), weight=1.0, delay=1.0,
                    receptor=f"exc_c{place}", name=f"synapse{k}")  # fmt: skip
    trace = net.record(cells, "V_m")
    net.run(40.0)
    found = trace.result()
    return found.times, [found.values[:, k] + 70.0 for k in range(len(PLACES))]


def backward() -> tuple[np.ndarray, list[np.ndarray]]:
    """Times, and potentials at soma and dendrite, after a current injection into the soma."""
    net = sim.Network(dt=0.025, seed=1)
    cell = net.population("cell", 1, neuron(active=True))
    net.stimulate(cell, sim.StepCurrent([0.0, 2.0, 4.0], [0.0, 1200.0, 0.0]))
    names = [f"V_c{place}" for place in PLACES]
    records = [net.record(cell, name) for name in names]
    net.run(15.0)
    found = [record.result() for record in records]
    return found[0].times, [trace.values[:, 0] for trace in found]


def draw(path: str) -> None:
    """Plot both panels into one file."""
    with style():
        figure, axes = plt.subplots(1, 2, figsize=(9.0, 3.4), layout="constrained")
        for ax, (times, traces), title, label in zip(
            axes, (synaptic(), backward()),
            ("a synapse, seen at the soma", "a spike of the soma, seen in the dendrite"),
            ("depolarisation (mV)", "potential (mV)"), strict=True,
        ):  # fmt: skip
            for k, (place, trace) in enumerate(zip(PLACES, traces, strict=True)):
                distance = (place + 0.5) * LENGTH / N
                ax.plot(times, trace, color=colour(k), label=f"{distance:.0f} \N{MICRO SIGN}m")
            ax.set(title=title, xlabel="time (ms)", ylabel=label)
            ax.legend(title="distance")
        with written(path, "dendrite") as file:
            figure.savefig(file)


if __name__ == "__main__":
    draw(sys.argv[1] if len(sys.argv) > 1 else "dendrite.png")
