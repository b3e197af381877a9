"""Generate the kernels of a plasticity rule: insert its two functions into the template."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path

from spikesim.codegen.weight_floor import least
from spikesim.errors import unknown_name
from spikesim.language import expressions as ex
from spikesim.language.functions import imports_of
from spikesim.language.parsing import parse

_BEGIN, _END = "# --- rule begins\n", "# --- rule ends\n"


def rule_source(
    owner: str,
    on_pre: str,
    on_post: str,
    parameters: Mapping[str, int],
    template: Path,
    fixed: Mapping[str, int],
    modulators: Sequence[str] = (),
    floor: float | None = None,
    values: Mapping[str, float] | None = None,
) -> str:
    """Python source of a plasticity module.

    Parameters
    ----------
    owner : str
        The rule's name, for errors.
    on_pre, on_post : str
        Expressions of ``w, x, y`` and the parameters for the new weight; empty for no change.
    parameters : mapping of str to int
        Index of each parameter in the kernel's array.
    template : Path
        The module `spikesim.kernels.plastic`.
    fixed : mapping of str to int
        ``pairing`` and ``coincidence`` as compile-time constants, which makes the kernels faster;
        empty if they are read at run time.
    modulators : sequence of str
        Names by which the expressions read concentrations at the time of the event.
    floor : float, optional
        Least weight, not negative. Expressions that are not known to stay above it are clipped
        there.
    values : mapping of str to float, optional
        Parameter values, used to find out whether an expression stays above the floor.
    """
    trees = {
        name: parse(text or "w", owner, name)
        for name, text in (("on_pre", on_pre), ("on_post", on_post))
    }
    head, rest = template.read_text().split(_BEGIN)
    _, tail = rest.split(_END)
    functions = [
        *imports_of(ex.called(trees["on_pre"]) | ex.called(trees["on_post"])),
        "",
        f"HAS_ON_PRE = {bool(on_pre)}",
        f"VECTORIZED = {all(map(is_arithmetic, trees.values()))}\n",
        *(
            _function(
                name,
                tree,
                owner,
                parameters,
                modulators,
                None if keeps(tree, floor, values or {}) else floor,
            )
            for name, tree in trees.items()
        ),
        *(_choice(name, fixed) for name in ("pairing", "coincidence")),
    ]
    return head + "\n".join(functions) + "\n" + tail


def _function(
    name: str,
    tree: ast.expr,
    owner: str,
    parameters: Mapping[str, int],
    modulators: Sequence[str],
    floor: float | None,
) -> str:
    known = {"w", "x", "y", *parameters, *modulators}
    for unknown in sorted(ex.names(tree) - known):
        raise unknown_name(unknown, sorted(known), name, owner)
    body = [
        f"    {p} = load_const(_p, {parameters[p]})"
        for p in sorted(ex.names(tree) & set(parameters))
    ]
    body += [
        f"    {m} = level(_a, _step, {k})" for k, m in enumerate(modulators) if m in ex.names(tree)
    ]
    if floor is None:
        body += [f"    return {ex.source(tree)}"]
    else:  # NaN fails the comparison, so it stays NaN and is reported
        body += [f"    w = {ex.source(tree)}", f"    return {floor!r} if w < {floor!r} else w"]
    return "\n".join(
        ["@kernel(inline=True)", f"def {name}(w, x, y, _p, _a, _step):", *body, "", ""]
    )


def is_arithmetic(tree: ast.expr) -> bool:
    """Whether an expression consists of what processors compute for several synapses at once."""
    return ex.called(tree) <= {"min", "max", "abs", "int"} and not any(
        isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Pow, ast.Mod, ast.FloorDiv))
        for node in ast.walk(tree)
    )


def keeps(tree: ast.expr, floor: float | None, values: Mapping[str, float]) -> bool:
    """Whether the form of a rule's expression proves that no weight falls below the floor."""
    return floor is None or least(tree, values, {"w": floor, "x": 0.0, "y": 0.0}) >= floor


def _choice(name: str, fixed: Mapping[str, int]) -> str:
    value = str(fixed[name]) if name in fixed else f"a.{name}"
    return f"@kernel(inline=True)\ndef {name}(a):\n    return {value}\n\n"
