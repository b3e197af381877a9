"""The functions that are generated for each plasticity rule, as they are for pair STDP.

The templates `plastic` and `stepped` import them from here, for those who read the templates, and
for tools. In the module of a rule the generated ones take their place. Variables of a synapse and
values of a neuron are tuples, of as many numbers as the rule has.
"""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.histories import ALL_TO_ALL, decay, decay_without_branch
from spikesim.kernels.intrinsics import load_const, load_updated, store_updated

HAS_ON_PRE = True  # whether a presynaptic spike changes the synapse
LOGGED = False  # whether postsynaptic spikes alone change synapses, and only their weights
CHEAP = True  # whether the statements are cheap to compute and to discard
EVOLVES = False  # whether variables of the synapse change between spikes
TRANSMITS_AFTER = False  # whether a spike transmits the weight that it has changed
RELEASES, SITES = False, 0  # whether there is a model of release, and sites if it is quantal
FULL = 0  # place of the full sites among the variables beside the weight
LATE = False  # whether presynaptic spikes act on the synapse later than they are transmitted
INTERVALS_READ_PRE = INTERVALS_READ_POST = False  # whether statements at intervals read traces
PASSES = (0, 0)  # first pass over the synapses of each interval, in which sums are added up
WIDTH = np.uint64(2)  # numbers that are kept of a postsynaptic spike: its step, and the traces


@kernel(inline=True)
def load_state(a, k):
    """Variables of synapse k, the weight first."""
    return (load_updated(a.weights, k),)


@kernel(inline=True)
def store_state(a, k, s):
    """Store the variables of synapse k."""
    store_updated(a.weights, k, s[0])


@kernel(inline=True)
def save_state(out, k, s):
    """Store variables into an array of shape (variables, synapses)."""
    out[0, k] = s[0]


@kernel(inline=True)
def with_weight(s, t):
    """Variables `s` with the weight of `t`."""
    return (t[0],)


@kernel(inline=True)
def chosen(first, s, t):
    """`s` if `first`, else `t`."""
    return (s[0] if first else t[0],)


@kernel(inline=True)
def advanced(s, a, start, steps):
    """Variables of a synapse some steps after `start`, without spikes."""
    return s


@kernel(inline=True)
def on_events(s, a, step):
    """Variables of a synapse after the releases of modulators in a step."""
    return s


@kernel(inline=True)
def factors(a, step):
    """What is integrated: expressions of modulators, over the interval after `step`."""
    return (0.0,)


@kernel(inline=True)
def on_pre(s, x, y, a, step):
    """Variables of a synapse after a presynaptic spike."""
    return (a.weights.dtype.type(s[0] - load_const(a.par, 0) * y[0]),)


@kernel(inline=True)
def utilisation(s, x, a):
    """With release: the fraction of the resources that a spike releases."""
    return 1.0


@kernel(inline=True)
def empty(s, x, a):
    """With release: the fraction of the resources that is missing."""
    return 0.0


@kernel(inline=True)
def depleted(s, x, y, a, step):
    """With release: variables of a synapse of which a spike has changed those of release alone."""
    return s


@kernel(inline=True)
def on_post(s, x, y, a, step):
    """Variables of a synapse after a postsynaptic spike."""
    return (a.weights.dtype.type(s[0] + load_const(a.par, 0) * x[0]),)


@kernel(inline=True)
def no_pre():
    """Presynaptic traces before the first spike."""
    return (0.0,)


@kernel(inline=True)
def no_post():
    """Postsynaptic traces before the first spike."""
    return (0.0,)


@kernel(inline=True)
def pre_of(values, i, h):
    """Presynaptic traces just before the spike at place h of the ring of source i."""
    return (values[i, h, 0],)


@kernel(inline=True)
def store_pre(values, i, h, x):
    """Store presynaptic traces."""
    values[i, h, 0] = x[0]


@kernel(inline=True)
def post_of(values, place):
    """Postsynaptic traces behind a step that is at this place."""
    return (load_const(values, place + np.uint64(1)),)


@kernel(inline=True)
def store_post(values, place, y):
    """Store postsynaptic traces behind a step that is at this place."""
    values[place + np.uint64(1)] = y[0]


@kernel(inline=True)
def after_pre(x, count, a):
    """Presynaptic traces just after spikes, from those just before them."""
    return (x[0] + count if pairing(a) == ALL_TO_ALL else 1.0,)


@kernel(inline=True)
def after_post(y, a):
    """Postsynaptic traces just after a spike, from those just before it."""
    return (y[0] + 1.0 if pairing(a) == ALL_TO_ALL else 1.0,)


@kernel(inline=True)
def decayed_pre(x, a, steps):
    """Presynaptic traces some steps later."""
    return (x[0] * decay(a.fine, a.coarse, 0, steps),)


@kernel(inline=True)
def decayed_post(y, a, steps):
    """Postsynaptic traces some steps later."""
    return (y[0] * decay(a.fine, a.coarse, 1, steps),)


@kernel(inline=True)
def decayed_pre_without_branch(x, a, steps):
    """`decayed_pre` for loops that LLVM vectorises."""
    return (x[0] * decay_without_branch(a.fine, a.coarse, 0, steps),)


@kernel(inline=True)
def decayed_post_without_branch(y, a, steps):
    """`decayed_post` for loops that LLVM vectorises."""
    return (y[0] * decay_without_branch(a.fine, a.coarse, 1, steps),)


@kernel(inline=True)
def pre_pairs(n):
    """Presynaptic traces that count n spikes; for rules of one trace on each side."""
    return (1.0 * n,)


@kernel(inline=True)
def pre_if(first, x, z):
    """`x` if `first`, else `z`."""
    return (x[0] if first else z[0],)


@kernel(inline=True)
def pairing(a):
    """Which spikes form pairs."""
    return a.pairing


@kernel(inline=True)
def coincidence(a):
    """Order of spikes that coincide."""
    return a.coincidence


@kernel(inline=True)
def moved(s, x, y, a, step):
    """Variables of a synapse after an interval without spikes."""
    return s


@kernel(inline=True)
def pre_at(a, row, i):
    """What source i keeps, just before its spikes in the step of this row."""
    return (a.pre[row, i, 0],)


@kernel(inline=True)
def post_at(a, row, j):
    """What target j keeps, just before its spikes in the step of this row."""
    return (a.post[row, j, 0],)


@kernel(inline=True)
def moved_pre(x, a, step):
    """What a source keeps, after an interval without spikes."""
    return x


@kernel(inline=True)
def moved_post(y, a, step):
    """What a target keeps, after an interval without spikes."""
    return y


@kernel(inline=True)
def read_pre(a, row, i, state):
    """Copy the variables of source i that are read."""


@kernel(inline=True)
def read_post(a, row, j, state):
    """Copy the variables of target j that are read."""


@kernel(inline=True)
def fill_pre(a, row, i, state):
    """Copy the variables of source i that are read, also as earlier values."""


@kernel(inline=True)
def fill_post(a, row, j, state):
    """Copy the variables of target j that are read, also as earlier values."""


@kernel(inline=True)
def delay_pre(a, step, n):
    """Keep the earlier values that source n is read with."""


@kernel(inline=True)
def delay_post(a, step, n):
    """Keep the earlier values that target n is read with."""


@kernel(inline=True)
def moved_by_noise(s, x, y, a, step, k):
    """Variables of synapse k with the noise of an interval."""
    return s


@kernel(inline=True)
def add_to_sums(p, s, x, y, a, j, step):
    """Add a synapse of target j to the sums of pass p."""


@kernel(inline=True)
def at_interval(m, s, x, y, a, j, step):
    """Variables of a synapse of target j after the statements of interval m."""
    return s
