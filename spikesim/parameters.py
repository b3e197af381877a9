"""What neurons, receptors, inputs and rules share: declared parameters, checked when given."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from spikesim.distributions import Distribution
from spikesim.errors import unknown_name
from spikesim.units import Param

Value = float | np.ndarray | Distribution


class Parametrized:
    """A thing with declared parameters.

    A subclass declares them as class attributes, ``tau_m = param(20.0, ms, "positive")``, and an
    instance takes any of them by keyword: a number, an array with one value for each neuron, or a
    distribution to draw from. Later they are attributes of the instance.

    Raises
    ------
    ValidationError
        If a name is not declared or a value not allowed.
    """

    declared: ClassVar[dict[str, Param]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Param)}
        cls.declared = {**cls.declared, **own}

    def __init__(self, **values: Any) -> None:
        unknown = set(values) - set(self.declared)
        if unknown:
            raise unknown_name(sorted(unknown)[0], self.declared, obj=self)
        for name, declared in self.declared.items():
            setattr(self, name, self.checked(name, values.get(name, declared.default)))

    def checked(self, name: str, value: Any) -> Value:
        """`value` as a float, an array or a distribution, if it is allowed for `name`."""
        if isinstance(value, Distribution):
            return value
        array = self.declared[name].check(value, name, self)
        return array if array.ndim else float(array)

    @property
    def values(self) -> dict[str, Value]:
        """All parameters by name."""
        return {name: getattr(self, name) for name in self.declared}

    def __repr__(self) -> str:
        changed = (
            f"{name}={value!r}"
            for name, value in self.values.items()
            if isinstance(value, (np.ndarray, Distribution)) or value != self.declared[name].default
        )
        return f"{type(self).__name__}({', '.join(changed)})"
