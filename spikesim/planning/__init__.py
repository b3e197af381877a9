"""A description to a plan: the arrays on which kernels work."""
