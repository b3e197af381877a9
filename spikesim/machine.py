"""Memory that is available to this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from spikesim.errors import ValidationError

SMALL = 1 << 26
"""Requirements below this number of bytes are not checked."""
REMEDY = "net.memory() tells what takes how much"


def available() -> int | None:
    """Bytes that this process can still allocate, including swap; None if unknown.

    The minimum of the system's free memory, the container's limit and the process's limit.
    """
    known = [b for b in (_of_system(), _of_container(), _of_process()) if b is not None]
    return max(0, min(known)) if known else None


def require(
    need: float, what: str, attribute: str | None, obj: object, remedy: str = REMEDY
) -> None:
    """Raise a ValidationError if `need` bytes are not available.

    Parameters
    ----------
    need : float
        Required bytes.
    what : str
        What needs the memory, such as ``"1e+12 synapses"``.
    attribute, obj : str, object
        Attribute and object that the message names.
    remedy : str
        Advice to the user.
    """
    if need < SMALL:
        return
    left = available()
    if left is not None and need > left:
        raise ValidationError(
            f"{what} would take {amount(need)} of memory, and {amount(left)} are available here; "
            f"{remedy}", attribute, obj,
        )  # fmt: skip


def amount(n_bytes: float) -> str:
    """Format a number of bytes: ``"3.2 GB"``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if n_bytes < 1000:
            return f"{n_bytes:.0f} {unit}" if unit == "bytes" else f"{n_bytes:.3g} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:.3g} TB"


def _of_system() -> int | None:
    table = _numbers(Path("/proc/meminfo"), ":")
    if "MemAvailable" in table:
        return 1024 * (table["MemAvailable"] + table.get("SwapFree", 0))
    try:
        import psutil  # type: ignore[import-untyped]
    except ImportError:
        pass
    else:
        return int(psutil.virtual_memory().available + psutil.swap_memory().free)
    try:  # total memory: an upper bound, because some is in use
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _of_container() -> int | None:
    """Memory left by the control groups of this process (the group and its parents)."""
    left = []
    for folder, limit, used, inactive in _groups():
        most, now = _number(folder / limit), _number(folder / used)
        if most is not None and now is not None and most < 1 << 60:
            files = _numbers(folder / "memory.stat", " ").get(inactive, 0)
            left.append(most - now + files)  # file cache is freed on demand
    return min(left, default=None)


def _groups() -> Iterator[tuple[Path, str, str, str]]:
    root = Path("/sys/fs/cgroup")
    for line in _lines(Path("/proc/self/cgroup")):
        _, controllers, path = line.split(":", 2)
        if controllers not in ("", "memory"):
            continue
        base = root if controllers == "" else root / "memory"
        names = (
            ("memory.max", "memory.current", "inactive_file") if controllers == "" else
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        )  # fmt: skip
        own = base / path.lstrip("/")
        for folder in (own, *own.parents):
            if folder.is_relative_to(base):
                yield folder, *names


def _of_process() -> int | None:
    """Memory left by the address space limit (``ulimit -v``)."""
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    used = next((int(line.split()[0]) for line in _lines(Path("/proc/self/statm"))), 0)
    return None if limit == resource.RLIM_INFINITY else limit - used * resource.getpagesize()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def _numbers(path: Path, separator: str) -> dict[str, int]:
    parts = (line.partition(separator) for line in _lines(path))
    words = ((name, value.split()) for name, _, value in parts)
    return {name: int(value[0]) for name, value in words if value and value[0].isdigit()}


def _number(path: Path) -> int | None:
    return next((int(line) for line in _lines(path) if line.strip().isdigit()), None)
