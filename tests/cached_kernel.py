"""A kernel for processes that test the cache."""

from spikesim.jit import kernel


@kernel
def add(a, b):
    return a + b
