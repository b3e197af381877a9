"""Named tuples of arrays ("bundles") that are the arguments of kernels.

A kernel unpacks a bundle in its first lines, because attribute access inside a loop is slow. No two
bundles have the same name, because a second class of the same name breaks Numba's dispatch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class TableArgs(NamedTuple):
    """One neuron table."""

    state: Array  # float (states, n)
    refractory: Array  # int32 (n): steps left
    flags: Array  # uint8 (neurons of the largest slice, up to 8 more): scratch, neurons that spike
    words: Array  # uint64: view of flags, eight at a time
    spiked: Array  # int64 (slices): cumulative spikes of this step at the end of each slice
    current: Array  # float (n): stimulation currents of this step, pA
    uniform: Array  # float (slices, uniform constants)
    varied: Array  # float (varied constants, n)
    ref_steps: Array  # int32 (n): refractory period
    lo: Array  # int64 (slices): first neuron of each population, or of the thread's part of it
    hi: Array  # int64 (slices): one past the last
    gid0: int  # global id of neuron 0
    slot0: int  # ring slot of receptor input 0 of neuron 0
    first: Array  # int64 (slices): first neuron of each population, for all threads
    key: Array  # uint64 (slices, white noises)
    noise: Array  # float (white noises, n): scratch, normal draws of this step
    fault: Array  # int64 (1): the step in which a variable diverged, or -1
    scratch: Array  # float64: values of one neuron, for models with many variables
    kept: Array  # float (states, neurons of the largest slice): scratch, values at the step's start


class StaticArgs(NamedTuple):
    """All static projections, with the arrays of all of them concatenated."""

    group: Array  # int32 (global ids): population of each id
    first: Array  # int64 (populations + 1): first projection of each population
    projection: Array  # int64: projections ordered by source population
    kind: Array  # int64 (projections): 0 sparse, 1 dense, 2 broadcast
    lo: Array  # int64: first source id
    hi: Array  # int64: one past the last
    slot: Array  # int64: ring slot of target 0
    n_targets: Array  # int64
    row0: Array  # int64: start of its row pointers in indptr
    syn0: Array  # int64: start of its synapses in targets
    weight0: Array  # int64: start of its weights, -1 where uniform
    delay0: Array  # int64: start of its delays, -1 where uniform
    weight: Array  # float: the uniform weight
    delay: Array  # int64: the uniform delay, steps
    self0: Array  # int64: for broadcasts, the index of source lo among the targets, or NO_SELF
    indptr: Array  # int64: row pointers, relative to syn0
    begin: Array  # int64: first synapse of each row (aligned with indptr), or the thread's first
    end: Array  # int64: one past the last
    t_lo: Array  # int64 (projections): first target, or the thread's first
    t_hi: Array  # int64: one past the last
    targets: Array  # uint16 if that suffices, else int32
    weights: Array  # float
    delays: Array  # uint8 if that suffices, else uint16


class RecordArgs(NamedTuple):
    """Recorders, and their buffers for one chunk."""

    wanted: Array  # bool (global ids): whether spikes of this neuron are recorded
    spike_step: Array  # int64: buffer
    spike_id: Array  # int32: buffer
    every: Array  # int64 (state recorders): steps between samples
    first: Array  # int64 (recorders + 1)
    place: Array  # int64: indices into the flat state
    buffer0: Array  # int64 (recorders): next free place in the buffer
    buffer: Array  # float


class LoopArgs(NamedTuple):
    """Arguments of the step loop itself."""

    ring: Array  # float (rows, slots); the number of rows is a power of two
    broadcast: Array  # float (rows, projections): sums that are added to all targets
    state: Array  # float: all states of all tables, flat
    base: Array  # float: steady currents, flat over tables
    current: Array  # float: base and noise, flat over tables
    spikes: Array  # int32: spikes of one step, scratch
    thread: int  # index of this thread
    found: Array  # int32 (threads, n): spikes of each thread; with one thread, `spikes`
    spiked: Array  # int64 (threads, slices and padding): their cumulative numbers
    slices: int  # of all tables
    barrier: Array  # int64 (16): state of the thread barrier
    event_first: Array  # int64 (steps of the chunk + 1): first spike of spike sources in each step
    event_id: Array  # int32
    counters: Array  # int64: see spikesim.codegen.loop


class DrawArgs(NamedTuple):
    """Random numbers of quantal release at plastic synapses."""

    number: Array  # int64 (sources): spikes so far
    key: Array  # uint64 (1)


class PlasticArgs(NamedTuple):
    """One plastic projection; `a` in `spikesim.kernels.plastic`."""

    pre_lo: int  # first source id
    pre_hi: int
    post_lo: int  # first target id
    post_hi: int
    slot: int  # ring slot of target 0
    sign: int  # sign of a weight's effect: -1 for magnitudes of an inhibitory transmitter
    dense: bool
    axonal: bool
    pairing: int
    coincidence: int
    n_targets: int
    delay: int  # the uniform delay, steps
    delay_min: int
    delay_max: int
    late: int  # steps by which presynaptic spikes act later than they are transmitted
    dt: float
    indptr: Array  # int64 (sources + 1); empty if dense
    begin: Array  # int64 (sources): first synapse, or the thread's first
    end: Array  # int64 (sources): one past the last
    t_lo: int  # first target, or the thread's first
    t_hi: int  # one past the last
    targets: Array  # uint16 if that suffices, else int32; empty if dense
    weights: Array  # float
    others: Array  # float: variables beside the weight, one after the other
    delays: Array  # uint16; empty where the delay is uniform
    dendritic: Array  # `delays` if they are dendritic and differ, else one zero
    par: Array  # float64: the rule's parameters
    control: Array  # int64: see the indices named in histories.py
    fine: Array  # float64 (traces and variables that decay, 1024): decay over few steps
    coarse: Array  # float64 (the same, most): decay over multiples of 1024 steps
    pre_t: Array  # int64 (sources, capacity): spike steps
    pre_v: Array  # float64 (sources, capacity, traces): just before each spike
    pre_m: Array  # int32: spikes in that step
    pre_n: Array  # int64 (sources): spikes so far
    post: Array  # float64: of each target `post_capacity` spikes: step and traces just before it
    post_capacity: Array  # int64 (1); a power of two
    latest: Array  # float64: copy of the latest four spikes of each target
    irregular: Array  # int64 (2): whether spikes of the last sample were irregular; rows so far
    post_n: Array
    post_kept: Array  # int64 (targets): first spike that is still needed
    log_t: Array  # int64: log of postsynaptic spikes; empty unless dense without on_pre
    log_j: Array  # int32
    log_v: Array  # float64
    sent: Array  # int32 (steps, most): sources whose spikes still have to act; a ring
    sent_n: Array  # int64 (steps)
    kept: Array  # float64 (synapses): sums for presynaptic-centred pairing; else empty
    levels: Array  # float64 (steps, modulators): `ModulationArgs.history`
    sees: Array  # int64: indices of the modulators that the rule reads
    released: Array  # float64 (modulators): amounts released in the last step
    level_base: Array  # float64: their baselines
    level_mean: Array  # float64: mean of their decay over a step
    integrals: Array  # float64 (integrals, steps): since the begin of the epoch; a ring
    totals: Array  # float64 (integrals, epochs): over whole epochs; a ring
    epoch: Array  # int64 (integrals): binary logarithm of the steps of an epoch
    integrated: Array  # int64 (integrals): row of the decay tables
    step_integral: Array  # float64 (integrals): integral of the decay over one step
    draws: DrawArgs | tuple[()]  # empty unless release is quantal
    every: Array  # int64: for each interval, its steps
    sums: Array  # float64 (sums, targets): of all synapses of a target, scratch


class SteppedArgs(NamedTuple):
    """One plastic projection that is stepped; `a` in `spikesim.kernels.stepped`."""

    pre_lo: int  # first source id
    post_lo: int  # first target id
    slot: int  # ring slot of target 0
    sign: int  # sign of a weight's effect
    dense: bool
    axonal: bool
    coincidence: int
    n_targets: int
    delay: int  # the uniform delay, steps
    dt: float
    indptr: Array  # int64 (sources + 1); empty if dense
    t_lo: int  # first target, or the thread's first
    t_hi: int  # one past the last
    targets: Array  # uint16 if that suffices, else int32; empty if dense
    weights: Array  # float
    others: Array  # float: variables beside the weight, one after the other
    delays: Array  # uint16; empty where the delay is uniform
    par: Array  # float64: the rule's parameters
    con: Array  # float64: exponentials of constant rates, see `spikesim.codegen.stepped_source`
    control: Array  # int64: see the indices named in stepped.py
    pre: Array  # float64 (steps, sources, values): what sources keep, before the spikes of a step
    pre_n: Array  # int32 (steps, sources): spikes in that step
    post: Array  # float64 (steps, targets, values)
    post_n: Array  # int32 (steps, targets)
    late: int  # steps by which presynaptic spikes act later than they are transmitted
    pre_delays: Array  # int64: for each earlier value of sources, how many steps earlier
    post_delays: Array  # int64
    noise_key: int  # key of the white noise
    pre_reads: Array  # int64: for each variable that is read, the place of source 0 in the state
    post_reads: Array  # int64
    levels: Array  # float64 (steps, modulators): `ModulationArgs.history`
    sees: Array  # int64: indices of the modulators that the rule reads
    released: Array  # float64 (modulators): amounts released in the last step
    level_base: Array  # float64: their baselines
    level_mean: Array  # float64: mean of their decay over a step
    draws: DrawArgs | tuple[()]  # empty unless release is quantal
    every: Array  # int64: for each interval, its steps
    sums: Array  # float64 (sums, targets): of all synapses of a target, scratch
