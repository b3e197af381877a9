"""Fill the compressed sparse rows: targets of each source, ascending within a row.

Every row (or column, for a fixed in-degree) is a function of its key and its index alone.
`self_offset`: target ``row + self_offset`` is the source itself and left out; `NO_SELF` leaves
none out.
"""

from __future__ import annotations

from spikesim import rng
from spikesim.jit import kernel
from spikesim.kernels.bitset import FIRST, mark_sample, take_marks

NO_SELF = -(1 << 62)


@kernel
def fill_rows(key, indptr, n_post, self_offset, words, summary, count, targets):
    """Fill each row with as many random targets as `indptr` says."""
    for row in range(indptr.size - 1):
        own = row + self_offset
        skip = own if 0 <= own < n_post else n_post
        k = indptr[row + 1] - indptr[row]
        mark_sample(rng.subkey(key, row), k, n_post, skip, words, summary, count)
        take_marks(words, summary, count, targets, indptr[row])


@kernel
def draw_columns(key, n_pre, n_post, self_offset, words, summary, count, picked, cursor, targets):
    """Draw ``picked.size`` sources for each target.

    Moves ``cursor[source]`` on by one for each synapse and, where `targets` is not empty, writes
    the target there. A first call with an empty `targets` therefore counts the rows, and a second
    one, from the rows' starts, draws the same again and fills them in ascending order.
    """
    fill = targets.size > 0
    for target in range(n_post):
        own = target - self_offset
        skip = own if 0 <= own < n_pre else n_pre
        mark_sample(rng.subkey(key, target), picked.size, n_pre, skip, words, summary, count)
        take_marks(words, summary, count, picked, FIRST)
        for j in range(picked.size):
            source = picked[j]
            if fill:
                targets[cursor[source]] = target
            cursor[source] += 1


@kernel
def draw_pairs(key, first_row, probability, self_offset, cursor, targets):
    """Draw each pair of a block of rows with its own probability, shape (rows, n_post).

    Counts or fills as `draw_columns` does.
    """
    fill = targets.size > 0
    for i in range(probability.shape[0]):
        row = first_row + i
        sub = rng.subkey(key, row)
        at = cursor[row]
        for target in range(probability.shape[1]):
            if rng.uniform(sub, target) < probability[i, target] and target != row + self_offset:
                if fill:
                    targets[at] = target
                at += 1
        cursor[row] = at


@kernel
def stable_order(keys, visit, cursor, order):
    """Counting sort: write the indices of `keys` to `order`, by key.

    Within a key they keep the order of `visit`, or their own if that is empty. `cursor` holds the
    place of each key's first.
    """
    for j in range(keys.size):
        i = visit[j] if visit.size > 0 else j
        order[cursor[keys[i]]] = i
        cursor[keys[i]] += 1
