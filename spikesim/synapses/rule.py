"""Base class of plasticity rules: equations, and statements at pre- and postsynaptic spikes."""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Mapping
from typing import Any, ClassVar

from spikesim.codegen.release_source import Released
from spikesim.distributions import Distribution
from spikesim.errors import ValidationError, check_known
from spikesim.language.text import Text, parse_statements, parse_text, text_parameters
from spikesim.parameters import Parametrized
from spikesim.pickling import Recipe, blank
from spikesim.synapses.analysis import analyse
from spikesim.synapses.brian_text import FLAGS, check_value, members_of_text
from spikesim.synapses.form import FUNCTIONS, WEIGHT, RuleForm, explained
from spikesim.synapses.rule_checks import (
    COINCIDENCES,
    PAIRINGS,
    check_event_names,
    check_initial,
    check_intervals,
    check_late,
    check_method,
    check_modulators,
    check_texts,
)
from spikesim.synapses.rule_text import rule_text
from spikesim.units import Param, Unit, check_name, check_scalar, one

METHODS = ("auto", "events", "steps")
TRANSMITTED = ("before", "after")
TRACES = """
    dx/dt = -x / tau_plus  : 1
    dy/dt = -y / tau_minus : 1
"""
"""Equations of the two traces of pair rules."""


@functools.lru_cache(maxsize=512)
def _form(
    owner: str, equations: str, on_pre: str, on_post: str, units: tuple[tuple[str, Unit], ...],
    modulators: tuple[str, ...], initial: tuple[str, ...], drawn: tuple[str, ...],
    signals: tuple[tuple[str, Unit], ...], on_event: tuple[tuple[str, str], ...],
    on_interval: tuple[tuple[str, str], ...],
) -> RuleForm:  # fmt: skip
    """See `PlasticityRule.form`; the same texts are analysed once."""
    return analyse(
        owner, parse_text(equations, owner, FUNCTIONS, FLAGS), on_pre, on_post, dict(units),
        modulators, initial, drawn, dict(signals), dict(on_event), dict(on_interval),
    )  # fmt: skip


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
        Initial values of variables, 0 by default. The weight has none here.
    modulators : tuple of str
        Names of neuromodulators; in the texts each is the concentration at that time.
    on_event : dict of str to str
        Statements at the release of a modulator by spikes, by modulator. In them, ``amount`` is
        the released amount, and the modulator is the concentration after the release.
    on_interval : dict of str to str
        Statements at regular intervals, by the parameter (ms) that is the interval: at the
        beginning of each step at a multiple of it, but not at 0 ms. In them, ``sum(x)``,
        ``mean(x)`` and ``count()`` run over all synapses of the projection onto the same neuron. A
        variable keeps its value where the new one is divided by a sum that is 0.
    on_pre_delay : str
        Name of a parameter (ms): presynaptic spikes, and the traces of that neuron, act on the
        synapse so much later than spikes are transmitted. Default: at the same time.
    transmits : {"before", "after"}
        Whether a presynaptic spike transmits the weight as it is before its own statements, or
        after them.

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
    on_event: ClassVar[Mapping[str, str]] = {}
    on_interval: ClassVar[Mapping[str, str]] = {}
    on_pre_delay: ClassVar[str] = ""
    transmits: ClassVar[str] = "before"
    pairing: str
    coincidence: str
    method: str
    _transmits_release: ClassVar[str] = ""  # why a model of release cannot be added
    _released: ClassVar[Released | None] = None  # what a model of release has added

    def __init__(
        self, *, pairing: str = "all-to-all", coincidence: str = "none", method: str = "auto",
        **values: Any,
    ) -> None:  # fmt: skip
        super().__init__(**values)
        for attribute, given, known in (
            ("pairing", pairing, PAIRINGS), ("coincidence", coincidence, COINCIDENCES),
            ("method", method, METHODS),
        ):  # fmt: skip
            setattr(self, attribute, check_known(given, known, attribute, self))
        for name in self.declared:
            value = getattr(self, name)
            infinite = isinstance(value, float) and math.isinf(value)
            setattr(self, name, value if infinite else check_scalar(value, name, self))
        check_known(self.transmits, TRANSMITTED, "transmits", self)
        check_modulators(self)
        if not isinstance(self.initial, Mapping):
            raise ValidationError(
                f"must map names of variables to values, got {self.initial!r}", "initial", self
            )
        check_event_names(self)
        check_late(self)
        check_intervals(self)
        check_texts(self)
        check_initial(self)
        check_method(self)
        self.check()

    @classmethod
    def _declared_in_text(cls) -> dict[str, Param]:
        """Parameters that the equations declare; what statements set is a variable."""
        if not isinstance(cls.equations, str):  # a property: then parameters are attributes
            return {}
        text = parse_text(cls.equations, cls.__name__, FUNCTIONS, FLAGS)
        assigned: set[str] = {WEIGHT, *(cls.initial if isinstance(cls.initial, Mapping) else ())}
        maps = [m for m in (cls.on_event, cls.on_interval) if isinstance(m, Mapping)]
        for statements in (cls.on_pre, cls.on_post, *(t for m in maps for t in m.values())):
            if isinstance(statements, str):
                with contextlib.suppress(ValidationError):  # `analyse` raises it
                    assigned |= set(parse_statements(statements, cls.__name__, "", FUNCTIONS))
        assigned -= set(text.subexpressions)  # `analyse` raises an error for them
        return text_parameters(text, assigned, cls.declared, cls.__name__)

    @classmethod
    def from_text(
        cls,
        model: str,
        on_pre: str | Mapping[str, str] = "",
        on_post: str | Mapping[str, str] = "",
        *,
        modulators: tuple[str, ...] = (),
        initial: Mapping[str, Any] | None = None,
        name: str = "TextRule",
        pairing: str = "all-to-all",
        coincidence: str = "pre-first",
        method: str = "auto",
        **values: Any,
    ) -> PlasticityRule:
        """Create a rule from text as Brian2 takes it in ``Synapses(model, on_pre, on_post)``.

        The line that adds the weight to the neuron, ``g_post += w`` or ``g_post += w * nS``, tells
        the unit of the weight, and whether a spike transmits it before or after changing it.

        Parameters
        ----------
        model : str
            Equations and parameters of the synapses; ``(event-driven)`` and ``(clock-driven)``
            are allowed and not needed.
        on_pre, on_post : str or mapping
            Statements at spikes. A mapping has those of several pathways.
        modulators, initial : tuple, mapping
            As the class attributes of the same names.
        name : str
            Name of the rule, also used in messages.
        pairing, coincidence, method : str
            As for every rule; but spikes that coincide act in Brian2's order, "pre-first".
        **values
            Parameters: quantities such as ``20 * ms``, or plain numbers.

        Returns
        -------
        PlasticityRule
            Instance of a new class.

        Raises
        ------
        ValidationError
            If a text cannot be read, does what a rule cannot do, or needs a parameter that is not
            given.

        Examples
        --------
        >>> rule = PlasticityRule.from_text(
        ...     '''w : 1
        ...        dapre/dt = -apre / taupre : 1 (event-driven)
        ...        dapost/dt = -apost / taupost : 1 (event-driven)''',
        ...     on_pre="v_post += w * mV; apre += 0.01; w = clip(w + apost, 0, wmax)",
        ...     on_post="apost -= 0.0105; w = clip(w + apre, 0, wmax)",
        ...     taupre=20 * ms, taupost=20 * ms, wmax=1.0,
        ... )
        """
        check_name(name, "name", cls.__name__)
        for parameter, value in values.items():
            check_value(value, parameter, name)
        members, given = members_of_text(model, on_pre, on_post, values, modulators, name)
        for modulator in modulators:
            members.pop(modulator, None)
            given.pop(modulator, None)
        members |= {"modulators": tuple(modulators), "initial": dict(initial or {})}
        options = {"pairing": pairing, "coincidence": coincidence, "method": method}
        return Recipe(cls, name, members).kind(**options, **given)

    def __reduce_ex__(self, protocol: Any) -> Any:
        recipe = vars(type(self)).get("_recipe")
        return (blank, (recipe,), vars(self)) if recipe else super().__reduce_ex__(protocol)

    @property
    def text(self) -> Text:
        """The parsed equations."""
        return parse_text(self.equations, type(self).__name__, FUNCTIONS, FLAGS)

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
        drawn = (name for name, value in self.initial.items() if isinstance(value, Distribution))
        units = ((name, declared.unit) for name, declared in self.declared.items())
        return _form(
            type(self).__name__, self.equations, self.on_pre, self.on_post, tuple(units),
            tuple(self.modulators), tuple(self.initial), tuple(drawn),
            tuple((signals or {}).items()), tuple(self.on_event.items()),
            tuple(self.on_interval.items()),
        )  # fmt: skip

    def explain(self) -> str:
        """Tell in words where each variable is kept, and how it is updated.

        Returns
        -------
        str
            One line for each variable, and the method with its reasons.
        """
        return explained(self.form(), self.is_stepped)

    def source(self) -> str:
        """Python source of the kernels that are generated for this rule.

        Returns
        -------
        str
            Source text of a module: the functions of this rule, and what all rules share. In a
            network, weights that must not be negative may be clipped in addition.
        """
        return rule_text(self)

    @property
    def weight_unit(self) -> Unit:
        """Unit of the weights; 1 if they may have that of any receptor."""
        given: Unit | None = getattr(self, "_weight_unit", None)
        text = self.text
        if given is None and WEIGHT in text.parameters:
            return text.parameters[WEIGHT][0]
        return one if given is None else given

    @property
    def acts_late(self) -> bool:
        """Whether presynaptic spikes act on the synapse later than they are transmitted."""
        return bool(self.on_pre_delay) and getattr(self, self.on_pre_delay) > 0

    @property
    def is_stepped(self) -> bool:
        """Whether synapses are updated in every time step."""
        return self.method == "steps" or bool(self.form().reasons)

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
