"""The folder of a run, with its options, checkpoint (for `--resume`) and results.

``run.json`` has the options of the run, and ``checkpoint/`` its progress; both exist from the
start. At the end ``results.json`` is written and the checkpoint is removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from spikesim import ValidationError
from spikesim.files import written

from .experiment import Outcome
from .options import Options
from .store import Store, damage_named, read_record, write_record

RESULTS = Path("results")
DESCRIPTION = "run.json"
DONE = "results.json"


def choose(given: Path | None) -> Path:
    """Choose the folder of a new run; `describe` creates it."""
    place = given or RESULTS / f"mnist-{datetime.now():%Y%m%d-%H%M%S}"
    if (place / DESCRIPTION).exists():
        state = "is finished" if (place / DONE).exists() else "can be continued with --resume"
        raise ValidationError(f"{place} holds a run already, which {state}", "out", "mnist")
    return place


def find(given: Path | None) -> Path:
    """Find the folder of an interrupted run: `given`, or the latest."""
    if given is not None:
        if not (given / DESCRIPTION).exists():
            raise ValidationError(f"{given} holds no run", "resume", "mnist")
        if (given / DONE).exists() and not (given / "checkpoint").exists():
            raise ValidationError(f"the run in {given} is finished", "resume", "mnist")
        return given
    open_runs = [p.parent for p in sorted(RESULTS.glob(f"mnist-*/{DESCRIPTION}"))
                 if (p.parent / "checkpoint").exists()]  # fmt: skip
    if not open_runs:
        raise ValidationError(f"no interrupted run in {RESULTS}", "resume", "mnist")
    return open_runs[-1]


def read(
    place: Path, given: dict[str, Any], data: Path | None
) -> tuple[Options, Path | None]:  # fmt: skip
    """Read options and data of an interrupted run; options in `given` must have the same values."""
    saved = _description(place)
    with damage_named(place / DESCRIPTION):
        options = Options.from_json(saved["options"])
        folder = None if saved["data"] is None else Path(saved["data"])
    different = options.differences(replace(options, **given))
    if data is not None and data.resolve() != folder:
        different.append("data")
    if different:
        raise ValidationError(
            f"the run in {place} has other values of {', '.join(different)}; leave them out",
            "resume",
            "mnist",
        )
    return options, folder


def describe(place: Path, options: Options, data: Path | None, images: int, resume: bool) -> None:
    """Create the folder of a run, or check that an interrupted run has the same images."""
    if resume:
        if _description(place).get("images") != images:
            raise ValidationError(f"the images have changed since {place} was begun", "data")
        return
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValidationError(f"cannot make {place}: {error.strerror}", "out", "mnist") from None
    folder = None if data is None else str(data.resolve())
    write_record(
        place / DESCRIPTION, {"options": options.as_json(), "data": folder, "images": images}
    )


def finish(place: Path, outcomes: Sequence[Outcome], store: Store) -> None:
    """Save learnt weights and predictions beside the results, and remove the checkpoint."""
    for outcome in outcomes:
        source = store.path(outcome.arrays)
        target = place / f"{outcome.kind}-{outcome.neurons}-seed{outcome.seed}.npz"
        if source.exists():
            with written(target, "mnist") as copy, source.open("rb") as file:
                shutil.copyfileobj(file, copy)
    done = place / "checkpoint.done"  # renaming is atomic: a kill leaves no partial folder
    store.folder.rename(done)
    shutil.rmtree(done)


def _description(place: Path) -> dict[str, Any]:
    return read_record(place / DESCRIPTION)
