"""Generate the neuron update kernel, which advances every neuron of a table by one step.

The source follows the order of a step (see `spikesim.kernels`). A first loop propagates the states,
adds the input, clamps refractory neurons and tests the threshold. It has no branch, so that it
vectorises. A second loop reads the flags of the first, eight at a time, and resets the few neurons
that spiked. Both count from 0 over views of a slice of the table: an index that might be negative
would keep the first from vectorising.

The kernel's own names begin with an underscore, so that they never clash with names of a model.
"""

from __future__ import annotations

import ast
import re

from spikesim.codegen.explicit_source import RUNAWAY, Explicit
from spikesim.codegen.neuron_constants import constants_of, is_one
from spikesim.codegen.repeated_lines import MIN_STATES_FOR_LOOPS, LoopCompactor
from spikesim.codegen.splitting_source import splitting
from spikesim.codegen.step_source import currents_given, noise_sources, step_lines
from spikesim.equations.methods import SPLITTINGS, TABLEAUX
from spikesim.equations.neuron_equations import INPUT, TIME, NeuronEquations
from spikesim.language import expressions as ex
from spikesim.language.functions import imports_of

_FILL = {ex.RAND: "_uniforms"}  # functions that fill a row of random numbers; normals by default
_HEAD = """\
def update(_step, _table, _ring, _spikes, _n_spikes):
    _state, _refractory = _table.state, _table.refractory
    _flags, _words = _table.flags, _table.words
    _uniform, _varied, _ref_steps = _table.uniform, _table.varied, _table.ref_steps
    _lo, _hi, _gid0, _slot0 = _table.lo, _table.hi, _table.gid0, _table.slot0
    _n = _refractory.size
    _row = _ring[_step & (_ring.shape[0] - 1)]
"""


def watched(cell: NeuronEquations) -> bool:
    """Whether the kernel checks for steps that are too long for its explicit scheme."""
    return cell.system.method in TABLEAUX and Explicit(cell).watched


def kept(cell: NeuronEquations) -> list[str]:
    """States whose values at the start of a step are saved for steps that are too long."""
    rolled = len(cell.states) > MIN_STATES_FOR_LOOPS and cell.step is None
    return Explicit(cell).kept if watched(cell) and not rolled else []


def reads_time(cell: NeuronEquations) -> bool:
    """Whether a neuron kernel reads the time."""
    return TIME in _all_names(cell)


def neuron_source(cell: NeuronEquations, varied: frozenset[str]) -> str:
    """Source of the update kernel, see `neuron_kernel`."""
    return neuron_kernel(cell, varied)[0]


def neuron_kernel(cell: NeuronEquations, varied: frozenset[str]) -> tuple[str, int]:
    """Python source of the module whose function ``update`` advances a table by one step.

    Also returns the number of values that it stores in ``scratch`` for one neuron.

    Parameters
    ----------
    cell : NeuronEquations
        The model.
    varied : frozenset of str
        Constants that differ between the neurons of a population; the others are scalars in each
        slice of the table.
    """
    names = constants_of(cell).names
    ordered = [name for name in names if name in varied]
    scalars = [name for name in names if name not in varied]
    rolled = len(cell.states) > MIN_STATES_FOR_LOOPS and cell.step is None
    views = {f"_S_{state}": f"_state[{k}, _a:_b]" for k, state in enumerate(cell.states)}
    for k, port in enumerate(cell.ports):
        views[f"_A_{port}"] = f"_row[_slot0 + {k} * _n + _a : _slot0 + {k} * _n + _b]"
    if cell.has_input:
        views[f"_C_{INPUT}"] = "_table.current[_a:_b]"
    sources = noise_sources(cell)
    views |= {f"_N_{source}": f"_table.noise[{k}, _a:_b]" for k, source in enumerate(sources)}
    views |= {f"_W_{name}": f"_varied[{k}, _a:_b]" for k, name in enumerate(ordered)}
    late = not rolled and watched(cell)
    views |= {f"_O_{s}": f"_table.kept[{k}, : _b - _a]" for k, s in enumerate(kept(cell))}
    load_varied = [f"{name} = _W_{name}[_i]" for name in ordered]
    body = [f"{name} = {view}" for name, view in views.items()]
    body += ["_left = _refractory[_a:_b]", "_size = _b - _a"]
    body += [f"{name} = _uniform[_s, {k}]" for k, name in enumerate(scalars)]
    body += [
        f"{_FILL.get(source, '_normals')}(_table.key[_s, {k}], _step, _a - _table.first[_s], "
        f"_N_{source})"
        for k, source in enumerate(sources)
    ]
    if reads_time(cell):
        body.append(f"{TIME} = _step * dt")
    loop, roller = load_varied + _propagate(cell), LoopCompactor()
    if rolled:
        body = _body_of_rolled(cell, body, load_varied)
        before, loop = _with_loops(cell, roller, scalars, ordered)
        body += before
    body += ["for _i in range(_size):", *_indented(loop)]
    body += ["for _i in range(_size, (_size + 7) // 8 * 8):", "    _flags[_i] = 0"]
    body += ["for _w in range((_size + 7) // 8):", "    if _words[_w] != 0:"]
    body += ["        for _i in range(8 * _w, 8 * _w + 8):", "            if _flags[_i] != 0:"]
    body += _indented(load_varied + (_relaxed(cell) if late else []) + _spike(cell), 4)
    body += ["_table.spiked[_s] = _n_spikes"]
    lines = [*_imports(cell), "", *(["import numpy as np", ""] if rolled else []), *roller.tables]
    lines += [*_functions(cell), "", "", "@kernel(inner=True)", *_HEAD.splitlines()]
    lines += ["    _y = _table.scratch"] if rolled else []
    lines += ["    for _s in range(_lo.size):", "        _a, _b = _lo[_s], _hi[_s]"]
    lines += _indented(body, 2)
    lines.append("    return _n_spikes")
    return "\n".join(lines) + "\n", len(roller.place)


def _with_loops(
    cell: NeuronEquations, roller: LoopCompactor, scalars: list[str], ordered: list[str]
) -> tuple[list[str], list[str]]:
    """Lines before the loop, and its body, with all values of a neuron in one vector."""
    new = [f"_new_{state}" for state in cell.states]
    ports = [f"_A_{port}" for port in cell.ports]
    names = [*cell.states, *new, *ports, *scalars, *ordered]
    for name in names:
        roller.put(name)
    n, k = len(cell.states), len(cell.ports)
    at = 2 * n + k
    lines = [f"for _k in range({n}):", "    _y[_k] = _state[_k, _a + _i]"]
    if ports:
        lines += [
            f"for _k in range({k}):",
            f"    _y[{2 * n} + _k] = _row[_slot0 + _k * _n + _a + _i]",
            "    _row[_slot0 + _k * _n + _a + _i] = 0.0",
        ]
    before = [f"for _k in range({len(scalars)}):", f"    _y[{at} + _k] = _uniform[_s, _k]"]
    if ordered:
        at += len(scalars)
        lines += [f"for _k in range({len(ordered)}):", f"    _y[{at} + _k] = _varied[_k, _a + _i]"]
    if reads_time(cell):
        before.append(f"{roller.put(TIME)} = _step * {roller.put('dt')}")
    text = [
        re.sub(r"(_A_\w+)\[_i\]", r"\1", line) for line in _propagate(cell, lean=True)
        if not (line.startswith(("_A_", "_S_")) or re.match(r"\w+ = _S_", line))
    ]  # fmt: skip
    known = {m[1] for line in text if (m := re.match(r"(\w+) [-+*]?= ", line))}
    numbers = known | set(names) | {TIME}
    lines += roller.lines(text, numbers.__contains__)
    lines += [f"for _k in range({n}):", f"    _state[_k, _a + _i] = _y[{n} + _k]"]
    return before, lines


def _body_of_rolled(cell: NeuronEquations, body: list[str], load_varied: list[str]) -> list[str]:
    """Loop body with the views and scalars that are not part of the vector."""
    needed = " ".join([*_spike(cell), *load_varied, *body[-1:]])
    used = set(re.findall(r"\b[A-Za-z_]\w*\b", needed)) | {"_left", "_size", f"_C_{INPUT}"}
    kept = [line for line in body if (m := re.match(r"(\w+) = ", line)) is None or m[1] in used]
    return [line for line in kept if not line.startswith(f"{TIME} = ")]


def _trees(cell: NeuronEquations) -> list[ast.expr]:
    system = cell.system
    noise = [tree for terms in system.noise.values() for tree in terms.values()]
    rearm = [cell.rearm] if cell.rearm else []
    stepped = [system.odes[state] for state in system.stepped]
    frozen = [system.subexpressions[name] for name in system.frozen]
    given = currents_given(cell).values() if cell.step else ()
    names = [ast.Name(name, ast.Load()) for name in cell.step.arguments] if cell.step else []
    read = [
        *stepped, *noise, *frozen, *given, *names, cell.threshold, *cell.reset.values(), *rearm
    ]  # fmt: skip
    return read + [system.subexpressions[name] for name in system.needed(read)]


def _all_names(cell: NeuronEquations) -> set[str]:
    arguments = set(cell.step.arguments) if cell.step else set()
    return arguments.union(*(ex.names(tree) for tree in _trees(cell)))


def _imports(cell: NeuronEquations) -> list[str]:
    called = set().union(set(), *(ex.called(tree) for tree in _trees(cell)))
    for function in [*cell.functions.values(), *([cell.step] if cell.step else [])]:
        called |= function.calls
    lines = ['"""Update of one step, generated by spikesim from a model\'s equations."""']
    lines += [*imports_of(called), "from spikesim.jit import kernel"]
    if cell.system.noise:
        lines.append("from spikesim.kernels.normal import normals as _normals")
    if ex.RAND in called:
        lines.append("from spikesim.kernels.functions import uniforms as _uniforms")
    if cell.system.method in TABLEAUX and Explicit(cell).opaque:
        lines.append("from math import nan as _nan")
    stepped = cell.system.stepped
    if stepped and cell.system.method in SPLITTINGS:
        lines.append("from spikesim.kernels.phi import phi_rational as _phi")
    elif (stepped and cell.system.method == "exponential_euler") or cell.relaxing or watched(cell):
        lines.append("from spikesim.kernels.phi import phi as _phi")
    return lines


def _functions(cell: NeuronEquations) -> list[str]:
    lines: list[str] = []
    for name, function in cell.functions.items():
        lines += ["", *function.lines(name)]
    if cell.step is not None:
        lines += ["", *cell.step.lines("_user_step")]
    if cell.system.stepped and cell.system.method in SPLITTINGS:
        lines += splitting(cell).functions
    return lines


def _indented(lines: list[str], depth: int = 1) -> list[str]:
    return ["    " * depth + line for line in lines]


def _propagate(cell: NeuronEquations, *, lean: bool = False) -> list[str]:
    lines = [f"{state} = _S_{state}[_i]" for state in cell.states]
    if cell.has_input:
        lines.append(f"{INPUT} = _C_{INPUT}[_i]")
    lines += step_lines(cell, branches=not lean)
    new = {state: f"_new_{state}" for state in cell.states}
    for port, targets in cell.ports.items():
        for state, gain in targets.items():
            factor = "" if is_one(gain) else f"_G_{port}__{state} * "
            lines.append(f"{new[state]} += {factor}_A_{port}[_i]")
        lines.append(f"_A_{port}[_i] = 0.0")
    lines += _hold(cell, new)
    threshold = _threshold_after(cell, new)
    late = watched(cell) and not lean
    maybe = f"(({threshold}) | _long)" if late else f"({threshold})"  # `_relaxed` checks it later
    rests = cell.rests or cell.rearm is not None
    lines.append(f"_fired = {maybe}{' & (not _held)' if rests else ''}")
    crooked = [*cell.system.stepped, *(cell.step.returned if cell.step else ())]
    if crooked:
        total = " + ".join(f"abs({new[s]})" for s in crooked)
        if lean:  # a long sum as similar lines, which become a loop
            lines += ["_total = 0.0", *(f"_total += abs({new[s]})" for s in crooked)]
            total = "_total"
        lines.append(f"_lost = {'_long | ' * late}(not ({total} < {RUNAWAY}))")
    lines.append(f"_flags[_i] = _fired{' | (2 * _lost)' if crooked else ''}")
    return lines + [f"_S_{state}[_i] = {new[state]}" for state in cell.states]


def _hold(cell: NeuronEquations, new: dict[str, str]) -> list[str]:
    """Refractoriness: remaining steps, or until the rearm condition holds."""
    if cell.rearm is None and not cell.rests:
        return []
    if cell.rearm is None:
        lines = ["_held = _left[_i] > 0"]
        lines += [f"{new[s]} = {s} if _held else {new[s]}" for s in cell.clamped]
        return [*lines, "_left[_i] -= _held"]
    # Clamping must be decided before the values at the step's end are known, so the condition is
    # tested at the step's start.
    again = _source_after(cell, cell.rearm, {} if cell.clamped else new)
    return [
        "_held = (_left[_i] > 1) | ((_left[_i] == 1) & (not (" + again + ")))",
        *(f"{new[s]} = {s} if _held else {new[s]}" for s in cell.clamped),
        "_left[_i] = max(_left[_i] - 1, 1) if _held else 0",
    ]


def _source_after(cell: NeuronEquations, tree: ast.expr, new: dict[str, str]) -> str:
    """Source text of an expression of the values at the end of the step."""
    names = {old: ast.parse(name, mode="eval").body for old, name in new.items()}
    return ex.source(ex.substitute(_whole(cell, tree), names))


def _threshold_after(cell: NeuronEquations, new: dict[str, str]) -> str:
    text = _source_after(cell, cell.threshold, new)
    return re.sub(rf"\b{ex.RAND}\(\)", f"_N_{ex.RAND}[_i]", text)


def _whole(cell: NeuronEquations, tree: ast.expr) -> ast.expr:
    return cell.system.inlined(tree, set(cell.system.subexpressions))


def _relaxed(cell: NeuronEquations) -> list[str]:
    """Source lines that compute a step that was too long, and test its threshold."""
    new = {state: f"_S_{state}[_i]" for state in cell.states}
    threshold = _threshold_after(cell, new)
    lines = Explicit(cell).relaxed()
    if cell.rearm is not None and not cell.clamped:
        again = _source_after(cell, cell.rearm, new)
        lines.append(f"_left[_i] = 0 if _left[_i] == 1 and ({again}) else _left[_i]")
    lines.append(f"_flags[_i] = _flags[_i] & (2 + ({threshold}))")
    return ["if _flags[_i] > 1:", *_indented(lines)]


def _spike(cell: NeuronEquations) -> list[str]:
    reset = {state: _whole(cell, tree) for state, tree in cell.reset.items()}
    read = set().union(set(), *(ex.names(tree) for tree in reset.values()))
    lines: list[str] = []
    if cell.has_input and INPUT in read:
        lines.append(f"{INPUT} = _C_{INPUT}[_i]")
    lines += [f"{state} = _S_{state}[_i]" for state in cell.states if state in read]
    lines += [f"_S_{state}[_i] = {ex.source(tree)}" for state, tree in reset.items()]
    left = "_ref_steps[_a + _i]" if cell.rearm is None else "_ref_steps[_a + _i] + 1"
    lines += [f"_left[_i] = {left}"] if cell.rests or cell.rearm is not None else []
    lines += ["_spikes[_n_spikes] = _gid0 + _a + _i", "_n_spikes += 1"]
    if not cell.system.stepped and cell.step is None:
        return lines
    # A state that diverged is an error, unless the neuron has spiked and been reset.
    return [
        "if _flags[_i] & 1:", *_indented(lines),
        "if _flags[_i] > 1 and _table.fault[0] < 0:",
        f"    for _k in range({len(cell.states)}):",
        f"        if not abs(_state[_k, _a + _i]) < {RUNAWAY}:",
        "            _table.fault[0] = _step",
    ]  # fmt: skip
