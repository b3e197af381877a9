"""What a plasticity rule consists of, once it is analysed: variables of neurons and of synapses."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from spikesim.language.algebra import CONSTANT, linear_terms
from spikesim.language.expressions import names
from spikesim.units import Unit

WEIGHT = "w"
AMOUNT, XI, DELAYED = "amount", "xi", "delayed"
ACROSS = {"sum": 1, "mean": 1, "count": 0}  # over the synapses of a neuron, by their arguments
FUNCTIONS = {DELAYED: 2, **ACROSS}
PRE, POST = "_pre", "_post"  # suffixes of the variables of neurons
Statements = dict[str, ast.expr]


@dataclass(frozen=True)
class Variable:
    """A variable of a synapse or of a neuron.

    Attributes
    ----------
    name : str
        Its name.
    unit : Unit
        Unit of its values; 1 for the weight, if that has the unit of the receptor.
    rhs : ast.expr or None
        Derivative in its unit per ms; None if it changes only at events.
    """

    name: str
    unit: Unit
    rhs: ast.expr | None = None

    @property
    def decay_rate(self) -> ast.expr | None:
        """Coefficient (1/ms) of an equation that is linear in the variable alone; else None."""
        terms = None if self.rhs is None else linear_terms(self.rhs, {self.name})
        if terms is None or self.name not in terms:
            return None
        return terms[self.name]

    @property
    def target(self) -> ast.expr | None:
        """The part of the derivative that does not contain the variable itself."""
        terms = None if self.rhs is None else linear_terms(self.rhs, {self.name})
        return None if terms is None else terms.get(CONSTANT, ast.Constant(0.0))


Crossing = tuple[str, tuple[ast.expr, ...]]  # a decaying variable, and its thresholds
Earlier = tuple[str, ast.expr]  # a variable of a neuron, and how much earlier it is read (ms)


@dataclass(frozen=True)
class Side:
    """What the pre- or the postsynaptic neuron keeps.

    Attributes
    ----------
    traces : dict of str to Variable
        Variables that decay exponentially to 0.
    stepped : dict of str to Variable
        Other variables that belong to the neuron.
    read : tuple of str
        Names of the state variables of the neuron that are read, such as ``"V_m"``.
    jumps : dict of str to expression
        Values after a spike of the neuron, from the values before it.
    delayed : dict of str to tuple
        Earlier values: the variable, and an expression of how much earlier (ms).
    """

    traces: dict[str, Variable]
    stepped: dict[str, Variable]
    read: tuple[str, ...]
    jumps: Statements
    delayed: dict[str, Earlier]

    @property
    def names(self) -> list[str]:
        """Names of its own variables, traces first."""
        return [*self.traces, *self.stepped]


@dataclass(frozen=True)
class AtInterval:
    """What is executed at intervals.

    Attributes
    ----------
    statements : dict of str to expression
        New values of variables of the synapse; they read sums by their names.
    passes : tuple of dict
        Sums over the synapses of a neuron: what is added up, by name. Those of a pass read those
        of the passes before it.
    """

    statements: Statements
    passes: tuple[Statements, ...]

    @property
    def sums(self) -> list[str]:
        """Names of the sums."""
        return [name for some in self.passes for name in some]

    @property
    def trees(self) -> list[ast.expr]:
        """All expressions."""
        return [*self.statements.values(), *(t for some in self.passes for t in some.values())]


@dataclass(frozen=True)
class RuleForm:
    """A rule as the kernels carry it out; expressions are in plain numbers.

    Attributes
    ----------
    pre, post : Side
        What is kept for neurons.
    variables : dict of str to Variable
        Variables of the synapse, the weight first.
    on_pre, on_post : dict of str to expression
        New values of variables of the synapse after a spike, from the values before it.
    parameters : tuple of str
        Names of the parameters.
    modulators : tuple of str
        Names of the modulators.
    integrals : dict of str to dict
        Variables of the synapse that integrate products of a decaying variable of the synapse and
        an expression of modulators: this expression, by the decaying variable.
    crossings : dict of str to tuple
        Variables of the synapse whose equations depend on whether a decaying variable is above
        constant thresholds: this variable, and the thresholds.
    on_event : dict of str to dict
        New values of variables of the synapse when a modulator is released, by modulator.
    on_interval : dict of str to AtInterval
        What is executed at intervals, by the parameter that is the interval.
    noise : dict of str to expression
        Factors of the white noise ``xi`` in equations, by variable.
    read_after : tuple of str
        Variables that statements read after changing them.
    reasons : tuple of str
        Why it must be stepped; empty if it can be updated at events.
    """

    pre: Side
    post: Side
    variables: dict[str, Variable]
    on_pre: Statements
    on_post: Statements
    parameters: tuple[str, ...]
    modulators: tuple[str, ...]
    integrals: Mapping[str, Statements]
    crossings: Mapping[str, Crossing]
    on_event: Mapping[str, Statements]
    on_interval: Mapping[str, AtInterval]
    noise: Statements
    read_after: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def is_logged(self) -> bool:
        """Whether postsynaptic spikes alone change synapses, and only their weights."""
        changed = self.on_pre or self.on_event or self.evolves or self.interval_reads(self.post)
        return not changed and len(self.variables) == 1

    def interval_reads(self, side: Side) -> bool:
        """Whether statements at intervals read what a neuron keeps."""
        suffix = PRE if side is self.pre else POST
        kept = {*side.names, *side.delayed, *(f"{name}{suffix}" for name in side.read)}
        trees = [tree for part in self.on_interval.values() for tree in part.trees]
        return any(names(tree) & kept for tree in trees)

    @property
    def evolves(self) -> bool:
        """Whether variables of the synapse change between events."""
        return any(v.rhs is not None for v in self.variables.values())


def explained(form: RuleForm, stepped: bool) -> str:
    """Tell in words where each variable is kept, and how it is updated."""
    lines = []
    for side, whose in ((form.pre, "presynaptic"), (form.post, "postsynaptic")):
        how = "stepped" if stepped else "updated at its spikes"
        lines += [f"{n}: a trace of the {whose} neuron, {how}" for n in side.traces]
        lines += [f"{n}: kept for the {whose} neuron, stepped" for n in side.stepped]
    at_spikes = {*form.on_pre, *form.on_post, *(n for some in form.on_event.values() for n in some)}
    regularly = {name for part in form.on_interval.values() for name in part.statements}
    for name, variable in form.variables.items():
        how = "changes at spikes only"
        if name in regularly:
            how = f"changes {'at spikes and ' * (name in at_spikes)}at intervals only"
        if variable.rhs is not None:
            how = "decays between spikes by a closed solution"
            if name in form.integrals:
                how = "follows from integrals that are kept once for all synapses"
            if name in form.crossings:
                how = f"moves by closed solutions between crossings of {form.crossings[name][0]}"
            if stepped:
                how = "stepped"
        lines.append(f"{name}: a variable of the synapse, {how}")
    for interval, part in form.on_interval.items():
        how = ", with sums over all synapses onto the neuron" if part.passes else ""
        lines.append(f"every {interval}: changes {', '.join(part.statements)}{how}")
    lines.append(f"method: {'steps' if stepped else 'events'}")
    chosen = ["method='steps' was chosen"] if stepped and not form.reasons else []
    reasons = [f"  because {textwrap.shorten(r, 100)}" for r in (*form.reasons, *chosen)]
    return "\n".join([*lines, *reasons])
