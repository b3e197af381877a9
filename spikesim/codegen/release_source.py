"""Generate what the kernels of a plasticity rule know of a model of release."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from spikesim.codegen.rule_source import Floor, Names, Statements, function, statements
from spikesim.language import expressions as ex

U, LEFT, EMPTY, FULL = "U", "release_u", "release_empty", "release_full"
OF_RELEASE = (LEFT, EMPTY, FULL)
"""Variables of a model of release, see `spikesim.synapses.released`."""


@dataclass(frozen=True)
class Released:
    """What the kernels of a rule transmit of the weight; expressions read values before a spike.

    Attributes
    ----------
    u : expression
        Fraction of the available resources that a spike releases.
    empty : expression
        Fraction of the resources that is missing.
    sites : int
        Release sites of a synapse; 0 where release is not quantal.
    frozen : tuple of str
        Variables beside the weight that stay while learning is off.
    """

    u: ast.expr
    empty: ast.expr
    sites: int
    frozen: tuple[str, ...]


def release_source(released: Released | None, names: Names, on_pre: Statements) -> list[str]:
    """Source of what a spike transmits of the weight.

    Parameters
    ----------
    released : Released or None
        What a model of release adds; None without one.
    names : Names
        Variables, traces and parameters.
    on_pre : mapping
        New values of variables of the synapse at a presynaptic spike.
    """
    if released is None:
        return ["RELEASES, SITES, FULL = False, 0, 0\n\n"]
    full = list(names.state).index(FULL) - 1 if released.sites else 0
    own = {name: tree for name, tree in on_pre.items() if name in OF_RELEASE}
    lines = [
        f"RELEASES, SITES, FULL = True, {released.sites}, {full}\n\n",
        statements("depleted", own, names, Floor()),
    ]
    for name, tree in (("utilisation", released.u), ("empty", released.empty)):
        body = names.unpacked([tree])
        lines.append(function(name, "_s, _x, _a", *body, f"return 1.0 * ({ex.source(tree)})"))
    return lines
