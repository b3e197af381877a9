"""Scaling of weights so that those onto each target have a given sum."""

from __future__ import annotations

from spikesim.jit import kernel


@kernel
def normalize_dense(weights, n_targets, total, sums):
    """Scale each column to sum to `total`; returns the first target whose sum is 0, or -1."""
    sums[:] = 0.0
    for i in range(weights.size // n_targets):
        row = weights[i * n_targets : (i + 1) * n_targets]
        for j in range(n_targets):
            sums[j] += row[j]
    for j in range(n_targets):
        if sums[j] == 0.0:
            return j
        sums[j] = total / sums[j]
    for i in range(weights.size // n_targets):
        row = weights[i * n_targets : (i + 1) * n_targets]
        for j in range(n_targets):
            row[j] *= sums[j]
    return -1


@kernel
def normalize_sparse(weights, targets, total, sums):
    """The same for sparse synapses; targets without synapses are left alone."""
    sums[:] = 0.0
    for k in range(weights.size):
        sums[targets[k]] += weights[k]
    for k in range(weights.size):
        if sums[targets[k]] == 0.0:
            return targets[k]
    for k in range(weights.size):
        weights[k] *= total / sums[targets[k]]
    return -1
