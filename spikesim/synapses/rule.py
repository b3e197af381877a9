"""Base class of plasticity rules: equations, and statements at pre- and postsynaptic spikes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from spikesim.distributions import Distribution
from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, linear_terms
from spikesim.language.text import Text, parse_statements, parse_text, text_parameters
from spikesim.parameters import Parametrized
from spikesim.synapses.analysis import WEIGHT, RuleForm, analyse
from spikesim.units import Param, Unit, check_scalar

PAIRINGS = (
    "all-to-all",
    "nearest-symmetric",
    "nearest-presynaptic-centred",
    "nearest-reduced-symmetric",
)
COINCIDENCES = ("none", "pre-first", "post-first")
METHODS = ("auto", "events", "steps")
TRACES = """
    dx/dt = -x / tau_plus  : 1
    dy/dt = -y / tau_minus : 1
"""
"""Equations of the two traces of pair rules."""
FLAGS = {
    "ode": ("event-driven", "clock-driven"),
    "subexpression": ("constant over dt",),
    "parameter": ("constant", "shared"),
}


class PlasticityRule(Parametrized):
    """Base class of plasticity rules; a subclass declares its rule by the class attributes below.

    The equations declare variables as if each synapse had all of them, and the statements change
    them at spikes, one after the other. A variable that only the spikes of one neuron change, by
    amounts that do not depend on the synapse, is kept once for that neuron, as a trace; `explain`
    tells what was found. Units are checked. The weight is called ``w``; it is a plain number in
    the unit of the receptor.

    If weights must be non-negative (the source has a transmitter, or the receptor is a
    conductance), no event reduces a weight below 0, or below a larger parameter ``w_min``:
    statements that could do so are clipped there. A negative ``w_min`` is then an error.

    Parameters
    ----------
    pairing : {"all-to-all", "nearest-symmetric", "nearest-presynaptic-centred", \
"nearest-reduced-symmetric"}
        Which spikes form pairs (Morrison, Diesmann & Gerstner 2008, Biol. Cybern. 98:459), for
        rules whose traces increase by a constant at each spike. With the default they do as the
        statements say. With "nearest-symmetric" they are set to this constant.
    coincidence : {"none", "pre-first", "post-first"}
        Order of pre- and postsynaptic spikes that coincide at the synapse: "none" lets neither
        see the other.
    method : {"auto", "events", "steps"}
        How synapses are updated: at spikes, which is exact and fast and needs equations with a
        closed solution, or in every time step. Default: at spikes if that is possible.
    **values
        The declared parameters, one number each.

    Attributes
    ----------
    equations : str
        Equations of the variables, ``dc/dt = -c / tau_c : 1``, and subexpressions, as for
        neurons. ``V_m_post`` and ``V_m_pre`` are variables of the two neurons.
    on_pre, on_post : str
        Statements at a spike, such as ``"w = max(0, w - eta * y); x += 1"``. May be properties,
        if parameters choose between forms.
    initial : dict of str to float or Distribution
        Initial values of variables of the synapse; 0 by default. The weight has none here.
    modulators : tuple of str
        Names of neuromodulators; in the texts each is the concentration at that time.

    Examples
    --------
    >>> class Additive(PlasticityRule):
    ...     tau_plus = param(20.0, ms, "positive", "time constant of potentiation")
    ...     tau_minus = param(20.0, ms, "positive", "time constant of depression")
    ...     eta = param(0.01, one, "non-negative", "learning rate")
    ...     equations = '''
    ...         dx/dt = -x / tau_plus  : 1
    ...         dy/dt = -y / tau_minus : 1
    ...     '''
    ...     on_pre = "w = max(0, w - eta * y); x += 1"
    ...     on_post = "w = min(1, w + eta * x); y += 1"
    >>> rule = Additive(eta=0.02)
    """

    equations: str = ""
    on_pre: str = ""
    on_post: str = ""
    initial: ClassVar[Mapping[str, Any]] = {}
    modulators: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, *, pairing: str = "all-to-all", coincidence: str = "none", method: str = "auto",
        **values: Any,
    ) -> None:  # fmt: skip
        super().__init__(**values)
        for attribute, given, known in (
            ("pairing", pairing, PAIRINGS), ("coincidence", coincidence, COINCIDENCES),
            ("method", method, METHODS),
        ):  # fmt: skip
            if not isinstance(given, str) or given not in known:
                raise unknown_name(given, known, attribute, self)
        self.pairing = pairing
        self.coincidence = coincidence
        self.method = method
        for name in self.declared:
            value = getattr(self, name)
            infinite = isinstance(value, float) and math.isinf(value)
            setattr(self, name, value if infinite else check_scalar(value, name, self))
        self._check_modulators()
        if not isinstance(self.initial, Mapping):
            raise ValidationError(
                f"must map names of variables to values, got {self.initial!r}", "initial", self
            )
        self._check_texts()
        self._check_initial()
        self._check_method()
        self.check()

    @classmethod
    def _declared_in_text(cls) -> dict[str, Param]:
        """Parameters that the equations declare; what statements set is a variable."""
        if not isinstance(cls.equations, str):  # a property: then parameters are attributes
            return {}
        text = parse_text(cls.equations, cls.__name__, flags=FLAGS)
        assigned: set[str] = {WEIGHT}
        for statements in (cls.on_pre, cls.on_post):
            if isinstance(statements, str):
                assigned |= set(parse_statements(statements, cls.__name__, "on_pre"))
        return text_parameters(text, assigned, cls.declared, cls.__name__)

    @property
    def text(self) -> Text:
        """The parsed equations."""
        return parse_text(self.equations, type(self).__name__, flags=FLAGS)

    def form(self, signals: Mapping[str, Unit] | None = None) -> RuleForm:
        """Analyse the rule.

        Parameters
        ----------
        signals : mapping of str to Unit, optional
            Units of the variables of neurons that it reads, such as ``V_m_post``.

        Returns
        -------
        RuleForm
            What kernels compute.
        """
        units = {name: declared.unit for name, declared in self.declared.items()}
        return analyse(
            type(self).__name__, self.text, self.on_pre, self.on_post, units, self.modulators,
            self.initial, signals,
        )  # fmt: skip

    def explain(self) -> str:
        """Tell in words where each variable is kept, and how it is updated.

        Returns
        -------
        str
            One line for each variable, and the method with its reasons.
        """
        form = self.form()
        lines = []
        for side, whose in ((form.pre, "presynaptic"), (form.post, "postsynaptic")):
            lines += [f"{n}: a trace of the {whose} neuron, updated at its spikes"
                      for n in side.traces]  # fmt: skip
            lines += [f"{n}: kept for the {whose} neuron, stepped" for n in side.stepped]
        stepped = bool(form.reasons) or self.method == "steps"
        for name, variable in form.variables.items():
            how = "changes at spikes only"
            if variable.rhs is not None:
                how = "stepped" if stepped else "decays between spikes by a closed solution"
            lines.append(f"{name}: a variable of the synapse, {how}")
        lines.append(f"method: {'steps' if stepped else 'events'}")
        lines += [f"  because {reason}" for reason in form.reasons]
        return "\n".join(lines)

    def _check_texts(self) -> None:
        self.check_text("equations", "dx/dt = -x / tau_plus : 1")
        self.check_text("on_pre", "w -= eta * y")
        self.check_text("on_post", "w += eta * x")
        if not self.on_pre.strip() and not self.on_post.strip() and "dw/dt" not in self.equations:
            raise ValidationError(
                "there is neither on_pre nor on_post, so the rule does nothing; say what a spike "
                "changes, such as on_post = 'w += eta * x'", "on_post", self,
            )  # fmt: skip
        form = self.form()
        if self.pairing != PAIRINGS[0]:
            self._check_pairing(form)

    def _check_pairing(self, form: RuleForm) -> None:
        for side in (form.pre, form.post):
            for name in side.names:
                if name in side.jumps and step_of(name, side.jumps[name]) is None:
                    raise ValidationError(
                        f"is for traces that increase by a constant, and {name} becomes "
                        f"{ex.source(side.jumps[name])}; write into the statements which spikes "
                        "form pairs", "pairing", self,
                    )  # fmt: skip
        if self.pairing in PAIRINGS[2:] and (len(form.pre.names), len(form.post.names)) != (1, 1):
            raise ValidationError(
                f"{self.pairing!r} is for rules with one presynaptic and one postsynaptic trace; "
                f"this one has {len(form.pre.names)} and {len(form.post.names)}", "pairing", self,
            )  # fmt: skip

    def _check_method(self) -> None:
        form = self.form()
        if self.method == "events" and form.reasons:
            raise ValidationError(
                f"this rule cannot be updated at spikes alone: {form.reasons[0]}; with "
                "method='auto' it is stepped", "method", self,
            )  # fmt: skip
        if self.is_stepped and self.pairing in PAIRINGS[2:]:
            raise ValidationError(
                f"{self.pairing!r} is for rules that are updated at spikes, and this one is "
                "stepped", "pairing", self,
            )  # fmt: skip

    @property
    def is_stepped(self) -> bool:
        """Whether synapses are updated in every time step."""
        return self.method == "steps" or bool(self.form().reasons)

    def _check_initial(self) -> None:
        known = [n for n in self.form().variables if n != WEIGHT]
        for name, value in self.initial.items():
            if name not in known:
                raise unknown_name(name, known, "initial", self)
            if not isinstance(value, Distribution):
                check_scalar(value, f"initial[{name!r}]", self)

    def _check_modulators(self) -> None:
        names = self.modulators
        if not isinstance(names, (tuple, list)):
            raise ValidationError(
                f"must be a tuple of names such as ('dopamine',), got {names!r}", "modulators", self
            )
        taken = {WEIGHT, *self.declared}
        if isinstance(self.equations, str):
            taken |= set(self.text.names)
        for name in names:
            if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
                raise ValidationError(
                    f"names must be identifiers without an underscore in front, got {name!r}",
                    "modulators", self,
                )  # fmt: skip
            if name in taken:
                raise ValidationError(f"the name {name!r} is taken", "modulators", self)
            taken.add(name)

    @staticmethod
    def power(base: str, exponent: str, value: float) -> str:
        """Expression of ``base ** exponent``, without a power for the exponents 0 and 1.

        Parameters
        ----------
        base, exponent : str
            Expressions.
        value : float
            Value of the exponent.

        Returns
        -------
        str
            An expression.
        """
        if value == 0.0:
            return "1.0"
        return f"({base})" if value == 1.0 else f"({base}) ** {exponent}"

    def check(self) -> None:
        """Raise a ValidationError if the parameters are inconsistent."""
        low, high = getattr(self, "w_min", None), getattr(self, "w_max", None)
        if low is not None and high is not None and low >= high:
            raise ValidationError(f"must be above w_min = {low}, got {high}", "w_max", self)


def step_of(name: str, jump: Any) -> float | None:
    """The constant by which a spike increases a trace, or to which it sets it; else None."""
    terms = linear_terms(jump, {name})
    if terms is None or not set(terms) <= {name, CONSTANT}:
        return None
    own, rest = terms.get(name), terms.get(CONSTANT)
    if rest is None or ex.names(rest) or ex.called(rest):
        return None
    if own is not None and (ex.names(own) or float(ex.evaluate(own, {})) != 1.0):
        return None
    return float(ex.evaluate(rest, {}))
