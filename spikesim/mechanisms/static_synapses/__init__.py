"""Static synapses: weights that only users change."""
