"""LLVM intrinsics that Numba does not expose: prefetch, atomics, aliasing, denormal control.

Synapses of one source with different delays write all over the ring buffer, which for large
networks is in the slowest cache. `prefetch` loads memory early where the hardware prefetcher cannot
predict the accesses. `fetch_add` and `load` are atomic.

LLVM turns a loop into vector instructions only if it knows that what the loop writes does not
overlap what it reads. `load_const` reads an array that no loop around it changes, and
`load_updated` and `store_updated` access the one array that such a loop changes: LLVM then knows
that the two kinds are disjoint.

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
_CONST, _UPDATED = 0, 1
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

    def load_const(array: Any, index: Any) -> Any:
        """Return the item."""
        return array[index]

    def load_const_2d(array: Any, row: Any, column: Any) -> Any:
        """Return the item."""
        return array[row, column]

    load_updated = load_const

    def store_updated(array: Any, index: Any, value: Any) -> None:
        """Set the item."""
        array[index] = value

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
    def load_const(typing: Any, array: Any, index: Any) -> Any:
        """Return an item of an array that the loop around does not change."""
        return _loading(_CONST, array, index)

    @intrinsic
    def load_const_2d(typing: Any, array: Any, row: Any, column: Any) -> Any:
        """Return an item of a two-dimensional array that the loop around does not change."""
        return _loading(_CONST, array, row, column)

    @intrinsic
    def load_updated(typing: Any, array: Any, index: Any) -> Any:
        """Return an item of the array that the loop around changes."""
        return _loading(_UPDATED, array, index)

    @intrinsic
    def store_updated(typing: Any, array: Any, index: Any, value: Any) -> Any:
        """Set an item of the array that the loop around changes."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kinds = signature.args
            place = _place(context, builder, kinds, args, 1)
            stored = context.cast(builder, args[2], kinds[2], array.dtype)
            _disjoint(builder, builder.store(stored, place), _UPDATED)
            return context.get_dummy_value()

        return types.void(array, index, value), generate

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

    def _item(
        context: Any, builder: Any, kind: Any, array: Any, *index: Any, check: bool = False
    ) -> Any:
        value = context.make_array(kind)(context, builder, array)
        return cgutils.get_item_pointer(
            context, builder, kind, value, list(index), wraparound=False, boundscheck=check
        )

    def _place(context: Any, builder: Any, kinds: Any, args: Any, n: int) -> Any:
        """Pointer to the item whose indices are the `n` arguments after the array."""
        index = [context.cast(builder, args[k], kinds[k], types.intp) for k in range(1, n + 1)]
        check = bool(numba.config.BOUNDSCHECK)
        return _item(context, builder, kinds[0], args[0], *index, check=check)

    def _loading(kind: int, array: Any, *index: Any) -> Any:
        """Signature and code of an intrinsic that loads an item by an access of this kind."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            value = builder.load(_place(context, builder, signature.args, args, len(index)))
            _disjoint(builder, value, kind)
            return value

        return array.dtype(array, *index), generate

    def _disjoint(builder: Any, instruction: Any, kind: int) -> None:
        """Mark an access as one of `kind`, which does not overlap those of the other kind."""
        module = builder.module
        domain = module.add_metadata([ir.MetaDataString(module, "spikesim")])
        scopes = [
            module.add_metadata([module.add_metadata([ir.MetaDataString(module, name), domain])])
            for name in ("const", "updated")
        ]
        instruction.set_metadata("alias.scope", scopes[kind])
        instruction.set_metadata("noalias", scopes[1 - kind])

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
