"""Tables between markers in a Markdown file, so that published numbers come from a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]], n_text: int = 1) -> str:
    """A Markdown table; the first `n_text` columns are text, the others are numbers."""
    lines = [head, ["---"] * n_text + ["---:"] * (len(head) - n_text), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def fill(path: Path, name: str, text: str) -> None:
    """Put `text` between ``<!-- NAME table -->`` and ``<!-- end of NAME table -->``.

    Raises
    ------
    ValueError
        If the file does not hold both markers.
    """
    begin, end = f"<!-- {name} table -->", f"<!-- end of {name} table -->"
    whole = path.read_text()
    if begin not in whole or end not in whole.split(begin)[1]:
        raise ValueError(f"{path} holds no {begin} ... {end}")
    head, rest = whole.split(begin)
    tail = rest.split(end)[1]
    path.write_text(f"{head}{begin}\n{text}\n{end}{tail}")
