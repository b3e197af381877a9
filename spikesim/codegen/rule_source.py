"""Generate the kernels of a plasticity rule: insert its functions into a template.

Variables of a synapse and traces of a neuron are tuples in the kernels, so that the templates serve
rules with any number of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from spikesim.codegen.weight_floor import least
from spikesim.language import expressions as ex
from spikesim.language.functions import imports_of

MARK = "# --- continued\n"
Statements = Mapping[str, ast.expr]
WEIGHT = "w"


@dataclass(frozen=True)
class Names:
    """What the functions of a rule unpack.

    Attributes
    ----------
    state, pre, post : sequence of str
        Variables of the synapse, the weight first, and values of the two neurons.
    parameters : mapping of str to int
        Index of each parameter in the kernels' array.
    modulators : sequence of str
        Names by which the expressions read concentrations.
    level : str
        Kernel that returns a concentration.
    sums : sequence of str
        Names by which the expressions read sums over the synapses of a neuron.
    """

    state: Sequence[str]
    pre: Sequence[str]
    post: Sequence[str]
    parameters: Mapping[str, int]
    modulators: Sequence[str] = ()
    level: str = "level"
    sums: Sequence[str] = ()

    def unpacked(self, trees: Iterable[ast.expr]) -> list[str]:
        """Lines that assign the names which expressions read."""
        read: set[str] = set().union(*map(ex.names, trees))
        lines = [
            f"{name} = {given}[{k}]"
            for given, names in (("_s", self.state), ("_x", self.pre), ("_y", self.post))
            for k, name in enumerate(names)
            if name in read
        ]
        lines += [f"{p} = load_const(_a.par, {self.parameters[p]})"
                  for p in sorted(read & set(self.parameters))]  # fmt: skip
        lines += [f"{m} = {self.level}(_a, _step, {k})"
                  for k, m in enumerate(self.modulators) if m in read]  # fmt: skip
        lines += [f"{name} = _a.sums[{k}, _j]" for k, name in enumerate(self.sums) if name in read]
        return lines


@dataclass(frozen=True)
class Floor:
    """Lower bound of the weight, below which statements do not bring it.

    Attributes
    ----------
    least : float or None
        The bound, not negative; None if the weight may have any sign.
    values : mapping
        Values of parameters.
    lows : mapping
        Lower bounds of other names.
    """

    least: float | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    lows: Mapping[str, float] = field(default_factory=dict)

    def clips(self, tree: ast.expr) -> bool:
        """Whether an expression may fall below the floor."""
        if self.least is None:
            return False
        return not least(tree, self.values, {WEIGHT: self.least, **self.lows}) >= self.least


def generated(example: Path, templates: Sequence[Path], lines: Iterable[str]) -> str:
    """Source of a module: the functions `lines`, and what the templates have behind their mark.

    The module imports what the templates and the example of such functions import.
    """
    imported, bodies = [], []
    for template in [example, *templates]:
        before, _, behind = template.read_text().partition(MARK)
        imported += [
            ast.unparse(node)
            for node in ast.parse(before).body
            if isinstance(node, (ast.Import, ast.ImportFrom)) and not _of_template(node)
        ]
        bodies.append(behind)
    head = "from __future__ import annotations"
    return "\n".join([head, *dict.fromkeys(imported), *lines, *bodies])


def _of_template(node: ast.Import | ast.ImportFrom) -> bool:
    module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    own = ("plastic", "stepped", "rule_example")
    return module == "__future__" or module.startswith(tuple(f"spikesim.kernels.{n}" for n in own))


def function(name: str, arguments: str, *body: str) -> str:
    """Source of an inlined kernel."""
    lines = ["@kernel(inline=True)", f"def {name}({arguments}):", *(f"    {b}" for b in body)]
    return "\n".join(lines) + "\n\n"


def row(parts: Sequence[str]) -> str:
    """Source of a tuple."""
    return "(" + "".join(f"{part}, " for part in parts).strip() + ")"


def tuples(names: Names, frozen: Sequence[str] = ()) -> list[str]:
    """Functions that load, store and choose variables of a synapse.

    `frozen` has the names of variables beside the weight that stay while learning is off.
    """
    n = len(names.state)
    kept = [m for m, name in enumerate(names.state) if name == WEIGHT or name in frozen]
    size = "np.uint64(a.weights.size)"
    place = ["k", *(f"np.uint64({m}) * {size} + k" for m in range(n - 1))]
    stored = ["store_updated(a.weights, k, s[0])"]
    stored += [f"store_updated(a.others, {place[m]}, s[{m}])" for m in range(1, n)]
    loaded = ["load_updated(a.weights, k)"]
    loaded += [f"load_updated(a.others, {place[m]})" for m in range(1, n)]
    return [
        function("load_state", "a, k", f"return {row(loaded)}"),
        function("store_state", "a, k, s", *stored),
        function("save_state", "out, k, s", *[f"out[{m}, k] = s[{m}]" for m in range(n)]),
        function("with_weight", "s, t",
                 f"return {row([f't[{m}]' if m in kept else f's[{m}]' for m in range(n)])}"),
        function("chosen", "first, s, t",
                 f"return {row([f's[{m}] if first else t[{m}]' for m in range(n)])}"),
    ]  # fmt: skip


def statements(name: str, trees: Statements, names: Names, floor: Floor) -> str:
    """Function of new variables of a synapse, each rounded to its stored type."""
    body = names.unpacked(trees.values())
    body.append("_type = _a.weights.dtype.type")
    parts = []
    for k, variable in enumerate(names.state):
        if variable not in trees:
            parts.append(f"_s[{k}]")
            continue
        body.append(f"_{variable} = {ex.source(trees[variable])}")
        if variable == WEIGHT and floor.clips(trees[variable]):
            # NaN fails the comparison, so it stays NaN and is reported.
            body.append(f"_w = {floor.least!r} if _w < {floor.least!r} else _w")
        parts.append(f"_type(_{variable})")
    return function(name, "_s, _x, _y, _a, _step", *body, f"return {row(parts)}")


def events(on_event: Mapping[str, Statements], names: Names, floor: Floor) -> str:
    """Functions of the releases, and one that applies those of a step."""
    lines, parts = [], ["_s = s"]
    for modulator, trees in on_event.items():
        n = list(names.modulators).index(modulator)
        text = statements(f"_on_{modulator}", trees, replace(names, pre=(), post=()), floor)
        lines.append(text.replace("_s, _x, _y, _a, _step", "_s, amount, _a, _step", 1))
        parts += [
            f"_amount = load_const(a.released, load_const(a.sees, {n}))",
            "if _amount != 0.0:",
            f"    _s = _on_{modulator}(_s, _amount, a, step)",
        ]
    return "".join([*lines, function("on_events", "s, a, step", *parts, "return _s")])


def bounded(bounds: Sequence[str], floor: Floor) -> list[str]:
    """Lines that keep the new weight `_w` within its bounds."""
    lines = []
    if "w_max" in bounds:
        lines.append("_w = w_max if _w > w_max else _w")
    if "w_min" in bounds:
        lines.append("_w = w_min if _w < w_min else _w")
    if floor.least is not None:
        lines.append(f"_w = {floor.least!r} if _w < {floor.least!r} else _w")
    return lines


def is_arithmetic(tree: ast.expr) -> bool:
    """Whether an expression consists of what processors compute for several synapses at once."""
    return ex.called(tree) <= {"min", "max", "clip", "abs", "int"} and not any(
        isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Pow, ast.Mod, ast.FloorDiv))
        for node in ast.walk(tree)
    )


def imports(trees: Iterable[ast.expr]) -> list[str]:
    """Import lines for the functions that expressions call."""
    return [*imports_of(set().union(*map(ex.called, trees))), ""]
