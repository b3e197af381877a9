"""In-memory modules of generated kernels, named by the hash of their source."""

from __future__ import annotations

import hashlib
import importlib
import linecache
import sys
from types import ModuleType

from spikesim import _generated


def module_name(kind: str, text: str) -> str:
    """Create the module if it is new, and return the name to import it by."""
    name = f"{kind}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    full = f"{_generated.__name__}.{name}"
    if full not in sys.modules:
        module = ModuleType(full)
        module.__file__ = f"<spikesim {name}>"
        # Tracebacks and debuggers read source lines from linecache.
        linecache.cache[module.__file__] = (
            len(text), None, text.splitlines(keepends=True), module.__file__
        )  # fmt: skip
        exec(compile(text, module.__file__, "exec"), vars(module))
        sys.modules[full] = module
    return full


def load(name: str) -> ModuleType:
    """Import a generated module by name."""
    return importlib.import_module(name)
