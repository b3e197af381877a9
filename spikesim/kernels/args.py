"""The bundles of arrays that kernels take. Their fields are documented in `spikesim.planning.plan`.

A bundle is unpacked on a kernel's first lines: dotted access inside a loop is slow. No two bundles
share a name, for a second class of the same name defeats Numba's dispatch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class TableArgs(NamedTuple):
    """One neuron table."""

    state: Array  # float (states, n)
    refractory: Array  # int32 (n): steps left
    flags: Array  # uint8 (neurons of the largest slice, up to 8 more): scratch, who fires
    words: Array  # uint64: the same, eight at a time
    spiked: Array  # int64 (slices): spikes of this step up to the end of each slice
    current: Array  # float (n): stimulating currents of this step, pA
    uniform: Array  # float (slices, uniform constants)
    varied: Array  # float (varied constants, n)
    ref_steps: Array  # int32 (n): refractory period
    lo: Array  # int64 (slices): first neuron of each population, or of a thread's share of it
    hi: Array  # int64 (slices): one past the last
    gid0: int  # global id of neuron 0
    slot0: int  # ring slot of port 0 of neuron 0
    first: Array  # int64 (slices): first neuron of each population, whatever a thread's share
    key: Array  # uint64 (slices, white noises)
    noise: Array  # float (white noises, n): scratch, normal draws of this step
    fault: Array  # int64 (1): the step in which a variable was lost, or -1
    scratch: Array  # float64: numbers of one neuron, for models of many variables
    kept: Array  # float (states, neurons of the largest slice): scratch, at the step's start


class StaticArgs(NamedTuple):
    """All static projections, in pools."""

    group: Array  # int32 (global ids): population of each id
    first: Array  # int64 (populations + 1): first projection of each population
    projection: Array  # int64: projections ordered by source population
    kind: Array  # int64 (projections): 0 sparse, 1 dense, 2 broadcast
    lo: Array  # int64: first source id
    hi: Array  # int64: one past the last
    slot: Array  # int64: ring slot of target 0
    n_targets: Array  # int64
    row0: Array  # int64: place of its row pointers in indptr
    syn0: Array  # int64: place of its first synapse in targets
    weight0: Array  # int64: place of its weights, -1 where uniform
    delay0: Array  # int64: place of its delays, -1 where uniform
    weight: Array  # float: the uniform weight
    delay: Array  # int64: the uniform delay, steps
    self0: Array  # int64: for broadcasts, the target that source lo itself is, or NO_SELF
    indptr: Array  # int64: row pointers, relative to syn0
    begin: Array  # int64: at a row's place in indptr, its first synapse, or a thread's first
    end: Array  # int64: one past the last
    t_lo: Array  # int64 (projections): first target, or a thread's first
    t_hi: Array  # int64: one past the last
    targets: Array  # uint16 where that is enough, else int32
    weights: Array  # float
    delays: Array  # uint8 where that is enough, else uint16


class ReleaseArgs(NamedTuple):
    """Release at all projections that depress or facilitate, which are among the static ones."""

    first: Array  # int64 (populations + 1): first such projection of each population
    projection: Array  # int64 (released): its place in the static pools; ordered by population
    sites: Array  # int64 (released): release sites of a synapse; 0 where release is not quantal
    U: Array  # float64 (released): utilisation by the first spike
    tau_rec: Array  # float64 (released): in steps
    tau_facil: Array  # float64 (released): in steps; 0 without facilitation
    key: Array  # uint64 (released)
    source0: Array  # int64 (released): place of its first source in the four arrays of sources
    site0: Array  # int64 (released): place of its first synapse in full, if release is quantal
    u: Array  # float64 (sources): utilisation by the last spike
    x: Array  # float64 (sources): resources just after the last spike, or their mean
    last: Array  # int64 (sources): step of the last spike
    number: Array  # int64 (sources): spikes so far
    full: Array  # uint8 (synapses): full sites just after the last spike


class DriveArgs(NamedTuple):
    """All Poisson drives, in pools."""

    key: Array  # uint64 (drives)
    slot: Array  # int64 (drives): ring slot of target 0
    alike: Array  # bool (drives): one rate and one weight for all targets
    begin: Array  # int64 (drives): first target, or a thread's first
    end: Array  # int64: one past the last
    first: Array  # int64 (drives): place of target 0 in row and weight
    row: Array  # int32: row of thresholds for each target
    weight: Array  # float: weight for each target
    threshold: Array  # uint32 (rows, counts): cumulative distribution of the count
    bits: Array  # uint32 (drive.CHUNK): scratch
    count: Array  # int32 (drive.CHUNK): scratch


class MiniArgs(NamedTuple):
    """All miniature events, in pools."""

    key: Array  # uint64 (inputs): of their counts
    amplitude_key: Array  # uint64 (inputs)
    slot: Array  # int64 (inputs): ring slot of target 0
    begin: Array  # int64 (inputs): first target, or a thread's first
    end: Array  # int64: one past the last
    first: Array  # int64 (inputs): place of target 0 in row
    row: Array  # int32: row of thresholds for each target
    threshold: Array  # uint32 (rows, counts): cumulative distribution of the count
    bits: Array  # uint32 (drive.CHUNK): scratch
    kind: Array  # int64 (inputs): the law of the amplitudes, see draws.sample
    a: Array  # float64 (inputs)
    b: Array
    low: Array
    high: Array
    sign: Array  # float64 (inputs): what an amplitude is multiplied by


class NoiseArgs(NamedTuple):
    """All noise currents, in pools."""

    key: Array  # uint64 (noises)
    every: Array  # int64 (noises): steps between draws
    first: Array  # int64 (noises + 1)
    index: Array  # int64: which of its draws a neuron takes
    place: Array  # int64: index into the currents
    mean: Array  # float, pA
    std: Array  # float, pA


class GapArgs(NamedTuple):
    """All gap junctions, as rows of the neurons that have some."""

    rows: Array  # int64: the rows, or a thread's share of them
    place: Array  # int64 (rows): index of the neuron into the currents
    own: Array  # int64 (rows): its membrane potential's place in the flat state
    noisy: Array  # bool (rows): whether noise currents have set its current in this step
    first: Array  # int64 (rows + 1)
    other: Array  # int64 (twice the junctions): the membrane potential at the other end
    junction: Array  # int64: which junction it is
    g: Array  # float64 (junctions): conductance, nS


class LinkArgs(NamedTuple):
    """All linked variables."""

    target: Array  # int64: place in the flat state of what is filled
    source: Array  # int64: place in the flat state of where the value comes from
    gid: Array  # int64: global id of the neuron that has the target


class ModulationArgs(NamedTuple):
    """All neuromodulators and what releases them."""

    now: Array  # float64 (modulators): concentration
    baseline: Array  # float64 (modulators)
    decay: Array  # float64 (modulators): of the distance from the baseline, in a step
    pending: Array  # float64 (rows, modulators): releases on their way; rows are a power of two
    history: Array  # float64 (steps, modulators): concentration at the end of each; a ring
    since: Array  # int64 (1): the first step that plasticity may still ask for
    place: Array  # int64 (modulators): where the flat state has a copy
    lo: Array  # int64 (releases): first global id
    hi: Array  # int64: one past the last
    released: Array  # int64: which modulator
    amount: Array  # float64: what a spike releases
    delay: Array  # int64: steps


class RecordArgs(NamedTuple):
    """What is recorded while a chunk runs."""

    wanted: Array  # bool (global ids): record its spikes
    spike_step: Array  # int64: buffer
    spike_id: Array  # int32: buffer
    every: Array  # int64 (state recorders): steps between samples
    first: Array  # int64 (recorders + 1)
    place: Array  # int64: index into the flat state
    buffer0: Array  # int64 (recorders): next free place in the buffer
    buffer: Array  # float


class LoopArgs(NamedTuple):
    """What the step loop itself holds."""

    ring: Array  # float (rows, slots); as many rows as a power of two
    broadcast: Array  # float (rows, projections): sums that reach all targets
    state: Array  # float: all states of all tables, flat
    base: Array  # float: steady currents, flat over tables
    current: Array  # float: base and noise, flat over tables
    spikes: Array  # int32: spikes of one step, scratch
    thread: int  # which thread this is
    found: Array  # int32 (threads, n): spikes that each thread finds; with one thread, `spikes`
    spiked: Array  # int64 (threads, slices and more): how many, up to the end of each slice
    slices: int  # of all tables
    gate: Array  # int64 (16): where threads meet
    event_first: Array  # int64 (steps of the chunk + 1): given spikes of each step
    event_id: Array  # int32
    counters: Array  # int64: see spikesim.codegen.loop


class PlasticArgs(NamedTuple):
    """One plastic projection. `a` in `spikesim.kernels.plastic`."""

    pre_lo: int  # first source id
    pre_hi: int
    post_lo: int  # first target id
    post_hi: int
    slot: int  # ring slot of target 0
    sign: int  # of what a weight does: -1 for magnitudes of an inhibitory transmitter
    dense: bool
    axonal: bool
    pairing: int
    coincidence: int
    n_targets: int
    delay: int  # the uniform delay, steps
    delay_min: int
    delay_max: int
    indptr: Array  # int64 (sources + 1); empty if dense
    begin: Array  # int64 (sources): first synapse, or a thread's first
    end: Array  # int64 (sources): one past the last
    t_lo: int  # first target, or a thread's first
    t_hi: int  # one past the last
    targets: Array  # uint16 where that is enough, else int32; empty if dense
    weights: Array  # float
    delays: Array  # uint16; empty where the delay is uniform
    par: Array  # float64: the rule's parameters
    control: Array  # int64: see the places named in histories.py
    pre_fine: Array  # float64 (1024): decay of the presynaptic trace
    pre_coarse: Array
    post_fine: Array
    post_coarse: Array
    pre_t: Array  # int64 (sources, capacity): spike steps
    pre_v: Array  # float64: trace just before
    pre_m: Array  # int32: spikes in that step
    pre_n: Array  # int64 (sources): spikes so far
    post: Array  # float64 (targets, 2 capacity): step of a spike, trace just before; and so on
    latest: Array  # float64 (8 targets): step and trace of the latest four, a copy
    post_n: Array
    post_kept: Array  # int64 (targets): first spike still needed
    log_t: Array  # int64: log of postsynaptic spikes; empty unless dense without on_pre
    log_j: Array  # int32
    log_v: Array  # float64
    sent: Array  # int32 (delay_max + 1, most): sources that fired, for axonal delays
    sent_n: Array  # int64 (delay_max + 1)
    kept: Array  # float64 (synapses): sums of presynaptic-centred pairing; else empty
    levels: Array  # float64 (steps, modulators): `ModulationArgs.history`
    sees: Array  # int64: which modulators the rule reads
