"""Command line of the MNIST experiment: ``python -m models.mnist``."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import matplotlib
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from spikesim import SpikesimError, ValidationError

from . import folder as run_folder
from . import pictures, report
from .experiment import Experiment, Watch, total_work
from .idx import load
from .options import ACTIVATIONS, SIZES, SOLVERS, Options, preset
from .protocol import fingerprint, split
from .store import Store, write_json

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="With --resume: the folder of the run.")
    ] = None,
    neurons: Annotated[
        list[int] | None,
        typer.Option(help=f"Excitatory neurons; the paper has {', '.join(map(str, SIZES))}. "
                     "May be given several times. [default: 400]"),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Few images; within a minute.")] = False,
    full: Annotated[bool, typer.Option("--full", help="All images, three seeds.")] = False,
    faithful: Annotated[
        bool, typer.Option("--faithful", help="The paper's own network; much slower.")
    ] = False,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Number of seeds: 1, 2, ... [default: 1]")
    ] = None,
    passes: Annotated[
        int | None, typer.Option(help="Passes over the training images. [default: 1]")
    ] = None,
    train: Annotated[
        int | None, typer.Option(help="Training images. [default: all]")
    ] = None,
    test: Annotated[int | None, typer.Option(help="Test images. [default: all]")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of four IDX files. [default: MNIST]")
    ] = None,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Test on held-out training images instead.")
    ] = False,
    hidden: Annotated[
        str | None, typer.Option(help="Hidden layers of the MLP. [default: 300,100]")
    ] = None,
    activation: Annotated[
        str | None, typer.Option(help=f"Of the MLP: {', '.join(ACTIVATIONS)}. [default: relu]")
    ] = None,
    solver: Annotated[
        str | None, typer.Option(help=f"Of the MLP: {', '.join(SOLVERS)}. [default: adam]")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Of the MLP. [default: 8, with --full 15]")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="A copy of the results as JSON.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the results. [default: a dated one in results]")
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with a run that was interrupted: the one in DIR, "
                     "in --out, or the latest in results."),
    ] = False,
) -> None:  # fmt: skip
    """Train a spiking network on MNIST by STDP, and compare it with an MLP trained by backprop."""
    changes = {
        "neurons": tuple(neurons) if neurons else None,
        "seeds": tuple(range(1, seeds + 1)) if seeds else None,
        "passes": passes,
        "n_train": train,
        "n_test": test,
        "faithful": faithful or None,
        "held_out": held_out or None,
        "hidden": None if hidden is None else sizes(hidden),
        "activation": activation,
        "solver": solver,
        "epochs": epochs,
    }
    given: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    given = preset(quick=quick, full=full, faithful=faithful) | given
    console = Console()
    if folder is not None and not resume:
        raise ValidationError(f"goes with --resume only, got {folder}", "folder", "mnist")
    if json_file is not None and not json_file.absolute().parent.is_dir():
        raise ValidationError(f"no such folder: {json_file.absolute().parent}", "json", "mnist")
    if resume:
        place = run_folder.find(folder or out)
        options, data = run_folder.read(place, given, data)
    else:
        options = Options(**given)
        place = run_folder.choose(out)
    again = f"{context.command_path} --resume {place}"
    run(options, data, place, json_file, console, resume, again)


def run(
    options: Options,
    data: Path | None,
    place: Path,
    json_file: Path | None,
    console: Console,
    resume: bool,
    again: str,
) -> None:
    """Run the experiment in the folder `place` and report; the command `again` resumes it."""
    started = time.perf_counter()
    images = load(data)
    parts = split(images, options)
    run_folder.describe(place, options, data, fingerprint(images), resume)
    console.print(f"Results go to [bold]{place}[/]")
    store = Store(place / "checkpoint")
    try:
        with bar(console, total_work(options, parts)) as watch:
            outcomes = Experiment(options, parts, store, watch).run()
    except KeyboardInterrupt:
        console.print(f"\nInterrupted. Go on with: {again}")
        raise typer.Exit(130) from None
    title = f"{images.name}: {len(parts.train):,} training and {len(parts.test):,} test images"
    content = report.write(place, report.header(options, images.name), outcomes)
    if json_file is not None:
        write_json(json_file, content)
    matplotlib.use("Agg")
    names = pictures.draw(place, outcomes, parts, store)
    run_folder.finish(place, outcomes, store)
    console.print(report.table(report.rows_of(outcomes), title))
    console.print(f"{place}: results.json, results.csv, {', '.join(names)}")
    console.print(f"Done in {time.perf_counter() - started:.0f} s")


@contextmanager
def bar(console: Console, total: float) -> Iterator[Watch]:
    """A progress bar with the remaining time and the number of spikes so far."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[spikes]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("compiling", total=total, spikes="")

        def watch(doing: str, amount: float, spikes: int) -> None:
            shown: dict[str, Any] = {"description": doing} if doing else {}
            shown["spikes"] = f"{spikes:,} spikes" if spikes else ""
            progress.update(task, advance=amount, **shown)

        yield watch


def sizes(text: str) -> tuple[int, ...]:
    """Parse a list of numbers such as ``300,100``."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ValidationError(
            f"must be whole numbers with commas between, got {text!r}", "hidden", "mnist"
        ) from None


def cli(arguments: list[str] | None = None, name: str = f"python -m {__package__}") -> None:
    """Run the command line; user errors are printed as one line, without a traceback."""
    try:
        app(arguments, prog_name=name)
    except SpikesimError as error:
        Console(stderr=True).print(f"[red]Error:[/] {error}", highlight=False)
        sys.exit(2)


if __name__ == "__main__":
    cli()
