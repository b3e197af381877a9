"""MNIST experiment: a spiking network that learns by STDP, compared with an MLP.

Run it with ``python -m models.mnist``; ``python -m models.mnist --help`` lists the options.
"""
