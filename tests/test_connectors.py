"""Connectors as descriptions: what may be said, and which sizes a rule fits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from spikesim.connectors import (
    AllToAll,
    DistanceDependent,
    FixedInDegree,
    FixedOutDegree,
    FixedProbability,
    FixedTotalNumber,
    FromArrays,
    FromSparse,
    OneToOne,
    overlap,
)
from spikesim.errors import ValidationError

NOT_WHOLE = st.sampled_from([-1, 1.5, 2.0, "2", None, True, math.nan, [1]])
NOT_FLAG = st.sampled_from([0, 1, "no", None, 1.0])


@given(p=st.floats().filter(lambda p: not 0 <= p <= 1))
def test_probability_outside_0_to_1(p):
    with pytest.raises(ValidationError, match=r"FixedProbability.p: must be"):
        FixedProbability(p)


@given(value=NOT_WHOLE)
def test_degrees_are_whole_numbers(value):
    for rule, name in [(FixedInDegree, "k"), (FixedOutDegree, "k"), (FixedTotalNumber, "n")]:
        with pytest.raises(ValidationError, match=rf"{rule.__name__}.{name}: must be"):
            rule(value)


@given(flag=NOT_FLAG)
def test_flags_are_true_or_false(flag):
    for make, name in [
        (lambda: AllToAll(autapses=flag), "AllToAll.autapses"),
        (lambda: FixedProbability(0.1, autapses=flag), "FixedProbability.autapses"),
        (lambda: FixedInDegree(1, multapses=flag), "FixedInDegree.multapses"),
        (lambda: FixedOutDegree(1, multapses=flag), "FixedOutDegree.multapses"),
        (lambda: FixedTotalNumber(1, autapses=flag), "FixedTotalNumber.autapses"),
    ]:
        with pytest.raises(ValidationError, match=rf"{name}: must be True or False"):
            make()


@given(n=st.integers(1, 50), extra=st.integers(1, 50))
def test_more_partners_than_there_are(n, extra):
    for rule, sizes in [(FixedInDegree, (n, 9)), (FixedOutDegree, (9, n))]:
        rule(n).check(*sizes)
        with pytest.raises(ValidationError, match=rf"k: must be at most {n}, .*multapses=True"):
            rule(n + extra).check(*sizes)
        rule(n + extra, multapses=True).check(*sizes)
        with pytest.raises(ValidationError, match="without autapses"):
            rule(n).check(n, n, 0)
        rule(n, autapses=True).check(n, n, 0)


@given(n=st.integers(0, 8), m=st.integers(0, 8), offset=st.integers(-10, 10))
def test_overlap_counts_the_shared_neurons(n, m, offset):
    shared = sum(0 <= s + offset < m for s in range(n))
    assert overlap(n, m, offset) == shared
    FixedTotalNumber(n * m - shared).check(n, m, offset)
    with pytest.raises(ValidationError, match=r"FixedTotalNumber.n: must be at most"):
        FixedTotalNumber(n * m - shared + 1).check(n, m, offset)
    FixedTotalNumber(n * m, autapses=True).check(n, m, offset)


def test_nobody_to_connect_to():
    with pytest.raises(ValidationError, match="must be at most 0"):
        FixedOutDegree(1, multapses=True).check(1, 1, 0)
    with pytest.raises(ValidationError, match="must be at most 0"):
        FixedInDegree(1, multapses=True).check(0, 4)
    FixedInDegree(5).check(3, 0)
    FixedOutDegree(5).check(0, 3)


def test_one_to_one_needs_equal_sizes():
    OneToOne().check(4, 4)
    with pytest.raises(ValidationError, match=r"OneToOne: .* 4 sources and 5 targets"):
        OneToOne().check(4, 5)


def test_descriptions_are_frozen_and_compare():
    assert FixedProbability(0.1) == FixedProbability(np.float64(0.1))
    with pytest.raises(AttributeError):
        FixedProbability(0.1).p = 0.2


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ([0, -1], [0, 0], r"FromArrays.source: must be an index from 0, got -1 \(at index 1\)"),
        ([0, 1], [0, 2**31], r"FromArrays.target: must be an index"),
        ([0, 1], [0], r"FromArrays.target: must have 2 entries"),
        ([0.0, 1.0], [0, 1], r"FromArrays.source: must be one row of whole numbers"),
        ([True, False], [0, 1], r"FromArrays.source: must be one row of whole numbers"),
        ([[0], [1]], [0, 1], r"FromArrays.source: must be one row"),
        ([[0], [1, 2]], [0, 1], r"FromArrays.source: must be one row"),
        (3, 3, r"FromArrays.source: must be one row"),
    ],
)
def test_bad_index_arrays(source, target, message):
    with pytest.raises(ValidationError, match=message):
        FromArrays(source, target)


@given(n=st.integers(1, 20), beyond=st.integers(0, 20))
def test_indices_beyond_the_population(n, beyond):
    FromArrays([n - 1], [0]).check(n, 1)
    with pytest.raises(ValidationError, match=rf"source: must be below the {n} neurons"):
        FromArrays([0, n + beyond], [0, 0]).check(n, 1)
    with pytest.raises(ValidationError, match=rf"target: must be below the {n} neurons"):
        FromArrays([0, 0], [0, n + beyond]).check(1, n)


def test_empty_arrays_are_no_synapses():
    FromArrays([], []).check(3, 0)


def test_arrays_are_copied():
    source = np.array([0, 1])
    connector = FromArrays(source, source)
    source[0] = 7
    assert connector.source.tolist() == [0, 1]


def test_sparse_matrices():
    with pytest.raises(ValidationError, match=r"FromSparse.matrix: must be a scipy.sparse"):
        FromSparse(np.eye(3))
    with pytest.raises(ValidationError, match=r"FromSparse.matrix: must be finite, got nan"):
        FromSparse(sparse.csr_array([[1.0, math.nan]]))
    with pytest.raises(ValidationError, match=r"matrix: must be a number, got .*j"):
        FromSparse(sparse.csr_array([[1j]]))
    with pytest.raises(ValidationError, match=r"must have shape .* \(2, 3\), got \(3, 2\)"):
        FromSparse(sparse.csr_array((3, 2))).check(2, 3)


@pytest.mark.parametrize(
    ("probability", "source", "target", "message"),
    [
        (0.5, [[0.0]], [[0.0]], "probability: must be a function"),
        (np.exp, [0.0], [[0.0]], r"source_positions: must have shape \(neurons, dimensions\)"),
        (np.exp, [[0.0]], [[]], r"target_positions: must have shape"),
        (np.exp, [[0.0]], [[0.0, 1.0]], "target_positions: must have 1 dimensions"),
        (np.exp, [[math.nan]], [[0.0]], "source_positions: must be finite"),
        (np.exp, [[0.0]], "here", "target_positions: must be a number"),
    ],
)
def test_bad_positions(probability, source, target, message):
    with pytest.raises(ValidationError, match=message):
        DistanceDependent(probability, source, target)


def test_a_position_for_each_neuron():
    connector = DistanceDependent(np.exp, np.zeros((3, 2)), np.zeros((4, 2)))
    connector.check(3, 4)
    with pytest.raises(ValidationError, match="source_positions: must have a row for each of 5"):
        connector.check(5, 4)
    with pytest.raises(ValidationError, match="target_positions: must have a row for each of 3"):
        connector.check(3, 3)
