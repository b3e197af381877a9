"""Random connectivity in compressed sparse rows: targets of each source, in ascending order.

Each row (or column, for a fixed in-degree) depends only on the key and its index.
`self_offset`: target ``row + self_offset`` is the source itself and is left out; with `NO_SELF`
no target is left out.
"""

from __future__ import annotations

from spikesim import rng
from spikesim.jit import kernel
from spikesim.kernels.bitset import FIRST, mark_sample, take_marks

NO_SELF = -(1 << 62)


@kernel
def fill_rows(key, indptr, n_post, self_offset, words, summary, count, targets):
    """Fill each row with random targets; `indptr` gives their number."""
    for row in range(indptr.size - 1):
        own = row + self_offset
        skip = own if 0 <= own < n_post else n_post
        k = indptr[row + 1] - indptr[row]
        mark_sample(rng.subkey(key, row), k, n_post, skip, words, summary, count)
        take_marks(words, summary, count, targets, indptr[row])


@kernel
def draw_columns(key, n_pre, n_post, self_offset, words, summary, count, picked, cursor, targets):
    """Draw ``picked.size`` sources for each target.

    Increments ``cursor[source]`` for each synapse and, if `targets` is not empty, writes the target
    there. A first call with empty `targets` therefore counts the synapses of each row. A second
    call, with the cursor at the rows' starts, repeats the draws and fills the rows in ascending
    order.
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
    """Draw each pair of a block of rows with its own `probability`, shape (rows, n_post).

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
    """Counting sort: write the indices that sort `keys` to `order`.

    Equal keys keep the order of `visit`, or their own if that is empty. `cursor` holds the position
    of the first element of each key.
    """
    for j in range(keys.size):
        i = visit[j] if visit.size > 0 else j
        order[cursor[keys[i]]] = i
        cursor[keys[i]] += 1
