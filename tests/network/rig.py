"""Cells and a pulse of spikes."""

import spikesim as sim


def cells(net, name="cells", n=10, **options):
    receptors = {"exc": sim.ExpCurrent(), "inh": sim.ExpCurrent()}
    return net.population(name, n, sim.LIF(receptors=receptors), **options)


def pulse(net, n=10, at=1.0, **options):
    return net.population("pulse", n, sim.SpikeSource([[at]] * n), **options)
