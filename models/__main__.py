"""List the network models of this folder, or update their results: ``python -m models``.

``python -m models readme`` runs all models, or the named ones, and writes their numbers into
README.md and their figures into docs/images/models.
"""

from __future__ import annotations

import importlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer
from rich.console import Console

from spikesim import ValidationError

from .common import HEAD, Expected, cli, rows

NETWORKS = ("brunel", "vogels_abbott", "potjans_diesmann", "synfire_chain", "half_centre",
            "ring_attractor", "izhikevich", "ping", "decision", "distal_reward")  # fmt: skip
README = Path(__file__).with_name("README.md")
PICTURES = README.parents[1] / "docs" / "images" / "models"


def module(name: str) -> ModuleType:
    """Import the module of a model by its name on the command line."""
    if name not in NETWORKS:
        raise ValidationError(f"must be one of {', '.join(NETWORKS)}, got {name!r}", "network")
    return importlib.import_module(f".{name}", __package__)


def table(numbers: Mapping[str, float], expected: Mapping[str, Expected]) -> str:
    """Format the numbers of a model as a Markdown table."""
    lines = [list(HEAD), ["---", "---:", "---:", "---"], *rows(numbers, expected)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def fill(text: str, name: str, inside: str) -> str:
    """Replace the table of a model in `text`, between the two comments with its name."""
    begin, end = f"<!-- {name} table -->", f"<!-- end of {name} table -->"
    head, rest = text.split(begin)
    return f"{head}{begin}\n{inside}\n{end}{rest.split(end)[1]}"


def main(
    task: Annotated[str, typer.Argument(help="list, or readme.")] = "list",
    network: Annotated[list[str] | None, typer.Argument(help="Which networks; all.")] = None,
) -> None:
    """Networks that people know."""
    if task not in ("list", "readme"):
        raise ValidationError(f"must be list or readme, got {task!r}", "task")
    for name in network or NETWORKS:
        script = module(name)
        Console().print(
            f"[bold]python -m {__package__}.{name}[/]  {(script.__doc__ or '').splitlines()[0]}"
        )
        if task == "readme":
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "numbers.json"
                script.main(out=PICTURES / f"{name}.png", json_file=file)
                numbers = json.loads(file.read_text())["numbers"]
            README.write_text(fill(README.read_text(), name, table(numbers, script.EXPECTED)))


if __name__ == "__main__":
    cli(main)
