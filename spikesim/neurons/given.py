"""Validation of the receptors and channels passed to a neuron."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from spikesim.equations.membranes import NeuronDeclaration
from spikesim.errors import ValidationError
from spikesim.language.functions import read_function
from spikesim.parameters import Parametrized
from spikesim.units import check_identifier

Part = TypeVar("Part", bound=Parametrized)


def named(given: Any, attribute: str, owner: str) -> dict[str, Any]:
    """Convert a mapping to a dict with checked names; empty for None."""
    if given is not None and not isinstance(given, Mapping):
        raise ValidationError(f"must map names to values, got {given!r}", attribute, owner)
    for name in given or {}:
        check_identifier(name, attribute, owner)
    return dict(given or {})


def mentions(neuron: NeuronDeclaration, name: str) -> bool:
    """Whether a model's equations use a name, such as ``I_in``."""
    reset = neuron.reset if isinstance(neuron.reset, str) else " ".join(neuron.reset.values())
    texts = [neuron.equations, neuron.threshold, reset, neuron.rearm]
    texts += [neuron.refractory] if isinstance(neuron.refractory, str) else []
    words = re.findall(r"\w+", re.sub(r"#.*", "", "\n".join(texts)))
    if neuron.step is not None:
        words += read_function(neuron.step, "step", type(neuron).__name__, "step").arguments
    return name in words


def checked_parts(
    given: Any, kind: type[Part], attribute: str, example: str, owner: object
) -> dict[str, Part]:
    """Convert a mapping of parts to a dict, after checking their type; empty for None."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ValidationError(f"must map names to {attribute}, got {given!r}", attribute, owner)
    for name, part in given.items():
        check_identifier(name, attribute, owner)
        if not isinstance(part, kind):
            raise ValidationError(
                f"{name!r} must be a {attribute[:-1]} such as {example}, got {part!r}", attribute,
                owner,
            )  # fmt: skip
    return dict(given)
