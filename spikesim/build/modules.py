"""Generated kernel modules: written once into the user's cache under the hash of their text."""

from __future__ import annotations

import hashlib
import importlib
import os
import tempfile
from types import ModuleType

from spikesim import _generated
from spikesim.errors import SpikesimError
from spikesim.jit import cache_dir


def module_name(kind: str, text: str) -> str:
    """Write the module if it is new, and return the name to import it by."""
    name = f"{kind}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    folder = cache_dir() / "generated"
    path = folder / f"{name}.py"
    if not path.exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".tmp", delete=False) as file:
                file.write(text)
            os.replace(file.name, path)  # another process may write the same text
        except OSError as error:
            raise SpikesimError(
                f"cannot write kernels into {folder}: {error}; set SPIKESIM_CACHE_DIR to a folder "
                "that can be written"
            ) from error
        importlib.invalidate_caches()
    return f"{_generated.__name__}.{name}"


def load(name: str) -> ModuleType:
    """Import a generated module."""
    return importlib.import_module(name)
