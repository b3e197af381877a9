"""Base class of neuron models: equations, threshold, reset, channels and receptors.

Much of it is docstrings, which explain all that a model may declare.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, ClassVar

from spikesim.channels import Channel
from spikesim.codegen.neuron_source import neuron_source
from spikesim.distributions import Distribution, plain
from spikesim.equations.initial_values import linked_value
from spikesim.equations.membranes import INPUT, IONIC, SYNAPTIC, Site
from spikesim.equations.methods import METHODS
from spikesim.equations.namespace import assigned_names, names_used
from spikesim.equations.neuron_equations import assemble
from spikesim.equations.receptor_inputs import shared_transmitters
from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.functions import read_functions
from spikesim.language.text import parse_text, text_parameters
from spikesim.neurons.given import checked_parts, mentions, named
from spikesim.parameters import Parametrized, Value
from spikesim.pickling import Recipe, blank
from spikesim.receptors import ExpCurrent, Receptor
from spikesim.units import (
    Param,
    Quantity,
    Unit,
    check_name,
    given_values,
    in_unit,
    ms,
    one,
    refuse_masked,
)


class Neuron(Parametrized):
    """Base class of neuron models; a subclass declares its model by the class attributes below.

    Parameters
    ----------
    receptors : mapping of str to Receptor, optional
        Receptors by name. Default: one `ExpCurrent` called ``current`` if the equations use
        ``I_syn``.
    channels : mapping of str to Channel, optional
        Ion channels by name, for models whose equations use ``I_ion``.
    method : str, optional
        Integration method. Default: that of the class.
    **values
        The declared parameters.

    Attributes
    ----------
    equations : str
        Differential equations ``dx/dt = expression : unit``, subexpressions ``x = expression :
        unit`` and parameters ``x : unit``, one per line. ``I_syn`` is the sum of the receptor
        currents, ``I_ion`` of the channel currents and ``I_in`` of stimulation currents (pA), ``t``
        is the time (ms), and ``xi`` or ``xi_name`` white noise (1/sqrt(ms)).
    threshold : str
        Spike condition; "never" for no spikes. ``rand()`` is a uniform random number, drawn for
        each neuron in each step.
    reset : dict or str
        ``{variable: expression}`` assigned at a spike, or statements ``"v = c; u += d"``.
    refractory : tuple of str, or str
        Variables that are clamped for ``t_ref`` after a spike, in addition to those with the flag
        ``(unless refractory)``. A str is either the duration for which variables with the flag
        are clamped, an expression of parameters such as ``"t_0 + 2*ms"``; or a condition:
        after a spike they are clamped, and no spike occurs, while it is true.
    rearm : str
        After a spike no other spike occurs until this condition has been true; for models that
        include the time course of the spike.
    method : str
        Integration method of equations that cannot be integrated exactly: "exponential_euler",
        "rk4", "rk2", "heun" or "euler"; "auto" uses the first if possible and else the second.
        "strang" (second order) and "backward_euler" are splitting methods, see
        `spikesim.equations.methods`. White noise is added to the result of the step
        (Euler-Maruyama, in the Ito sense).
    joint : tuple of str
        Variables that splitting methods solve together. Default: the first variable alone is the
        membrane potential.
    functions : dict
        Python functions of plain numbers, by the names used in equations.
    step : function, optional
        Replaces differential equations: a Python function of variables, parameters, ``I_syn``,
        ``I_in``, ``t`` and ``dt`` that returns the variables at the end of the step
        (``return V_m, w``). The equations then only declare the variables (``V_m : mV``).
    initial : dict
        ``{variable: value}``: an expression of parameters, a number, a quantity, an array or a
        distribution. Default 0.
    persistent : tuple of str
        Variables that `Network.reset_state` does not reset, such as learnt thresholds.

    Raises
    ------
    ValidationError
        For an unknown name, a value that is not allowed, or a receptor of a wrong type.

    Examples
    --------
    >>> class Leaky(Neuron):
    ...     tau = param(10.0, ms, "positive", "membrane time constant")
    ...     V_th = param(15.0, mV, doc="threshold")
    ...     equations = "dV_m/dt = -V_m / tau + I_in / (100*pF) : mV"
    ...     threshold = "V_m > V_th"
    ...     reset = {"V_m": "0*mV"}
    >>> Leaky(tau=20.0)
    Leaky(tau=20.0)
    """

    _between_runs = ", or set it of a population, cells.{0} = ..."

    equations: str
    threshold: ClassVar[str]
    reset: ClassVar[dict[str, str] | str] = {}
    refractory: ClassVar[tuple[str, ...] | str] = ()
    rearm: ClassVar[str] = ""
    method: str = "auto"
    joint: tuple[str, ...] = ()
    functions: ClassVar[dict[str, Callable[..., Any]]] = {}
    step: ClassVar[Callable[..., Any] | None] = None
    initial: dict[str, Any] = {}
    persistent: ClassVar[tuple[str, ...]] = ()
    receptors: dict[str, Receptor]
    channels: dict[str, Channel]

    @classmethod
    def _declared_in_text(cls) -> dict[str, Param]:
        owner = cls.__name__
        arity = {n: len(f.arguments) for n, f in read_functions(cls.functions, owner).items()}
        text = parse_text(cls.equations, owner, arity)
        assigned = assigned_names(cls.reset, cls.step, owner, cls.functions)
        return text_parameters(text, assigned, cls.declared, owner)

    def __init__(
        self,
        *,
        receptors: Mapping[str, Receptor] | None = None,
        channels: Any = None,
        method: Any = None,
        **values: Any,
    ) -> None:
        for attribute, meaning in (
            ("equations", "its membrane, such as 'dV_m/dt = -V_m / (10*ms) : mV'"),
            ("threshold", "the condition of a spike, such as 'V_m >= V_th', or 'never'"),
        ):
            text = getattr(self, attribute, None)
            if not isinstance(text, str) or (attribute == "threshold" and not text.strip()):
                raise ValidationError(f"is missing: {meaning}", attribute, self)
        if method is not None and (not isinstance(method, str) or method not in METHODS):
            raise unknown_name(method, METHODS, "method", self)
        self.method = type(self).method if method is None else method
        super().__init__(**values)
        given = receptors
        if given is None:
            given = {"current": ExpCurrent()} if mentions(self, SYNAPTIC) else {}
        self.receptors = checked_parts(given, Receptor, "receptors", "ExpCurrent()", self)
        self.channels = checked_parts(
            {} if channels is None else channels, Channel, "channels", "Leak(g=10.0)", self
        )
        if self.channels and not re.search(rf"\b{IONIC}", self.equations):
            raise ValidationError(
                f"do nothing, for the equations do not mention {IONIC}, their current", "channels",
                self,
            )  # fmt: skip
        for name, receptor in self.receptors.items():
            if receptor.current and not mentions(self, SYNAPTIC):
                raise ValidationError(
                    f"{name!r} does nothing, for the equations do not mention {SYNAPTIC}, the sum "
                    "of the receptors' currents", "receptors", self,
                )  # fmt: skip
        for name in set(self.receptors) & set(self.channels):
            raise ValidationError(f"{name!r} is a receptor's name already", "channels", self)

    @property
    def sites(self) -> tuple[Site, ...]:
        """Membranes of the neuron, each with its channels and receptors."""
        return (Site(self.channels, self.receptors),)

    @property
    def parts(self) -> dict[str, Parametrized]:
        """Receptors, channels and other parts with parameters, by the suffix of full names."""
        return {**self.channels, **self.receptors}

    def owner(self, name: str) -> tuple[Parametrized, str] | None:
        """Owner of a parameter, the neuron or one of its parts, and the parameter's name there.

        Parameters
        ----------
        name : str
            Full name, such as ``tau_syn_exc``.

        Returns
        -------
        tuple of Parametrized and str, or None
            The neuron or part, and the parameter's local name; None if it is not declared.
        """
        if name in self.declared:
            return self, name
        for suffix, part in self.parts.items():
            local = name.removesuffix(f"_{suffix}")
            if local != name and local in part.declared:
                return part, local
        return None

    @property
    def full_values(self) -> dict[str, Value]:
        """All parameters of the neuron and its parts, by full name."""
        values = dict(self.values)
        for suffix, part in self.parts.items():
            values |= {f"{name}_{suffix}": value for name, value in part.values.items()}
        return values

    @property
    def key(self) -> tuple[Any, ...]:
        """Identifies the equations: populations with equal keys share a table and a kernel."""
        sites = tuple((s.name, s.voltage, *s.channels, "", *s.receptors) for s in self.sites)
        parts = tuple((name, *part.table_key) for name, part in self.parts.items())
        return (type(self), self.equations, self.method, sites, parts)

    def receptor(self, port: str) -> Receptor:
        """Receptor of a given name, or the first of the receptors that share a transmitter.

        Weights have the same meaning in all receptors that share a transmitter.

        Parameters
        ----------
        port : str
            Name of a receptor or of a transmitter.

        Returns
        -------
        Receptor
            The receptor.
        """
        return self.receptors[shared_transmitters(self.receptors).get(port, [port])[0]]

    def __reduce_ex__(self, protocol: Any) -> Any:
        recipe = vars(type(self)).get("_recipe")
        return (blank, (recipe,), vars(self)) if recipe else super().__reduce_ex__(protocol)

    def source(self) -> str:
        """Python source of the kernel that is generated for this model with its receptors.

        In a network, values that differ between neurons are read from arrays; this source treats
        all values as uniform.

        Returns
        -------
        str
            Source text of one function.
        """
        with_input = INPUT in self.equations or self.step is not None
        return neuron_source(assemble(self, with_input=with_input), frozenset())

    def __repr__(self) -> str:
        text = super().__repr__()
        if self.method == type(self).method:
            return text
        comma = "" if text.endswith("()") else ", "
        return f"{text[:-1]}{comma}method={self.method!r})"

    @classmethod
    def from_text(
        cls,
        equations: str,
        *,
        threshold: str | None = None,
        reset: Mapping[str, str] | str = "",
        refractory: Any = None,
        method: str = "auto",
        initial: Mapping[str, Any] | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        receptors: Mapping[str, Receptor] | None = None,
        channels: Mapping[str, Channel] | None = None,
        name: str = "TextNeuron",
        **values: Any,
    ) -> Neuron:
        """Create a model from equations alone, as in Brian2.

        Parameters
        ----------
        equations, threshold, reset : str or mapping
            As the class attributes of the same name. The threshold is required; it may be
            "never".
        refractory : quantity, number, array, distribution or str, optional
            Refractory period (ms), in which variables with the flag ``(unless refractory)`` are
            clamped and no spike occurs; a str is an expression of parameters, ``"t_0 + 2*ms"``.
            Or a condition, ``"v > -40*mV"``: the neuron is refractory while it is true.
        method, initial, functions : str or mapping
            As the class attributes of the same name.
        receptors, channels : mapping, optional
            Default: none.
        name : str
            Name of the model, also used in messages.
        **values
            Parameters of the equations, and constants that they use without declaring them:
            quantities such as ``10 * nS`` or ``Normal(10.0, 1.0) * nS``, or plain numbers. The
            value of a variable is its initial value.

        Returns
        -------
        Neuron
            Instance of a new class.

        Raises
        ------
        ValidationError
            As for a class, and for a value that the equations do not use.

        Examples
        --------
        >>> model = Neuron.from_text("dv/dt = (E - v) / tau : mV", threshold="v > -50*mV",
        ...                          reset="v = E", E=-70 * mV, tau=10 * ms)
        >>> model.tau
        10.0
        """
        if not isinstance(name, str):
            raise ValidationError(
                "the name 'name' belongs to what messages call the model, which is text; choose "
                f"another for a constant, got {name!r}", "name", cls.__name__,
            )  # fmt: skip
        check_name(name, "name", cls.__name__)
        return text_neuron(
            equations, threshold=threshold, reset=reset, refractory=refractory, method=method,
            initial=named(initial, "initial", name),
            functions=named(functions, "functions", name),
            receptors=named(receptors, "receptors", name),
            channels=named(channels, "channels", name), name=name, values=values,
        )  # fmt: skip


def text_neuron(
    equations: str, *, refractory: Any, receptors: dict[str, Receptor],
    channels: dict[str, Channel], name: str, values: dict[str, Any], **attributes: Any,
) -> Neuron:  # fmt: skip
    """See `Neuron.from_text`."""
    functions = attributes["functions"]
    arity = {n: len(f.arguments) for n, f in read_functions(functions, name).items()}
    text = parse_text(equations, name, arity)
    members: dict[str, Any] = {"equations": equations, **attributes}
    if "t_ref" in values or "t_ref" in text.names:
        raise ValidationError(
            "the name 't_ref' belongs to the refractory period, which refractory=... sets; "
            "choose another", "t_ref", name,
        )  # fmt: skip
    if isinstance(refractory, str):
        members["refractory"] = refractory
    elif refractory is not None and refractory is not False:
        period = Param(None, ms, "non-negative", "refractory period")
        refractory = in_unit(refractory, ms, "refractory", name)
        if not isinstance(refractory, Distribution):
            period.check(refractory, "refractory", name)
        members["t_ref"] = period
        values = {**values, "t_ref": refractory}
    moved = assigned_names(attributes["reset"], None, name, functions) & set(text.parameters)
    for variable in sorted({*text.odes, *moved} & set(values)):
        if variable in members["initial"]:
            raise ValidationError("is given twice, in initial too", variable, name)
        value = values[variable]
        members["initial"][variable] = float(value) if isinstance(value, bool) else value
    members["initial"] = deepcopy(members["initial"])  # the user may change arrays later
    texts = (equations, refractory, *(attributes[a] for a in ("threshold", "reset", "initial")))
    words = "\n".join(map(str, texts))
    values = {given: v for given, v in values.items() if given not in members["initial"]}
    for given in values:
        if "linked" in text.parameters.get(given, (None, ()))[1]:
            raise linked_value(given, name)
    for given, value in values.items():
        if given in text.subexpressions:
            raise ValidationError(
                f"takes no value, for the text gives it an equation, {given} = "
                f"{ex.source(text.subexpressions[given].rhs)}", given, name,
            )  # fmt: skip
        refuse_masked(value, given, name)
        if given not in text.names and given not in members:
            first = value[0] if isinstance(value, list) and value else value
            if isinstance(first, Quantity):
                members[given] = Param(None, first.unit)
            elif isinstance(value, (int, float, list, Distribution)) or hasattr(value, "__array__"):
                members[given] = Param(None, one)
            elif re.search(rf"\b{re.escape(given)}\b", words):
                raise ValidationError(
                    "must be a number, a quantity such as 10*ms, an array or a distribution, got "
                    f"{value!r}", given, name,
                )  # fmt: skip
    kind = Recipe(Neuron, name, members).kind
    # Report errors in the text before missing values.
    missing = {n: 0.0 for n, p in kind.declared.items() if p.default is None and n not in values}
    model = kind(receptors=receptors, channels=channels, **values, **missing)
    cell = assemble(model, with_input=True)
    for variable, value in cell.given.items():
        unit = Unit(cell.units[variable])
        value = plain(value, unit, f"initial[{variable!r}]", name)
        if not isinstance(value, Distribution):
            given_values(value, f"initial[{variable!r}]", name, unit=unit)
    used = names_used(model)
    for given in values:
        if given not in used and given != "t_ref" and given not in text.names:
            raise unknown_name(given, sorted(used & set(model.declared)), None, name)
    return kind(receptors=receptors, channels=channels, **values) if missing else model
