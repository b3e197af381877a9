"""Compilation of inner kernels, which only other kernels call.

Numba optimises each function and turns it into machine code, also if it is only called by others:
these link its code, and optimise it again. For an inner kernel that is wasted. So its library
keeps the code as it is before the optimisation. This saves about a fifth of the time of compiling
the kernels of a plasticity rule.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, CompileResult
from numba.core.registry import CPUDispatcher

KIND = "inner"
"""How the content of such a library is marked in a file."""


class InnerKernel(CPUDispatcher):
    """Kernel that only other kernels call; no wrapper for calls from Python is compiled."""

    def __call__(self, *args: Any) -> Any:
        raise TypeError(f"{self.py_func.__name__} is an inner kernel: only kernels can call it")


class InnerLibrary(JITCodeLibrary):
    """Code that is linked into other libraries, and never executed itself."""

    @property
    def codegen(self) -> Any:
        return _WithoutEnvironments(self._codegen)

    def _optimize_final_module(self) -> None:
        """Do nothing: the libraries into which it is linked are optimised."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Return 0: there is no machine code."""
        self._ensure_finalized()
        return 0

    def serialize_using_object_code(self) -> tuple[str, str, bytes]:
        """Return its name, its kind, and the code before optimisation."""
        self._ensure_finalized()
        return self.name, KIND, self._final_module.as_bitcode()


class InnerCompiler(Compiler):
    """Numba's compiler, with an `InnerLibrary`."""

    def __init__(
        self, typingctx: Any, targetctx: Any, library: Any, args: Any, return_type: Any,
        flags: Any, locals: Any,
    ) -> None:  # fmt: skip
        if library is None:
            library = InnerLibrary(targetctx.codegen(), "inner")
            library.enable_object_caching()
        super().__init__(typingctx, targetctx, library, args, return_type, flags, locals)


def rebuilt(target_context: Any, data: tuple[Any, ...]) -> CompileResult:
    """A compiled kernel from what `CompileResult._reduce` made, of either kind."""
    context = target_context if data[0][1] != KIND else _LoadingContext(target_context)
    result = CompileResult._rebuild(context, *data)
    return result._replace(target_context=target_context)


class _Delegating:
    """Has the attributes of another object beside its own."""

    def __init__(self, other: Any):
        self._other = other

    def __getattr__(self, name: str) -> Any:
        return getattr(self._other, name)


class _WithoutEnvironments(_Delegating):
    """Code generator for what is not executed, so that there is no place for environments."""

    def set_env(self, name: str, environment: Any) -> None:
        """Do nothing."""


class _LoadingCodegen(_Delegating):
    def unserialize_library(self, data: tuple[str, str, bytes]) -> InnerLibrary:
        name, _, code = data
        library = InnerLibrary(self._other, name)
        library._final_module = llvm.parse_bitcode(code)
        library._finalize_final_module()
        return library


class _LoadingContext(_Delegating):
    def codegen(self) -> _LoadingCodegen:
        return _LoadingCodegen(self._other.codegen())
