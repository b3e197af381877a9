"""The part that updates all neurons in each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from spikesim.codegen.step import Call, Stage
from spikesim.errors import ValidationError
from spikesim.planning.neurons import MAX_REFRACTORY, refresh_table, table_constants
from spikesim.runtime.blocks import Block, Common, NeuronTable
from spikesim.runtime.limits import Entry, Limits
from spikesim.runtime.part import Arrays, Bundles, Part
from spikesim.runtime.split import Split


class NeuronPart(Part):
    """All neuron tables of a network.

    Parameters
    ----------
    tables : list of NeuronTable
        One for each model.
    blocks : dict of str to Block
        Populations, including sources.
    dt : float
        Step (ms).
    """

    name = "neurons"

    def __init__(self, tables: list[NeuronTable], blocks: dict[str, Block], dt: float):
        self.tables, self.blocks, self.dt = tables, blocks, dt

    def calls(self) -> list[Call]:
        return [
            Call(Stage.UPDATE, f"{table.module}:update",
                 f"step, t{k}, ring, found[thread], n", "n =", f"update_{k}")
            for k, table in enumerate(self.tables)
        ]  # fmt: skip

    def bundles(self) -> Bundles:
        return {f"t{k}": table.args for k, table in enumerate(self.tables)}

    def share(self, split: Split, t: int) -> Bundles:
        shares: Bundles = {}
        first = 0
        for k, table in enumerate(self.tables):
            a = table.args
            ranges = np.array([split.of(b, t) for b in table.blocks], np.int64)
            flags = a.flags if t == 0 else np.zeros_like(a.flags)
            shares[f"t{k}"] = a._replace(
                lo=a.lo + ranges[:, 0], hi=a.lo + ranges[:, 1], flags=flags,
                words=flags.view(np.uint64), scratch=np.empty_like(a.scratch),
                kept=np.empty_like(a.kept),
                spiked=split.spiked[t, first : first + len(table.blocks)],
            )  # fmt: skip
            first += len(table.blocks)
        return shares

    def full(self) -> list[str]:
        return [f"t{k}.fault[0] == step - 1" for k in range(len(self.tables))]

    def stopped(self) -> bool:
        return any(table.args.fault[0] >= 0 for table in self.tables)

    def resume(self, plan: Common) -> None:
        for table in self.tables:
            refresh_table(table, self.dt)

    def reset(self, plan: Common) -> None:
        for table in self.tables:
            initial = plan.initial[table.state0 :][: table.args.state.size]
            initial = initial.reshape(table.args.state.shape)
            for row, name in enumerate(table.cell.states):
                if name not in table.persistent:
                    table.args.state[row] = initial[row]
            table.args.refractory[:] = 0

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> dict[str, np.ndarray]:
        return {f"table{k}.refractory": t.args.refractory for k, t in enumerate(self.tables)}

    def limits(self, step: int) -> Iterator[Entry]:
        for k in range(len(self.tables)):
            yield Entry(f"table{k}.refractory", Limits(0, MAX_REFRACTORY, whole=True))

    def relations(self, arrays: Arrays, step: int) -> Iterator[str]:
        """Yield parameters that their declarations do not allow."""
        for block in self.blocks.values():
            for name, declared in block.declared.items():
                array = arrays[f"parameter.{block.name}.{name}"]
                if declared.shared and array.ndim:
                    yield f"{block.name}.{name} must be one number, got the shape {array.shape}"
                    continue
                try:
                    declared.check(array, name, block.name)
                except ValidationError as error:
                    yield str(error)

    def read(self, arrays: Arrays, plan: Common) -> None:
        """Raise if constants cannot be computed from the parameters."""
        for table in self.tables:
            blocks = [
                replace(b, values={p: arrays[f"parameter.{b.name}.{p}"] for p in b.values})
                for b in table.blocks
            ]
            table_constants(table.cell, blocks, self.dt, table.args.state.dtype)

    def label(self, place: int) -> str | None:
        for table in self.tables:
            row, neuron = divmod(place - table.state0, table.n)
            if 0 <= row < len(table.cell.states):
                block = next(b for b in table.blocks if b.lo <= neuron < b.hi)
                return f"{block.name}[{neuron - block.lo}].{table.cell.states[row]}"
        return None

    def fault(self, plan: Common, bad: np.ndarray, stopped: bool) -> str | None:
        for table in self.tables:
            table.args.fault[:] = -1
        for table in self.tables:
            places = np.flatnonzero(bad[table.state0 :][: table.args.state.size])
            if not places.size:
                continue
            row, column = divmod(int(places[0]), table.n)
            state = table.cell.states[row]
            method = f" for method {table.cell.system.method!r}" if stopped else ""
            return (
                f"{self.label(table.state0 + int(places[0]))} is "
                f"{table.args.state[row, column]:g} {table.cell.units[state]} at "
                f"{plan.step * plan.dt:g} ms; what was recorded until then is kept. Steps of "
                f"dt = {plan.dt} ms are too long{method}, or inputs too strong; take a smaller dt "
                "or another method"
            )
        return None
