"""The declaration of a neuron, with receptors and channels, to one checked set of equations."""
