"""Rules of synaptic plasticity as their papers state them: loops over time steps in plain Python.

Each function takes the steps of the spikes of a presynaptic and a postsynaptic neuron (at most one
per step and neuron) and the state of their synapse. It returns the state at the end of step `stop`.

- Times are in one unit, that of `dt`; spikes and `delay` are numbers of steps. The state that is
  given is that at step 0, before its spikes.
- An axonal delay makes presynaptic spikes act later; otherwise the delay is dendritic, and
  postsynaptic spikes and signals are seen later (before that, the first value of the signal).
  What acts after `stop` does not count.
- Signals are arrays with a value for each step, in force until the next step.
- In a step first everything decays and integrates from the step before; then the presynaptic spike
  acts, then the postsynaptic one. Spikes read the traces as they are before the jumps of this step,
  but the second starts from the weight that the first has left.
"""

from tests.synapses.paper_loops.calcium import graupner_brunel, sdsp
from tests.synapses.paper_loops.consolidation import zenke
from tests.synapses.paper_loops.digits import (
    diehl_cook_exponential,
    diehl_cook_power,
    diehl_cook_symmetric,
    diehl_cook_triplet,
)
from tests.synapses.paper_loops.pairs import (
    costa,
    pair_additive,
    pair_power_law,
    power_law,
    triplet,
    triplet_sliding,
    vogels,
)
from tests.synapses.paper_loops.rates import (
    bcm,
    covariance,
    covariance_rates,
    hebb,
    hebb_rates,
    oja,
    oja_rates,
)
from tests.synapses.paper_loops.reward import dopamine_stdp, e_prop, e_prop_flow, r_max, r_stdp
from tests.synapses.paper_loops.voltage import clopath, urbanczik_senn

__all__ = [
    "bcm",
    "clopath",
    "costa",
    "covariance",
    "covariance_rates",
    "diehl_cook_exponential",
    "diehl_cook_power",
    "diehl_cook_symmetric",
    "diehl_cook_triplet",
    "dopamine_stdp",
    "e_prop",
    "e_prop_flow",
    "graupner_brunel",
    "hebb",
    "hebb_rates",
    "oja",
    "oja_rates",
    "pair_additive",
    "pair_power_law",
    "power_law",
    "r_max",
    "r_stdp",
    "sdsp",
    "triplet",
    "triplet_sliding",
    "urbanczik_senn",
    "vogels",
    "zenke",
]
