"""Populations and slices of them: who there is, by name. Plain description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from spikesim.distributions import Distribution
from spikesim.errors import ValidationError, unknown_name
from spikesim.inputs import Source
from spikesim.machine import require
from spikesim.neurons import Neuron
from spikesim.parameters import Value
from spikesim.receptors import TRANSMITTERS
from spikesim.units import Quantity, check_array, check_count, one

MAX_SIZE = 2**31 - 1  # ids are 32-bit


class PopulationAccess(Protocol):
    """What the network offers to its populations: values between runs."""

    def read(self, view: View, name: str) -> np.ndarray: ...
    def write(self, view: View, values: Mapping[str, Any]) -> None: ...


class View:
    """Some neurons of a population, in order.

    Attributes
    ----------
    population : Population
        Whose neurons they are.
    ids : numpy.ndarray
        Their indices within the population, int64, ascending and distinct.
    """

    def __init__(self, population: Population, ids: np.ndarray):
        self.population = population
        self.ids = ids

    def __len__(self) -> int:
        return self.ids.size

    @property
    def name(self) -> str:
        """The population's name, with the slice."""
        if len(self) == self.population.size:
            return self.population.name
        return f"{self.population.name}[{self.ids[0]}:{self.ids[-1] + 1}]"

    @property
    def contiguous(self) -> bool:
        """Whether the neurons follow each other without a gap."""
        return int(self.ids[-1] - self.ids[0]) + 1 == self.ids.size

    __iter__ = None  # neither neurons nor ids would be the obvious thing to get

    def __getitem__(self, key: Any) -> View:
        return View(self.population, _select(self, key, self.ids))

    def get(self, name: str) -> np.ndarray:
        """A parameter or state variable of these neurons.

        Parameters
        ----------
        name : str
            Such as ``"V_m"``, ``"tau_m"``, ``"tau_syn_exc"`` or ``"I_exc"``.

        Returns
        -------
        numpy.ndarray
            One value for each neuron, in the unit that the model declares.
        """
        return self.population.access.read(self, name)

    def set(self, **values: Any) -> None:
        """Set parameters or state variables: a number, an array or a distribution each.

        Takes effect with the next step. Only a whole population's parameters may be set by a
        distribution; of a source only ``rate`` or ``times`` can be set.
        """
        self.population.access.write(self, values)

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self)} neurons>"


class Population(View):
    """A named group of neurons of one model, or of spike sources.

    Made by `Network.population`. Slices (``exc[:100]``, ``exc[[1, 5]]``) are `View` objects.

    Parameters
    ----------
    name : str
        Unique in the network.
    size : int
        Number of neurons, at least 1.
    model : Neuron or Source
        What each of them is.
    transmitter : str, optional
        What the neurons release, e.g. ``"glutamate"`` or ``"GABA"``. Weights of projections from
        here are then magnitudes.
    initial : mapping, optional
        Initial values of state variables: numbers, quantities, arrays or distributions.
    access : PopulationAccess
        The network.
    """

    def __init__(
        self,
        name: str,
        size: int,
        model: Neuron | Source,
        *,
        transmitter: str | None,
        initial: Mapping[str, Any] | None,
        access: PopulationAccess,
    ):
        if not isinstance(name, str) or not name:
            raise ValidationError(f"must be a non-empty text, got {name!r}", "name", "Population")
        self._name = name
        self.size = check_count(size, "size", name, least=1)
        if self.size > MAX_SIZE:
            raise ValidationError(f"must be at most {MAX_SIZE}, got {size}", "size", name)
        require(50 * self.size, f"{self.size} neurons", "size", name)
        if not isinstance(model, (Neuron, Source)):
            raise ValidationError(
                f"must be a neuron model such as LIF() or a source such as PoissonSource(), "
                f"got {model!r}", "model", name,
            )  # fmt: skip
        diffusing = ("dopamine", "serotonin", "noradrenaline")
        if isinstance(transmitter, str) and transmitter in diffusing:
            raise ValidationError(
                f"{transmitter!r} diffuses to all, and reaches no receptor by itself; make it with "
                "Network.modulator, and let this population release it with Network.release",
                "transmitter", name,
            )  # fmt: skip
        if transmitter is not None and (
            not isinstance(transmitter, str) or transmitter not in TRANSMITTERS
        ):
            raise unknown_name(transmitter, TRANSMITTERS, "transmitter", name)
        if initial is not None and not isinstance(initial, Mapping):
            raise ValidationError(f"must map names to values, got {initial!r}", "initial", name)
        self.model = self.described = model
        self.transmitter = transmitter
        self.access = access
        self.initial: dict[str, Value] = dict(initial or {})
        super().__init__(self, np.arange(self.size))
        if isinstance(model, Source):
            if self.initial:
                raise ValidationError("a spike source has no state", "initial", name)
            model.check_size(self.size, name)
        else:
            self._check_shapes(model)

    @property
    def name(self) -> str:
        return self._name

    @property
    def is_source(self) -> bool:
        """Whether this is a source of spikes, which nothing can project to."""
        return isinstance(self.model, Source)

    def _check_shapes(self, neuron: Neuron) -> None:
        for name, value in neuron.full_values.items():
            check_shape(value, self.size, name, self.name)
        for name, value in self.initial.items():
            inner = value.value if isinstance(value, Quantity) else value
            if not isinstance(inner, Distribution):
                unit = value.unit if isinstance(value, Quantity) else one  # else the state's
                checked = check_array(value, f"initial[{name!r}]", self.name, unit=unit)
                check_shape(checked, self.size, f"initial[{name!r}]", self.name)


def check_shape(value: Any, size: int, attribute: str, owner: str) -> None:
    """Raise unless `value` is one number, a distribution or one value for each neuron."""
    if isinstance(value, np.ndarray) and value.ndim and value.shape != (size,):
        raise ValidationError(
            f"must be one value or {size}, one for each neuron; got shape {value.shape}",
            attribute, owner,
        )  # fmt: skip


def check_gapless(view: View, role: str, owner: object) -> None:
    """Raise unless the neurons follow each other: what is built takes them as one range."""
    if not view.contiguous:
        raise ValidationError(
            "must be a population or a slice without gaps, such as exc[:100]", role, owner
        )


def _select(view: View, key: Any, ids: np.ndarray) -> np.ndarray:
    if isinstance(key, (int, np.integer)) and not isinstance(key, bool):
        key = [key]
    try:
        if not isinstance(key, slice):
            key = np.asarray(key)
            if key.ndim != 1 or key.dtype.kind not in "iub":
                raise TypeError
        chosen = np.unique(ids[key])
    except (TypeError, ValueError):
        raise ValidationError(f"cannot be indexed by {key!r}", None, view) from None
    except IndexError:
        raise ValidationError(
            f"has {len(ids)} neurons; cannot select {key!r}", None, view
        ) from None
    if chosen.size == 0:
        raise ValidationError(f"has {len(ids)} neurons; {key!r} selects none of them", None, view)
    return chosen
