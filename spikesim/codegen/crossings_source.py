"""Generate the solution of an equation that depends on thresholds of a decaying variable.

Between two crossings such an equation is linear with constant factors. The variable decays, so it
crosses each threshold at most once within a span without spikes, and the highest one first.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from spikesim.codegen.rule_source import Statements
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, linear_terms


def crossed(
    name: str,
    decaying: str,
    thresholds: Sequence[ast.expr],
    equations: Statements,
    limits: Sequence[str],
) -> list[str]:
    """Lines that move a variable over `_steps` steps.

    Parameters
    ----------
    name, decaying : str
        The variable, and the one that decays.
    thresholds : sequence of expression
        What the latter is compared with.
    equations : mapping
        Derivatives (per ms) of both.
    limits : sequence of str
        Lines that keep the variable within its bounds.
    """
    rate = linear_terms(equations[decaying], {decaying})
    # Conditions on the decaying variable are factors; its own name stands for its present value.
    terms = linear_terms(equations[name], {name})
    assert rate is not None
    assert terms is not None
    own = ex.source(terms.get(name, ast.Constant(0.0)))
    rest = ex.source(terms.get(CONSTANT, ast.Constant(0.0)))
    lines = [f"_{name} = 1.0 * {name}", f"_start_{decaying} = {decaying}", "_left = _steps * _a.dt"]
    inner = ["_next = 0.0"]
    for threshold in map(ex.source, thresholds):
        inner.append(f"if _next < {threshold} < {decaying}:")
        inner.append(f"    _next = 1.0 * ({threshold})")
    inner += [
        "_span = _left",
        "if _next > 0.0:",
        f"    _span = min(_left, _log({decaying} / _next) / -({ex.source(rate[decaying])}))",
        f"_rate = 1.0 * ({own})",
        f"_slope = _rate * _{name} + ({rest})",
        "if _slope != 0.0:  # as above thresholds; most of the time it is below",
        f"    _{name} += _slope * _span * _exprel(_rate * _span)",
        *limits,
        "_left -= _span",
        f"{decaying} = _next * (1.0 - 2.0**-50)  # just below the threshold",
    ]
    lines += ["while True:", *(f"    {line}" for line in inner)]
    lines += ["    if _next == 0.0 or not _left > 0.0:", "        break"]
    return [*lines, f"{decaying} = _start_{decaying}"]
