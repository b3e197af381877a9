"""Asking for memory early, where the order of accesses defeats the processor's own guesses.

Synapses of one source with different delays reach all over the ring, which for large networks lies
in the slowest cache.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

AHEAD = 24  # synapses: about as many as can be under way at once

if numba.config.DISABLE_JIT:

    def prefetch(array: Any, row: Any, column: Any) -> None:
        """Nothing: plain Python has no use for it."""

else:

    @intrinsic
    def prefetch(typing: Any, array: Any, row: Any, column: Any) -> Any:
        """Ask for ``array[row, column]``, which is about to be written."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kind, *indices = signature.args
            value = context.make_array(kind)(context, builder, args[0])
            where = [
                context.cast(builder, arg, given, types.intp)
                for arg, given in zip(args[1:], indices, strict=True)
            ]
            place = cgutils.get_item_pointer(
                context, builder, kind, value, where, wraparound=False, boundscheck=False
            )
            place = builder.bitcast(place, cgutils.voidptr_t)
            word = ir.IntType(32)
            function = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word]),
                "llvm.prefetch.p0",
            )
            # For writing, to be kept in all caches, data.
            builder.call(function, [place, word(1), word(3), word(1)])
            return context.get_dummy_value()

        return types.void(array, row, column), generate
