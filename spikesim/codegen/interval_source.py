"""Generate the functions of the statements that a plasticity rule executes at intervals."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spikesim.codegen.rule_source import Floor, Names, Statements, function, statements
from spikesim.language import expressions as ex

ARGUMENTS = "_s, _x, _y, _a, _step"


@dataclass(frozen=True)
class Intervals:
    """What is executed at intervals.

    Attributes
    ----------
    parts : sequence of tuple
        For each interval the new values of variables of the synapse, and the passes in which sums
        over the synapses of a neuron are added up: the terms, by the name of the sum.
    reads_pre, reads_post : bool
        Whether the statements read what the pre- or the postsynaptic neuron keeps.
    """

    parts: Sequence[tuple[Statements, Sequence[Statements]]]
    reads_pre: bool = False
    reads_post: bool = False

    @property
    def trees(self) -> list[ast.expr]:
        """All expressions."""
        return [
            tree for new, passes in self.parts for some in (new, *passes) for tree in some.values()
        ]

    def templates(self, path: Path) -> list[Path]:
        """The template that calls the functions, if there are any."""
        return [path] * bool(self.parts)

    def lines(self, names: Names, floor: Floor) -> list[str]:
        """Constants and functions, as in `rule_example`; none if nothing is executed."""
        if not self.parts:
            return []
        sums = [name for _, passes in self.parts for some in passes for name in some]
        names = replace(names, sums=sums)
        ends, written, adding, changing = [0], [], ["pass"], ["new = s"]
        for m, (new, passes) in enumerate(self.parts):
            for p, some in enumerate(passes, ends[-1]):
                written.append(_added(f"_add_{p}", some, names))
                adding += [f"if p == {p}:", f"    _add_{p}(s, x, y, a, j, step)"]
            ends.append(ends[-1] + len(passes))
            text = statements(f"_at_interval_{m}", new, names, floor)
            written.append(text.replace(ARGUMENTS, "_s, _x, _y, _a, _j, _step", 1))
            changing += [f"if m == {m}:", f"    new = _at_interval_{m}(s, x, y, a, j, step)"]
        return [
            f"INTERVALS_READ_PRE, INTERVALS_READ_POST = {self.reads_pre}, {self.reads_post}",
            f"PASSES = {tuple(ends)}\n\n",
            *written,
            function("add_to_sums", "p, s, x, y, a, j, step", *adding),
            function("at_interval", "m, s, x, y, a, j, step", *changing, "return new"),
        ]


def _added(name: str, terms: Statements, names: Names) -> str:
    """Function that adds the terms of one synapse to the sums of its neuron."""
    body = names.unpacked(terms.values())
    places = [list(names.sums).index(total) for total in terms]
    body += [
        f"_a.sums[{k}, _j] += {ex.source(tree)}"
        for k, tree in zip(places, terms.values(), strict=True)
    ]
    return function(name, "_s, _x, _y, _a, _j, _step", *body)
