"""Combine a neuron with its receptors and channels into one checked set of equations."""
