"""Checks of what a projection is given: a model of release, and modulators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spikesim.description.elements import Signal
from spikesim.errors import ValidationError, unknown_name
from spikesim.synapses import PlasticityRule, Release
from spikesim.synapses.released import with_release


def check_release(
    release: Any, rule: PlasticityRule | None, owner: object
) -> PlasticityRule | None:
    """Return the rule of a projection, with the release added if there is both.

    Raises an error unless `release` is a model of release, or None.
    """
    if release is None:
        return rule
    if not isinstance(release, Release):
        raise ValidationError(
            f"must be a model of release such as TsodyksMarkram(), got {release!r}", "release",
            owner,
        )  # fmt: skip
    return None if rule is None else with_release(rule, release, owner)


def check_modulators(
    modulators: Mapping[str, Signal] | None, rule: PlasticityRule | None, owner: object
) -> dict[str, Signal]:
    """Return the modulators that the user has passed for names that the rule reads."""
    if modulators is None:
        return {}
    names = () if rule is None else rule.modulators
    if not isinstance(modulators, Mapping):
        raise ValidationError(
            f"must map names to modulators, got {modulators!r}", "modulators", owner
        )
    for name, modulator in modulators.items():
        if name not in names:
            raise unknown_name(name, names, "modulators", owner)
        if not isinstance(modulator, Signal):
            raise ValidationError(
                f"{name!r} must be a modulator, got {modulator!r}", "modulators", owner
            )
    return dict(modulators)
