"""Receptor inputs of a neuron: the states that an arriving weight increases, with their gains."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from spikesim.equations.membranes import ReceptorDeclaration
from spikesim.equations.namespace import EquationNamespace, Trees
from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.algebra import simplified
from spikesim.language.origins import within


def shared_transmitters(receptors: Mapping[str, ReceptorDeclaration]) -> dict[str, list[str]]:
    """Transmitters that several receptors share, each with the names of these receptors."""
    bound: dict[str, list[str]] = {}
    for name, receptor in receptors.items():
        if receptor.transmitter is not None:
            bound.setdefault(receptor.transmitter, []).append(name)
    return {transmitter: names for transmitter, names in bound.items() if len(names) > 1}


def alike(receptors: Iterable[ReceptorDeclaration]) -> bool:
    """Whether a weight has the same meaning and unit in all of these receptors."""
    first, *rest = receptors
    return all((r.weight_unit, r.signed) == (first.weight_unit, first.signed) for r in rest)


def ports_of(pieces: EquationNamespace) -> dict[str, Trees]:
    """Gains of a weight, for each receptor and each transmitter that several receptors share."""
    scope, ports = pieces.scope("on_spike"), {}
    for port, gains in pieces.gains.items():
        unit, origin = pieces.neuron.receptors[port].weight_unit, pieces.origins.part(port)
        local, here = origin.local, within(scope, origin)
        for name in sorted(set(gains) - set(pieces.odes)):
            valid = [local.get(state, state) for state in pieces.odes]
            raise unknown_name(local.get(name, name), valid, "on_spike", origin.owner)
        ports[port] = {
            state: here.convert(
                gain,
                pieces.odes[state].unit / unit,
                f"the gain of {local.get(state, state)} ({pieces.odes[state].unit}) for weights "
                f"in {unit}",
            )
            for state, gain in gains.items()
        }
    receptors = pieces.neuron.receptors
    for transmitter, names in shared_transmitters(receptors).items():
        if transmitter in ports:
            raise ValidationError(
                f"{transmitter!r} is what {' and '.join(map(repr, names))} bind; give the "
                "receptor of that name another one", "receptors", pieces.owner,
            )  # fmt: skip
        if alike(receptors[name] for name in names):
            ports[transmitter] = _shared_port([(n, ports[n]) for n in names])
    return ports


def _shared_port(parts: list[tuple[str, Trees]]) -> Trees:
    """Gains of a weight that reaches several receptors, each with its fraction."""
    joint: dict[str, list[ast.expr]] = {}
    for name, gains in parts:
        share = ast.Name(f"share_{name}", ast.Load())
        for state, gain in gains.items():
            product = simplified(ast.BinOp(gain, ast.Mult(), share))
            joint.setdefault(state, []).append(product)
    return {state: ex.total(gains) for state, gains in joint.items()}
