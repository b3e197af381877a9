"""The only caller of `numba.njit`, and the cache folder that compiled kernels live in.

A kernel's file does not tell when a callee in another file has changed, so the folder's name holds
a hash of every source that can end up inside a kernel. The user's own Numba code is cached where
the user says.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import njit
from numba.core.registry import CPUDispatcher
from platformdirs import user_cache_path

from spikesim.cache import CacheFolder, KernelCache

COMPILED = not numba.config.DISABLE_JIT
"""Whether kernels are compiled; without that they run as plain Python, to be debugged."""

_PACKAGE = Path(__file__).parent
_KERNEL_SOURCES = ("jit.py", "rng.py", "kernels/*.py", "mechanisms/*/kernels.py")


def cache_root() -> Path:
    """The folder of all versions' caches: ``$SPIKESIM_CACHE_DIR`` or the user's cache folder."""
    given = os.environ.get("SPIKESIM_CACHE_DIR")
    if given:
        return Path(os.path.abspath(os.path.expanduser(given)))
    return user_cache_path("spikesim", appauthor=False)


@functools.cache
def source_hash() -> str:
    """A hash of the kernel sources and of the Numba and NumPy versions."""
    digest = hashlib.sha256(f"{numba.__version__} {np.__version__}".encode())
    for pattern in _KERNEL_SOURCES:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_dir() -> Path:
    """The folder of this version's compiled kernels."""
    return cache_root() / source_hash()


def cache_folder() -> CacheFolder:
    """`cache_dir` as kernels use it."""
    return _cache_folder(cache_root())


@functools.cache
def _cache_folder(root: Path) -> CacheFolder:
    return CacheFolder(root / source_hash(), root)


class InnerKernel(CPUDispatcher):
    """A kernel that only kernels call: what calls from Python need is not compiled."""

    def __call__(self, *args: Any) -> Any:
        raise TypeError(f"{self.py_func.__name__} is an inner kernel: only kernels can call it")


def kernel(
    function: Callable[..., Any] | None = None,
    *,
    inline: bool = False,
    fused: bool = False,
    inner: bool = False,
) -> Any:
    """Compile a function with the package's one set of options.

    Parameters
    ----------
    function : callable
        Plain loops over arrays and scalars; allocates, prints and raises nothing.
    inline : bool
        Inline into callers, for helpers of a few lines; saves compile time.
    fused : bool
        Let LLVM always inline it: for larger helpers that take bundles of arrays, which are dear
        to pass. Only kernels can call it.
    inner : bool
        Only kernels can call it. Compiling what Python needs to hand over a bundle takes as long as
        many a kernel itself.
    """
    if function is None:
        return functools.partial(kernel, inline=inline, fused=fused, inner=inner)
    if numba.config.DISABLE_JIT:
        return _interpreted(function)
    compiled = njit(
        error_model="numpy",
        nogil=True,
        inline="always" if inline else "never",
        forceinline=fused,
        # Kernels allocate nothing, so arrays need no reference counts. Counting them cost up to
        # twenty times the work where a bundle of arrays is passed on, and compiles longer.
        _nrt=False,
        no_cfunc_wrapper=True,
        no_cpython_wrapper=fused or inner,
    )(function)
    compiled._cache = KernelCache(function, cache_folder)  # as `cache=True` does with Numba's own
    if fused or inner:
        compiled.__class__ = InnerKernel  # `njit` takes no class for what it makes
    return compiled


def _interpreted(function: Callable[..., Any]) -> Callable[..., Any]:
    """The plain function; wrap-around of the hash arithmetic is meant, so it does not warn."""

    @functools.wraps(function)
    def run(*args: Any) -> Any:
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            return function(*args)

    return run
