"""Published networks and experiments, written only with what spikesim makes public."""
