"""Base class of neurons, receptors, inputs and plasticity rules: declared parameters."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from spikesim.attributes import Guarded
from spikesim.declarations import (
    check_members,
    declarations,
    documented,
    fix_members,
    keywords_of,
    members_of,
    signature_of,
)
from spikesim.distributions import Distribution
from spikesim.errors import ValidationError, unknown_name
from spikesim.language.text import parse_text, text_parameters
from spikesim.units import Param, in_unit

Value = float | np.ndarray | Distribution


class Parametrized(Guarded):
    """Base class of objects with declared parameters.

    A subclass declares parameters as class attributes, ``tau_m = param(20.0, ms, "positive")``. Its
    instances take them as keyword arguments: a number, an array with one value for each neuron, or
    a distribution. The values are attributes of the instance.

    Parameters
    ----------
    **values
        The declared parameters.

    Raises
    ------
    ValidationError
        If a name is not declared or a value is not allowed.
    """

    declared: ClassVar[dict[str, Param]] = {}
    _between_runs: ClassVar[str] = ""  # for messages: how to set a parameter of a population

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        members = members_of(cls, Parametrized)
        own = {name: value for name, value in members.items() if isinstance(value, Param)}
        for name in own:
            cls._check_free(name)
        cls.declared = {**cls.declared, **own}
        if "equations" in members and "equations" in declarations(cls, Parametrized):
            in_text = cls._declared_in_text()
            for name in in_text:
                cls._check_free(name)
            cls.declared = {**cls.declared, **in_text}
        check_members(cls, Parametrized, members)
        fix_members(cls)
        cls.__doc__ = documented(cls, Parametrized)
        cls.__signature__ = signature_of(cls)  # type: ignore[attr-defined]

    @classmethod
    def _check_free(cls, name: str) -> None:
        """Raise an error for a parameter with the name of another member of the class."""
        for base in cls.__mro__[1:]:
            if not issubclass(base, Parametrized):
                continue
            known = vars(base).get(name)
            declares = name in getattr(base, "declared", {})
            noted = name in vars(base).get("__annotations__", {})
            if not declares and (noted or (known is not None and not isinstance(known, Param))):
                raise ValidationError(
                    f"the name {name!r} belongs to something else that every {base.__name__} has; "
                    "choose another", name, cls.__name__,
                )  # fmt: skip

    @classmethod
    def _declared_in_text(cls) -> dict[str, Param]:
        """Parameters declared in the model's equations."""
        text = parse_text(cls.equations, cls.__name__)  # type: ignore[attr-defined]
        return text_parameters(text, set(), cls.declared, cls.__name__)

    def __init__(self, **values: Any) -> None:
        unknown = set(values) - set(self.declared)
        if unknown:
            valid = [*self.declared, *keywords_of(type(self))]
            raise unknown_name(sorted(unknown)[0], valid, obj=self)
        for name, declared in self.declared.items():
            value = values.get(name, declared.default)
            if value is None and name not in values:
                raise ValidationError(f"needs a value, in {declared.unit}", name, self)
            setattr(self, name, self.checked(name, value))

    def checked(self, name: str, value: Any) -> Value:
        """Validate a value of the parameter `name`, and convert it.

        Parameters
        ----------
        name : str
            Name of a declared parameter.
        value : float, array, Quantity or Distribution
            Value in the parameter's unit, or a quantity.

        Returns
        -------
        float, ndarray or Distribution
            Value in the parameter's unit; arrays are read-only copies.
        """
        value = in_unit(value, self.declared[name].unit, name, self)
        if isinstance(value, Distribution):
            return value
        array = self.declared[name].check(value, name, self)
        if array.ndim and self.declared[name].shared:
            raise ValidationError(
                f"is shared, so it must be one number, got shape {array.shape}", name, self
            )
        array.flags.writeable = False
        return array if array.ndim else float(array)

    def check_text(self, attribute: str, example: str) -> None:
        """Raise an error unless a class attribute is text.

        Parameters
        ----------
        attribute : str
            Name of the attribute.
        example : str
            Valid example for the message.
        """
        text = getattr(self, attribute)
        if not isinstance(text, str):
            raise ValidationError(
                f"must be text such as {example!r}, got {text!r}", attribute, self
            )

    def _instead(self, name: str) -> str:
        kind = type(self).__name__
        if name not in self.declared:
            return f"is fixed once the model is made; make another {kind}"
        of_a_population = self._between_runs.format(name) if self._between_runs else ""
        return f"is fixed once the model is made; make another, {kind}({name}=...){of_a_population}"

    @property
    def values(self) -> dict[str, Value]:
        """All parameters, by name."""
        return {name: getattr(self, name) for name in self.declared}

    @property
    def table_key(self) -> tuple[Any, ...]:
        """Key that identifies the equations of this object."""
        return (type(self),)

    def __repr__(self) -> str:
        changed = (
            f"{name}={value!r}"
            for name, value in self.values.items()
            if isinstance(value, (np.ndarray, Distribution)) or value != self.declared[name].default
        )
        return f"{type(self).__name__}({', '.join(changed)})"
