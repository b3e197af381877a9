"""A network whose values are read and set."""

import numpy as np

import spikesim as sim

RECEPTORS = {"exc": sim.ExpCurrent(tau_syn=3.0), "inh": sim.ExpCurrent(tau_syn=6.0)}


def network(**options):
    net = sim.Network(seed=2, **options)
    model = sim.LIF(tau_m=np.linspace(10.0, 20.0, 8), receptors=RECEPTORS)
    return net, net.population("cells", 8, model, initial={"V_m": sim.Uniform(-70.0, -60.0)})
