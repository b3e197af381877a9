"""Topological order of expressions that depend on each other."""

from __future__ import annotations

import ast

from spikesim.errors import ValidationError
from spikesim.language import expressions as ex
from spikesim.language.origins import Origins


def in_order(trees: dict[str, ast.expr], attribute: str, origins: Origins) -> list[str]:
    """Names of expressions, each after the ones that it reads."""
    read = {name: ex.names(tree) & set(trees) for name, tree in trees.items()}
    done: dict[str, None] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            origin = origins.of(name)
            ring = (*path[path.index(name) :], name)
            chain = " -> ".join(origin.local.get(n, n) for n in ring)
            what = "subexpressions" if attribute == "equations" else "initial values"
            raise ValidationError(f"{what} go round in a circle: {chain}", attribute, origin.owner)
        if name not in done:
            for other in sorted(read[name]):
                visit(other, (*path, name))
            done[name] = None

    for name in trees:
        visit(name, ())
    return list(done)
