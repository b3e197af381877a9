"""One synapse whose rule is read as it is written: no kernels, and equations by Runge-Kutta."""

from __future__ import annotations

import ast
import math

import numpy as np
import pytest

from spikesim.language import expressions as ex
from spikesim.synapses.rule_checks import PAIRINGS, step_of
from tests.synapses.paper_loops.common import rk4, steps

FUNCTIONS = {
    "exp": math.exp, "sqrt": math.sqrt, "log": math.log, "min": min, "max": max, "abs": abs,
    "int": int, "clip": lambda x, low, high: min(max(x, low), high),
}  # fmt: skip


def _compiled(trees):
    return {name: compile(ex.source(tree), name, "eval") for name, tree in trees.items()}


def interpret(
    rule, pre, post, w, *, dt, stop, initial=None, signals=None, units=None, released=None,
    substeps=2,
):  # fmt: skip
    """Return all variables at the end of step `stop`, from those at step 0, its spikes included.

    Arguments are as those of the loops from papers. `signals` has arrays of what is read, such as
    ``V_m_post``, or the name of a modulator. `released` has pairs (step, amount) by modulator.
    Coincident spikes do not see each other.
    """
    form = rule.form(units)
    variables = {**form.variables}
    for side in (form.pre, form.post):
        variables |= {**side.traces, **side.stepped}
    scope = {name: float(getattr(rule, name)) for name in rule.declared}
    now = {**dict.fromkeys(variables, 0.0), **rule.initial, "w": w, **(initial or {})}
    rates = _compiled({n: v.rhs for n, v in variables.items() if v.rhs is not None})
    names = list(rates)
    jumps = [dict(side.jumps) for side in (form.pre, form.post)]
    if rule.pairing == PAIRINGS[1]:
        jumps = [{n: ast.Constant(step_of(n, t)) for n, t in j.items()} for j in jumps]
    jumps = [_compiled(j) for j in jumps]
    at_spikes = [_compiled(form.on_pre), _compiled(form.on_post)]
    at_events = {name: _compiled(statements) for name, statements in form.on_event.items()}

    def evaluated(trees, values, seen):
        return {n: eval(t, FUNCTIONS, {**scope, **seen, **values}) for n, t in trees.items()}

    bounds = scope.get("w_min", -math.inf), scope.get("w_max", math.inf)
    seen = {}
    late = round(getattr(rule, rule.on_pre_delay) / dt) if rule.on_pre_delay else 0
    earlier = {
        n: (source, round(float(ex.evaluate(how, scope)) / dt))
        for side in (form.pre, form.post) for n, (source, how) in side.delayed.items()
    }  # fmt: skip
    for t, h, *spikes in steps(np.asarray(pre) + late, post, dt=dt, stop=stop):
        if h and names:

            def slope(_, y, now=now, seen=seen):
                found = evaluated(rates, {**now, **dict(zip(names, y, strict=True))}, seen)
                return np.array([found[n] for n in names])

            for _ in range(substeps):
                y = rk4(slope, np.array([now[n] for n in names]), h / substeps)
                now |= dict(zip(names, y.tolist(), strict=True))
                if "w" in rates:
                    now["w"] = min(max(now["w"], bounds[0]), bounds[1])
        seen = {name: s[t] for name, s in (signals or {}).items()}
        seen |= {n: signals[source][max(t - k, 0)] for n, (source, k) in earlier.items()}
        after = [evaluated(j, now, seen) if s else {} for j, s in zip(jumps, spikes, strict=True)]
        for statements, spike in zip(at_spikes, spikes, strict=True):
            if spike:
                now |= evaluated(statements, now, seen)
        for name, events in (released or {}).items():
            for _, amount in (event for event in events if event[0] == t):
                now |= evaluated(at_events[name], now, {**seen, "amount": amount})
        now |= {**after[0], **after[1]}
    return now


DT = 0.25
RS = np.random.default_rng(8)
TRAINS = [np.sort(RS.choice(np.arange(0, 800, 4), 60, replace=False)) for _ in range(2)]
STOP = 820


def agree(rule, loop, w=0.5, start=(), rel=1e-9, signals=None, read=None, initial=None,
          variables=(), substeps=2, released=None, **parameters):  # fmt: skip
    """Check a rule as it is declared against a loop from a paper, over two busy trains.

    `signals` are those of the loop, and `read` the same for the rule.
    """
    found = interpret(rule, *TRAINS, w, dt=DT, stop=STOP, initial=initial, signals=read,
                      substeps=substeps, released=released)  # fmt: skip
    end = loop(*TRAINS, w, *start, dt=DT, stop=STOP, **(signals or {}), **parameters)
    end = {"w": end} if np.isscalar(end) else end
    assert abs(end["w"] - w) > 0.01, "something was learnt"
    expected = {name: end[name] for name in ("w", *variables)}
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=rel)
    return found
