"""Command line of spikesim: raster plots, the MNIST experiment, version and cache information.

Each command imports what it needs when it runs, so that help and option errors appear at once.
"""

from __future__ import annotations

import importlib
import os
import platform
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikesim.errors import SpikesimError, ValidationError

if TYPE_CHECKING:
    from spikesim.analysis.spiketrains import SpikeTrains

app = typer.Typer(
    help="Look at spikes and at this installation of spikesim.",
    no_args_is_help=True,
    add_completion=False,
)
cache_app = typer.Typer(help="The compiled kernels on disk.", no_args_is_help=True)
app.add_typer(cache_app, name="cache")

# Each version's kernels are in a folder named by a hash. Other files there must not be removed.
_VERSION_FOLDER = re.compile(r"[0-9a-f]{16}")


@app.command()
def raster(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Spikes: .npz or CSV of spikesim, CSV of time (ms) and id, NEST's .dat or .gdf.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The picture: .png, .pdf, .svg, ...")
    ] = Path("raster.png"),
    start: Annotated[
        float | None, typer.Option("--from", help="Draw from this time on (ms).")
    ] = None,
    stop: Annotated[float | None, typer.Option("--to", help="Draw up to this time (ms).")] = None,
    bin: Annotated[
        float | None, typer.Option("--bin", help="Width of the bins of the rates (ms).")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="A title above the picture.")] = "",
) -> None:
    """Draw a spike raster with population rates beneath.

    CSV and NEST files do not say how many neurons there are and how long was recorded: rates
    count neurons from 0 (NEST: the smallest sender) to the largest id, and time from 0 to the
    last spike.
    """
    with _errors_said():
        from spikesim.interchange.spikes import load_populations
        from spikesim.plot.files import save_raster

        found = load_populations(files, t_stop=stop)
        shown = {name: _cut(trains, start, stop) for name, trains in found.items()}
        save_raster(shown, output, bin=bin, title=title)
        for name, trains in shown.items():
            typer.echo(
                f"{name}: {trains.n_spikes:,} spikes of {trains.n:,} neurons from "
                f"{trains.t_start:g} to {trains.t_stop:g} ms, {trains.mean_rate():.4g} Hz"
            )
        typer.echo(f"Drawn into {output}")


@app.command(
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def mnist(context: typer.Context) -> None:
    """Train a spiking network on MNIST beside a multi-layer perceptron; --help has the options."""
    # Type checkers do not find this module: it is a folder of the repository, or of the wheel.
    experiment = importlib.import_module("spikesim.models.mnist.__main__")
    experiment.cli(context.args, "spikesim mnist")


@app.command()
def info() -> None:
    """Show versions, cores and threads, and where compiled kernels are kept."""
    import numba

    from spikesim.jit import cache_root

    for package in ("spikesim", "numpy", "numba", "scipy", "matplotlib"):
        typer.echo(f"{package:<12} {version(package)}")
    typer.echo(f"{'python':<12} {platform.python_version()}")
    typer.echo(f"{'platform':<12} {platform.platform()}")
    typer.echo(f"{'cores':<12} {os.cpu_count()}, of which this process may use {_usable_cores()}")
    typer.echo(f"{'threads':<12} {numba.config.NUMBA_NUM_THREADS}")
    folders = _version_folders(cache_root())
    files, size = _extent(folders)
    typer.echo(f"{'cache':<12} {cache_root()}")
    typer.echo(f"{'':<12} {_amount(len(folders), files, size)}")


@cache_app.command()
def clear() -> None:
    """Remove the compiled kernels of all versions; they are compiled again when needed."""
    with _errors_said():
        from spikesim.jit import cache_root

        folders = _version_folders(cache_root())
        files, size = _extent(folders)
        for folder in folders:
            shutil.rmtree(folder)
        typer.echo(f"Removed from {cache_root()}: {_amount(len(folders), files, size)}")


@contextmanager
def _errors_said() -> Iterator[None]:
    """Print user errors and file errors as one line, and exit with code 2."""
    try:
        yield
    except (SpikesimError, OSError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(2) from None


def _cut(trains: SpikeTrains, start: float | None, stop: float | None) -> SpikeTrains:
    """Restrict spike trains to the requested part of the recorded time."""
    first = trains.t_start if start is None else max(start, trains.t_start)
    last = trains.t_stop if stop is None else min(stop, trains.t_stop)
    if first > last:
        raise ValidationError(
            f"nothing lies from {first:g} to {last:g} ms: the recording goes from "
            f"{trains.t_start:g} to {trains.t_stop:g} ms; mind --from and --to",
            obj=trains.name,
        )
    return trains.window(first, last)


def _usable_cores() -> int:
    """Number of cores on which the process may run."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _version_folders(root: Path) -> list[Path]:
    """List the kernel folders: one for each version of spikesim, Numba and NumPy."""
    if not root.is_dir():
        return []
    return sorted(
        path
        for path in root.iterdir()
        if _VERSION_FOLDER.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    )


def _extent(folders: list[Path]) -> tuple[int, int]:
    """Number of files in the folders, and their total size in bytes."""
    sizes = [f.stat().st_size for folder in folders for f in folder.rglob("*") if f.is_file()]
    return len(sizes), sum(sizes)


def _amount(versions: int, files: int, size: int) -> str:
    if not versions:
        return "nothing, there are no compiled kernels"
    return f"{files:,} files, {size / 1e6:.1f} MB, of {versions} version{'s' * (versions > 1)}"
