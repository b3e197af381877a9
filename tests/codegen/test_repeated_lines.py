"""Kernels in loops do what kernels in straight lines do, bit by bit."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.codegen import neuron_source
from spikesim.codegen.repeated_lines import LoopCompactor

N = 3


def model(method):
    """An axon with a receptor on each compartment, and parameters that differ between neurons."""
    return sim.cable(
        N, length=150.0, R_m=np.inf, R_i=1.0, method=method,
        channels={"Na": sim.Na(g=1.2 * np.array([1.0, 0.5, 0.0])), "K": sim.K(g=0.36),
                  "pas": sim.Leak(g=0.003, E=-54.4)},
        receptors={"exc": sim.ExpConductance()},
    )  # fmt: skip


def run(method, threads=1, precision="mixed"):
    net = sim.Network(dt=0.025, seed=1, threads=threads, precision=precision)
    cells = net.population("cells", 3, model(method))
    source = net.population("source", 1, sim.SpikeSource([1.0, 1.5]))
    for k in (0, 1):
        net.project(source, cells, sim.AllToAll(), weight=2.0, delay=0.5, receptor=f"exc_c{k}",
                    name=f"to{k}")  # fmt: skip
    net.stimulate(cells[:2], sim.DCCurrent(20.0))
    records = [net.record(cells, name) for name in ("V_m", "V_c2", "m_Na_c2", "g_exc_c1")]
    net.run(4.0)
    cells.set(g_K_c1=np.array([1.0, 2.0, 3.0]), V_c2=-40.0)
    net.run(4.0)
    return np.array([record.result().values for record in records])


@pytest.mark.slow
@pytest.mark.parametrize("method", ["strang", "backward_euler"])
def test_the_same_in_loops_as_in_straight_lines(method, monkeypatch):
    monkeypatch.setattr(neuron_source, "MIN_STATES_FOR_LOOPS", 0)
    rolled = run(method)
    assert "_T0" in model(method).source()
    monkeypatch.setattr(neuron_source, "MIN_STATES_FOR_LOOPS", 10**9)
    straight = run(method)
    assert "_T0" not in model(method).source()
    assert rolled == pytest.approx(straight, rel=1e-11, abs=1e-12)
    assert np.ptp(rolled[0]) > 50.0


@pytest.mark.slow
def test_the_same_on_two_threads(monkeypatch):
    monkeypatch.setattr(neuron_source, "MIN_STATES_FOR_LOOPS", 0)
    assert np.array_equal(run("strang"), run("strang", threads=2))


@pytest.mark.thorough
def test_the_text_does_not_grow_with_the_number_of_compartments():
    channels = {"Na": sim.Na(g=1.2), "K": sim.K(g=0.36)}

    def lines(n):
        return len(sim.cable(n, channels=channels, method="strang").source().splitlines())

    assert lines(12) == lines(30) < 250


def test_runs_of_blocks_become_loops():
    lines = ["a = 1.0", *(f"{line}" for k in range(5) for line in (f"f = x{k} * a", f"y{k} += f"))]
    roller = LoopCompactor()
    text = roller.lines(lines, lambda name: True)
    names = {f"{kind}{k}": float(k + 2) for kind in "xy" for k in range(5)}
    y = np.zeros(len(roller.place))
    for name, value in names.items():
        y[roller.place[name]] = value
    scope = {"np": np, "_y": y}
    exec("\n".join([*roller.tables, *text]), scope)
    assert len(text) == 4
    for k in range(5):
        assert y[roller.place[f"y{k}"]] == 2 * (k + 2)
