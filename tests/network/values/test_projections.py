"""Reading and setting synapses between runs."""

import numpy as np
import pytest

import spikesim as sim
from tests.network.values.rig import RECEPTORS, network

CONNECTORS = {
    "sparse": (sim.FixedProbability(0.5), sim.Uniform(1.0, 2.0)),
    "sparse, one weight": (sim.FixedProbability(0.5), 1.5),
    "dense": (sim.AllToAll(), sim.Uniform(1.0, 2.0)),
    "sum": (sim.AllToAll(), 1.5),
    "sum without itself": (sim.AllToAll(autapses=False), 1.5),
}


@pytest.mark.parametrize("kind", CONNECTORS)
def test_connections_and_weights_agree(kind):
    net, cells = network()
    connector, weight = CONNECTORS[kind]
    p = net.project(cells, cells, connector, weight=weight, delay=1.0, receptor="exc")
    c = p.connections()
    assert len(c) == c.source.size == c.target.size == c.weight.size == c.delay.size
    assert np.array_equal(p.weight, c.weight)
    assert np.array_equal(p.delay, c.delay)
    assert np.array_equal(np.lexsort((c.target, c.source)), np.arange(len(c)))
    assert len(np.unique(c.source * 8 + c.target)) == len(c)
    if kind.startswith("sum without"):
        assert len(c) == 56
        assert (c.source != c.target).all()
    elif not kind.startswith("sparse"):
        assert len(c) == 64


@pytest.mark.parametrize("kind", CONNECTORS)
def test_one_weight_for_all_can_be_set(kind):
    """It acts at once, on spikes that are emitted from then on."""
    net = sim.Network(seed=2, precision="double")
    source = net.population("source", 8, sim.SpikeSource([[1.0, 3.0]] * 8))
    cells = net.population("cells", 8, sim.LIF(receptors=RECEPTORS))
    connector, weight = CONNECTORS[kind]
    p = net.project(source, cells, connector, weight=weight, delay=1.0, receptor="exc")
    net.run(2.5)
    p.weight = 0.0
    cells.set(I_exc=0.0)
    assert (p.weight == 0.0).all()
    net.run(0.5)
    p.weight = 4.0
    net.run(1.0)
    reached = np.bincount(p.connections().target, minlength=8)
    assert cells.get("I_exc") == pytest.approx(0.0 * reached), "emitted with weight 0"
    net.reset()
    net.run(0.5)
    p.weight = 4.0
    net.run(1.5)
    assert cells.get("I_exc") == pytest.approx(4.0 * reached)


def test_weights_one_by_one():
    net, cells = network()
    p = net.project(cells, cells, sim.FixedProbability(0.5), weight=sim.Uniform(0.0, 1.0),
                    delay=1.0, receptor="exc")  # fmt: skip
    given = np.arange(len(p.connections()), dtype=float)
    p.weight = given
    assert np.array_equal(p.weight, given)
    with pytest.raises(sim.ValidationError, match="would not reach the network"):
        p.weight[:] = 0.0
    assert np.array_equal(p.weight, given)
    for bad in (given[:-1], np.nan, "heavy", [[1.0]]):
        with pytest.raises(sim.ValidationError, match=r"cells->cells\.weight: "):
            p.weight = bad
    assert np.array_equal(p.weight, given)


def test_weights_as_a_matrix():
    """As `project` takes them: by source and target, in the order of the selections."""
    net, cells = network()
    ends = cells[[5, 1, 0]], cells[::-1][:4]
    matrix = np.arange(12.0).reshape(3, 4)
    for connector in (sim.AllToAll(), sim.FixedProbability(0.6, autapses=True)):
        p = net.project(*ends, connector, weight=np.ones((3, 4)), delay=sim.Uniform(1.0, 5.0),
                        receptor="exc")  # fmt: skip
        p.weight = matrix
        there = p.connections()
        assert np.array_equal(p.weight, matrix[there.source, there.target])
        with pytest.raises(sim.ValidationError, match=r"or of shape \(3, 4\), got shape \(4, 3\)"):
            p.weight = matrix.T
        net.reset()


def test_one_weight_was_built_for_all():
    net, cells = network()
    p = net.project(cells, cells, sim.FixedProbability(0.5), weight=1.0, delay=1.0, receptor="exc")
    with pytest.raises(sim.ValidationError, match="built with one weight for all"):
        p.weight = np.arange(len(p.connections()), dtype=float)
    p.weight = np.full(len(p.connections()), 2.0)
    assert (p.weight == 2.0).all()


@pytest.mark.parametrize("plastic", [False, True])
@pytest.mark.parametrize("precision", ["mixed", "single"])
def test_a_weight_beyond_single_precision(precision, plastic):
    net, cells = network(precision=precision)
    rule = {"plasticity": sim.PairSTDP(w_max=1e308), "delay_is": "axonal"} if plastic else {}
    p = net.project(cells, cells, sim.AllToAll(), weight=sim.Uniform(0.0, 1.0), delay=1.0,
                    receptor="exc", **rule)  # fmt: skip
    with pytest.raises(sim.ValidationError, match=r"weight: too large .*1e\+300"):
        p.weight = 1e300
    assert p.weight.max() <= 1.0


def test_learning_needs_plasticity():
    net, cells = network()
    p = net.project(cells, cells, sim.AllToAll(), weight=1.0, delay=1.0, receptor="exc")
    assert not p.learning
    with pytest.raises(sim.ValidationError, match=r"cells->cells\.learning: .*no plasticity"):
        p.learning = True
    with pytest.raises(sim.ValidationError, match="no plasticity"):
        p.normalize(1.0)
    net.learning = True
    assert not p.learning


@pytest.mark.parametrize("bad", ["no", None, 3, [], 0.5])
def test_learning_is_on_or_off(bad):
    net, cells = network()
    p = net.project(cells, cells, sim.AllToAll(), weight=0.5, delay=1.0, receptor="exc",
                    plasticity=sim.Oja(), delay_is="axonal")  # fmt: skip
    with pytest.raises(sim.ValidationError, match=r"learning: must be True or False"):
        p.learning = bad
    assert p.learning
