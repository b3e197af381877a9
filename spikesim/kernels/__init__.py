"""Compiled loops that several mechanisms use: NumPy arrays and scalars in, no objects.

The order of a step is in `spikesim.codegen.step`. Step k goes from ``k * dt`` to ``(k + 1) * dt``;
row ``k % rows`` of the ring buffer (rows are a power of two) holds what arrives at its end. A spike
of step k with a delay of d steps is written into row ``(k + d) % rows``.
"""
