"""What arrives at synapses with release, read from a current; and the plain event loop."""

import numpy as np

import spikesim as sim

DT, TAU = 0.1, 2.0


def network(trains, release, connector=None, *, n_post=3, weight=100.0, delay=0.5, threads=1,
            precision="double", seed=1, transmitter=None):  # fmt: skip
    """Given spikes onto cells that are far from firing; the network, projection and recorder."""
    net = sim.Network(dt=DT, seed=seed, precision=precision, threads=threads)
    pre = net.population("pre", len(trains), sim.SpikeSource(trains), transmitter=transmitter)
    cell = sim.LIF(V_th=1e9, receptors={"s": sim.ExpCurrent(tau_syn=TAU)})
    post = net.population("post", n_post, cell)
    p = net.project(
        pre, post, connector or sim.AllToAll(), weight=weight, delay=delay, release=release,
        name="p",
    )  # fmt: skip
    return net, p, net.record(post, "I_s")


def steps_of(current):
    """What has arrived at the end of each step, from a current of every step."""
    return current[1:] - current[:-1] * np.exp(-DT / TAU)


def arrivals(trains, release, *args, duration=None, **options):
    """What arrives, shape (steps, n_post): row k at the time (k + 1) dt."""
    net, _, record = network(trains, release, *args, **options)
    net.run(duration or np.ceil(max(map(max, trains)) + 20.0))
    return steps_of(record.result().values)


def event_loop(times, U, tau_rec, tau_facil):
    """u x at each spike, in plain Python."""
    u, x, last, released = 0.0, 1.0, -np.inf, []
    for t in times:
        u = u * np.exp((last - t) / tau_facil) if tau_facil else 0.0
        x = 1.0 - (1.0 - x) * np.exp((last - t) / tau_rec)
        u += U * (1.0 - u)
        released.append(u * x)
        x -= u * x
        last = t
    return np.array(released)
