"""What a model from a user's text costs, beside a kernel that somebody wrote by hand for it.

Two models of fifteen lines at most: Izhikevich's, which is arithmetic alone, and a Hodgkin-Huxley
membrane, which is mostly exponentials. The kernels by hand are what one would write with Numba: a
loop over neurons, state in arrays, `math.exp`. Both do the same steps and give the same spikes.
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numba
import numpy as np

import spikesim as sim
from benchmarks.measure import processor
from spikesim.units import mV, nS, pF

IZHIKEVICH = """
    dv/dt = (0.04/mV*v**2 + 5*v + 140*mV - u + I_in*mV/pA)/ms : mV
    du/dt = 0.02*(0.2*v - u)/ms : mV
"""
HODGKIN_HUXLEY = """
    dv/dt = (I_in + g_L*(E_L-v) + g_Na*m**3*h*(E_Na-v) + g_K*n**4*(E_K-v))/C : mV
    dm/dt = a_m*(1-m) - b_m*m : 1
    dh/dt = a_h*(1-h) - b_h*h : 1
    dn/dt = a_n*(1-n) - b_n*n : 1
    a_m = 1/exprel(-(v+40*mV)/(10*mV))/ms : 1/ms
    b_m = 4*exp(-(v+65*mV)/(18*mV))/ms : 1/ms
    a_h = 0.07*exp(-(v+65*mV)/(20*mV))/ms : 1/ms
    b_h = 1/(1+exp(-(v+35*mV)/(10*mV)))/ms : 1/ms
    a_n = 0.1/exprel(-(v+55*mV)/(10*mV))/ms : 1/ms
    b_n = 0.125*exp(-(v+65*mV)/(80*mV))/ms : 1/ms
"""


def izhikevich() -> sim.Neuron:
    """His regular spiking neuron, by Euler's method."""
    return sim.Neuron.from_text(
        IZHIKEVICH, threshold="v >= 30*mV", reset="v = -65*mV; u += 8*mV", method="euler",
        initial={"v": "-65*mV", "u": "-13*mV"},
    )  # fmt: skip


def hodgkin_huxley() -> sim.Neuron:
    """The squid's axon, by Euler's method."""
    return sim.Neuron.from_text(
        HODGKIN_HUXLEY, threshold="v > 0*mV", refractory="v > 0*mV", method="euler",
        C=100 * pF, g_L=30 * nS, E_L=-54.4 * mV, g_Na=12000 * nS, E_Na=50 * mV, g_K=3600 * nS,
        E_K=-77 * mV, initial={"v": "-65*mV", "m": "0.053", "h": "0.596", "n": "0.318"},
    )  # fmt: skip


@numba.njit(error_model="numpy")
def izhikevich_by_hand(steps: int, dt: float, state: Any, current: Any, spikes: Any) -> int:
    """The same steps, written by hand."""
    v, u = state[0], state[1]
    total = 0
    for _ in range(steps):
        for i in range(v.size):
            x, y = v[i], u[i]
            new = x + dt * (0.04 * x * x + 5.0 * x + 140.0 - y + current[i])
            y += dt * 0.02 * (0.2 * x - y)
            if new >= 30.0:
                new = -65.0
                y += 8.0
                spikes[i] += 1
                total += 1
            v[i], u[i] = new, y
    return total


@numba.njit(error_model="numpy")
def _rate(x: float) -> float:
    return math.expm1(x) / x if abs(x) > 1e-9 else 1.0


@numba.njit(error_model="numpy")
def hodgkin_huxley_by_hand(steps: int, dt: float, state: Any, current: Any, spikes: Any) -> int:
    """The same steps, written by hand."""
    total = 0
    above = state[0] > 0.0
    for _ in range(steps):
        for i in range(current.size):
            v, m, h, n = state[0, i], state[1, i], state[2, i], state[3, i]
            a_m = 1.0 / _rate(-(v + 40.0) / 10.0)
            b_m = 4.0 * math.exp(-(v + 65.0) / 18.0)
            a_h = 0.07 * math.exp(-(v + 65.0) / 20.0)
            b_h = 1.0 / (1.0 + math.exp(-(v + 35.0) / 10.0))
            a_n = 0.1 / _rate(-(v + 55.0) / 10.0)
            b_n = 0.125 * math.exp(-(v + 65.0) / 80.0)
            flow = current[i] + 30.0 * (-54.4 - v) + 12000.0 * m * m * m * h * (50.0 - v)
            flow += 3600.0 * n * n * n * n * (-77.0 - v)
            state[0, i] = v + dt * flow / 100.0
            state[1, i] = m + dt * (a_m * (1.0 - m) - b_m * m)
            state[2, i] = h + dt * (a_h * (1.0 - h) - b_h * h)
            state[3, i] = n + dt * (a_n * (1.0 - n) - b_n * n)
            now = state[0, i] > 0.0
            if now and not above[i]:
                spikes[i] += 1
                total += 1
            above[i] = now
    return total


CASES: dict[str, Any] = {  # model, kernel by hand, step (ms), initial state, currents (pA)
    "izhikevich": (izhikevich, izhikevich_by_hand, 0.25, [-65.0, -13.0], (0.0, 20.0)),
    "hodgkin-huxley": (
        hodgkin_huxley, hodgkin_huxley_by_hand, 0.01, [-65.0, 0.053, 0.596, 0.318], (0.0, 2000.0),
    ),
}  # fmt: skip


def compare(name: str, n: int = 4000, steps: int = 2000, rounds: int = 5) -> dict[str, Any]:
    """One row: nanoseconds a neuron-step of both, in turn, and the time of the first use."""
    model, by_hand, dt, initial, (low, high) = CASES[name]
    current = np.linspace(low, high, n)
    net = sim.Network(dt=dt, seed=1, precision="double")
    cells = net.population("cells", n, model())
    net.stimulate(cells, sim.DCCurrent(current))
    record = net.record(cells, "spikes")
    state = np.repeat(np.array(initial)[:, None], n, axis=1)
    counts = np.zeros(n, np.int64)
    by_hand(0, dt, state, current, counts)
    ours, theirs = [], []
    for k in range(rounds + 1):
        began = time.process_time()
        net.run(steps * dt)
        middle = time.process_time()
        by_hand(steps, dt, state, current, counts)
        if k:  # the first round compiles
            ours.append((middle - began) / n / steps * 1e9)
            theirs.append((time.process_time() - middle) / n / steps * 1e9)
    return {
        "model": name, "n_neurons": n, "steps": steps, "dt_ms": dt, "precision": "double",
        "from_text_ns": statistics.median(ours), "by_hand_ns": statistics.median(theirs),
        "ratio": statistics.median(t / o for o, t in zip(ours, theirs, strict=True)),
        "n_spikes": int(record.counts().sum()), "n_spikes_by_hand": int(counts.sum()),
        **first_use(name),
    }  # fmt: skip


_FIRST = """
import time
import numpy as np
import spikesim as sim
from benchmarks.user_model import CASES
def first(model):
    net = sim.Network(dt=0.01, seed=1, precision="double")
    cells = net.population("cells", 10, model)
    net.stimulate(cells, sim.DCCurrent(1.0))
    net.record(cells, "spikes")
    began = time.process_time()
    net.run(0.1)
    return time.process_time() - began
first(sim.AdEx(receptors={}))
print(first(CASES[%r][0]()))
"""


def first_use(name: str) -> dict[str, float]:
    """Processor seconds until a new model has run, where others have run before, and once more in
    another process."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SPIKESIM_CACHE_DIR": folder}
        times = []
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-c", _FIRST % name], env=environment, capture_output=True,
                text=True, check=True, cwd=Path(__file__).resolve().parents[1],
            )  # fmt: skip
            times.append(float(done.stdout))
    return {"first_use_s": times[0], "next_process_s": times[1]}


def user_model_table(result: dict[str, Any]) -> str:
    """The rows as a table, and where they were measured."""
    lines = [
        "| model | from text | by hand | by hand / from text | first use | in a later process |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in result["rows"]:
        lines.append(
            f"| {row['model']} | {row['from_text_ns']:.2g} ns | {row['by_hand_ns']:.2g} ns | "
            f"{row['ratio']:.2f} | {row['first_use_s']:.1f} s | {row['next_process_s']:.2f} s |"
        )
    return "\n".join(lines)


def user_model_rows() -> dict[str, Any]:
    """All rows, and where they were measured."""
    versions = {"spikesim": sim.__version__, "numba": numba.__version__, "numpy": np.__version__}
    where = {"cpu": processor(), "threads": 1, "versions": versions}
    return {"rows": [{**compare(name), **where} for name in CASES]}
