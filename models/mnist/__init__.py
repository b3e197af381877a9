"""The main experiment: a spiking network learns MNIST by STDP and is compared with an MLP.

Run it with ``python -m models.mnist``; ``python -m models.mnist --help`` lists the options.
"""
