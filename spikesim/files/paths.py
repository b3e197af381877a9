"""Paths as users give them, and what the system says of them."""

from __future__ import annotations

import os
import stat

from spikesim.errors import ValidationError

# Behind these names lie open files of processes, such as `/dev/stdout`, whatever they really are.
_OPEN_FILES = ("/dev/fd/", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/proc/")
_LINKS = 40  # in a row; as many as Linux follows


def checked_path(path: object, owner: str, attribute: str = "path") -> str:
    """`path` as text, or a ValidationError if it cannot be a file's path."""
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
    """Why the system refused, in its words, without the name of a file."""
    return error.strerror or str(error) or type(error).__name__


def is_open_file(path: str) -> bool:
    """Whether a path, or a link that it leads to, names an open file of a process."""
    for _ in range(_LINKS):
        path = os.path.abspath(path)
        if path.startswith(_OPEN_FILES):
            return True
        if not os.path.islink(path):
            return False
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    return False


def kind(path: str | os.PathLike[str]) -> str | None:
    """What is at a path: ``"file"``, ``"folder"``, ``"device"``, ``"pipe"``, or None for nothing.

    Raises
    ------
    OSError
        If the system does not say.
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
