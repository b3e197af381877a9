"""Release: synapses that depress and facilitate. The models are in `spikesim.synapses`."""
