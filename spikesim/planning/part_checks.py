"""Check that a part keeps the rules of its interface, so that an omission is no silent fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spikesim.codegen.step import Stage
from spikesim.description.elements import Element
from spikesim.planning.mechanism import Mechanism
from spikesim.runtime.blocks import NeuronTable
from spikesim.runtime.part import Part


def check_part(
    mechanism: Mechanism,
    part: Part,
    elements: Sequence[Any],
    tables: Sequence[NeuronTable],
    threads: int,
) -> None:
    """Raise a TypeError that names what the author of a mechanism has left out.

    Parameters
    ----------
    mechanism : Mechanism
        The mechanism.
    part : Part
        What it has built.
    elements : sequence
        The described objects that it was built from.
    tables : sequence of NeuronTable
        The neurons of the network.
    threads : int
        Number of threads that run the network.
    """
    name, kind = mechanism.name, type(part).__name__
    _check_currents(part, kind, name, tables)
    if threads > 1 and not part.overrides("share"):
        shared = [call.kernel for call in part.calls() if not call.first_thread]
        if shared:
            raise TypeError(
                f"{kind} does not override `share`, so all {threads} threads would do the whole "
                f"work of {shared[0]}; return the arguments of each thread's own neurons, or "
                "declare the call with first_thread=True"
            )
    described = [e for e in elements if isinstance(e, Element)]
    if described and mechanism.identity is None:
        raise TypeError(
            f"the mechanism {name!r} has no `identity`, so a state saved by another network would "
            f"be loaded without a warning; describe a {type(described[0]).__name__} by identity="
        )
    saved = list(part.state().values())
    for element in described:
        for variable, v in part.variables(element).items():
            if v.array.size and not any(np.shares_memory(v.array, array) for array in saved):
                raise TypeError(
                    f"{variable!r} of {type(element).__name__} can be set, but is not in the "
                    f"`state` of {kind}, so saved states and copies would lose it"
                )


def _check_currents(part: Part, kind: str, name: str, tables: Sequence[NeuronTable]) -> None:
    """Raise unless the neurons that receive a current are known, and their equations have one."""
    given = part.adds_current_to()
    if not given.size:
        calls = [call.kernel for call in part.calls() if call.stage == Stage.CURRENT]
        if calls and not part.overrides("adds_current_to"):
            raise TypeError(
                f"{kind} calls {calls[0]} in Stage.CURRENT, but does not override "
                "`adds_current_to`, so its currents would not be reset in each step"
            )
        return
    for table in tables:
        inside = (given >= table.args.gid0) & (given < table.args.gid0 + table.n)
        if inside.any() and not table.cell.has_input:
            raise TypeError(
                f"{kind} adds currents to neurons of {table.blocks[0].name!r}, whose equations are "
                f"built without one; name their populations by currents= of the mechanism {name!r}"
            )
