"""The twenty firing patterns of the Izhikevich neuron: ``python -m models.izhikevich_patterns``.

Reproduces figure 1 of Izhikevich 2004, IEEE Trans. Neural Netw. 15:1063, with the parameters,
inputs and time steps of the published program. Some patterns depend on these coarse steps: with
smaller steps the neuron with a depolarizing afterpotential spikes more than once, and the last
burst never ends. The input is shown below each membrane potential.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import matplotlib.pyplot as plt
import numpy as np
import typer
from matplotlib.axes import Axes

import spikesim as sim
from spikesim import plot
from spikesim.files import written
from spikesim.units import Unit, mV, one, param

BLUE, ORANGE = plot.OKABE_ITO[:2]

app = typer.Typer(add_completion=False)


class Program(sim.Izhikevich):
    """Izhikevich neuron integrated as in his program: V_m by Euler, then U_m with the new V_m."""

    slope = param(5.0, Unit("1/ms"), doc="linear part of the potential's speed")
    offset = param(140.0, Unit("mV/ms"), doc="constant part")
    V_U = param(0.0, mV, doc="potential at which the recovery rests")
    decay = param(1.0, one, doc="by what the recovery decays")

    equations = """
        drive = offset + (I_syn + I_in + I_e) * (mV / ms / pA) : mV/ms
        V_m : mV
        U_m : mV
    """

    @staticmethod
    def step(V_m, U_m, drive, slope, V_U, decay, a, b, dt):
        V_m += dt * (0.04 * V_m * V_m + slope * V_m - U_m + drive)
        U_m += dt * a * (b * (V_m - V_U) - decay * U_m)
        return V_m, U_m


@dataclass(frozen=True)
class Pattern:
    """A firing pattern: parameters a, b, c, d, initial V_m, and input (pA) as a function of time.

    Times are in ms, potentials in mV; `dt` is the time step of the program. The input of a step is
    that at its start.
    """

    name: str
    values: tuple[float, float, float, float]
    V_m: float
    duration: float
    current: Callable[[np.ndarray], np.ndarray]
    dt: float = 0.25
    others: Mapping[str, float] = field(default_factory=dict)
    U_m: float | None = None

    def inputs(self) -> np.ndarray:
        """Input (pA) in each step."""
        return self.current(np.round(np.arange(round(self.duration / self.dt)) * self.dt, 6))


def on(t: np.ndarray, *spans: tuple[float, float]) -> np.ndarray:
    """1 strictly inside any of the time spans (ms), 0 elsewhere, the ends included."""
    return np.sum([(t > start) & (t < stop) for start, stop in spans], axis=0).astype(float)


EXCITABLE = {"slope": 4.1, "offset": 108.0}
END = float("inf")
PATTERNS = (
    Pattern("tonic spiking", (0.02, 0.2, -65, 6), -70, 100, lambda t: 14 * on(t, (10, END))),
    Pattern("phasic spiking", (0.02, 0.25, -65, 6), -64, 200, lambda t: 0.5 * on(t, (20, END))),
    Pattern("tonic bursting", (0.02, 0.2, -50, 2), -70, 220, lambda t: 15 * on(t, (22, END))),
    Pattern("phasic bursting", (0.02, 0.25, -55, 0.05), -64, 200,
            lambda t: 0.6 * on(t, (20, END)), 0.2),
    Pattern("mixed mode", (0.02, 0.2, -55, 4), -70, 160, lambda t: 10 * on(t, (16, END))),
    Pattern("spike frequency\nadaptation", (0.01, 0.2, -65, 8), -70, 85,
            lambda t: 30 * on(t, (8.5, END))),
    Pattern("class 1 excitable", (0.02, -0.1, -55, 6), -60, 300,
            lambda t: 0.075 * np.maximum(t - 30, 0), others=EXCITABLE),
    Pattern("class 2 excitable", (0.2, 0.26, -65, 0), -64, 300,
            lambda t: -0.5 + 0.015 * np.maximum(t - 30, 0)),
    Pattern("spike latency", (0.02, 0.2, -65, 6), -70, 100, lambda t: 7.04 * on(t, (10, 13)), 0.2),
    Pattern("subthreshold\noscillations", (0.05, 0.26, -60, 0), -62, 200,
            lambda t: 2 * on(t, (20, 25))),
    Pattern("resonator", (0.1, 0.26, -60, -1), -62, 400,
            lambda t: 0.65 * on(t, (40, 44), (60, 64), (280, 284), (320, 324))),
    Pattern("integrator", (0.02, -0.1, -55, 6), -60, 100,
            lambda t: 9 * on(t, (9.1, 11.1), (14.1, 16.1), (70, 72), (80, 82)), others=EXCITABLE),
    Pattern("rebound spike", (0.03, 0.25, -60, 4), -64, 200, lambda t: -15 * on(t, (20, 25)), 0.2),
    Pattern("rebound burst", (0.03, 0.25, -52, 0), -64, 200, lambda t: -15 * on(t, (20, 25)), 0.2),
    Pattern("threshold\nvariability", (0.03, 0.25, -60, 4), -64, 100,
            lambda t: on(t, (10, 15), (80, 85)) - 6 * on(t, (70, 75))),
    Pattern("bistability", (0.1, 0.26, -60, 0), -61, 300,
            lambda t: 0.24 + on(t, (37.5, 42.5), (216, 221))),
    Pattern("depolarizing\nafterpotential", (1, 0.2, -60, -21), -70, 50,
            lambda t: 20 * on(t, (9, 11)), 0.1),
    Pattern("accommodation", (0.02, 1, -55, 4), -65, 400,
            lambda t: t / 25 * on(t, (0, 200)) + (t - 300) / 12.5 * 4 * on(t, (300, 312.5)),
            0.5, {"V_U": -65.0, "decay": 0.0}, -16),
    Pattern("inhibition-induced\nspiking", (-0.02, -1, -60, 8), -63.8, 350,
            lambda t: 75 + 5 * on(t, (-1, 50), (250, END)), 0.5),
    Pattern("inhibition-induced\nbursting", (-0.026, -1, -45, -2), -63.8, 350,
            lambda t: 75 + 5 * on(t, (-1, 50), (250, END)), 0.5),
)  # fmt: skip


def simulate(pattern: Pattern) -> tuple[sim.Traces, sim.SpikeTrains]:
    """Membrane potential and spikes of one pattern."""
    a, b, c, d = pattern.values
    dt = pattern.dt
    net = sim.Network(dt=dt, seed=1, precision="double")
    U_m = b * pattern.V_m if pattern.U_m is None else pattern.U_m
    model = Program(a=a, b=b, c=c, d=d, receptors={}, **pattern.others)
    cell = net.population("cell", 1, model, initial={"V_m": pattern.V_m, "U_m": U_m})
    current = pattern.inputs()
    changes = np.flatnonzero(np.diff(current, prepend=np.nan) != 0)
    net.stimulate(cell, sim.StepCurrent(list(changes * dt), current[changes]))
    trace, spikes = net.record(cell, "V_m"), net.record(cell, "spikes")
    net.run(pattern.duration)
    return trace.result(), spikes.result()


def panel(pattern: Pattern, ax: Axes) -> None:
    """Plot one pattern: potential, input, and a scale bar of 20 ms."""
    trace, spikes = simulate(pattern)
    potential = trace.values[:, 0].copy()
    potential[np.rint(spikes.times / pattern.dt).astype(int)] = 30.0  # a reset hides the peak
    times = trace.times
    current = pattern.current(np.round(times, 6))
    ax.plot(times, potential, color=BLUE, linewidth=0.9)
    shape = (current - current.min()) / np.ptp(current)
    ax.plot(times, -107.0 + 12.0 * shape, color=ORANGE, linewidth=0.9)
    ax.plot([0.0, 20.0], [-118.0, -118.0], color="black", linewidth=2.0)
    ax.set(xlim=(-0.01 * pattern.duration, pattern.duration), ylim=(-122, 36))
    ax.set_title(pattern.name, fontsize=9.5)
    ax.axis("off")


def picture(path: Path) -> None:
    """Plot all patterns into a file."""
    with plot.style():
        figure, axes = plt.subplots(4, 5, figsize=(10.5, 8.0), layout="constrained")
        for pattern, ax in zip(PATTERNS, axes.flat, strict=True):
            panel(pattern, ax)
        figure.supxlabel(
            "blue: membrane potential, from its lowest to a peak of 30 mV;  "
            "orange: input current;  black bar: 20 ms", fontsize=9.5,
        )  # fmt: skip
        with written(path, "izhikevich_patterns", "out") as file:
            figure.savefig(file, format=path.suffix.lstrip(".") or "png")
        plt.close(figure)


@app.command()
def main(
    out: Annotated[Path, typer.Option(help="The picture's file.")] = Path(
        "izhikevich_patterns.png"
    ),
) -> None:
    """Draw the twenty patterns, and say how many spikes each has."""
    for pattern in PATTERNS:
        _, spikes = simulate(pattern)
        typer.echo(f"{pattern.name.replace(chr(10), ' '):30} {spikes.n_spikes:3} spikes")
    picture(out)


if __name__ == "__main__":
    app(prog_name="python -m models.izhikevich_patterns")
