"""The result of a trial."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Trial:
    """How the cases of one trial ended.

    Attributes
    ----------
    name : str
        What was tried.
    endings : Counter
        Number of cases by how they ended.
    faults : list of str
        Those that ended in anything but what was promised, one line each.
    """

    name: str
    endings: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return self.endings.total()

    def right(self, ending: str) -> None:
        """Count a case that ended as promised."""
        self.endings[ending] += 1

    def wrong(self, fault: str) -> None:
        """Count a case that did not."""
        self.endings["fault"] += 1
        self.faults.append(fault)
