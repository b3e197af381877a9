"""Spike for spike agreement with Brian2 on a network without randomness.

Brian2 stamps a spike with the start of its step where spikesim takes the end, and clamps a neuron
for one step less: its times are shifted by dt, and its refractory period is longer by dt.
"""

import numpy as np
import pytest

import spikesim as sim

DT = 0.1
DURATION = 1000.0
N_INPUT, N_EXC, N_INH = 60, 100, 30
N = N_EXC + N_INH
CELL = {"C_m": 200.0, "tau_m": 20.0, "E_L": -60.0, "V_th": -50.0, "V_reset": -62.0, "t_ref": 3.0}
TAU = {"exc": 5.0, "inh": 10.0}


@pytest.fixture(scope="module")
def network():
    """Connections, weights (pA), delays (steps), input spikes (steps) and initial V_m."""
    rs = np.random.default_rng(7)

    def connect(n_pre, n_post, p, mean):
        source, target = np.nonzero(rs.random((n_pre, n_post)) < p)
        return {
            "source": source,
            "target": target,
            "weight": mean * rs.uniform(0.5, 1.5, source.size),
            "steps": rs.integers(1, 60, source.size),
        }

    trains = [np.flatnonzero(rs.random(int(DURATION / DT)) < 0.006) + 1 for _ in range(N_INPUT)]
    return {
        "V_m": rs.uniform(-62.0, -50.0, N),
        "I_e": rs.uniform(0.0, 60.0, N),
        "trains": trains,
        "input": connect(N_INPUT, N, 0.25, 60.0),
        "exc": connect(N_EXC, N, 0.15, 25.0),
        "inh": connect(N_INH, N, 0.25, -55.0),
    }


def by_spikesim(network):
    net = sim.Network(dt=DT, seed=1, precision="double")
    receptors = {name: sim.ExpCurrent(tau_syn=tau) for name, tau in TAU.items()}
    cell = sim.LIF(**CELL, I_e=network["I_e"], receptors=receptors)
    cells = net.population("cells", N, cell, initial={"V_m": network["V_m"]})
    pixels = net.population("pixels", N_INPUT, sim.SpikeSource([t * DT for t in network["trains"]]))
    for name, source in {"input": pixels, "exc": cells[:N_EXC], "inh": cells[N_EXC:]}.items():
        c = network[name]
        net.project(
            source, cells, sim.FromArrays(c["source"], c["target"]), weight=c["weight"],
            delay=c["steps"] * DT, receptor="inh" if name == "inh" else "exc", name=name,
        )  # fmt: skip
    spikes = net.record(cells, "spikes")
    net.run(DURATION)
    return np.rint(spikes.result().times / DT).astype(int), spikes.result().ids


def by_brian2(b2, network):
    b2.start_scope()
    b2.defaultclock.dt = DT * b2.ms
    cells = b2.NeuronGroup(
        N,
        """dv/dt = (E_L - v) / tau_m + (I_exc + I_inh + I_e) / C_m : volt (unless refractory)
           dI_exc/dt = -I_exc / tau_exc : amp
           dI_inh/dt = -I_inh / tau_inh : amp
           I_e : amp (constant)""",
        threshold="v >= V_th",
        reset="v = V_reset",
        refractory=(CELL["t_ref"] + DT) * b2.ms,
        method="exact",
        namespace={
            "C_m": CELL["C_m"] * b2.pF,
            "tau_m": CELL["tau_m"] * b2.ms,
            **{name: CELL[name] * b2.mV for name in ("E_L", "V_th", "V_reset")},
            **{f"tau_{name}": tau * b2.ms for name, tau in TAU.items()},
        },
    )
    cells.v, cells.I_e = network["V_m"] * b2.mV, network["I_e"] * b2.pA
    steps = np.concatenate(network["trains"])
    ids = np.repeat(np.arange(N_INPUT), [t.size for t in network["trains"]])
    pixels = b2.SpikeGeneratorGroup(N_INPUT, ids, (steps - 1) * DT * b2.ms)
    monitor = b2.SpikeMonitor(cells)
    net = b2.Network(cells, pixels, monitor)
    for name, source in {"input": pixels, "exc": cells[:N_EXC], "inh": cells[N_EXC:]}.items():
        c = network[name]
        current = "I_inh" if name == "inh" else "I_exc"
        synapses = b2.Synapses(source, cells, "w : amp", on_pre=f"{current}_post += w")
        synapses.connect(i=c["source"], j=c["target"])
        synapses.w = c["weight"] * b2.pA
        synapses.delay = c["steps"] * DT * b2.ms
        net.add(synapses)
    net.run(DURATION * b2.ms)
    steps = np.rint(np.asarray(monitor.t / b2.ms) / DT).astype(int) + 1
    order = np.lexsort((np.asarray(monitor.i), steps))
    return steps[order], np.asarray(monitor.i)[order]


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")
def test_every_spike_agrees(brian2, network):
    ours, theirs = by_spikesim(network), by_brian2(brian2, network)
    counts = np.bincount(ours[1], minlength=N)
    assert 500 < counts.sum() < 20_000
    assert (counts > 0).mean() > 0.9, "the network is alive"
    assert np.array_equal(ours[0], theirs[0])
    assert np.array_equal(ours[1], theirs[1])
