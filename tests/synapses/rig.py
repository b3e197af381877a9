"""A plastic projection between neurons that fire when they are told to, and its check."""

import numpy as np
import pytest

import spikesim as sim
from tests.synapses.event_loop import Synapse

DT = 0.1
STEPS = 3000
TAU_PLUS, TAU_MINUS = 16.8, 33.7
PAIR = {"tau_plus": TAU_PLUS, "tau_minus": TAU_MINUS, "lambda_": 0.01, "alpha": 0.85, "w_max": 2.0}
LAYOUTS = ("sparse", "sparse-delays", "dense")
SIDES = ("axonal", "dendritic")


def pair_stdp(w_max=2.0, mu=0.4, lambda_=0.01, alpha=0.85):
    """What `PairSTDP` does to a weight at a presynaptic and at a postsynaptic spike."""
    return (
        lambda w, x, y: max(0.0, w - lambda_ * alpha * w_max * (w / w_max) ** mu * y),
        lambda w, x, y: min(w_max, w + lambda_ * w_max * (1 - w / w_max) ** mu * x),
    )


def unchanged(w, x, y):
    return w


def trains(seed, n, stride=1, most=60, steps=STEPS):
    """Some spike steps for each neuron; on a coarse grid many coincide."""
    rs = np.random.default_rng(seed)
    grid = np.arange(1, steps, stride)
    return [np.sort(rs.choice(grid, rs.integers(5, most), replace=False)) for _ in range(n)]


class Rig:
    """A plastic projection whose pre- and postsynaptic neurons fire at given steps."""

    def __init__(self, rule, pre, post, *, layout="sparse", side="axonal", delay=None,
                 weight=None, precision="double", threads=1, also=None):  # fmt: skip
        self.rule, self.pre, self.side = rule, pre, side
        self.net = sim.Network(dt=DT, seed=1, precision=precision, threads=threads)
        sources = self.net.population("pre", len(pre), sim.SpikeSource([t * DT for t in pre]))
        driver = self.net.population("driver", len(post), sim.SpikeSource([t * DT for t in post]))
        receptors = {"kick": sim.Delta(), "slow": sim.ExpCurrent(tau_syn=1.0)}
        self.targets = self.net.population(
            "post", len(post), sim.LIF(t_ref=0.0, C_m=1e6, receptors=receptors)
        )
        self.net.project(driver, self.targets, sim.OneToOne(), weight=1000.0, delay=DT,
                         receptor="kick")  # fmt: skip
        if delay is None:
            delay = sim.Uniform(DT, 3.0) if layout == "sparse-delays" else 0.7
        self.plastic = self.net.project(
            sources, self.targets,
            sim.AllToAll() if layout == "dense" else sim.FixedProbability(0.7),
            weight=sim.Uniform(0.5, 1.5) if weight is None else weight,
            delay=delay, receptor="slow", plasticity=rule, delay_is=side, name="plastic",
        )  # fmt: skip
        self.spikes = self.net.record(self.targets, "spikes")
        if also is not None:
            also(self)
        self.before = self.plastic.connections()
        assert self.net.plan.parts["plastic_synapses"].tables["plastic"].args.dense == (
            layout == "dense"
        )

    def run(self, duration=STEPS * DT + 10.0):
        self.net.run(duration)
        return self

    def by_event_loop(self, functions, *, learning=lambda step: True, every=1, concentration=None):
        """Every so many of the synapses as event loops, with the postsynaptic spikes that came."""
        stop = round(self.net.t / DT)
        fired = self.spikes.result()
        post = [np.rint(fired.train(j) / DT).astype(int) for j in range(fired.n)]
        on_pre, on_post = functions
        synapses = []
        for i, j, w, d in zip(*(part[::every] for part in vars(self.before).values()), strict=True):
            synapse = Synapse(
                w, on_pre, on_post, self.rule.tau_plus / DT, self.rule.tau_minus / DT,
                self.rule.pairing, self.rule.coincidence, learning, concentration,
            )  # fmt: skip
            synapse.run(self.pre[i], post[j], round(d / DT), axonal=self.side == "axonal",
                        stop=stop)  # fmt: skip
            synapses.append(synapse)
        return synapses

    def check(self, functions, rel=1e-7, every=1, **kwargs):
        expected = np.array(
            [s.weight for s in self.by_event_loop(functions, every=every, **kwargs)]
        )
        assert np.abs(expected - self.before.weight[::every]).max() > 1e-3, "something was learnt"
        assert self.plastic.weight[::every] == pytest.approx(expected, rel=rel)
