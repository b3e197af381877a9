"""Generate the kernels of a plasticity rule whose synapses are updated at spikes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spikesim.codegen.rule_source import (
    Floor,
    Names,
    Statements,
    function,
    generated,
    imports,
    is_arithmetic,
    row,
    statements,
    tuples,
)
from spikesim.language import expressions as ex


@dataclass(frozen=True)
class Jumps:
    """What the spikes of a neuron do to its traces.

    Attributes
    ----------
    values : dict of str to expression
        Traces just after a spike, from those just before it.
    steps : dict of str to float
        The constant that a spike adds, or to which it sets the trace, where there is one.
    sets : set of str
        Traces that are set to this constant whatever the pairing is.
    """

    values: Statements
    steps: Mapping[str, float]
    sets: frozenset[str]


def event_source(
    names: Names,
    template: Path,
    jumps: tuple[Jumps, Jumps],
    on_pre: Statements,
    on_post: Statements,
    decays: Mapping[str, int],
    targets: Statements,
    fixed: Mapping[str, int],
    floor: Floor,
) -> str:
    """Python source of the kernels.

    Parameters
    ----------
    names : Names
        Variables, traces, parameters and modulators.
    template : Path
        The module `spikesim.kernels.plastic`.
    jumps : tuple of Jumps
        Those of the presynaptic and of the postsynaptic traces.
    on_pre, on_post : mapping
        New values of variables of the synapse.
    decays : mapping of str to int
        Row of the decay tables of each trace and each variable that decays.
    targets : mapping
        What these variables decay to, if not to 0.
    fixed : mapping of str to int
        ``pairing`` and ``coincidence`` as compile-time constants, which makes the kernels faster;
        empty if they are read at run time.
    floor : Floor
        Lower bound of the weight.
    """
    trees = [*on_pre.values(), *on_post.values(), *targets.values()]
    trees += [t for jump in jumps for n, t in jump.values.items() if n not in jump.steps]
    evolving = [name for name in names.state if name in decays]
    cheap = all(map(is_arithmetic, trees)) and not evolving
    sides = ("pre", names.pre, "x"), ("post", names.post, "y")
    lines = [
        *imports(trees),
        f"HAS_ON_PRE = {bool(on_pre)}",
        f"VECTORIZED = {cheap}",
        f"EVOLVES = {bool(evolving)}",
        f"WIDTH = np.uint64({width_of(names.post)})\n\n",
        *tuples(names),
        _advanced(names, decays, targets),
        statements("on_pre", on_pre, names, floor),
        statements("on_post", on_post, names, floor),
        *_kept(names),
    ]
    for (side, own, given), jump in zip(sides, jumps, strict=True):
        lines += [
            function(f"no_{side}", "", f"return {row(['0.0'] * len(own))}"),
            *_decayed(side, own, given, decays),
            *_after(side, own, given, jump, names, fixed),
        ]
    counted = [f"{jumps[0].steps.get(name, 1.0)!r} * n" for name in names.pre]
    either = [f"x[{k}] if first else z[{k}]" for k in range(len(names.pre))]
    lines += [
        function("pre_pairs", "n", f"return {row(counted)}"),
        function("pre_if", "first, x, z", f"return {row(either)}"),
    ]
    lines += [_choice(name, fixed) for name in ("pairing", "coincidence")]
    return generated(template, lines)


def width_of(post: Sequence[str]) -> int:
    """How many numbers are kept of a postsynaptic spike: its step and the traces, and padding."""
    return 1 << len(post).bit_length() if post else 1


def _advanced(names: Names, decays: Mapping[str, int], targets: Statements) -> str:
    body = [line.strip() for line in names.unpacked(targets.values())]
    body.append("_type = _a.weights.dtype.type")
    parts = []
    for k, name in enumerate(names.state):
        if name not in decays:
            parts.append(f"_s[{k}]")
            continue
        factor = f"decay(_a.fine, _a.coarse, {decays[name]}, _steps)"
        if name in targets:
            rest = ex.source(targets[name])
            parts.append(f"_type({rest} + (_s[{k}] - ({rest})) * {factor})")
        else:
            parts.append(f"_type(_s[{k}] * {factor})")
    return function("advanced", "_s, _a, _steps", *body, f"return {row(parts)}")


def _kept(names: Names) -> list[str]:
    pre, post = range(len(names.pre)), range(len(names.post))
    before = [f"values[i, h, {k}]" for k in pre]
    behind = [f"place + np.uint64({k + 1})" for k in post]
    return [
        function("pre_of", "values, i, h", f"return {row(before)}"),
        function("store_pre", "values, i, h, x",
                 *[f"{place} = x[{k}]" for k, place in enumerate(before)] or ["pass"]),
        function("post_of", "values, place",
                 f"return {row([f'load_const(values, {place})' for place in behind])}"),
        function("store_post", "values, place, y",
                 *[f"values[{place}] = y[{k}]" for k, place in enumerate(behind)] or ["pass"]),
    ]  # fmt: skip


def _decayed(
    side: str, own: Sequence[str], given: str, decays: Mapping[str, int]
) -> list[str]:  # fmt: skip
    def parts(kernel: str) -> str:
        return row([f"{given}[{k}] * {kernel}(a.fine, a.coarse, {decays[name]}, steps)"
                    for k, name in enumerate(own)])  # fmt: skip

    return [
        function(f"decayed_{side}", f"{given}, a, steps", f"return {parts('decay')}"),
        function(f"decayed_{side}_without_branch", f"{given}, a, steps",
                 f"return {parts('decay_without_branch')}"),
    ]  # fmt: skip


def _after(
    side: str, own: Sequence[str], given: str, jump: Jumps, names: Names, fixed: Mapping[str, int]
) -> list[str]:
    """Functions of the traces just after a spike, or after several in one step."""
    count = "count" if side == "pre" else "1.0"
    arguments = f"{given}, count, a" if side == "pre" else f"{given}, a"
    if set(own) & set(jump.values) <= set(jump.steps):
        parts = []
        for k, name in enumerate(own):
            step = jump.steps.get(name)
            if step is None:
                parts.append(f"{given}[{k}]")
            elif name in jump.sets:
                parts.append(repr(step))
            else:
                added = count if step == 1.0 else f"{step!r} * {count}"
                parts.append(f"{given}[{k}] + {added} if pairing(a) == ALL_TO_ALL else {step!r}")
        return [function(f"after_{side}", arguments, f"return {row(parts)}")]
    trees = [jump.values[name] for name in own if name in jump.values]
    body = [line.strip() for line in names.unpacked(trees)]
    parts = [ex.source(jump.values[name]) if name in jump.values else f"_{given}[{k}]"
             for k, name in enumerate(own)]  # fmt: skip
    once = function(f"_one_{side}", f"_{given}, _a", *body, f"return {row(parts)}")
    if side == "post":
        return [once, function("after_post", "y, a", "return _one_post(y, a)")]
    return [once, function("after_pre", "x, count, a", "for _ in range(count):",
                           "    x = _one_pre(x, a)", "return x")]  # fmt: skip


def _choice(name: str, fixed: Mapping[str, int]) -> str:
    return function(name, "a", f"return {fixed.get(name, f'a.{name}')}")
