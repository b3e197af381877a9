"""What a neuron is given, and whether its own text speaks of it."""

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
    """A mapping of names as a dictionary; empty for None."""
    if given is not None and not isinstance(given, Mapping):
        raise ValidationError(f"must map names to values, got {given!r}", attribute, owner)
    for name in given or {}:
        check_identifier(name, attribute, owner)
    return dict(given or {})


def mentions(neuron: NeuronDeclaration, name: str) -> bool:
    """Whether a model's own text uses a name, such as ``I_in``."""
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
    """Named parts of a neuron as a dictionary, if they are what they should be; None is none."""
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
