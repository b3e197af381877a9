"""What recorders refuse, and what they are called."""

import numpy as np
import pytest

import spikesim as sim


@pytest.fixture
def network():
    net = sim.Network(seed=1)
    cells = net.population("cells", 4, sim.AdaptiveLIF())
    source = net.population("source", 2, sim.PoissonSource(5.0))
    static = net.project(source, cells, sim.AllToAll(), weight=1.0, delay=1.0, name="static")
    plastic = net.project(source, cells, sim.AllToAll(), weight=0.5, delay=1.0, name="plastic",
                          plasticity=sim.PairSTDP(), delay_is="axonal")  # fmt: skip
    return {"net": net, "cells": cells, "source": source, "static": static, "plastic": plastic}


@pytest.mark.parametrize(
    ("target", "variable", "options", "text"),
    [
        ("cells", "V", {}, r"cells\.variable: unknown name 'V'.*'spikes', 'V_m', 'theta'"),
        ("cells", "tau_m", {}, r"cells\.variable: unknown name 'tau_m'"),
        ("cells", "weight", {}, r"cells\.variable: unknown name 'weight'"),
        ("cells", 5, {}, r"cells\.variable: unknown name 5"),
        ("cells", None, {}, r"cells\.variable: unknown name None"),
        ("cells", [], {}, r"cells\.variable: unknown name \[\]"),
        ("source", "V_m", {}, r"source: a source of spikes has no variable 'V_m'"),
        ("source", "rate", {}, r"source: a source of spikes has no variable 'rate'"),
        ("cells", "spikes", {"every": 1.0}, r"cells\.every: spikes have no sampling interval"),
        ("cells", "spikes", {"synapses": [1]}, r"cells\.synapses: "),
        ("cells", "V_m", {"synapses": [1]}, r"cells\.synapses: "),
        ("cells", "V_m", {"every": 0.25}, r"record\.every: must be a positive multiple of dt"),
        ("cells", "V_m", {"every": 0.0}, r"record\.every: must be positive"),
        ("cells", "V_m", {"every": -1.0}, r"record\.every: must be positive"),
        ("cells", "V_m", {"every": np.nan}, r"record\.every: must be positive"),
        ("cells", "V_m", {"every": "often"}, r"record\.every: must be a number in ms, got 'often'"),
        ("cells", "V_m", {"every": 1e308}, r"record\.every: must be"),
        ("static", "weight", {"every": 1.0}, r"static\.weight: is not plastic"),
        ("plastic", "weight", {}, r"plastic\.every: pass every=\.\.\., .* every=100\.0"),
        ("plastic", "spikes", {}, r"plastic\.variable: unknown name 'spikes'.*'weight'"),
        (
            "plastic",
            "weight",
            {"every": 1.0, "synapses": [8]},
            r"plastic\.synapses: .*below the 8 synapses.*got 8",
        ),
        ("plastic", "weight", {"every": 1.0, "synapses": [-1]}, r"plastic\.synapses: "),
        (
            "plastic",
            "weight",
            {"every": 1.0, "synapses": [1.5]},
            r"plastic\.synapses: .*whole.*1\.5",
        ),
        ("plastic", "weight", {"every": 1.0, "synapses": [[1, 2]]}, r"plastic\.synapses: "),
        ("plastic", "weight", {"every": 1.0, "synapses": [1, 1]}, r"plastic\.synapses: "),
        ("plastic", "weight", {"every": 1.0, "synapses": [1e300]}, r"plastic\.synapses: "),
        ("plastic", "weight", {"every": 1.0, "synapses": "all"}, r"plastic\.synapses: "),
    ],
)
def test_what_is_refused(network, target, variable, options, text):
    def record():
        network["net"].record(network[target], variable, **options)
        network["net"].run(2.0)

    with pytest.raises(sim.ValidationError, match=text):
        record()


@pytest.mark.parametrize("target", ["cells", None, 5])
def test_only_populations_and_projections_are_recorded(network, target):
    with pytest.raises(sim.ValidationError, match=r"record\.target: must be a population, a proj"):
        network["net"].record(target, "spikes")


@pytest.mark.thorough
def test_recorders_know_what_they_are_of(network):
    net = network["net"]
    names = [
        net.record(network["cells"], "spikes"),
        net.record(network["cells"][:2], "theta", every=2.0),
        net.record(network["plastic"], "weight", every=1.0, synapses=3),
    ]
    assert [r.name for r in names] == ["cells.spikes", "cells[0:2].theta", "plastic.weight"]
    assert [r.every for r in names] == [None, 2.0, 1.0]
    assert repr(names[0]) == "<SpikeRecorder of cells.spikes>"
    net.run(2.0)
    assert names[2].result().values.shape[1] == 1


@pytest.mark.thorough
def test_a_recorder_refused_late_changes_nothing(network):
    net = network["net"]
    good = net.record(network["cells"], "V_m")
    net.run(1.0)
    with pytest.raises(sim.ValidationError, match=r"synapses"):
        net.record(network["plastic"], "weight", every=1.0, synapses=[99])
    net.run(1.0)
    assert good.result().values.shape == (21, 4)
    net.reset()
    net.run(1.0)
    assert good.result().values.shape == (11, 4)
