"""Weight normalisation: scale the weights onto each target to a given sum.

Sums and scaling are separate functions, so that errors are found before any weight is changed.
"""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel


@kernel
def sums_dense(weights, n_targets, sums, lowest, highest):
    """Sum, minimum and maximum of the weights onto each target, of a matrix (sources, targets).

    `lowest` and `highest` have the type of the weights, which halves the registers needed.
    """
    sums[:], lowest[:], highest[:] = 0.0, np.inf, -np.inf
    for i in range(weights.size // n_targets):
        row = weights[i * n_targets : (i + 1) * n_targets]
        for j in range(n_targets):
            sums[j] += row[j]
        for j in range(n_targets):
            lowest[j] = row[j] if row[j] < lowest[j] else lowest[j]
            highest[j] = row[j] if row[j] > highest[j] else highest[j]


@kernel
def sums_sparse(weights, targets, sums, lowest, highest):
    """The same for sparse synapses; without synapses the minimum is inf and the maximum -inf."""
    sums[:], lowest[:], highest[:] = 0.0, np.inf, -np.inf
    for k in range(weights.size):
        j = targets[k]
        sums[j] += weights[k]
        lowest[j] = min(lowest[j], weights[k])
        highest[j] = max(highest[j], weights[k])


@kernel
def scale_dense(weights, n_targets, factor):
    """Multiply the weights onto each target by its factor."""
    for i in range(weights.size // n_targets):
        row = weights[i * n_targets : (i + 1) * n_targets]
        for j in range(n_targets):
            row[j] *= factor[j]


@kernel
def scale_sparse(weights, targets, factor):
    """The same for sparse synapses."""
    for k in range(weights.size):
        weights[k] *= factor[targets[k]]
