"""The share of its weight that a plastic synapse transmits, if the projection has release.

Reads what a spike finds: variables of the synapse and traces of the source just before the spike,
which release changes later, like all variables. Writes the full sites, if release is quantal. This
text is part of the module of each rule, and compiled only if there is a model of release.
"""

from __future__ import annotations

import numpy as np

from spikesim import rng
from spikesim.jit import kernel
from spikesim.kernels.rule_example import FULL, SITES, depleted, empty, utilisation

# --- continued

_S32, _LOW, _TO_32 = np.uint64(32), np.uint64(0xFFFFFFFF), 2.0**32


@kernel(fused=True)
def share_of(a, s, x, k, n, draws, again):
    """Share of its weight that synapse k transmits; it is number n of those of its source.

    `again` is the number of spikes of the source in this step before this one. `draws` is the key
    of the random numbers of this spike.
    """
    # A second spike in a step finds the weight and the utilisation that the first one has found.
    for _ in range(again):
        s = depleted(s, x, x, a, 0)
    u, missing = utilisation(s, x, a), empty(s, x, a)
    if SITES > 0:
        return _quanta(a, k, n, draws, u, 1.0 - missing) / SITES
    return u * (1.0 - missing)


@kernel(fused=True)
def draws_of(a, i, later):
    """Key of the random numbers of a spike of source i that has fired `later` spikes since."""
    if SITES > 0:
        return rng.subkey(rng.subkey(a.draws.key[0], i), a.draws.number[i] - later)
    return np.uint64(0)


@kernel(fused=True)
def _quanta(a, k, n, draws, u, refilled):
    """Number of sites that release, as in `spikesim.mechanisms.release.kernels`."""
    # Probabilities as 32-bit thresholds; 2**32 is probability 1.
    back, out = np.uint64(refilled * _TO_32), np.uint64(u * _TO_32)
    place = np.uint64(FULL) * np.uint64(a.weights.size) + np.uint64(k)
    ready, quanta, left = np.int64(a.others[place]), 0, 0
    for site in range(SITES):
        bits = rng.draw(draws, n * SITES + site)
        if site < ready or (bits & _LOW) < back:
            if (bits >> _S32) < out:
                quanta += 1
            else:
                left += 1
    a.others[place] = left
    return quanta
