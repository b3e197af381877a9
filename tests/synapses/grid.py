"""Synapses of one rule in all layouts, with both kinds of delay, against a loop from a paper."""

from __future__ import annotations

import numpy as np
import pytest

import spikesim as sim
from tests.synapses.rig import DT, SIDES, trains

STEPS = 2000
PRE, POST = trains(3, 4, 3, 60, STEPS), trains(4, 3, 3, 60, STEPS)  # many coincide
SPARSE, DRAWN, DENSE = (
    (sim.FixedProbability(0.7), 0.7),
    (sim.FixedProbability(0.7), sim.Uniform(DT, 3.0)),
    (sim.AllToAll(), 0.4),
)  # connector, delay
RECEPTORS = {"kick": sim.Delta(), "slow": sim.ExpCurrent(tau_syn=1.0)}  # of the targets
ALL = [(*layout, side) for layout in (SPARSE, DRAWN, DENSE) for side in SIDES]
SOME = [(*DRAWN, "axonal"), (*DENSE, "dendritic")]


class Grid:
    """Plastic projections of all layouts and sides between neurons that fire at given steps.

    Beside the rule, with all layouts, there is a variant of it that is stepped, with some. The
    postsynaptic neurons fire one step after the driver.
    """

    def __init__(self, rule, stepped=None, *, pre=PRE, post=POST, dt=DT, weight=None, threads=1,
                 target=None, start=None, also=None):  # fmt: skip
        self.dt, self.pre = dt, pre
        self.net = sim.Network(dt=dt, seed=1, precision="double", threads=threads)
        sources = self.net.population("pre", len(pre), sim.SpikeSource([t * dt for t in pre]))
        driver = self.net.population("driver", len(post), sim.SpikeSource([t * dt for t in post]))
        model = target or sim.LIF(t_ref=0.0, C_m=1e6, receptors=RECEPTORS)
        self.targets = self.net.population("post", len(post), model)
        self.net.project(driver, self.targets, sim.OneToOne(), weight=1000.0, delay=dt,
                         receptor="kick")  # fmt: skip
        self.spikes = self.net.record(self.targets, "spikes")
        if also is not None:
            also(self)
        weight = sim.Uniform(0.5, 1.5) if weight is None else weight
        made = [(rule, *layout) for layout in ALL]
        made += [(stepped, *layout) for layout in SOME if stepped is not None]
        self.plastic = [
            self.net.project(
                sources, self.targets, connector, weight=weight, delay=delay, receptor="slow",
                plasticity=plasticity, delay_is=side,
            )
            for plasticity, connector, delay, side in made
        ]  # fmt: skip
        for projection in self.plastic:
            projection.set(**(start or {}))
        self.before = [p.connections() for p in self.plastic]

    def run(self, steps=STEPS + 40):
        self.net.run(steps * self.dt)
        return self

    def post(self, j):
        """Steps of the spikes of target j."""
        return np.rint(self.spikes.result().train(j) / self.dt).astype(int)

    def check(self, loop, start=(), rel=1e-9, span=None, signals=None, variables=(), **parameters):
        """Compare with a loop that gets the weight, other initial values, signals and parameters.

        `rel` is relative to `span`, default: the largest change of a weight. `signals` has for each
        name a function of the grid and the target that gives an array. Of the state that the loop
        returns `variables` are compared, too.
        """
        stop = round(self.net.t / self.dt)
        posts = [self.post(j) for j in range(self.targets.size)]
        pairs = {name: ([], []) for name in ("w", *variables)}
        changes = []
        for p, before in zip(self.plastic, self.before, strict=True):
            own = {"w": p.weight, **{name: p.get(name) for name in variables}}
            synapses = zip(*vars(before).values(), strict=True)
            for n, (i, j, w, d) in enumerate(synapses):
                end = loop(
                    self.pre[i], posts[j], w, *start, dt=self.dt, stop=stop,
                    delay=round(d / self.dt), axonal=p.delay_is == "axonal",
                    **{name: f(self, j) for name, f in (signals or {}).items()}, **parameters,
                )  # fmt: skip
                end = {"w": end} if np.isscalar(end) else end
                changes.append(end["w"] - w)
                for name, (found, expected) in pairs.items():
                    found.append(own[name][n])
                    expected.append(end[name])
        largest = np.abs(changes).max()
        assert largest > 1e-3, "something was learnt"
        for name, (found, expected) in pairs.items():
            scale = (span or largest) if name == "w" else np.abs(expected).max()
            assert found == pytest.approx(expected, rel=0, abs=rel * scale), name
        return np.array(pairs["w"][0])


def check_all(rule, loop, threads=1, made=None, **options):
    """Compare a rule, and its stepped variant if it is updated at spikes, with a loop.

    With several `threads` also with the result of one.
    """
    stepped = None
    if not rule.is_stepped:
        values = {name: getattr(rule, name) for name in rule.declared}
        stepped = type(rule)(**values, pairing=rule.pairing, method="steps")
    grids = [Grid(rule, stepped, threads=n, **(made or {})) for n in {1, threads}]
    weights = [grid.run().check(loop, **options) for grid in grids]
    assert all(np.array_equal(w, weights[0]) for w in weights)
