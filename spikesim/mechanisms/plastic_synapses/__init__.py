"""Plastic synapses: weights changed by plasticity rules, which are in `spikesim.synapses`."""
