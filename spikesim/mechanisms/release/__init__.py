"""Transmitter release with short-term plasticity; the models are in `spikesim.synapses`."""
