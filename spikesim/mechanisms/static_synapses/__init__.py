"""Static synapses: spikes through weights that only users change."""
