"""What a neuron model is: a membrane in equations, threshold and reset, channels and receptors."""

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
from spikesim.neurons.recipe import Recipe, blank
from spikesim.parameters import Parametrized, Value
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
    """Base of all neuron models; a subclass is a declaration, by the attributes below.

    Parameters
    ----------
    receptors : mapping of str to Receptor, optional
        The receptors by name; one `ExpCurrent` called ``current`` unless given, if the equations
        mention ``I_syn``.
    channels : mapping of str to Channel, optional
        Ion channels by name, for models whose equations mention ``I_ion``.
    method : str, optional
        Instead of the class's.
    **values
        The declared parameters.

    Attributes
    ----------
    equations : str
        Differential equations ``dx/dt = expression : unit``, subexpressions ``x = expression :
        unit`` and parameters ``x : unit``, one a line. ``I_syn`` is the sum of the receptors'
        currents, ``I_ion`` that of the channels' and ``I_in`` that of stimulating currents (pA),
        ``t`` the time (ms), and ``xi`` or ``xi_name`` white noise (1/sqrt(ms)).
    threshold : str
        The condition under which the neuron spikes; "never" if it does not. ``rand()`` is a uniform
        number of the neuron and the step.
    reset : dict or str
        ``{variable: expression}`` assigned at a spike, or statements ``"v = c; u += d"``.
    refractory : tuple of str, or str
        Variables that are clamped for ``t_ref`` after a spike, beside those with the flag
        ``(unless refractory)``. Or a text: a time over parameters, such as ``"t_0 + 2*ms"``, for
        which those with the flag are held instead; or a condition that holds them, and lets no
        spike come, until it has ceased to hold.
    rearm : str
        After a spike there is no other before this condition has held; for models whose spikes
        have a shape.
    method : str
        How equations that cannot be integrated exactly are: "exponential_euler", "rk4", "rk2",
        "heun" or "euler"; "auto" takes the first where it can and else the second. "strang" (second
        order) and "backward_euler" carry one variable after the other, see
        `spikesim.equations.methods`. Equations with white noise add it to their step
        (Euler-Maruyama, Ito's sense).
    joint : tuple of str
        Variables that these two solve for together; else the first variable is the membrane.
    functions : dict
        Python functions of plain numbers by the names that equations call them.
    step : function, optional
        Instead of equations: a Python function of variables, parameters, ``I_syn``, ``I_in``,
        ``t`` and ``dt`` that returns the variables at the step's end (``return V_m, w``); the
        equations then name the variables only (``V_m : mV``).
    initial : dict
        ``{variable: value}``: an expression over parameters, a number, a quantity, an array or a
        distribution; 0 where not given.
    persistent : tuple of str
        Variables that `Network.reset_state` leaves alone: what the neuron has learnt.

    Raises
    ------
    ValidationError
        For an unknown name, a value that is not allowed, or something that is no receptor.

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
        """Pieces of membrane, with the channels and receptors that sit there."""
        return (Site(self.channels, self.receptors),)

    @property
    def parts(self) -> dict[str, Parametrized]:
        """What has parameters besides the neuron itself, by the ending of their full names."""
        return {**self.channels, **self.receptors}

    def owner(self, name: str) -> tuple[Parametrized, str] | None:
        """What declares a parameter by full name, the neuron or a part, and its name there.

        Parameters
        ----------
        name : str
            Full name, such as ``tau_syn_exc``.

        Returns
        -------
        tuple of Parametrized and str, or None
            The neuron or part, and the parameter's name there; None if nothing declares it.
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
        """All parameters of the neuron and its parts by full name."""
        values = dict(self.values)
        for suffix, part in self.parts.items():
            values |= {f"{name}_{suffix}": value for name, value in part.values.items()}
        return values

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two populations share a table: the model and its parts, by kind and name."""
        sites = tuple((s.name, s.voltage, *s.channels, "", *s.receptors) for s in self.sites)
        parts = tuple((name, *part.table_key) for name, part in self.parts.items())
        return (type(self), self.equations, self.method, sites, parts)

    def receptor(self, port: str) -> Receptor:
        """The receptor of that name; for a transmitter that several bind, the first of them.

        What weights mean to those is the same.

        Parameters
        ----------
        port : str
            Name of a receptor or of a transmitter.

        Returns
        -------
        Receptor
            The one that is meant.
        """
        return self.receptors[shared_transmitters(self.receptors).get(port, [port])[0]]

    def __reduce_ex__(self, protocol: Any) -> Any:
        recipe = vars(type(self)).get("_recipe")
        return (blank, (recipe,), vars(self)) if recipe else super().__reduce_ex__(protocol)

    def source(self) -> str:
        """The Python text of the kernel that is generated for this model with these receptors.

        Names of values that differ between neurons are read from arrays there; here all are taken
        as uniform.

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
        """A model from text alone, in the manner of Brian2.

        Parameters
        ----------
        equations, threshold, reset : str or mapping
            As the class attributes of the same name. The threshold must be given, if only as
            "never".
        refractory : quantity, number, array, distribution or str, optional
            How long (ms) variables with the flag ``(unless refractory)`` are held and no spike
            occurs; as a text an expression over parameters, ``"t_0 + 2*ms"``. Or a condition,
            ``"v > -40*mV"``: they are held, and no spike occurs, before it has ceased to hold.
        method, initial, functions : str or mapping
            As the class attributes of the same name.
        receptors, channels : mapping, optional
            None unless given.
        name : str
            What messages call the model.
        **values
            The text's parameters, and constants that it uses without declaring them: quantities
            such as ``10 * nS`` or ``Normal(10.0, 1.0) * nS``, or plain numbers. For a variable it
            is the initial value.

        Returns
        -------
        Neuron
            An instance of a class of its own.

        Raises
        ------
        ValidationError
            As for a class, and for a value that the text does not use.

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
    members["initial"] = deepcopy(members["initial"])  # arrays may change later
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
    # What is wrong with the text is said first, and then what is missing.
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
