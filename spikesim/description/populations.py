"""Populations, and selections of their neurons (views)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from spikesim.attributes import Guarded
from spikesim.description.access import Access
from spikesim.description.inputs import Source
from spikesim.distributions import Distribution, plain
from spikesim.equations.initial_values import linked_value
from spikesim.equations.neuron_equations import EquationCache, NeuronEquations
from spikesim.errors import ValidationError, nearest, unknown_name
from spikesim.fixed import Values
from spikesim.machine import require
from spikesim.neurons import Neuron
from spikesim.parameters import Value
from spikesim.receptors import TRANSMITTERS
from spikesim.units import Unit, check_count, check_name, chosen_places, given_values

MAX_SIZE = 2**31 - 1  # ids are 32-bit


_RESULTS = {"record", "result", "spikes", "spike_times", "times", "counts", "rates", "get_data"}


class View(Guarded):
    """A selection of neurons of a population, in the order of selection.

    Parameters and state variables are also attributes: ``cells[3:5].V_m = -60.0`` is the same as
    `set`, and ``cells.V_m`` the same as `get`. Variables whose name is an attribute of every
    population, such as ``size``, are available through `get` and `set` only.

    Attributes
    ----------
    population : Population
        The population to which the neurons belong.
    ids : numpy.ndarray
        Indices of the neurons within the population, int64, shape (n,), with the order and the
        repeats of the selection: ``cells[[5, 1]]`` is neuron 5, then neuron 1.
    size : int
        Number of selected neurons, repeats included; equal to ``len(view)``.
    contiguous : bool
        Whether the ids are an ascending range without gaps or repeats.
    """

    def __init__(self, population: Population, ids: np.ndarray):
        self.population = population
        self.ids = ids
        self.size = int(ids.size)
        self.contiguous = bool((np.diff(ids) == 1).all())

    def __len__(self) -> int:
        return self.size

    @property
    def name(self) -> str:
        """Name of the population and the selection: ``"cells[2:5]"``, ``"cells[[5, 1]]"``."""
        if self.contiguous and len(self) == self.population.size:
            return self.population.name
        return f"{self.population.name}[{_selection(self.ids)}]"

    @property
    def span(self) -> tuple[int, int]:
        """The lowest id, and the highest id plus one."""
        return int(self.ids.min()), int(self.ids.max()) + 1

    __iter__ = None  # ambiguous: it could yield neurons or ids

    def __getitem__(self, key: Any) -> View:
        return View(self.population, _select(self, key))

    def get(self, name: str) -> Any:
        """Return a parameter or state variable of these neurons.

        Parameters
        ----------
        name : str
            Such as ``"V_m"``, ``"tau_m"``, ``"tau_syn_exc"`` or ``"I_exc"``.

        Returns
        -------
        numpy.ndarray
            One value for each neuron, in the unit that the model declares, as a read-only copy.
            ``times`` of a `SpikeSource` is a tuple with one array for each source.
        """
        values = self.population.access.read(self, name)
        return Values.of(values) if isinstance(values, np.ndarray) else values

    def set(self, **values: Any) -> None:
        """Set parameters or state variables, each to a number, an array or a distribution.

        The values take effect at the next step. An array has one value for each neuron, in the
        order of this selection. A distribution draws one value for each neuron; the values do not
        depend on whether neurons are set together or in parts, and each call draws new ones. Of a
        source only ``rate`` or ``times`` can be set.

        Parameters
        ----------
        **values
            Values by name, such as ``tau_m=20.0``, ``V_m=Uniform(-60, -50)`` or
            ``tau_syn_exc=5 * ms``.

        Raises
        ------
        ValidationError
            If a name or a value is not allowed, or if an array is passed for a selection that
            contains a neuron more than once. Nothing is changed in this case.

        Examples
        --------
        >>> net = Network(dt=0.1, seed=1)
        >>> cells = net.population("cells", 10, LIF(I_e=500.0))
        >>> cells.set(tau_m=20.0)
        >>> cells[:2].set(V_m=[-60.0, -58.0] * mV)
        >>> cells.V_m[:3]
        array([-60., -58., -70.])
        """
        self.population.access.write(self, values)

    def __copy__(self) -> View:
        return self  # a handle to the same neurons

    def __getattr__(self, name: str) -> Any:
        if self._is_variable(name):
            return self.get(name)
        return super().__getattr__(name)  # type: ignore[misc]

    def __setattr__(self, name: str, value: Any) -> None:
        if self._finished and self._is_variable(name):
            self.set(**{name: value})
        else:
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._variables()})

    def _is_variable(self, name: str) -> bool:
        """Whether a name is a variable and not also an attribute."""
        own = name[:1] == "_" or name in vars(self) or hasattr(type(self), name)
        return not own and name in self._variables()

    def _variables(self) -> list[str]:
        """Names of parameters and state variables."""
        population = vars(self).get("population")
        return [] if population is None else population.access.names(population)

    def _settable(self) -> list[str]:
        return self._variables()

    def _absent(self, name: str) -> str:
        if name in _RESULTS:
            return (
                '; the network records it: recorder = net.record(cells, "spikes") before the run, '
                "recorder.result() after it"
            )
        return super()._absent(name)

    def _instead(self, name: str) -> str:
        if name in self._variables():
            return (
                f"is what every population has; the model's own {name!r} is set by "
                f"set({name}=...) and read by get({name!r})"
            )
        return "is read-only: it is given when the population is made"

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self)} neuron{'s' if len(self) != 1 else ''}>"


class Population(View):
    """A named group of neurons of one model, or of spike sources.

    Created by `Network.population`. Slices (``exc[:100]``, ``exc[[1, 5]]``) are `View` objects.

    Parameters
    ----------
    name : str
        Unique in the network.
    size : int
        Number of neurons, at least 1.
    model : Neuron or Source
        Model of each neuron or source.
    transmitter : str, optional
        Transmitter that the neurons release, e.g. ``"glutamate"`` or ``"GABA"``. The weights of
        projections from this population must then be non-negative: the transmitter determines
        the sign.
    initial : mapping, optional
        Initial values of state variables: numbers, quantities, arrays or distributions.
    access : Access
        The network.
    cells : EquationCache
        The neuron equations of the models in the network.
    """

    def __init__(
        self,
        name: str,
        size: int,
        model: Neuron | Source,
        *,
        transmitter: str | None,
        initial: Mapping[str, Any] | None,
        access: Access,
        cells: EquationCache,
    ):
        self._name = check_name(name, "name", "Population")
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
        self.initial: dict[str, Value] = {}
        super().__init__(self, np.arange(self.size))
        if isinstance(model, Source):
            if initial:
                raise ValidationError("a spike source has no state", "initial", name)
            model.check_size(self.size, name)
        else:
            for parameter, value in model.full_values.items():
                check_shape(value, self.size, parameter, name)
            self.initial = self._checked_initial(cells.of(model), initial or {})

    @property
    def name(self) -> str:
        return self._name

    @property
    def is_source(self) -> bool:
        """Whether this is a spike source, which cannot be the target of a projection."""
        return isinstance(self.model, Source)

    def _checked_initial(self, cell: NeuronEquations, given: Mapping[str, Any]) -> dict[str, Value]:
        """Validate and copy initial values of model and user, except those that are expressions."""
        checked: dict[str, Value] = {}
        for name, value in {**cell.given, **given}.items():
            if name not in cell.states:
                raise unknown_name(name, cell.states, "initial", self.name)
            if name in cell.linked:
                raise linked_value(name, self.name)
            attribute, unit = f"initial[{name!r}]", Unit(cell.units[name])
            value = plain(value, unit, attribute, self.name)
            if not isinstance(value, Distribution):
                value = given_values(value, attribute, self.name, unit=unit)
                check_shape(value, self.size, attribute, self.name)
            checked[name] = value
        return checked


def check_shape(value: Any, size: int, attribute: str, owner: str) -> None:
    """Raise unless `value` is a number, a distribution, or one value for each neuron."""
    if isinstance(value, np.ndarray) and value.ndim and value.shape != (size,):
        raise ValidationError(
            f"must be one value or {size}, one for each neuron; got shape {value.shape}",
            attribute, owner,
        )  # fmt: skip


def _selection(ids: np.ndarray) -> str:
    """Format ids as an index expression: ``2:5``, ``9:2:-1``, ``[5, 1, 7]``."""
    steps = np.unique(np.diff(ids)) if ids.size > 1 else np.ones(1, np.int64)
    if steps.size == 1 and steps[0]:
        step, stop = int(steps[0]), int(ids[-1] + steps[0])
        if step == 1:
            return f"{ids[0]}:{stop}"
        return f"{ids[0]}:{stop if stop >= 0 else ''}:{step}"
    shown = ", ".join(map(str, ids[:6].tolist()))
    return f"[{shown}]" if ids.size <= 6 else f"[{shown}, ...]"


def _select(view: View, key: Any) -> np.ndarray:
    """The ids that an index expression selects, at least one."""
    if isinstance(key, str):
        known = view._variables()
        hint = f"; write {view.name}.{key}" if key in known else nearest(key, known)
        raise ValidationError(
            f"is indexed by neurons, and variables are its attributes; got {key!r}{hint}", None,
            view,
        )  # fmt: skip
    chosen = view.ids[chosen_places(key, len(view), view)]
    if chosen.size == 0:
        raise ValidationError(f"has {len(view)} neurons; {key!r} selects none of them", None, view)
    return chosen
