"""Convert synaptic delays to whole time steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from spikesim.description.connections import Steps
from spikesim.distributions import LEAST_ACCEPTED, Constant, Distribution
from spikesim.errors import ValidationError
from spikesim.kernels import draws as kernels
from spikesim.planning.csr import Connectivity
from spikesim.planning.sampling import exhausted, law
from spikesim.units import LONGEST_DELAY, delay_steps


def delays_in_steps(
    connectivity: Connectivity, delay: Any, dt: float, key: np.uint64, owner: object
) -> np.ndarray | int:
    """Return the delay of each synapse in steps of `dt`, 1 to `LONGEST_DELAY`.

    Parameters are those of `spikesim.planning.connectivity.assign`; a delay may also be
    `Steps`. Returns one number if all are equal, else uint8 or uint16, shape (n_syn,).
    """
    if isinstance(delay, Constant):
        delay = delay.value
    if isinstance(delay, Distribution):
        steps = _drawn_delays(connectivity, delay, dt, key, owner)
    else:
        given = delay.values if isinstance(delay, Steps) else delay_steps(delay, dt, owner)
        if given.ndim == 0:
            return int(given)
        steps = connectivity.aligned(given, "delay", owner)
    if steps.size and steps.min() == steps.max():
        return int(steps[0])
    # Arrays that the projection keeps are read-only, and are copied.
    narrow = np.uint8 if steps.max(initial=0) < 256 else np.uint16
    return steps.astype(narrow, copy=not steps.flags.writeable)


def check_drawn(delay: Distribution, dt: float, owner: object) -> None:
    """Raise if almost no draws of a delay would reach half a step, or all would be too long."""
    kept = delay.mass(dt / 2, math.inf)
    if kept < LEAST_ACCEPTED:
        raise ValidationError(
            f"only {kept:.2g} of the draws of {delay!r} would reach half a step "
            f"(dt = {dt} ms); at least {LEAST_ACCEPTED} must",
            "delay",
            owner,
        )
    if not delay.mass(dt / 2, (LONGEST_DELAY + 0.5) * dt):
        raise _too_long(delay, dt, owner)


def _drawn_delays(
    connectivity: Connectivity, delay: Distribution, dt: float, key: np.uint64, owner: object
) -> np.ndarray:
    check_drawn(delay, dt, owner)
    kind, a, b, low, high = law(delay)
    steps = np.empty(connectivity.n_syn, np.uint16)
    code = kernels.draw_delays(
        kind, a, b, max(low, dt / 2), high, key, connectivity.indptr, dt, LONGEST_DELAY, steps
    )
    if code == kernels.EXHAUSTED:
        raise exhausted(delay)
    if code == kernels.TOO_LONG:
        raise _too_long(delay, dt, owner)
    return steps


def _too_long(delay: Distribution, dt: float, owner: object) -> ValidationError:
    return ValidationError(
        f"{delay!r} drew a delay beyond {LONGEST_DELAY} steps of {dt} ms; give it a bound high",
        "delay",
        owner,
    )
