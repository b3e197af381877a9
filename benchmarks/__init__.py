"""Speed and memory of spikesim and of its peers on the same workloads: ``python -m benchmarks``.

A workload is one file in `benchmarks.workloads`: its parameters, and how each simulator is told of
them. Every measurement is a process of its own; simulators take turns, round by round, so that a
machine whose speed drifts is unfair to none of them.
"""
