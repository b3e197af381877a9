"""On-disk cache of compiled kernels, one verified file per kernel.

The content of a file is executed. So it is used only if its hash, which includes its name, is
correct, its owner is the user or root, and nobody else can write to it or to its folder. Otherwise
the kernel is compiled again, and kept in memory only if no file can be written: problems with the
cache never cause an error.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import pickle
import re
import stat
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba.core.caching import _Cache
from numba.core.serialize import dumps

from spikesim.errors import SpikesimWarning
from spikesim.files import reason, replaced
from spikesim.inner_kernels import rebuilt

GENERATED = "spikesim._generated"
"""Package name of generated modules, which are named by the hash of their source."""

_MARK = b"spikesim kernel 3\n"
_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_REMEDY = "set SPIKESIM_CACHE_DIR to a folder of your own"


class CacheFolder:
    """Folder of verified files; if it cannot be used, it is reported once and then ignored.

    Parameters
    ----------
    path : Path
        Folder of this version, within `root`. Both are created on first use.
    root : Path
        Folder that the user chose, or the default cache folder.
    """

    def __init__(self, path: Path, root: Path):
        self.path, self.root = path, root
        self._readable = self._writable = True
        self._checked = False

    def read(self, name: str) -> bytes | None:
        """Content of a file, or None if there is no valid one."""
        if not self._readable or not self._trusted():
            return None
        with suppress(OSError), open(self.path / name, "rb", opener=_opened) as file:
            if _private(os.fstat(file.fileno())):
                return _unsealed(file.read(), name)
        return None

    def write(self, name: str, content: bytes) -> None:
        """Write a file if possible."""
        if not self._writable or not self._readable:
            return
        try:
            self._make()
            if not self._trusted():
                return
            with replaced(self.path / name, durable=False) as file:
                file.write(_sealed(content, name))
        except OSError as error:
            if (self.path / name).exists() and os.name == "nt":
                return  # another process is using it
            self._writable = False
            _warn(f"compiled kernels cannot be kept in {self.path}: {reason(error)}. They are "
                  f"compiled again in every process; {_REMEDY} that can be written")  # fmt: skip

    def _make(self) -> None:
        """Create the folders, writable by the user only."""
        if not self.path.is_absolute():
            raise FileNotFoundError(0, "the user has no folder for caches")
        self.root.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.path.mkdir(mode=0o755, exist_ok=True)

    def _trusted(self) -> bool:
        """Whether nobody else can write to the folder; checked once it exists."""
        if self._checked or not hasattr(os, "geteuid"):
            return self._readable
        with suppress(OSError):
            self.path.stat()
            self._checked = True
            distrust = _distrust(self.path, self.root)
            if distrust:
                self._readable = False
                _warn(f"compiled kernels are not taken from {self.root}, nor kept there: "
                      f"{distrust}. They are compiled again in every process; {_REMEDY}, into "
                      "which nobody else can write")  # fmt: skip
        return self._readable


def _opened(path: str, flags: int) -> int:
    """Open a file without blocking, in case it was replaced by a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _warn(text: str) -> None:
    warnings.warn(text, SpikesimWarning, stacklevel=2)


def _distrust(path: Path, root: Path) -> str | None:
    """Reason why other users may write to a folder; None if they cannot."""
    for folder in (path, root):
        found = folder.stat()
        if found.st_uid not in (os.geteuid(), 0):
            return f"{folder} belongs to another user"
        if found.st_mode & _OTHERS and not (folder != path and found.st_mode & stat.S_ISVTX):
            return f"other users can write into {folder}"
    for folder in root.resolve().parents:
        mode = folder.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            return f"other users can write into {folder}"
    return None


def _private(found: os.stat_result) -> bool:
    """Whether an open file is owned by the user or root, and nobody else can write to it."""
    if not stat.S_ISREG(found.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid in (os.geteuid(), 0) and not found.st_mode & _OTHERS


def _digest(content: bytes | memoryview, name: str) -> bytes:
    """Hash of a file's content and its name, which identifies the kernel."""
    digest = hashlib.sha256(name.encode() + b"\n")
    digest.update(content)
    return digest.digest()


def _sealed(content: bytes, name: str) -> bytes:
    return _MARK + _digest(content, name) + content


def _unsealed(raw: bytes, name: str) -> bytes | None:
    """Content passed to `_sealed`; None if the content or the name has changed."""
    begin = len(_MARK) + hashlib.sha256().digest_size
    content = memoryview(raw)[begin:]
    if raw[: len(_MARK)] != _MARK or raw[len(_MARK) : begin] != _digest(content, name):
        return None
    return bytes(content)


class KernelCache(_Cache):
    """Numba cache of one kernel: its compiled overloads.

    Parameters
    ----------
    function : callable
        Python function of the kernel.
    folder : callable
        Returns the folder; called on first use.
    """

    def __init__(self, function: Callable[..., Any], folder: Callable[[], CacheFolder]):
        self._function, self._folder = function, folder
        self._enabled = True

    @property
    def cache_path(self) -> str:
        return str(self._folder().path)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load the compiled version for a signature, or None."""
        target_context.refresh()
        name = self._name(sig, target_context.codegen()) if self._enabled else None
        content = self._folder().read(name) if name else None
        if content is None:
            return None
        try:
            return rebuilt(target_context, pickle.loads(content))
        except Exception:  # for instance from another environment: compile again
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Save a compiled version."""
        name = self._name(sig, data.codegen) if self._enabled else None
        if name and not data.lifted and not data.library.has_dynamic_globals:
            self._folder().write(name, dumps(data._reduce()))

    def _name(self, sig: Any, codegen: Any) -> str | None:
        """File name of a compiled version, a hash of all that determines it; None if unknown."""
        function = self._function
        source = source_stamp(function)
        if source is None:
            return None
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        key = (
            sig, codegen.magic_tuple(), function.__code__.co_code.hex(), dumps(cells).hex(),
            source, sys.version_info[:2], function.__code__.co_firstlineno,
        )  # fmt: skip
        digest = hashlib.sha256(repr(key).encode()).hexdigest()[:24]
        said = re.sub(r"[^\w.]", "", f"{function.__module__}.{function.__qualname__}")[-80:]
        return f"{said.removeprefix('spikesim.')}-{digest}.nbc"

    def enable(self) -> None:
        self._enabled = True

    def disable(self) -> None:
        self._enabled = False

    def flush(self) -> None:
        """Do nothing: there is no state."""


def source_stamp(function: Callable[..., Any]) -> str | None:
    """Stamp of the source of a function's module, which changes with it; None without source."""
    module = function.__module__ or ""
    if module.startswith(f"{GENERATED}."):
        return module  # its name is the hash of its source
    try:
        return _file_hash(inspect.getfile(function))
    except (OSError, TypeError):
        return None


@functools.cache
def _file_hash(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
