"""Base class of plasticity rules: weight changes on pre- and postsynaptic spikes."""

from __future__ import annotations

import ast
import math
from typing import Any, ClassVar

from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.parsing import parse
from spikesim.parameters import Parametrized
from spikesim.units import check_scalar, ms

PAIRINGS = (
    "all-to-all",
    "nearest-symmetric",
    "nearest-presynaptic-centred",
    "nearest-reduced-symmetric",
)
COINCIDENCES = ("none", "pre-first", "post-first")


class PlasticityRule(Parametrized):
    """Base class of plasticity rules; a subclass declares its rule by the class attributes below.

    A rule reads ``w`` (the weight), ``x`` (the presynaptic trace), ``y`` (the postsynaptic trace)
    and its parameters. Both traces decay exponentially. Each spike of its neuron increases a trace
    by 1, or sets it to 1 if only the nearest spike forms a pair. An expression reads the trace of
    the neuron that spikes as it was just before this spike. Units are not checked: each parameter
    enters as a plain number in its declared unit.

    If weights must be non-negative (the source has a transmitter, or the receptor is a
    conductance), no event reduces a weight below 0, or below a larger parameter ``w_min``:
    expressions that could do so are clipped there. A negative ``w_min`` is then an error.

    Parameters
    ----------
    pairing : {"all-to-all", "nearest-symmetric", "nearest-presynaptic-centred", \
"nearest-reduced-symmetric"}
        Which spikes form pairs (Morrison, Diesmann & Gerstner 2008, Biol. Cybern. 98:459).
    coincidence : {"none", "pre-first", "post-first"}
        Order of pre- and postsynaptic spikes that coincide at the synapse: "none" lets neither
        see the other.
    **values
        The declared parameters, one number each.

    Attributes
    ----------
    on_pre, on_post : str
        Expression of the new weight after a spike; empty if the spike changes nothing. May be
        properties, if parameters choose between forms.
    tau_pre, tau_post : str
        Names of the parameters that hold the time constants of the traces (ms).
    modulators : tuple of str
        Names of neuromodulators; in the expressions each is the concentration at the time of
        the event.

    Examples
    --------
    >>> class Additive(PlasticityRule):
    ...     tau_plus = param(20.0, ms, "positive", "time constant of potentiation")
    ...     tau_minus = param(20.0, ms, "positive", "time constant of depression")
    ...     eta = param(0.01, one, "non-negative", "learning rate")
    ...     on_pre = "max(0, w - eta * y)"
    ...     on_post = "min(1, w + eta * x)"
    >>> rule = Additive(eta=0.02)
    """

    on_pre: str = ""
    on_post: str = ""
    tau_pre: ClassVar[str] = "tau_plus"
    tau_post: ClassVar[str] = "tau_minus"
    modulators: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, *, pairing: str = "all-to-all", coincidence: str = "none", **values: Any
    ) -> None:
        super().__init__(**values)
        if not isinstance(pairing, str) or pairing not in PAIRINGS:
            raise unknown_name(pairing, PAIRINGS, "pairing", self)
        if not isinstance(coincidence, str) or coincidence not in COINCIDENCES:
            raise unknown_name(coincidence, COINCIDENCES, "coincidence", self)
        self.pairing = pairing
        self.coincidence = coincidence
        for name in self.declared:
            value = getattr(self, name)
            infinite = isinstance(value, float) and math.isinf(value)
            setattr(self, name, value if infinite else check_scalar(value, name, self))
        self._check_modulators()
        self._check_trace("tau_pre", "presynaptic trace x")
        self._check_trace("tau_post", "postsynaptic trace y")
        self._check_expressions()
        self.check()

    def _check_trace(self, attribute: str, trace: str) -> None:
        name: Any = getattr(self, attribute)
        if not isinstance(name, str):
            raise ValidationError(
                f"must be the name of a parameter, such as 'tau', got {name!r}", attribute, self
            )
        if name not in self.declared and not hasattr(self, name):
            if name != getattr(PlasticityRule, attribute):
                raise unknown_name(name, self.declared, attribute, self)
            raise ValidationError(
                f"is missing: the time constant of the {trace}, {name} = param(20.0, ms, "
                f"'positive'), or set `{attribute}` to the name of the parameter", name, self,
            )  # fmt: skip
        if name in self.declared and self.declared[name].unit != ms:
            raise ValidationError(
                f"must be declared in ms, as the time constant of the {trace}, got "
                f"{self.declared[name].unit}", name, self,
            )  # fmt: skip
        if not getattr(self, name) > 0:
            raise ValidationError(
                f"must be positive, as the time constant of the {trace}, got "
                f"{getattr(self, name)!r} ms", name, self,
            )  # fmt: skip

    def _check_expressions(self) -> None:
        self.check_text("on_pre", "w - eta * y")
        self.check_text("on_post", "w + eta * x")
        if not self.on_pre.strip() and not self.on_post.strip():
            raise ValidationError(
                "there is neither on_pre nor on_post, so the rule does nothing; say what the new "
                "weight is, such as on_post = 'w + eta * x'", "on_post", self,
            )  # fmt: skip
        for attribute in ("on_pre", "on_post"):
            text = getattr(self, attribute)
            assigned = _assigned(text)
            if assigned is not None:
                raise ValidationError(
                    f"cannot read {text!r}: it is an assignment; give the new weight: "
                    f"{assigned!r}", attribute, self,
                )  # fmt: skip
            if text and ex.is_condition(parse(text, type(self).__name__, attribute)):
                raise ValidationError(
                    f"must be the new weight, such as 'w + eta * x', but {text!r} is a condition",
                    attribute, self,
                )  # fmt: skip

    def _check_modulators(self) -> None:
        names = self.modulators
        if not isinstance(names, (tuple, list)):
            raise ValidationError(
                f"must be a tuple of names such as ('dopamine',), got {names!r}", "modulators", self
            )
        taken = {"w", "x", "y", *self.declared}
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


def _assigned(text: str) -> str | None:
    """The new weight that an assignment such as ``w += x`` means; None for other texts."""
    try:
        (statement,) = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        old = ast.Name(statement.target.id, ast.Load())
        return ast.unparse(ast.BinOp(old, statement.op, statement.value))
    return ast.unparse(statement.value) if isinstance(statement, ast.Assign) else None
