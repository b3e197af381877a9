"""Input validation of the readouts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from spikesim.errors import ValidationError
from spikesim.units import any_array

MOST_CLASSES = 1_000_000


def check_counts(counts: ArrayLike, obj: object, n_neurons: int | None = None) -> np.ndarray:
    """Validate spike counts: a 2-D array of finite non-negative numbers, one row per image."""
    array = any_array(counts, "counts", obj)
    if array.ndim != 2:
        raise ValidationError(
            f"must have shape (n_images, n_neurons), got {array.shape}", "counts", obj
        )
    if array.dtype.kind not in "iuf":
        raise ValidationError(f"must be numbers, got dtype {array.dtype}", "counts", obj)
    if n_neurons is not None and array.shape[1] != n_neurons:
        raise ValidationError(
            f"must have a column for each of the {n_neurons} neurons of the fit, "
            f"got {array.shape[1]}",
            "counts",
            obj,
        )
    if array.size and not (np.isfinite(array).all() and array.min() >= 0):
        raise ValidationError("must be finite and not negative", "counts", obj)
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def check_labels(
    labels: ArrayLike, n_images: int, obj: object, n_classes: int | None = None
) -> np.ndarray:
    """Validate labels: integers from 0 to `n_classes` - 1, one per image; return them as int64."""
    array = any_array(labels, "labels", obj)
    if array.shape != (n_images,):
        raise ValidationError(
            f"must have one label for each of the {n_images} images, got shape {array.shape}",
            "labels",
            obj,
        )
    if array.size and array.dtype.kind not in "iu":
        raise ValidationError(f"must be whole numbers, got dtype {array.dtype}", "labels", obj)
    if array.size and array.min() < 0:
        raise ValidationError(f"must not be negative, got {int(array.min())}", "labels", obj)
    if n_classes is not None and array.size and array.max() >= n_classes:
        raise ValidationError(
            f"must be below the number of classes {n_classes}, got {int(array.max())}",
            "labels",
            obj,
        )
    return array.astype(np.int64)


def classes_of(labels: np.ndarray, n_classes: int | None, obj: object) -> int:
    """Number of classes: as given, or the largest label plus one."""
    if labels.size == 0:
        raise ValidationError("needs at least one image", "labels", obj)
    found = int(labels.max()) + 1 if n_classes is None else n_classes
    if found > MOST_CLASSES:
        raise ValidationError(f"must be below {MOST_CLASSES}, got {found - 1}", "labels", obj)
    return found
