"""The examples in the README and in docs/: found, run, and their pictures made.

``python docs/examples.py`` runs them all, so that the pictures in docs/images are what the text
shows. The tests run them too.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its language, its text, and the line at which the text begins."""

    language: str
    text: str
    line: int


def blocks(page: Path, language: str) -> list[Block]:
    """The fenced blocks of one language in a page, in order."""
    whole = page.read_text()
    return [
        Block(match[1], match[2], whole.count("\n", 0, match.start(2)) + 1)
        for match in _BLOCK.finditer(whole)
        if match[1] == language
    ]


def run(page: Path) -> None:
    """Run a page's Python blocks in order, in one module and the current folder."""
    module = ModuleType(f"example_{page.stem}")
    sys.modules[module.__name__] = module  # where dataclasses look for their annotations
    try:
        for block in blocks(page, "python"):
            # Empty lines in front make tracebacks name the line of the page.
            text = "\n" * (block.line - 1) + block.text
            exec(compile(text, str(page), "exec", dont_inherit=True), vars(module))
    finally:
        del sys.modules[module.__name__]


if __name__ == "__main__":
    os.environ["MPLBACKEND"] = "Agg"
    os.chdir(ROOT / "docs" / "images")
    for page in PAGES:
        if blocks(page, "python"):
            print(page.relative_to(ROOT), file=sys.stderr)
            run(page)
