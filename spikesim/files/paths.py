"""Validation of paths, and queries of what they refer to."""

from __future__ import annotations

import os
import stat

from spikesim.errors import ValidationError

# Paths of open files of processes, such as `/dev/stdout`.
_OPEN_FILES = ("/dev/fd/", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/proc/")
_LINKS = 40  # symbolic links in a chain; the limit of Linux


def checked_path(path: object, owner: str, attribute: str = "path") -> str:
    """Convert `path` to text; raise a ValidationError if it cannot be the path of a file."""
    if not isinstance(path, (str, os.PathLike)):
        raise ValidationError(f"must be a file's path, got {path!r}", attribute, owner)
    text = os.fspath(path)
    if not isinstance(text, str) or not text or "\0" in text:
        raise ValidationError(f"must be a file's path, got {text!r}", attribute, owner)
    try:
        os.fsencode(text)
    except UnicodeError:
        raise ValidationError(
            f"has no name that a file can have: {text!r}", attribute, owner
        ) from None
    return text


def reason(error: OSError) -> str:
    """Reason of an operating system error, without the file name."""
    return error.strerror or str(error) or type(error).__name__


def is_open_file(path: str) -> bool:
    """Whether a path, after following links, refers to an open file of a process."""
    for _ in range(_LINKS):
        path = os.path.abspath(path)
        if path.startswith(_OPEN_FILES):
            return True
        if not os.path.islink(path):
            return False
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    return False


def kind(path: str | os.PathLike[str]) -> str | None:
    """Kind of a path: ``"file"``, ``"folder"``, ``"device"``, ``"pipe"``, or None for nothing.

    Raises
    ------
    OSError
        If the operating system denies access.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        return "folder"
    if stat.S_ISREG(mode):
        return "file"
    return "pipe" if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else "device"
