"""Files that are either whole or as they were before."""

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
except ImportError:  # Windows, which refuses to remove files that are open
    fcntl = None  # type: ignore[assignment]

_ENDING = ".spikesim.tmp"
_DAY = 86400.0


@contextmanager
def written(
    path: str | os.PathLike[str], owner: str, attribute: str = "path"
) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of `path` once all of it is on the disk.

    If writing fails or the process is killed, what was at `path` stays as it was. A link is
    followed; pipes, devices and open files such as ``/dev/stdout`` are written to.

    Parameters
    ----------
    path : str or path-like
        The file.
    owner, attribute : str
        Whose argument `path` is, for messages.

    Raises
    ------
    ValidationError
        If `path` cannot be a file, or its folder does not exist.
    SpikesimError
        If the system refuses, for instance because the disk is full.
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
    """A draft that takes the place of `target` when it is complete.

    New files have the permissions of the user's umask, others keep theirs. Drafts that killed
    processes have left in the folder are removed first.

    Parameters
    ----------
    target : Path
        A file or nothing, in a folder that exists.
    durable : bool
        Whether to wait until all of it is on the disk, so that it outlives a power cut.

    Raises
    ------
    OSError
        If the system refuses.
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
            if fcntl is not None:  # under the lock, so that nobody takes it for left over
                os.replace(draft, target)
        if fcntl is None:  # Windows moves only what is closed
            os.replace(draft, target)
        if durable:
            _sync_folder(target.parent)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def remove_drafts(folder: Path) -> None:
    """Remove what processes that were killed while they wrote have left in a folder."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") and entry.name.endswith(_ENDING):
                with suppress(OSError):
                    _remove_if_left(entry.path)


def _mode(target: Path) -> int | None:
    """The permissions of a file that is to be replaced; None if there is none."""
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return None
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return mode


def _draft(target: Path) -> tuple[BinaryIO, Path]:
    """A new file beside `target`, locked as long as it is open."""
    start = target.name.encode(errors="surrogateescape")[:60].decode(errors="ignore")
    while True:
        draft = target.with_name(f".{start}.{secrets.token_hex(4)}{_ENDING}")
        file = open(draft, "xb")  # noqa: SIM115
        if fcntl is None:
            return file, draft
        with suppress(OSError):  # some file systems have no locks
            fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(OSError):
            if os.path.samestat(os.stat(draft), os.fstat(file.fileno())):
                return file, draft
        file.close()  # another process has cleaned up before it was locked


def _remove_if_left(path: str) -> None:
    """Remove a draft unless somebody still writes it."""
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
        except OSError:  # no locks: judged by its age
            if time.time() - found.st_mtime < _DAY:
                return
        os.unlink(path)


def _sync_folder(folder: Path) -> None:
    """Have the system write a folder's entries to the disk."""
    if os.name != "posix":
        return  # only there can a folder be opened
    with suppress(OSError):  # not all file systems can
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_text(
    path: str | os.PathLike[str], text: str, owner: str, attribute: str = "path"
) -> None:
    """A text file in UTF-8, as `written` writes it."""
    with written(path, owner, attribute) as file:
        file.write(text.encode())
