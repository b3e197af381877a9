"""Compact source of long kernels: repeated similar lines become loops.

A neuron with many compartments has hundreds of variables, and source lines that differ only in the
names of variables. Here all values of a neuron are stored in one vector ``_y``, and a sequence of
similar lines, or blocks of lines, becomes a loop over a table of indices into it. Compile time then
depends on the number of kinds of compartments, not on the number of compartments.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

MIN_STATES_FOR_LOOPS = 12  # least number of states
_NAME = re.compile(r"\b[A-Za-z_]\w*\b")
_LONGEST = 16  # most lines in a block
_FEWEST = 3  # least number of blocks in a loop
_PLAIN = {"if", "else", "not", "and", "or", "abs", "min", "max", "_i", "_left",
          "_held", "_fired", "_lost", "_flags", "True", "False"}  # fmt: skip


@dataclass
class LoopCompactor:
    """Index of each name in the vector, and the tables of indices that loops use.

    Attributes
    ----------
    place : dict
        Index of each name in the vector.
    tables : list of str
        Source lines that define the tables.
    """

    place: dict[str, int] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)

    def put(self, name: str) -> str:
        """Source text of a name's element in the vector."""
        return f"_y[{self.place.setdefault(name, len(self.place))}]"

    def lines(self, given: list[str], is_number: Callable[[str], bool]) -> list[str]:
        """Rewrite lines with loops; `is_number` tells numbers from functions and arrays."""
        plain = [
            [n for n in _NAME.findall(line) if n not in _PLAIN and is_number(n)] for line in given
        ]
        shapes = [_blanked(line, set(own)) for line, own in zip(given, plain, strict=True)]
        result: list[str] = []
        k = 0
        while k < len(given):
            length, count = self._run(shapes, k)
            if count < _FEWEST:
                result.append(self._placed(given[k], set(plain[k])))
                k += 1
                continue
            rows = [
                [name for names in plain[k + i * length : k + (i + 1) * length] for name in names]
                for i in range(count)
            ]
            result += self._loop(shapes[k : k + length], rows)
            k += length * count
        return result

    @staticmethod
    def _run(shapes: list[str], k: int) -> tuple[int, int]:
        """Length and number of equal blocks from line k on, chosen to cover most lines."""
        best = (1, 1)
        for length in range(1, min(_LONGEST, (len(shapes) - k) // _FEWEST) + 1):
            block, count = shapes[k : k + length], 1
            while shapes[k + count * length : k + (count + 1) * length] == block:
                count += 1
            if count >= _FEWEST and length * count > best[0] * best[1]:
                best = length, count
        return best

    def _placed(self, line: str, own: set[str]) -> str:
        return _NAME.sub(lambda m: self.put(m[0]) if m[0] in own else m[0], line)

    def _loop(self, block: list[str], rows: list[list[str]]) -> list[str]:
        places = [[int(self.put(name)[3:-1]) for name in row] for row in rows]
        columns = list(zip(*places, strict=True))
        moving = [c for c in dict.fromkeys(columns) if len(set(c)) > 1]
        table = f"_T{len(self.tables)}"
        self.tables.append(f"{table} = np.array({[list(r) for r in zip(*moving, strict=True)]})")
        where = iter(
            f"_y[{table}[_k, {moving.index(c)}]]" if c in moving else f"_y[{c[0]}]"
            for c in columns
        )  # fmt: skip
        body = [re.sub(r"\?", lambda m: next(where), line) for line in block]
        return [f"for _k in range({len(rows)}):", *("    " + line for line in body)]


def _blanked(line: str, names: set[str]) -> str:
    return _NAME.sub(lambda m: "?" if m[0] in names else m[0], line)
