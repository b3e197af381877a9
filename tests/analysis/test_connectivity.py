from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from spikesim.analysis.connectivity import as_triplets, mean_blocks
from spikesim.errors import ValidationError

DENSE = np.array([[1.0, np.nan, 3.0], [np.nan, -2.0, np.nan]])


def test_dense_sparse_and_listed_synapses_are_the_same():
    listed = SimpleNamespace(
        source=np.array([0, 0, 1]), target=np.array([0, 2, 1]), weight=np.array([1.0, 3.0, -2.0])
    )
    sparse = scipy.sparse.csr_array(np.nan_to_num(DENSE))
    for weights in (DENSE, sparse, listed):
        source, target, weight, shape = as_triplets(weights)
        order = np.lexsort((target, source))
        assert source[order].tolist() == [0, 0, 1]
        assert target[order].tolist() == [0, 2, 1]
        assert weight[order].tolist() == [1.0, 3.0, -2.0]
        assert shape == (2, 3)
    assert as_triplets(listed, (5, 6))[3] == (5, 6)


@pytest.mark.parametrize(
    ("weights", "shape"),
    [
        ([1.0, 2.0], None),
        ("weights", None),
        ([[1.0], [np.inf]], None),
        (DENSE, (3, 3)),
        (SimpleNamespace(source=[3], target=[0], weight=[1.0]), (2, 2)),
        (SimpleNamespace(source=[0], target=[0], weight=[1.0]), (2, 2, 2)),
        (SimpleNamespace(source=[0, 1], target=[0], weight=[1.0]), None),
        (SimpleNamespace(source=[0.5], target=[0], weight=[1.0]), None),
    ],
)
def test_what_does_not_fit_is_an_error(weights, shape):
    with pytest.raises(ValidationError):
        as_triplets(weights, shape)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 10), st.integers(0, 2**32 - 1))
def test_block_means_agree_with_a_plain_loop(rows, columns, most, seed):
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((rows, columns)) < 0.5, rng.normal(size=(rows, columns)), np.nan)
    means, block = mean_blocks(*as_triplets(dense), most)
    assert max(means.shape) <= most
    for i, j in np.ndindex(means.shape):
        part = dense[i * block : (i + 1) * block, j * block : (j + 1) * block]
        present = part[~np.isnan(part)]
        expected = present.mean() if present.size else np.nan
        assert np.isclose(means[i, j], expected, equal_nan=True)
