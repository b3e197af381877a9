from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse

import spikesim as sim
from spikesim.errors import ValidationError
from spikesim.plot import weight_matrix


def test_shows_sources_downwards_and_gaps_where_there_is_no_synapse(drawn):
    weights = np.array([[1.0, np.nan, 3.0], [np.nan, 2.0, np.nan]])
    ax = drawn(weight_matrix(weights, unit="pA"))
    shown = ax.images[0].get_array()
    assert np.array_equal(shown.filled(np.nan), weights, equal_nan=True)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("target neuron", "source neuron")
    assert ax.get_xlim() == (-0.5, 2.5)
    assert ax.get_ylim() == (1.5, -0.5)
    assert ax.figure.axes[1].get_ylabel() == "weight (pA)"


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7, 40])
def test_neurons_have_whole_numbers(drawn, n):
    ax = drawn(weight_matrix(np.ones((n, n))))
    for axis in (ax.xaxis, ax.yaxis):
        ticks = axis.get_majorticklocs()
        assert np.array_equal(ticks, np.rint(ticks))
        assert {0.0} <= set(ticks)


def test_zero_is_white_between_weights_of_both_signs(drawn):
    ax = drawn(weight_matrix([[2.0, 1.0], [0.0, -8.0]]))
    image = ax.images[0]
    assert image.norm(0.0) == 0.5
    assert (image.norm.vmin, image.norm.vmax) == (-8.0, 2.0)


def test_large_matrices_are_block_means(drawn):
    weights = scipy.sparse.random_array((1203, 900), density=0.01, rng=np.random.default_rng(0))
    ax = drawn(weight_matrix(weights, unit="nS"))
    assert max(ax.images[0].get_array().shape) <= 500
    assert ax.get_ylim() == (1202.5, -0.5)
    assert ax.figure.axes[1].get_ylabel() == "mean weight (nS)\nin blocks of 3 x 3"


def test_a_matrix_without_synapses_is_drawn(drawn):
    drawn(weight_matrix(np.full((3, 4), np.nan)))
    for weights in (np.zeros((0, 0)), np.zeros((0, 3)), scipy.sparse.csr_array((3, 3))):
        drawn(weight_matrix(weights))


def test_a_projection_without_synapses_is_drawn(drawn):
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF())
    none = net.project(cells, cells, sim.FixedProbability(0.0), weight=1.0, delay=1.0)
    drawn(weight_matrix(none.connections()))
    ax = drawn(weight_matrix(none.connections(), shape=(3, 3)))
    assert ax.get_ylim() == (2.5, -0.5)


def test_bad_input_is_an_error():
    with pytest.raises(ValidationError, match="matrix"):
        weight_matrix([1.0, 2.0])
    with pytest.raises(ValidationError, match="shape"):
        weight_matrix(np.ones((2, 2)), shape=(3, 3))


def test_a_projection_is_not_its_connections():
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF())
    projection = net.project(cells, cells, sim.AllToAll(), weight=1.0, delay=1.0)
    for wrong in (projection, net, cells, "weights", SimpleNamespace(source=[1])):
        kind = type(wrong).__name__
        with pytest.raises(
            ValidationError, match=rf"^weights: must be .*connections\(\), got {kind}"
        ):
            weight_matrix(wrong)
