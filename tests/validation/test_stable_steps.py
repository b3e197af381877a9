"""No conductance, however large, makes a neuron of the library unstable, at any step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim.channels import Leak

E_INH = -75.0
RESTING = 30.0  # ms


def receptors():
    return {
        "inh": sim.ExpConductance(tau_syn=10.0, E_rev=E_INH),
        "slow": sim.AlphaConductance(tau_syn=3.0, E_rev=E_INH),
    }


def compartment(C_m, g):
    channels = {"leak": Leak(g=g, E=-65.0)}
    return sim.Compartment(C_m=C_m, channels=channels, V_init=-65.0, receptors=receptors())


def library():
    """Every model with conductances at rest, and AdEx by each Runge-Kutta scheme."""
    kinds = (
        sim.LIF, sim.AdaptiveLIF, sim.EIF, sim.AdEx, sim.QIF, sim.Izhikevich,
        sim.IzhikevichHalfSteps, sim.GIF, sim.MAT2, sim.HodgkinHuxley, sim.WangBuzsaki,
        sim.MorrisLecar,
    )  # fmt: skip
    models = {kind.__name__: kind(receptors=receptors()) for kind in kinds}
    models |= {f"AdEx {m}": sim.AdEx(receptors=receptors(), method=m) for m in ("heun", "rk2")}
    models["compartments"] = sim.MultiCompartment(
        compartments={"soma": compartment(50.0, 2.0), "dend": compartment(100.0, 4.0)},
        axial={("soma", "dend"): 10.0},
    )
    models["PinskyRinzel"] = sim.PinskyRinzel(I_s=-0.5, soma=receptors(), dend=receptors())
    models["membrane"] = sim.ConductanceNeuron(
        channels={"leak": Leak(g=10.0, E=-65.0)}, receptors=receptors()
    )
    return models


def inhibited(dt, times, weights):
    """Membrane potentials and spikes of all models, each without and with inhibition."""
    net = sim.Network(dt=dt, seed=1, precision="double")
    source = net.population("source", len(times), sim.SpikeSource([[t] for t in times]))
    found = {}
    columns = np.column_stack([np.zeros(len(times)), weights])
    for name, model in library().items():
        cells = net.population(name, 2, model)
        for receptor in model.receptors:
            net.project(source, cells, sim.AllToAll(), weight=columns, delay=dt, receptor=receptor)
        found[name] = net.record(cells, "V_m"), net.record(cells, "spikes")
    net.run(RESTING)
    return {name: (v.result().values, s.result()) for name, (v, s) in found.items()}


def check(found):
    for name, (V_m, spikes) in found.items():
        low = min(V_m[:, 0].min(), E_INH)
        assert V_m[:, 1].min() >= low - 0.5, name
        assert V_m[:, 1].max() <= max(V_m[:, 0].max(), V_m[0, 0]) + 0.5, name
        assert spikes.train(1).size == 0, name


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::spikesim.SpikesimWarning")  # refractory periods off the grid
@pytest.mark.parametrize(
    ("dt", "times", "weights"),
    [(0.5, [5.0] * 200, [5.0] * 200), (0.1, [5.0], [1e4]), (1.0, [5.0, 6.0], [1e6, 1e6])],
)
def test_pure_inhibition_makes_no_spike(dt, times, weights):
    """At dt = 0.5 ms 200 spikes of 5 nS made AdEx fire, and at 0.1 ms one of 1e4 nS."""
    check(inhibited(dt, times, weights))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::spikesim.SpikesimWarning")
@settings(max_examples=25)
@given(
    dt=st.sampled_from([0.05, 0.1, 0.25, 0.5, 1.0]),
    volleys=st.lists(st.tuples(st.integers(1, 20), st.floats(-1.0, 6.0)), min_size=1, max_size=4),
)
def test_no_inhibition_makes_a_spike(dt, volleys):
    times, powers = zip(*volleys, strict=True)
    check(inhibited(dt, [float(t) for t in times], 10.0 ** np.array(powers)))
