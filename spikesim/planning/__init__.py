"""Build the plan of a network: the arrays on which kernels work."""
