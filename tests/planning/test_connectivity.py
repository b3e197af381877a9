"""Networks from rules: invariants, statistics, and one network for one key."""

import os
import subprocess
import sys
import warnings

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from spikesim import rng
from spikesim.connectors import (
    AllToAll,
    Connector,
    DistanceDependent,
    FixedInDegree,
    FixedOutDegree,
    FixedProbability,
    FixedTotalNumber,
    FromArrays,
    FromSparse,
    OneToOne,
)
from spikesim.distributions import Constant, LogNormal, Normal, Uniform
from spikesim.errors import SpikesimWarning, ValidationError
from spikesim.kernels import connect as kernels
from spikesim.kernels import draws
from spikesim.kernels.bitset import mark_sample, take_marks
from spikesim.planning.connect import Sides, connect
from spikesim.planning.connectivity import assign, build_csr

KEY = rng.key(3, "projection")
SEEDS = st.integers(0, 2**62)
SIZES = st.integers(0, 80)
OFFSETS = st.none() | st.integers(-90, 90)


def sources(csr):
    return np.repeat(np.arange(csr.indptr.size - 1), np.diff(csr.indptr))


def pairs(csr):
    return np.stack([sources(csr), csr.targets], axis=1)


def matrix(csr, n_post):
    """How many synapses each pair has."""
    counts = np.zeros((csr.indptr.size - 1, n_post), int)
    np.add.at(counts, (sources(csr), csr.targets), 1)
    return counts


def own_pairs(n_pre, n_post, offset):
    """Which pairs are a neuron with itself."""
    if offset is None:
        return np.zeros((n_pre, n_post), bool)
    return np.arange(n_pre)[:, None] + offset == np.arange(n_post)


def check_form(csr, n_pre, n_post):
    assert csr.indptr.dtype == np.int64
    assert csr.targets.dtype == np.int32
    assert csr.indptr.shape == (n_pre + 1,)
    assert csr.indptr[0] == 0
    assert csr.indptr[-1] == csr.targets.size == csr.n_syn
    assert np.all((csr.targets >= 0) & (csr.targets < n_post))
    order = pairs(csr)
    assert np.all(np.diff(order[:, 0] * (n_post + 1) + order[:, 1]) >= 0)


@st.composite
def random_rules(draw, n_pre, n_post, offset):
    """A rule that fits the sizes, with what it may do."""
    autapses, multapses = draw(st.booleans()), draw(st.booleans())
    flags = {"autapses": autapses, "multapses": multapses}
    barred = 0 if autapses else int(own_pairs(n_pre, n_post, offset).sum())
    several = 30 * multapses
    most_in, most_out = max(n_pre - (barred > 0), 0), max(n_post - (barred > 0), 0)
    kind = draw(st.sampled_from(["p", "in", "out", "total", "all", "distance"]))
    if kind == "in":
        return FixedInDegree(draw(st.integers(0, most_in + several * (most_in > 0))), **flags)
    if kind == "out":
        return FixedOutDegree(draw(st.integers(0, most_out + several * (most_out > 0))), **flags)
    if kind == "total":
        possible = n_pre * n_post - barred
        return FixedTotalNumber(draw(st.integers(0, possible + several * (possible > 0))), **flags)
    if kind == "all":
        return AllToAll(autapses)
    if kind == "distance":
        where = np.arange(n_pre)[:, None], np.arange(n_post)[:, None]
        return DistanceDependent(lambda d: np.exp(-d / 20), *where, autapses=autapses)
    return FixedProbability(draw(st.floats(0, 1)), autapses)


@settings(deadline=None)  # the first example may compile
@given(data=st.data(), n_pre=SIZES, n_post=SIZES, offset=OFFSETS, seed=SEEDS)
def test_invariants(data, n_pre, n_post, offset, seed):
    rule = data.draw(random_rules(n_pre, n_post, offset))
    csr = build_csr(rule, n_pre, n_post, key=rng.key(seed), self_offset=offset)
    check_form(csr, n_pre, n_post)
    counts = matrix(csr, n_post)
    if not getattr(rule, "multapses", False):
        assert counts.max(initial=0) <= 1
    if not rule.autapses:
        assert not counts[own_pairs(n_pre, n_post, offset)].any()
    if isinstance(rule, FixedInDegree):
        assert np.all(counts.sum(axis=0) == rule.k)
    if isinstance(rule, FixedOutDegree):
        assert np.all(counts.sum(axis=1) == rule.k)
    if isinstance(rule, FixedTotalNumber):
        assert csr.n_syn == rule.n
    if isinstance(rule, AllToAll):
        expected = rule.autapses | ~own_pairs(n_pre, n_post, offset)
        assert np.array_equal(counts, expected)


RANDOM = [
    FixedProbability(0.3),
    FixedInDegree(10),
    FixedInDegree(10, multapses=True),
    FixedOutDegree(10),
    FixedTotalNumber(400),
    FixedTotalNumber(400, multapses=True),
    DistanceDependent(lambda d: np.exp(-d), np.zeros((40, 1)), np.ones((30, 1))),
]


@pytest.mark.parametrize("rule", RANDOM, ids=lambda rule: type(rule).__name__)
def test_a_network_is_a_function_of_its_key(rule):
    first, again, other = (build_csr(rule, 40, 30, key=rng.key(s)) for s in (1, 1, 2))
    assert np.array_equal(first.indptr, again.indptr)
    assert np.array_equal(first.targets, again.targets)
    assert not np.array_equal(pairs(first), pairs(other))


def test_rows_and_columns_do_not_depend_on_their_number():
    few, many = (build_csr(FixedProbability(0.3), n, 50, key=KEY) for n in (10, 20))
    assert np.array_equal(few.targets, many.targets[: few.n_syn])
    few, many = (build_csr(FixedInDegree(7), 50, n, key=KEY) for n in (10, 20))
    assert np.array_equal(matrix(few, 10), matrix(many, 20)[:, :10])


@pytest.mark.parametrize(
    ("rule", "p"),
    [
        (FixedProbability(0.1), 0.1),
        (FixedInDegree(8), 0.1),
        (FixedOutDegree(6), 0.1),
        (FixedTotalNumber(480), 0.1),
        (DistanceDependent(lambda d: 0 * d + 0.1, np.zeros((80, 1)), np.zeros((60, 1))), 0.1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_pair_is_equally_likely(rule, p):
    runs = 400
    total = sum(matrix(build_csr(rule, 80, 60, key=rng.key(s)), 60) for s in range(runs))
    z = (total - runs * p) / np.sqrt(runs * p * (1 - p))
    # 4,800 pairs: mean and spread of the standardised counts, and no pair far out.
    assert abs(z.mean()) < 5 / np.sqrt(z.size)
    assert abs(z.std() - 1) < 0.06
    assert abs(z).max() < 6


def test_autapses_leave_the_others_equally_likely():
    runs = 600
    for rule in (FixedOutDegree(3), FixedInDegree(3), FixedTotalNumber(60)):
        nets = (build_csr(rule, 20, 20, key=rng.key(s), self_offset=0) for s in range(runs))
        total = sum(matrix(net, 20) for net in nets)
        others = total[~np.eye(20, dtype=bool)]
        p = 3 / 19
        assert total.trace() == 0
        assert abs(others.mean() - runs * p) < 1e-9
        assert abs(others - runs * p).max() < 5.5 * np.sqrt(runs * p * (1 - p))


def test_row_lengths_follow_their_laws():
    binomial = np.diff(build_csr(FixedProbability(0.1), 4000, 900, key=KEY).indptr)
    assert binomial.mean() == pytest.approx(90, abs=5 * np.sqrt(81 / 4000))
    assert binomial.var() == pytest.approx(81, rel=0.12)
    for several in (False, True):
        rule = FixedTotalNumber(40 * 500, multapses=several)
        nets = (build_csr(rule, 40, 1000, key=rng.key(s)) for s in range(200))
        lengths = np.concatenate([np.diff(net.indptr) for net in nets])
        law = stats.binom(20_000, 1 / 40) if several else stats.hypergeom(40_000, 1000, 20_000)
        assert lengths.mean() == 500
        assert lengths.var() == pytest.approx(law.var(), rel=0.08)


def test_multapses_are_as_many_as_chance_has_it():
    net = build_csr(FixedInDegree(50, multapses=True), 100, 2000, key=KEY)
    counts = matrix(net, 2000)
    for times in range(4):
        share = (counts == times).mean()
        assert share == pytest.approx(stats.binom(50, 0.01).pmf(times), abs=5e-3)


def test_probability_of_distance():
    x, y = np.arange(50.0)[:, None], np.zeros((3000, 1))
    net = build_csr(DistanceDependent(lambda d: np.exp(-d / 10), x, y), 50, 3000, key=KEY)
    p = np.exp(-np.arange(50) / 10)
    z = (np.diff(net.indptr) - 3000 * p) / np.sqrt(3000 * p * (1 - p) + 1e-9)
    assert np.diff(net.indptr)[0] == 3000
    assert abs(z).max() < 5


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda d: d, r"must return values from 0 to 1, got 2.0 at distance 2.0"),
        (lambda d: d * np.nan, r"must return values from 0 to 1, got nan"),
        (lambda d: 0.5, r"must return the shape of its distances, \(2, 1\), got \(\)"),
        (lambda d: ["x"], r"failed on a distance array of shape \(2, 1\)"),
    ],
)
def test_bad_probability_functions(function, message):
    rule = DistanceDependent(function, [[0.0], [2.0]], [[0.0]])
    with pytest.raises(ValidationError, match=message):
        build_csr(rule, 2, 1, key=KEY)


def test_one_to_one():
    net = build_csr(OneToOne(), 5, 5, key=KEY, self_offset=0)
    check_form(net, 5, 5)
    assert np.array_equal(matrix(net, 5), np.eye(5))


@settings(deadline=None)  # the first example may compile
@given(data=st.data(), n_pre=st.integers(1, 9), n_post=st.integers(1, 9), n=st.integers(0, 60))
def test_given_arrays_and_their_weights_stay_together(data, n_pre, n_post, n):
    index = lambda below: st.lists(st.integers(0, below - 1), min_size=n, max_size=n)  # noqa: E731
    source, target = data.draw(index(n_pre)), data.draw(index(n_post))
    weight = np.arange(n, dtype=float)
    delay = np.array(data.draw(st.lists(st.integers(1, 300), min_size=n, max_size=n)), float)
    net = build_csr(FromArrays(source, target), n_pre, n_post, key=KEY)
    check_form(net, n_pre, n_post)
    s = assign(net, weight, delay, 1.0, key=KEY, dtype=np.float64)
    steps = np.broadcast_to(s.delay_steps, n)
    got = sorted(zip(sources(s), s.targets, s.weight, steps, strict=True))
    assert got == sorted(zip(source, target, weight, delay, strict=True))


def test_sparse_matrix():
    dense = np.random.default_rng(0).random((7, 9)) * (
        np.random.default_rng(1).random((7, 9)) > 0.5
    )
    for given_as in (sparse.csr_array, sparse.coo_matrix, sparse.csc_matrix):
        net = build_csr(FromSparse(given_as(dense)), 7, 9, key=KEY)
        check_form(net, 7, 9)
        s = assign(net, None, 1.0, 0.1, key=KEY, dtype=np.float64)
        back = sparse.csr_array((s.weight, s.targets, s.indptr), shape=(7, 9)).toarray()
        assert np.array_equal(back, dense)
    with pytest.raises(ValidationError, match=r"weight: must be None"):
        assign(net, 1.0, 1.0, 0.1, key=KEY)
    explicit = sparse.csr_array(([0.0, 2.0], ([0, 0], [1, 0])), shape=(1, 2))
    assert build_csr(FromSparse(explicit), 1, 2, key=KEY).targets.tolist() == [0, 1]


def test_what_is_no_connector():
    with pytest.raises(ValidationError, match="must be a connector such as"):
        build_csr(0.1, 3, 3, key=KEY)
    with pytest.raises(ValidationError, match="no way to build Connector is registered"):
        build_csr(Connector(), 3, 3, key=KEY)


def test_a_new_connector_registers_itself():
    class Reversed(Connector):
        pass

    @connect.register
    def _(connector: Reversed, sides: Sides):
        last = np.arange(sides.n_post)[::-1]
        return connect(FromArrays(np.arange(sides.n_pre), last), sides)

    assert build_csr(Reversed(), 3, 3, key=KEY).targets.tolist() == [2, 1, 0]


def test_uniform_weight_and_delay_stay_numbers():
    net = build_csr(FixedProbability(0.5), 20, 30, key=KEY)
    for weight, delay in [
        (2, 1.5),
        (Constant(2.0), Constant(1.5)),
        (np.float32(2), np.full(net.n_syn, 1.5)),
    ]:
        s = assign(net, weight, delay, 0.1, key=KEY)
        assert s.weight == 2.0
        assert isinstance(s.weight, float)
        assert s.delay_steps == 15
        assert isinstance(s.delay_steps, int)
        assert s.targets is net.targets


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("weight", "cdf"),
    [
        (Uniform(0.0, 0.3), stats.uniform(0, 0.3).cdf),
        (Normal(87.8, 8.78), stats.norm(87.8, 8.78).cdf),
    ],
    ids=["uniform", "normal"],
)
def test_drawn_weights(weight, cdf, dtype):
    net = build_csr(FixedOutDegree(60), 300, 100, key=KEY)
    s = assign(net, weight, 1.0, 0.1, key=KEY, dtype=dtype)
    assert s.weight.dtype == dtype
    assert stats.kstest(s.weight.astype(float), cdf).pvalue > 1e-3
    other = assign(net, weight, 1.0, 0.1, key=rng.key(4), dtype=dtype)
    assert abs(np.corrcoef(s.weight, other.weight)[0, 1]) < 0.05


def test_drawn_weights_depend_on_row_and_position_alone():
    few = assign(build_csr(FixedOutDegree(5), 3, 9, key=KEY), Uniform(0, 1), 1.0, 1.0, key=KEY)
    many = assign(
        build_csr(FixedOutDegree(8), 4, 99, key=rng.key(8)), Uniform(0, 1), 1.0, 1.0, key=KEY
    )
    assert np.array_equal(few.weight.reshape(3, 5), many.weight.reshape(4, 8)[:3, :5])


@settings(deadline=None)  # the first example may compile
@given(seed=SEEDS, longest=st.sampled_from([0.5, 5.0, 400.0]), uniform=st.booleans())
@pytest.mark.parametrize("blocks", [1, 8])
def test_rows_are_sorted_by_block_delay_and_target(seed, longest, uniform, blocks):
    key = rng.key(seed)
    net = build_csr(FixedTotalNumber(300, multapses=True), 12, 40, key=key)
    plain = net.targets.copy()
    weight = 3.0 if uniform else np.arange(300.0)
    s = assign(net, weight, Uniform(0.1, longest), 0.1, key=key, blocks=blocks)
    assert s.delay_steps.dtype == (np.uint8 if longest < 25 else np.uint16)
    block = s.targets * blocks // 40
    code = (sources(s) * 10 + block) * 10**8 + s.delay_steps.astype(int) * 100 + s.targets
    assert np.all(np.diff(code) >= 0)
    if uniform:
        assert s.weight == 3.0
    else:
        # The weight names the synapse, so it must still be with its target, in its row.
        place = s.weight.astype(int)
        assert np.array_equal(plain[place], s.targets)
        assert np.array_equal(np.sort(place), np.arange(300))
        assert np.array_equal(np.searchsorted(s.indptr, place, side="right") - 1, sources(s))


def test_drawn_delays_follow_their_law_silently():
    net = build_csr(FixedOutDegree(100), 200, 200, key=KEY)
    law = Normal(1.5, 0.75)
    s = assign(net, 1.0, law, 0.1, key=KEY)
    edges = (np.arange(1, 42) - 0.5) * 0.1
    expected = np.diff(stats.norm(1.5, 0.75).cdf(edges))
    got = np.bincount(s.delay_steps, minlength=41)[1:41]
    expected *= got.sum() / expected.sum()
    assert s.delay_steps.min() == 1
    assert stats.chisquare(got, expected).pvalue > 1e-3


def test_delays_off_the_grid_are_rounded_with_one_warning():
    net = build_csr(AllToAll(), 2, 2, key=KEY)
    with pytest.warns(
        SpikesimWarning, match=r"syn.delay: 1.54 ms is not .* 0.1 ms; rounded to 1.5"
    ):
        s = assign(net, 1.0, 1.54, 0.1, key=KEY, owner="syn")
    assert s.delay_steps == 15
    with pytest.warns(SpikesimWarning, match=r"0.26 ms \(and 1 more\)") as caught:
        s = assign(net, 1.0, [0.3, 0.26, 0.5, 0.14], 0.1, key=KEY, blocks=1)
    assert len(caught) == 1
    assert s.delay_steps.tolist() == [3, 3, 1, 5]


@settings(deadline=None)  # the first example may compile
@given(steps=st.integers(1, 65535), dt=st.sampled_from([0.1, 0.01, 0.025, 1 / 3, 1.0]))
def test_delays_on_the_grid_are_taken_silently(steps, dt):
    net = build_csr(OneToOne(), 2, 2, key=KEY)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert assign(net, 1.0, steps * dt, dt, key=KEY).delay_steps == steps


@pytest.mark.parametrize(
    ("delay", "message"),
    [
        (0.0, r"net.delay: must be positive, got 0.0 ms; the shortest is dt = 0.1 ms"),
        (-1.0, r"net.delay: must be positive, got -1.0 ms; the shortest"),
        (0.04, r"net.delay: must be at least dt = 0.1 ms, got 0.04 ms"),
        (6553.6, r"net.delay: must be at most 65535 steps = 6553.5 ms, got 6553.6 ms"),
        (1.7e307, r"net.delay: must be at most 65535 steps"),
        ([1.0, 1.7e307], r"net.delay: must be at most 65535 steps"),
        ([1.0, 0.0], r"net.delay: must be positive, got 0.0 ms"),
        (np.nan, r"net.delay: must be finite"),
        (
            [1.0, 2.0, 3.0],
            r"net.delay: .*each of 2 synapses, or of shape \(2, 2\), got shape \(3,\)",
        ),
        ("long", r"net.delay: must be a number in ms"),
        (Uniform(0.0, 0.05), r"net.delay: only 0 of the draws"),
        (Uniform(7000.0, 9000.0), r"net.delay: .* beyond 65535 steps"),
        (LogNormal(1e300, 1e305), r"net.delay: .* beyond 65535 steps"),
    ],
)
def test_bad_delays(delay, message):
    net = build_csr(OneToOne(), 2, 2, key=KEY)
    with pytest.raises(ValidationError, match=message):
        assign(net, 1.0, delay, 0.1, key=KEY, owner="net")


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (None, r"net.weight: must be a number"),
        (np.inf, r"net.weight: must be finite"),
        (1e39, r"net.weight: too large for float32: 1e\+39"),
        (Normal(1e39, 0.0), r"net.weight: too large for float32"),
        (np.ones((2, 3)), r"net.weight: must be one number.*got shape \(2, 3\)"),
    ],
)
def test_bad_weights(weight, message):
    net = build_csr(OneToOne(), 2, 2, key=KEY)
    with pytest.raises(ValidationError, match=message):
        assign(net, weight, 1.0, 0.1, key=KEY, owner="net")


def test_matrices_are_looked_up():
    weight = np.arange(20.0).reshape(4, 5)
    for rule, offset in [(AllToAll(), None), (AllToAll(False), 0), (FixedProbability(0.5), None)]:
        net = build_csr(rule, 4, 5, key=KEY, self_offset=offset)
        s = assign(net, weight, weight + 1.0, 1.0, key=KEY)
        assert np.array_equal(s.weight, weight[sources(s), s.targets])
        assert np.array_equal(s.delay_steps, s.weight + 1)


def test_no_synapses():
    net = build_csr(FixedProbability(0.0), 4, 5, key=KEY)
    s = assign(net, Uniform(0, 1), Uniform(1, 2), 0.1, key=KEY)
    assert s.weight.size == s.delay_steps.size == s.targets.size == 0
    assert assign(net, [], [], 0.1, key=KEY).weight.shape == (0,)


def small_networks():
    """One network of each kind, as arrays by name."""
    where = np.linspace(0, 1, 9)[:, None]
    rules = {
        "all": AllToAll(autapses=False),
        "probability": FixedProbability(0.4),
        "in": FixedInDegree(3),
        "in several": FixedInDegree(3, multapses=True),
        "out": FixedOutDegree(4),
        "total": FixedTotalNumber(30),
        "total several": FixedTotalNumber(30, multapses=True),
        "distance": DistanceDependent(lambda d: np.exp(-d), where, where),
        "arrays": FromArrays([3, 1, 3, 0], [2, 8, 1, 0]),
    }
    arrays = {}
    for name, rule in rules.items():
        net = build_csr(rule, 9, 9, key=KEY, self_offset=0)
        longest = 300.0 if name == "in" else 3.0
        s = assign(net, LogNormal(2, 1, high=3), Uniform(0, longest), 0.1, key=KEY)
        for field in ("indptr", "targets", "weight", "delay_steps"):
            arrays[f"{name} {field}"] = getattr(s, field)
    return arrays


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_one_compiled_version_of_each_kernel():
    for dtype in (np.float32, np.float64):
        net = build_csr(FromArrays([1, 0], [0, 1]), 2, 2, key=KEY)
        assign(net, Uniform(0, 1), [1.0, 2.0], 1.0, key=KEY, dtype=dtype)
    small_networks()
    once = (kernels.fill_rows, kernels.draw_columns, kernels.draw_pairs, kernels.stable_order)
    assert [len(k.signatures) for k in once] == [1] * 4
    # What other kernels call has none of its own where those came from the disk cache.
    assert all(len(k.signatures) <= 1 for k in (draws.sample, mark_sample, take_marks))
    assert len(draws.draw_weights.signatures) == 2  # float32, float64


def test_interpreted_kernels_build_the_same(tmp_path):
    path = tmp_path / "networks.npz"
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, __file__, str(path)], env=environment, check=True)
    plain = np.load(path)
    for name, array in small_networks().items():
        # exp and log may differ in the last bit; everything else is exact.
        np.testing.assert_allclose(plain[name], array, rtol=1e-6 if "weight" in name else 0)


if __name__ == "__main__":
    np.savez(sys.argv[1], **small_networks())
