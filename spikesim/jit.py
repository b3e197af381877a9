"""The `kernel` decorator, which calls `numba.njit`, and the cache folder of compiled kernels.

Numba does not notice changes of a callee in another file. So the name of the cache folder contains
a hash of all sources that kernels may include. The user's own Numba code keeps its cache settings.
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
from platformdirs import user_cache_path

from spikesim.cache import CacheFolder, KernelCache
from spikesim.inner_kernels import InnerCompiler, InnerKernel

COMPILED = not numba.config.DISABLE_JIT
"""Whether kernels are compiled; otherwise they run as plain Python, for debugging."""

_PACKAGE = Path(__file__).parent
_KERNEL_SOURCES = ("jit.py", "rng.py", "kernels/*.py", "mechanisms/*/kernels.py")


def cache_root() -> Path:
    """Cache folder of all versions: ``$SPIKESIM_CACHE_DIR`` or the user's cache folder."""
    given = os.environ.get("SPIKESIM_CACHE_DIR")
    if given:
        return Path(os.path.abspath(os.path.expanduser(given)))
    return user_cache_path("spikesim", appauthor=False)


@functools.cache
def source_hash() -> str:
    """Hash of the kernel sources and the versions of Numba and NumPy."""
    digest = hashlib.sha256(f"{numba.__version__} {np.__version__}".encode())
    for pattern in _KERNEL_SOURCES:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_dir() -> Path:
    """Folder of the compiled kernels of this version."""
    return cache_root() / source_hash()


def cache_folder() -> CacheFolder:
    """CacheFolder for `cache_dir`."""
    return _cache_folder(cache_root())


@functools.cache
def _cache_folder(root: Path) -> CacheFolder:
    return CacheFolder(root / source_hash(), root)


def kernel(
    function: Callable[..., Any] | None = None,
    *,
    inline: bool = False,
    fused: bool = False,
    inner: bool = False,
) -> Any:
    """Compile a function with the compiler options of this package.

    Parameters
    ----------
    function : callable
        Plain loops over arrays and scalars, without allocation, printing or exceptions.
    inline : bool
        Inline into callers by Numba, for helpers of a few lines; saves compile time.
    fused : bool
        Always inline by LLVM, for larger helpers with bundles of arrays as arguments, which are
        slow to pass. Only kernels can call it.
    inner : bool
        Only kernels can call it. Saves the compilation of the Python wrapper, which for a bundle
        takes as long as that of a kernel.
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
        # Kernels allocate nothing, so arrays need no reference counts. With them, passing a bundle
        # of arrays was up to twenty times slower, and compilation takes longer.
        _nrt=False,
        no_cfunc_wrapper=True,
        no_cpython_wrapper=fused or inner,
        **({"pipeline_class": InnerCompiler} if fused or inner else {}),
    )(function)
    compiled._cache = KernelCache(function, cache_folder)  # as `cache=True` does with Numba's cache
    if fused or inner:
        compiled.__class__ = InnerKernel  # `njit` has no option for the dispatcher class
    return compiled


def _interpreted(function: Callable[..., Any]) -> Callable[..., Any]:
    """The plain function, without warnings about overflow, which hashes rely on."""

    @functools.wraps(function)
    def run(*args: Any) -> Any:
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            return function(*args)

    return run
