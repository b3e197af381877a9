import numpy as np
import pytest

from spikesim.errors import ValidationError
from spikesim.plot import weight_histogram
from spikesim.units import pA


def test_counts_every_weight(drawn):
    weights = np.random.default_rng(0).normal(size=(20, 30))
    ax = drawn(weight_histogram(weights, bins=17, unit="nS"))
    counts, edges = np.histogram(weights, 17)
    filled, outline = ax.patches
    for stairs in (filled, outline):
        assert np.array_equal(stairs.get_data().values, counts)
        assert np.allclose(stairs.get_data().edges, edges)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("weight (nS)", "synapses")


def test_several_sets_share_their_bins(drawn):
    ax = drawn(
        weight_histogram({"before": [0.0, 1.0], "after": [4.0], "none": []}, unit=pA, log=True)
    )
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["before", "after", "none"]
    assert ax.patches[0].get_data().edges[-1] == 4.0
    assert ax.get_xlabel() == "weight (pA)"
    assert ax.get_yscale() == "log"


def test_equal_weights_are_drawn(drawn):
    for weights in (np.full(10, 0.3), [0.0], [1e300], [-1e300, 1e300], [5e-324, 0.0]):
        drawn(weight_histogram(weights))


@pytest.mark.parametrize("weights", [[], {}, {"a": []}, [np.nan], "many", [[1.0], [1.0, 2.0]]])
def test_bad_weights_are_errors(weights):
    with pytest.raises(ValidationError, match="weights"):
        weight_histogram(weights)
    with pytest.raises(ValidationError, match="bins"):
        weight_histogram([1.0], bins=0)
