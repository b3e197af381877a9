"""Expressions for tests, from text and random ones; and models that run."""

from hypothesis import strategies as st

import spikesim as sim
from spikesim.language import parsing

VALUES = {"a": 0.7, "b": -1.3, "c": 2.1, "x": 0.4, "y": -0.9}


def parse(text):
    return parsing.parse(text, "Model", "equations")


def trees(names):
    """Random expressions over `names`."""
    leaves = st.sampled_from([*names, "1.5", "0.3"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({' '.join(t)})"),
            inner.map(lambda t: f"(-{t})"),
            inner.map(lambda t: f"exp(0.1 * {t})"),
            inner.map(lambda t: f"({t} / 1.7)"),
        ),
        max_leaves=8,
    )


def run(model, *, dt=0.1, duration=20.0, n=1, initial=None, current=None, **options):
    """A population after a run."""
    net = sim.Network(dt=dt, seed=1, precision="double", **options)
    cells = net.population("cells", n, model, initial=initial)
    if current is not None:
        net.stimulate(cells, sim.DCCurrent(current))
    spikes = net.record(cells, "spikes")
    net.run(duration)
    return cells, spikes.result()


def boltzmann(v, half, slope):
    """A user's own function."""
    z = (v - half) / slope
    return 1.0 / (1.0 + exp(-z))  # noqa: F821
