"""Connectivity as compressed sparse rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikesim.errors import ValidationError


@dataclass(frozen=True, eq=False)
class Connectivity:
    """Targets of each source, row by row.

    Attributes
    ----------
    indptr : np.ndarray
        int64, shape (n_pre + 1,): row i is ``targets[indptr[i]:indptr[i + 1]]``.
    targets : np.ndarray
        int32, shape (n_syn,), ascending within each row.
    n_post : int
        Number of target neurons.
    order : np.ndarray or None
        int64, shape (n_syn,): index of each synapse in the arrays that the user gave, if any.
    weight : np.ndarray or None
        float64, shape (n_syn,), if the connector contains the weights.
    """

    indptr: np.ndarray
    targets: np.ndarray
    n_post: int
    order: np.ndarray | None = None
    weight: np.ndarray | None = None

    @property
    def n_pre(self) -> int:
        """Number of source neurons."""
        return self.indptr.size - 1

    @property
    def n_syn(self) -> int:
        """Number of synapses."""
        return self.targets.size

    def aligned(self, given: np.ndarray, attribute: str, owner: object) -> np.ndarray:
        """Return values of the synapses in the order of `targets`.

        Parameters
        ----------
        given : np.ndarray
            Shape (n_syn,), in the order of the connector's own arrays if it was given any; or
            shape (n_pre, n_post), looked up for each synapse.
        attribute, owner : str, object
            Attribute and object that the error message names.
        """
        if given.shape == (self.n_syn,):
            return given if self.order is None else given[self.order]
        if given.shape != (self.n_pre, self.n_post):
            sizes = self.n_pre, self.n_post
            raise misshapen(given.shape, self.n_syn, sizes, attribute, owner)
        out = np.empty(self.n_syn, given.dtype)
        for row in range(self.n_pre):
            part = slice(self.indptr[row], self.indptr[row + 1])
            np.take(given[row], self.targets[part], out=out[part])
        return out


def misshapen(
    shape: tuple[int, ...], n_syn: int | None, sizes: tuple[int, int], attribute: str, owner: object
) -> ValidationError:
    """Return the error for an array that fits neither the synapses nor (sources, targets)."""
    each = "each synapse" if n_syn is None else f"each of {n_syn} synapses"
    return ValidationError(
        f"must be one number, one for {each}, or of shape {sizes}, got shape {shape}", attribute,
        owner,
    )  # fmt: skip
