"""There are no subnormal numbers inside of a run, and as ever some outside of it."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.jit import COMPILED


@pytest.mark.slow
@pytest.mark.skipif(not COMPILED, reason="plain Python has no such mode")
@pytest.mark.parametrize(("precision", "kind"), [("double", np.float64), ("single", np.float32)])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_decay_stays_among_normal_numbers(precision, kind, threads):
    net = sim.Network(dt=0.1, seed=1, precision=precision, threads=threads)
    kick = net.population("kick", 1, sim.SpikeSource([1.0]))
    cells = net.population("cells", 4, sim.LIF(receptors={"r": sim.ExpCurrent(tau_syn=0.2)}))
    net.project(kick, cells, sim.AllToAll(), weight=100.0, delay=1.0)
    current = net.record(cells, "I_r")
    net.run(200.0)
    values = current.result().values[-100:]
    normal = float(np.finfo(kind).tiny)
    assert ((values == 0.0) | (values >= normal)).all()
    assert values.max() < 10.0 * normal  # that is as far as it goes
    smallest = np.nextafter(kind(0.0), kind(1.0))
    assert smallest * kind(1.0) > 0.0
