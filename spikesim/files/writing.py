"""Atomic writing: a file is replaced completely or not changed."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from spikesim.errors import SpikesimError, ValidationError
from spikesim.files.paths import checked_path, is_open_file, kind, reason

try:
    import fcntl
except ImportError:  # Windows, where open files cannot be removed
    fcntl = None  # type: ignore[assignment]

_ENDING = ".spikesim.tmp"
_DAY = 86400.0


@contextmanager
def written(
    path: str | os.PathLike[str], owner: str, attribute: str = "path"
) -> Iterator[BinaryIO]:
    """Open a file for writing that replaces `path` once it is completely on the disk.

    If writing fails or the process is killed, `path` is unchanged. Links are followed; pipes,
    devices and open files such as ``/dev/stdout`` are written to directly.

    Parameters
    ----------
    path : str or path-like
        The file.
    owner, attribute : str
        Function or object, and its argument, that messages name.

    Raises
    ------
    ValidationError
        If `path` cannot be a file, or its folder does not exist.
    SpikesimError
        If writing fails, for instance because the disk is full.
    """
    name = checked_path(path, owner, attribute)
    try:
        with _opened(name, owner, attribute) as file:
            yield file
    except OSError as error:
        raise SpikesimError(f"cannot write {name}: {reason(error)}") from error


@contextmanager
def _opened(name: str, owner: str, attribute: str) -> Iterator[BinaryIO]:
    found = kind(name)
    if found == "folder" or name.endswith(("/", os.sep)):
        raise ValidationError(f"is a folder, not a file: {name}", attribute, owner)
    if found in ("pipe", "device") or is_open_file(name):
        with open(name, "wb") as file:
            yield file
        return
    target = Path(os.path.realpath(name))
    if not target.parent.is_dir():
        raise ValidationError(
            f"cannot write {name}: there is no folder {str(target.parent)!r}", attribute, owner
        )
    with replaced(target) as file:
        yield file


@contextmanager
def replaced(target: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """Open a temporary file ("draft") that replaces `target` when it is complete.

    New files get the permissions of the user's umask, existing ones keep theirs. Drafts left in the
    folder by killed processes are removed first.

    Parameters
    ----------
    target : Path
        An existing or new file in an existing folder.
    durable : bool
        Whether to wait until the file is on the disk, so that it survives a power failure.

    Raises
    ------
    OSError
        If writing fails.
    """
    mode = _mode(target)
    remove_drafts(target.parent)
    file, draft = _draft(target)
    try:
        with file:
            yield file
            file.flush()
            if mode is not None:
                os.chmod(draft, mode)
            if durable:
                os.fsync(file.fileno())
            if fcntl is not None:  # while locked, so that no other process removes it
                os.replace(draft, target)
        if fcntl is None:  # Windows cannot move open files
            os.replace(draft, target)
        if durable:
            _sync_folder(target.parent)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def remove_drafts(folder: Path) -> None:
    """Remove temporary files that killed processes have left in a folder."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") and entry.name.endswith(_ENDING):
                with suppress(OSError):
                    _remove_if_left(entry.path)


def _mode(target: Path) -> int | None:
    """Permissions of a file that is to be replaced; None if it does not exist."""
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return None
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return mode


def _draft(target: Path) -> tuple[BinaryIO, Path]:
    """Create a temporary file in the folder of `target`, locked while it is open."""
    start = target.name.encode(errors="surrogateescape")[:60].decode(errors="ignore")
    while True:
        draft = target.with_name(f".{start}.{secrets.token_hex(4)}{_ENDING}")
        file = open(draft, "xb")  # noqa: SIM115
        if fcntl is None:
            return file, draft
        with suppress(OSError):  # some file systems do not support locks
            fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(OSError):
            if os.path.samestat(os.stat(draft), os.fstat(file.fileno())):
                return file, draft
        file.close()  # another process removed it before it was locked


def _remove_if_left(path: str) -> None:
    """Remove a draft unless a process is still writing it."""
    found = os.lstat(path)
    if not stat.S_ISREG(found.st_mode):
        return
    if fcntl is None:
        os.unlink(path)
        return
    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        except OSError:  # no locks: decide by its age
            if time.time() - found.st_mtime < _DAY:
                return
        os.unlink(path)


def _sync_folder(folder: Path) -> None:
    """Flush the entries of a folder to the disk."""
    if os.name != "posix":
        return  # folders can be opened on POSIX systems only
    with suppress(OSError):  # not all file systems support it
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_text(
    path: str | os.PathLike[str], text: str, owner: str, attribute: str = "path"
) -> None:
    """Write a text file in UTF-8, atomically as by `written`."""
    with written(path, owner, attribute) as file:
        file.write(text.encode())
