"""Izhikevich's network with dopamine: 1,000 noisy neurons, 80,000 synapses with eligibility.

Izhikevich 2007, Cereb. Cortex 17:2443, as `models.distal_reward` has it, with rewards at given
times: what two neurons do is the concern of the experiment, not of its cost. The neurons fire at
1.4 Hz, so that most of the time goes to neurons and their noise. spikesim solves the equations of a
synapse between its spikes; in Brian2, as in the paper's program, all weights take a step every
10 ms, and traces are event-driven.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Told

BIOLOGICAL_S = 20.0
DT = 1.0
EVENT_BYTES = 20.0  # an index, and two variables that are read and written
SIZES = {"cells": 1000}
N_EXC, OUT_DEGREE = 800, 100
REWARD, EVERY_S = 0.5, 5.0
TAU_DOPAMINE, TONIC = 200.0, 0.002


def rewards(seconds: float) -> np.ndarray:
    """Times of rewards (ms)."""
    return np.arange(1.0, seconds, EVERY_S) * 1000.0


def spikesim(sim: Any, net: Any, seconds: float) -> Told:
    """Tell spikesim."""
    from models.distal_reward import describe

    parts = describe(net, 1)
    parts.reward.times = rewards(seconds)
    spikes = {"cells": net.record(parts.cells, "spikes")}
    return Told(SIZES, spikes, [("cells", p) for p in net.projections.values()])


def brian2(b: Any, seconds: float) -> Told:
    """Tell Brian2. The paper's half steps of v are statements; D is dopamine, at each neuron."""
    b.defaultclock.dt = DT * b.ms
    rng = np.random.default_rng(1)
    cells = b.NeuronGroup(
        SIZES["cells"],
        """v : 1
           u : 1
           I : 1
           a : 1
           d : 1
           dD/dt = -D / tau_dopamine : 1""",
        threshold="v >= 30", reset="v = -65; u += d", method="exact",
        namespace={"tau_dopamine": TAU_DOPAMINE * b.ms},
    )  # fmt: skip
    cells.run_regularly(
        """I += 13 * (rand() - 0.5)
           v += 0.5 * ((0.04 * v + 5) * v + 140 - u + I)
           v += 0.5 * ((0.04 * v + 5) * v + 140 - u + I)
           u += a * (0.2 * v - u)
           I = 0""",
        dt=DT * b.ms, when="groups",
    )  # fmt: skip
    cells.v, cells.u = -65.0, -13.0
    inhibitory = np.arange(SIZES["cells"]) >= N_EXC
    cells.a, cells.d = np.where(inhibitory, 0.1, 0.02), np.where(inhibitory, 2.0, 8.0)

    learn = b.Synapses(
        cells, cells,
        """w : 1
           c : 1
           dx/dt = -x / tau : 1 (event-driven)
           dy/dt = -y / tau : 1 (event-driven)""",
        on_pre="""I_post += w
                  c -= 0.15 * y
                  x += 1""",
        on_post="""c += 0.1 * x
                   y += 1""",
        delay={"pre": DT * b.ms},
        namespace={"tau": 20.0 * b.ms, "tonic": TONIC, "kept": float(np.exp(-0.01))},
    )  # fmt: skip
    learn.connect(i=np.repeat(np.arange(N_EXC), OUT_DEGREE),
                  j=rng.integers(0, SIZES["cells"], N_EXC * OUT_DEGREE))  # fmt: skip
    learn.w = 1.0
    learn.run_regularly(
        """w = clip(w + (tonic + D_pre) * c, 0, 4)
           c *= kept""",
        dt=10.0 * b.ms,
    )  # fmt: skip
    inhibit = b.Synapses(cells, cells, on_pre="I_post -= 1", delay=DT * b.ms)
    inhibit.connect(i=np.repeat(np.arange(N_EXC, SIZES["cells"]), OUT_DEGREE),
                    j=rng.integers(0, N_EXC, (SIZES["cells"] - N_EXC) * OUT_DEGREE))  # fmt: skip
    times = rewards(seconds)
    reward = b.SpikeGeneratorGroup(1, np.zeros(times.size, int), times * b.ms)
    release = b.Synapses(reward, cells, on_pre=f"D_post += {REWARD}")
    release.connect()
    return Told(SIZES, {"cells": b.SpikeMonitor(cells)},
                [("cells", learn), ("cells", inhibit)], [cells, reward, release])  # fmt: skip
