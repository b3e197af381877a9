"""Validation of the neuron selections that projections, inputs and mechanisms accept."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.connectors import overlap
from spikesim.description.populations import View
from spikesim.errors import ValidationError


def check_neurons(view: Any, role: str, owner: object) -> None:
    """Raise unless `view` is a selection of neurons (not of spike sources)."""
    if not isinstance(view, View):
        raise ValidationError(f"must be a population, got {view!r}", role, owner)
    if view.population.is_source:
        raise ValidationError(
            f"{view.name!r} is a source of spikes; it has no membrane and no variables", role, owner
        )


def check_gapless(view: View, role: str, owner: object) -> None:
    """Raise unless the neurons are a contiguous ascending range, as the kernels require."""
    if not view.contiguous:
        raise ValidationError(
            "must be a population or a slice without gaps in ascending order, such as exc[:100]; "
            f"got {view.name}", role, owner,
        )  # fmt: skip


def check_distinct(view: View, role: str, owner: object) -> None:
    """Raise if a neuron is selected more than once."""
    if view.contiguous:
        return
    ids, count = np.unique(view.ids, return_counts=True)
    if count.max() > 1:
        k = int(np.argmax(count))
        raise ValidationError(
            f"takes each neuron once; {view.name} holds neuron {ids[k]} {count[k]} times", role,
            owner,
        )  # fmt: skip


def self_offset(source: View, target: View, owner: object, *, matters: bool = True) -> int | None:
    """Offset between source and target indices of the neurons that are in both.

    The target at index ``s + offset`` is the same neuron as the source at index s. Source and
    target contain each neuron at most once.

    Parameters
    ----------
    source, target : View
        Source and target of a projection.
    owner : str or object
        The projection, for error messages.
    matters : bool
        Whether the connector excludes autapses, so that a single offset is required.

    Returns
    -------
    int or None
        None if no neuron is in both, or if `matters` is False.

    Raises
    ------
    ValidationError
        If the common neurons do not have a single offset.
    """
    if source.population is not target.population or not matters:
        return None
    if source.contiguous and target.contiguous:
        return int(source.ids[0] - target.ids[0])
    _, at_source, at_target = np.intersect1d(
        source.ids, target.ids, assume_unique=True, return_indices=True
    )
    offsets = np.unique(at_target - at_source)
    # Connectors exclude the target at this offset for every source, so it must fit all sources.
    if offsets.size > 1 or (
        offsets.size and overlap(len(source), len(target), int(offsets[0])) != at_source.size
    ):
        raise ValidationError(
            f"cannot leave out autapses between {source.name} and {target.name}: the neurons that "
            "both hold lie at different places; list the pairs by FromArrays, or take neurons in "
            "the same order on both sides",
            "connector", owner,
        )  # fmt: skip
    return int(offsets[0]) if offsets.size else None
