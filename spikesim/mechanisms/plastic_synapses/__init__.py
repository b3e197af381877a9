"""Plastic synapses: weights that rules change. The rules are in `spikesim.synapses`."""
