"""Keyed draws: pinned values, their laws, and their independence."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from spikesim import rng
from spikesim.jit import kernel

MASK = 2**64 - 1
U64 = st.integers(0, MASK)


def mixed(z):
    """SplitMix64's finalizer in whole numbers of Python."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def drawn(key, entity, index):
    sub = mixed((key + (entity + 1) * 0x9E3779B97F4A7C15) & MASK)
    return mixed((sub + (index + 1) * 0xD1342543DE82EF95) & MASK)


@kernel
def bits(key, entity, index):
    return rng.draw(rng.subkey(key, entity), index)


@kernel
def fill(kind, key, entities, indices, out):
    for i in range(entities):
        sub = rng.subkey(key, i)
        for j in range(indices):
            if kind == 0:
                out[i, j] = rng.uniform(sub, j)
            elif kind == 1:
                out[i, j] = rng.exponential(sub, j)
            else:
                out[i, j] = rng.normal(sub, j)


def sample(kind, name="sample", entities=300, indices=300):
    out = np.empty((entities, indices))
    fill(kind, rng.key(1, name), entities, indices, out)
    return out


GOLDEN = [
    # key, entity, index, bits
    (0, 0, 0, 0x9CF48BEAFB4F0EFE),
    (1, 0, 0, 0xDF1013F4BD77861F),
    (0, 1, 0, 0x470D19BA26E49C09),
    (0, 0, 1, 0xBE02D49743A02CDF),
    (0x0123456789ABCDEF, 12345, 678910, 0x4B51756E0B871B09),
    (MASK, 2**31 - 1, 2**40, 0xF919DB3EE648AAA7),
]


@pytest.mark.parametrize(("key", "entity", "index", "expected"), GOLDEN)
def test_golden_vectors(key, entity, index, expected):
    """These numbers never change: published results depend on them."""
    assert int(bits(np.uint64(key), entity, index)) == expected


def test_golden_keys():
    assert int(rng.key(42, "projection", "ee", "weight")) == 0xB68B1FFD40931CF2
    assert int(rng.key(0)) == 0x842B7D9D43CDDF75


def test_a_key_is_a_hash_of_seed_and_names():
    text = "\x1f".join(["42", "projection", "ee"])
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    assert int(rng.key(42, "projection", "ee")) == int.from_bytes(digest, "big")
    keys = [rng.key(42, "a", "bc"), rng.key(42, "ab", "c"), rng.key(42, "a"), rng.key(-42, "a")]
    assert len(set(map(int, keys))) == 4
    assert rng.key(7, 3) == rng.key(7, "3")


@given(U64, st.integers(0, 2**31), st.integers(0, 2**62))
def test_draws_are_those_of_whole_numbers(key, entity, index):
    assert int(bits(np.uint64(key), entity, index)) == drawn(key, entity, index)


@pytest.mark.parametrize("form", [int, np.uint64])
def test_variates_from_their_bits(form):
    """Called from Python too, where compiled functions take and return plain whole numbers."""
    key = rng.key(1, "pinned")
    sub = form(int(rng.subkey(form(int(key)), 7)))
    unit = drawn(int(key), 7, 3) >> 11
    assert int(rng.draw(sub, 3)) >> 11 == unit
    assert rng.uniform(sub, 3) == unit * 2.0**-53
    assert rng.exponential(sub, 3) == -math.log1p(-unit * 2.0**-53)
    first, second = (rng.uniform(sub, i) for i in (6, 7))
    expected = math.sqrt(-2 * math.log1p(-first)) * math.cos(2 * math.pi * second)
    assert rng.normal(sub, 3) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("kind", "law"), [(0, stats.uniform()), (1, stats.expon()), (2, stats.norm())]
)
def test_laws(kind, law):
    values = sample(kind)
    assert stats.kstest(values.ravel(), law.cdf).pvalue > 1e-3
    assert values.mean() == pytest.approx(law.mean(), abs=4.5 * law.std() / 300)
    if kind == 0:
        assert values.min() >= 0.0
        assert values.max() < 1.0
    assert np.isfinite(values).all()


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_neighbours_are_independent(kind):
    """Along entities, along indices, and between keys of similar names."""
    values, other = sample(kind), sample(kind, "sample2")
    pairs = [
        (values[:-1], values[1:]), (values[:, :-1], values[:, 1:]), (values, other),
        (values, values.T),
    ]  # fmt: skip
    for one, two in pairs:
        r = np.corrcoef(one.ravel(), two.ravel())[0, 1]
        assert abs(r) < 4.5 / np.sqrt(one.size)


def test_every_bit_is_fair():
    key = rng.key(3, "bits")
    words = np.array([int(bits(key, i, 0)) for i in range(20_000)], dtype=np.uint64)
    shares = [((words >> np.uint64(b)) & np.uint64(1)).mean() for b in range(64)]
    assert np.abs(np.array(shares) - 0.5).max() < 4.5 * 0.5 / np.sqrt(words.size)


def test_a_changed_bit_changes_half_of_all():
    """Avalanche: of key, of entity and of index."""
    rs = np.random.default_rng(1)
    flips = []
    for _ in range(300):
        key, entity, index = (int(rs.integers(0, 2**62)) for _ in range(3))
        entity, index = entity >> 31, index >> 22
        base = drawn(key, entity, index)
        bit = int(rs.integers(0, 30))
        flips += [
            (base ^ drawn(key ^ (1 << bit), entity, index)).bit_count(),
            (base ^ drawn(key, entity ^ (1 << bit), index)).bit_count(),
            (base ^ drawn(key, entity, index ^ (1 << bit))).bit_count(),
        ]
    assert np.mean(flips) == pytest.approx(32.0, abs=0.6)


@kernel
def fill32(low, high, out):
    for i in range(out.size):
        out[i] = rng.draw32(low, high, np.uint32(i))


def drawn32(low, high, n):
    out = np.empty(n, np.uint32)
    fill32(np.uint32(low), np.uint32(high), out)
    return out


def test_short_draws_are_those_of_whole_numbers():
    def mixer(low, high, index):
        word = 2**32 - 1
        x = (index + low) & word
        x = ((x ^ x >> 16) * 0x7FEB352D) & word
        x = ((x ^ x >> 15) * 0x846CA68B) & word
        x = ((x ^ x >> 16) + high) & word
        x = ((x ^ x >> 17) * 0xED5AD4BB) & word
        x = ((x ^ x >> 11) * 0xAC4C1B51) & word
        x = ((x ^ x >> 15) * 0x31848BAB) & word
        return x ^ x >> 14

    for low, high in [(0, 0), (1, 2**32 - 1), (0xDEADBEEF, 12345)]:
        assert drawn32(low, high, 50).tolist() == [mixer(low, high, i) for i in range(50)]


@pytest.mark.parametrize("change", [(1, 0), (0, 1), (1 << 31, 0), (0, 1 << 31)])
def test_short_draws_of_similar_keys_are_independent(change):
    one, two = drawn32(77, 99, 100_000), drawn32(77 ^ change[0], 99 ^ change[1], 100_000)
    r = np.corrcoef(one.astype(float), two.astype(float))[0, 1]
    assert abs(r) < 4.5 / np.sqrt(one.size)
    assert stats.kstest(two / 2**32, stats.uniform().cdf).pvalue > 1e-3


def test_short_draws_have_fair_bits_that_do_not_go_together():
    bits = (drawn32(3, 4, 20_000)[:, None] >> np.arange(32, dtype=np.uint32)) & 1
    r = np.corrcoef(bits.T)[np.triu_indices(32, 1)]
    assert np.abs(bits.mean(0) - 0.5).max() < 4.5 * 0.5 / np.sqrt(len(bits))
    assert np.abs(r).max() < 5.0 / np.sqrt(len(bits))
