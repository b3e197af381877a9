"""``python -m benchmarks run WORKLOAD`` measures, ``python -m benchmarks table`` publishes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.machine import measure_machine
from benchmarks.numerics import numerics_text
from benchmarks.picture import picture
from benchmarks.plasticity import is_of_rules, plasticity_note, plasticity_table
from benchmarks.readme import fill
from benchmarks.runner import keep, rounds
from benchmarks.simulators import SIMULATORS, known
from benchmarks.table import benchmark_note, benchmark_table, mnist_table, scaling_table
from benchmarks.user_model import user_model_rows, user_model_table
from benchmarks.workloads import WORKLOADS

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

JsonFile = Annotated[Path, typer.Option("--json", help="The file of results.")]
Readme = Annotated[Path | None, typer.Option(help="Also fill the table's region in this file.")]


@app.command()
def run(
    workload: Annotated[str, typer.Argument(help=" | ".join(WORKLOADS))],
    simulators: Annotated[str, typer.Option(help="Of " + ", ".join(SIMULATORS))] = (
        "spikesim,brian2,brian2-cpp,nest,annarchy,bindsnet"
    ),
    rounds_: Annotated[int, typer.Option("--rounds", min=1)] = 3,
    json_: JsonFile = Path("out.json"),
    biological_s: Annotated[
        float | None, typer.Option(help="Simulated time in seconds; else the workload's own.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Of a workload with many points those such as rule=none,pair."),
    ] = None,
) -> None:
    """Measure simulators in turn, each time in a process of its own.

    Rows of the same workload, simulator and point in the file are replaced, others stay. A
    simulator that is not installed, or that the workload has no script for, is left out and named.
    A variant of spikesim with more threads is called such as spikesim-2threads.
    """
    names = [name.strip() for name in simulators.split(",")]
    for name, valid, ok in [
        (workload, WORKLOADS, workload in WORKLOADS),
        *((name, SIMULATORS, known(name)) for name in names),
    ]:
        if not ok:
            raise typer.BadParameter(f"{name!r} is unknown; choose of {', '.join(valid)}")
    rows = []
    chosen = _chosen(workload, only or [])
    for row in rounds(workload, names, rounds_, biological_s, typer.echo, chosen):
        rows.append(row)
        keep(json_, rows)
    if any(map(is_of_rules, rows)):
        typer.echo(plasticity_table(rows))


def _chosen(workload: str, only: list[str]) -> dict[str, list[str]]:
    """The values that each option of a point may have."""
    points, found = WORKLOADS[workload].points, {}
    for text in only:
        name, _, values = text.partition("=")
        valid = list(dict.fromkeys(str(point[name]) for point in points if name in point))
        found[name] = values.split(",")
        if not valid:
            known_ = ", ".join(dict.fromkeys(key for point in points for key in point))
            raise typer.BadParameter(f"{name!r} is unknown; {workload} has {known_ or 'no points'}")
        for value in found[name]:
            if value not in valid:
                raise typer.BadParameter(f"{value!r} is unknown; choose of {', '.join(valid)}")
    return found


@app.command()
def plasticity(
    json_: JsonFile = Path("out.json"),
    page: Annotated[Path | None, typer.Option(help="Also fill the region in this file.")] = None,
) -> None:
    """Print what the rules cost, from runs of the workloads ``plasticity``, ``plasticity-0.2``."""
    rows = json.loads(json_.read_text())["rows"]
    text = f"{plasticity_table(rows)}\n\n{plasticity_note(rows)}"
    typer.echo(text)
    if page:
        fill(page, "plasticity", text)


@app.command()
def table(
    json_: JsonFile = Path("out.json"),
    readme: Readme = None,
    plot: Annotated[Path | None, typer.Option(help="Also draw a picture into this file.")] = None,
) -> None:
    """Print the benchmarks' table; what events cost in networks that grow is in the picture."""
    rows = json.loads(json_.read_text())["rows"]
    text = f"{benchmark_table(rows)}\n\n{benchmark_note(rows)}"
    typer.echo(text)
    if any(row["workload"] == "scaling" for row in rows):
        typer.echo(f"\n{scaling_table(rows)}")
    if readme:
        fill(readme, "benchmark", text)
    if plot:
        picture(rows, plot)


@app.command()
def numerics(
    json_: JsonFile = Path("out.json"),
    page: Annotated[Path | None, typer.Option(help="Also fill the region in this file.")] = None,
) -> None:
    """Measure this machine, and print how near to its bounds the results come."""
    text = numerics_text(json.loads(json_.read_text())["rows"], measure_machine())
    typer.echo(text)
    if page:
        fill(page, "numerics", text)


@app.command()
def deviations(
    json_: JsonFile = Path("out.json"),
    page: Annotated[Path | None, typer.Option(help="Also fill the region in this file.")] = None,
) -> None:
    """Run every model beside its independent reference, and print how far they lie apart."""
    try:  # the references are those of the tests
        from benchmarks.deviations import deviation_table, measured, part_rows, part_table
        from tests.validation.references import REFERENCES
    except ModuleNotFoundError as error:
        raise typer.BadParameter(f"needs {error.name}: pip install -e '.[test]'") from None
    rows, parts = list(measured(REFERENCES)), list(part_rows())
    json_.write_text(json.dumps({"rows": rows, "parts": parts}, indent=1) + "\n")
    tables = {"deviations": deviation_table(rows), "parts": part_table(parts)}
    for name, text in tables.items():
        typer.echo(text)
        if page:
            fill(page, name, text)


@app.command()
def reliability(
    json_: JsonFile = Path("out.json"),
    page: Annotated[Path | None, typer.Option(help="Also fill the region in this file.")] = None,
    share: Annotated[float, typer.Option(help="How much of each trial is run.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Keys the cases that are drawn.")] = 1,
) -> None:
    """Try to break spikesim, and print how each case ended."""
    try:  # the trials are those of the tests
        from benchmarks.reliability import about, reliability_table, trials

        rows = list(trials(share, seed, typer.echo))
    except ModuleNotFoundError as error:
        raise typer.BadParameter(f"needs {error.name}: pip install -e '.[test]'") from None
    json_.write_text(json.dumps({"about": about(), "rows": rows}, indent=1) + "\n")
    text = reliability_table(rows, about())
    typer.echo(text)
    for fault in (fault for row in rows for fault in row["faults"]):
        typer.echo(f"fault: {fault}")
    if page:
        fill(page, "reliability", text)
    if any(row["faults"] for row in rows):
        raise typer.Exit(1)


@app.command("user-model")
def user_model(
    json_: JsonFile = Path("out.json"),
    page: Annotated[Path | None, typer.Option(help="Also fill the region in this file.")] = None,
) -> None:
    """Measure models from text beside kernels that were written by hand for them."""
    result = user_model_rows()
    json_.write_text(json.dumps(result, indent=1) + "\n")
    text = user_model_table(result)
    typer.echo(text)
    if page:
        fill(page, "user model", text)


@app.command("mnist-table")
def mnist(
    json_: Annotated[list[Path], typer.Option("--json", help="Results; may be given again.")],
    readme: Readme = None,
) -> None:
    """Print the table of what runs of ``python -m models.mnist --json`` wrote."""
    rows = [row for path in json_ for row in json.loads(path.read_text())["rows"]]
    # Runs of several sizes each have the same baseline: the first one counts.
    text = mnist_table(
        [*{(row["name"], row["seed"]): row for row in reversed(rows)}.values()][::-1]
    )
    typer.echo(text)
    if readme:
        fill(readme, "mnist", text)


if __name__ == "__main__":
    app(prog_name="python -m benchmarks")
