"""LLVM intrinsics that Numba does not expose: prefetch, atomics, denormal control.

Synapses of one source with different delays write all over the ring buffer, which for large
networks is in the slowest cache. `prefetch` loads memory early where the hardware prefetcher cannot
predict the accesses. `fetch_add` and `load` are atomic.

An exponential decay ends in subnormal (denormal) numbers, with which processors compute up to a
hundred times slower. `without_subnormals` makes the current thread treat them as zero.
"""

from __future__ import annotations

import sys
from typing import Any

import numba
import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

AHEAD = 24  # synapses: about as many as memory requests that can be in flight
_YIELD = "SwitchToThread" if sys.platform == "win32" else "sched_yield"

# Bits of the floating-point control register that flush subnormal numbers to zero.
_ZEROS = {"x86": 0x8040, "arm": 1 << 24}
_PROCESSOR = {"x86_64": "x86", "i386": "x86", "aarch64": "arm", "arm64": "arm"}.get(
    binding.get_process_triple().partition("-")[0]
)

if numba.config.DISABLE_JIT:

    def prefetch(array: Any, index: Any) -> None:
        """Do nothing: not needed without Numba."""

    def fetch_add(array: Any, index: int, value: int) -> int:
        """Add to an item; without Numba there is only one thread."""
        array[index] += value
        return int(array[index] - value)

    def load(array: Any, index: int) -> int:
        """Return the item."""
        return int(array[index])

    def give_way() -> None:
        """Do nothing: without Numba there is only one thread."""

    def without_subnormals() -> int:
        """Do nothing: not needed without Numba."""
        return 0

    def set_mode(mode: int) -> None:
        """Do nothing: the mode was not changed."""

    def bits_of(x: float) -> int:
        """The bits of a float64 as an int64."""
        return int(np.float64(x).view(np.int64))

    def float_of(bits: int) -> float:
        """The float64 that has these bits."""
        return float(np.int64(bits).view(np.float64))

else:

    @intrinsic
    def fetch_add(typing: Any, array: Any, index: Any, value: Any) -> Any:
        """Atomically add to an item; return its previous value."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            place = _item(context, builder, signature.args[0], *args[:2])
            return builder.atomic_rmw("add", place, args[2], "seq_cst")

        return types.int64(array, types.int64, types.int64), generate

    @intrinsic
    def load(typing: Any, array: Any, index: Any) -> Any:
        """Atomically load an item."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            place = _item(context, builder, signature.args[0], *args)
            return builder.load_atomic(place, "acquire", 8)

        return types.int64(array, types.int64), generate

    @intrinsic
    def give_way(typing: Any) -> Any:
        """Yield the processor to another thread."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            word = ir.IntType(32)
            function = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(word, []), _YIELD
            )
            builder.call(function, [])
            return context.get_dummy_value()

        return types.void(), generate

    @intrinsic
    def without_subnormals(typing: Any) -> Any:
        """Flush subnormal numbers to zero from here on; return the previous mode."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            before = _mode(builder)
            zeros = _ZEROS.get(_PROCESSOR or "", 0)
            _set_mode(builder, builder.or_(before, ir.Constant(ir.IntType(64), zeros)))
            return before

        return types.int64(), generate

    @intrinsic
    def set_mode(typing: Any, mode: Any) -> Any:
        """Restore a mode that `without_subnormals` returned."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            _set_mode(builder, args[0])
            return context.get_dummy_value()

        return types.void(types.int64), generate

    def _mode(builder: Any) -> Any:
        """Value of the floating-point control register, as 64 bits."""
        if _PROCESSOR == "x86":
            place = cgutils.alloca_once(builder, ir.IntType(32))
            _register(builder, "llvm.x86.sse.stmxcsr", place)
            return builder.zext(builder.load(place), ir.IntType(64))
        if _PROCESSOR == "arm":
            kind = ir.FunctionType(ir.IntType(64), [])
            return builder.call(
                cgutils.get_or_insert_function(builder.module, kind, "llvm.aarch64.get.fpcr"), []
            )
        return ir.Constant(ir.IntType(64), 0)

    def _set_mode(builder: Any, mode: Any) -> None:
        if _PROCESSOR == "x86":
            place = cgutils.alloca_once(builder, ir.IntType(32))
            builder.store(builder.trunc(mode, ir.IntType(32)), place)
            _register(builder, "llvm.x86.sse.ldmxcsr", place)
        elif _PROCESSOR == "arm":
            kind = ir.FunctionType(ir.VoidType(), [ir.IntType(64)])
            builder.call(
                cgutils.get_or_insert_function(builder.module, kind, "llvm.aarch64.set.fpcr"),
                [mode],
            )

    def _register(builder: Any, name: str, place: Any) -> None:
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t])
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        builder.call(function, [builder.bitcast(place, cgutils.voidptr_t)])

    def _item(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
        value = context.make_array(kind)(context, builder, array)
        return cgutils.get_item_pointer(
            context, builder, kind, value, [index], wraparound=False, boundscheck=False
        )

    @intrinsic
    def bits_of(typing: Any, x: Any) -> Any:
        """The bits of a float64 as an int64."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.bitcast(args[0], ir.IntType(64))

        return types.int64(types.float64), generate

    @intrinsic
    def float_of(typing: Any, bits: Any) -> Any:
        """The float64 that has these bits."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.bitcast(args[0], ir.DoubleType())

        return types.float64(types.int64), generate

    @intrinsic
    def prefetch(typing: Any, array: Any, index: Any) -> Any:
        """Prefetch ``array[index]``."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kind, given = signature.args
            where = context.cast(builder, args[1], given, types.intp)
            place = _item(context, builder, kind, args[0], where)
            place = builder.bitcast(place, cgutils.voidptr_t)
            word = ir.IntType(32)
            function = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word]),
                "llvm.prefetch.p0",
            )
            # Read access (write access would invalidate other threads' caches), all caches, data.
            builder.call(function, [place, word(0), word(3), word(1)])
            return context.get_dummy_value()

        return types.void(array, index), generate
