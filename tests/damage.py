"""Ways in which files are damaged, drawn by hypothesis."""

from hypothesis import strategies as st


def _cut(raw, a, b, noise):
    return raw[:a]


def _flip(raw, a, b, noise):
    return raw[:a] + bytes(x ^ (1 << noise[0] % 8) for x in raw[a : a + 1]) + raw[a + 1 :]


def _zero(raw, a, b, noise):
    return raw[:a] + bytes(b - a) + raw[b:]


def _swap(raw, a, b, noise):
    half = (b - a) // 2
    return raw[:a] + raw[a + half : a + 2 * half] + raw[a : a + half] + raw[a + 2 * half :]


def _overwrite(raw, a, b, noise):
    return raw[:a] + noise + raw[a + len(noise) :]


def _insert(raw, a, b, noise):
    return raw[:a] + noise + raw[a:]


def _drop(raw, a, b, noise):
    return raw[:a] + raw[b:]


def _other(raw, a, b, noise):
    return noise


WAYS = (_cut, _flip, _zero, _swap, _overwrite, _insert, _drop, _other)


@st.composite
def damage(draw):
    """A function from the bytes of a file to damaged ones, which may be the same bytes."""
    way = draw(st.sampled_from(WAYS))
    a, b = sorted(draw(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0))))
    noise = draw(st.binary(min_size=1, max_size=64))
    return lambda raw: way(raw, int(a * len(raw)), int(b * len(raw)), noise)
