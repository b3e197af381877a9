"""Projections: connectivity, weights, delays and plasticity between two populations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from spikesim.attributes import Guarded
from spikesim.connectors import Connector
from spikesim.description.access import Access
from spikesim.description.connections import Connections, ReleaseState, Steps
from spikesim.description.elements import Signal
from spikesim.description.populations import View
from spikesim.description.projection_checks import check_modulators, check_release
from spikesim.description.receptor_lookup import find_receptor
from spikesim.description.selections import check_distinct, self_offset
from spikesim.distributions import Distribution, plain
from spikesim.errors import ValidationError, unknown_name
from spikesim.fixed import Values
from spikesim.neurons import Neuron
from spikesim.receptors import TRANSMITTERS
from spikesim.synapses import PlasticityRule, Release
from spikesim.synapses.form import WEIGHT
from spikesim.units import Unit, check_flag, delay_steps, given_values, ms, one


class Projection(Guarded):
    """Synapses from one population (or slice) to another; created by `Network.project`.

    Weights and delays are copied when the projection is created and converted to their stored
    form: weights to `dtype`, delays to integer steps of `dt` (ms).

    Attributes
    ----------
    name : str
        Unique in the network.
    source, target : View
        Source and target neurons.
    connector : Connector
        Rule that determines which pairs are connected.
    receptor : str
        The receptor of the target, or the transmitter if several of its receptors bind it.
    plasticity, release : PlasticityRule, Release, or None
        Rule that changes the weights, and short-term plasticity model that determines which
        fraction of the weight a spike transmits.
    delay_is : {"axonal", "dendritic"} or None
        Whether the delay of a plastic synapse is axonal or dendritic.
    rule : PlasticityRule or None
        What its synapses carry out: `plasticity`, with the variables and statements of `release`
        added if there is both. ``rule.explain()`` tells where they are kept.
    modulators : dict of str to Modulator
        Modulators passed by the user for the names that the rule reads.
    """

    def __init__(
        self,
        name: str,
        source: View,
        target: View,
        connector: Connector,
        *,
        weight: Any,
        delay: Any,
        receptor: str | None,
        plasticity: PlasticityRule | None,
        delay_is: str | None,
        release: Release | None,
        modulators: Mapping[str, Signal] | None,
        access: Access,
        dt: float,
        dtype: Any,
        learning: bool = True,
    ):
        self.name = name
        self.source, self.target = source, target
        self.connector = connector
        self.plasticity = plasticity
        self.release = release
        self.access = access
        self._check_ends()
        if not isinstance(connector, Connector):
            raise ValidationError(
                f"must be a connector such as AllToAll(), got {connector!r}", "connector", self
            )
        self.self_offset = self_offset(
            source, target, self, matters=not getattr(connector, "autapses", True)
        )
        self.receptor = find_receptor(target, receptor, source.population.transmitter, name)
        self.initial_weight = self._given_weight(weight, dtype)
        self.initial_delay = self._given_delay(delay, dt)
        self.delay_is = self._check_rule(delay_is)
        self._check_floor()
        self.rule = check_release(release, plasticity, self)
        self.modulators = check_modulators(modulators, plasticity, self)
        self.sign = self._find_sign()
        self._learning = learning and plasticity is not None

    @property
    def weight_unit(self) -> Unit:
        """Unit of the weights: that of the receptor."""
        model = self.target.population.model
        assert isinstance(model, Neuron)
        return model.receptor(self.receptor).weight_unit

    def _given_weight(self, weight: Any, dtype: Any) -> Any:
        """Convert weights to a number, a distribution or an array of `dtype`.

        None if the connector provides them.
        """
        if self.connector.holds_weights:
            if weight is not None:
                raise ValidationError(
                    "must be None, since the connector's entries are the values", "weight", self
                )
            return None
        weight = plain(weight, self.weight_unit, "weight", self)
        if isinstance(weight, Distribution):
            return weight
        return given_values(weight, "weight", self, unit=self.weight_unit, dtype=dtype)

    def _given_delay(self, delay: Any, dt: float) -> Distribution | Steps:
        delay = plain(delay, ms, "delay", self)
        return delay if isinstance(delay, Distribution) else Steps(delay_steps(delay, dt, self))

    def _check_ends(self) -> None:
        for role, view in (("source", self.source), ("target", self.target)):
            if not isinstance(view, View):
                raise ValidationError(f"must be a population, got {view!r}", role, self)
            check_distinct(view, role, self)
        if self.target.population.is_source:
            raise ValidationError(
                f"{self.target.name!r} is a source of spikes; nothing can project to it",
                "target", self,
            )  # fmt: skip

    def _check_rule(self, delay_is: str | None) -> str | None:
        if self.plasticity is None:
            if delay_is is not None:
                raise ValidationError("is only for plastic projections", "delay_is", self)
            return None
        if not isinstance(self.plasticity, PlasticityRule):
            raise ValidationError(
                f"must be a rule such as PairSTDP(), got {self.plasticity!r}", "plasticity", self
            )
        if not isinstance(delay_is, str) or delay_is not in ("axonal", "dendritic"):
            raise ValidationError(
                f"must be 'axonal' or 'dendritic' for a plastic projection, got {delay_is!r}; it "
                "says which side of the synapse the delay lies on", "delay_is", self,
            )  # fmt: skip
        unit = self.plasticity.weight_unit
        if unit not in (one, self.weight_unit):
            raise ValidationError(
                f"the rule's weight is in {unit}, and those of {self.receptor!r} of "
                f"{self.target.name!r} are in {self.weight_unit}", "plasticity", self,
            )  # fmt: skip
        return delay_is

    @property
    def magnitudes(self) -> str | None:
        """Why weights must be non-negative (for messages); None where they are signed."""
        transmitter, model = self.source.population.transmitter, self.target.population.model
        assert isinstance(model, Neuron)
        if transmitter is not None:
            return f"{self.source.population.name!r} releases {transmitter}, which gives the sign"
        if not model.receptor(self.receptor).signed:
            return f"{self.receptor!r} is a conductance, which is never negative"
        return None

    @property
    def floor(self) -> float | None:
        """Lower bound of the weights under learning: 0 or more if non-negative, None if signed."""
        if self.magnitudes is None:
            return None
        return max(0.0, float(getattr(self.plasticity, "w_min", 0.0)))

    def _check_floor(self) -> None:
        low = getattr(self.plasticity, "w_min", 0.0)
        if self.magnitudes is not None and low < 0:
            raise ValidationError(
                f"the rule's w_min must be zero or positive, got {low} {self.weight_unit}: "
                f"{self.magnitudes}, so weights must be non-negative", "plasticity", self,
            )  # fmt: skip

    def _find_sign(self) -> int:
        """Sign of the effect of a non-negative weight.

        -1 if an inhibitory transmitter causes a current, else 1.
        """
        transmitter = self.source.population.transmitter
        model = self.target.population.model
        assert isinstance(model, Neuron)
        if transmitter is None or not model.receptor(self.receptor).signed:
            return 1
        return TRANSMITTERS[transmitter]

    @property
    def weight(self) -> np.ndarray:
        """Weights in the unit of the receptor, one for each synapse in the order of `Connections`.

        Reading returns a read-only copy. Assign one number, one value for each synapse in this
        order, or an array of shape (sources, targets) as in `Network.project`; the new weights
        take effect at once. For example, ``p.weight = 0.5 * p.weight`` halves all weights.
        """
        return Values.of(self.access.read_weight(self))

    @weight.setter
    def weight(self, values: Any) -> None:
        self.access.write_weight(self, values)

    def get(self, name: str) -> np.ndarray:
        """Return a variable of the synapses.

        Parameters
        ----------
        name : str
            ``"weight"``, or a variable that the plasticity rule declares.

        Returns
        -------
        numpy.ndarray
            One value for each synapse in the order of `Connections`, in the unit that the rule
            declares, as a read-only copy.

        Raises
        ------
        ValidationError
            If there is no such variable.
        """
        if isinstance(name, str) and name in ("weight", WEIGHT):
            return self.weight
        return Values.of(self.access.read_synapses(self, self._variable(name, "get")))

    def set(self, **values: Any) -> None:
        """Set variables of the synapses, each to a number, an array or a distribution.

        Parameters
        ----------
        **values
            Values by name: ``weight``, or a variable that the plasticity rule declares. An array
            has one value for each synapse, or the shape (sources, targets).

        Raises
        ------
        ValidationError
            If a name or a value is not allowed.
        """
        for name in values:
            if name not in ("weight", WEIGHT):
                self._variable(name, "set")
        for name, value in values.items():
            if name in ("weight", WEIGHT):
                self.weight = value
            else:
                self.access.write_synapses(self, name, value)

    @property
    def variables(self) -> list[str]:
        """Names of the variables of the synapses that `get`, `set` and `Network.record` take."""
        if self.plasticity is None:
            return ["weight"]
        own = self.plasticity.form().variables
        return ["weight", *(name for name in own if name != WEIGHT)]

    def _variable(self, name: Any, attribute: str) -> str:
        if not isinstance(name, str) or name not in self.variables:
            raise unknown_name(name, self.variables, attribute, self)
        return name

    @property
    def delay(self) -> np.ndarray:
        """Delays in ms, one for each synapse in the order of `Connections`."""
        return self.connections().delay

    def connections(self) -> Connections:
        """Return source, target, weight and delay of every synapse.

        Returns
        -------
        Connections
            One entry for each synapse, delays in ms.
        """
        return self.access.read_connections(self)

    def release_state(self) -> ReleaseState:
        """Return the current release state: a spike would now transmit ``weight * u * x``.

        Returns
        -------
        ReleaseState
            The fractions `u` and `x`.

        Raises
        ------
        ValidationError
            If the projection has no `release` model.
        """
        if self.release is None:
            raise ValidationError("this projection has no release", "release", self)
        return self.access.read_release(self)

    @property
    def learning(self) -> bool:
        """Whether plasticity is on. While it is off, weights are frozen and traces still evolve.

        A variable ``U`` that takes the place of the utilisation of `release` is frozen, too.
        """
        return self._learning

    @learning.setter
    def learning(self, on: bool) -> None:
        if self.plasticity is None:
            raise ValidationError("this projection has no plasticity", "learning", self)
        on = check_flag(on, "learning", self)
        self.access.set_learning(self, on)
        self._learning = on

    def normalize(self, total: float) -> None:
        """Scale the weights onto each target neuron so that they sum to `total`.

        Weights that would exceed a bound of the rule, ``w_min`` or ``w_max``, are set to this
        bound, and the other weights are scaled to the rest of the sum.

        Parameters
        ----------
        total : float
            The sum, above 0, in the unit of the weights.

        Raises
        ------
        ValidationError
            If the weights onto some target sum to 0 or less, cancel each other, cannot reach the
            sum within the bounds of the rule, or would exceed the range of the stored type.
            Nothing is changed in this case.
        """
        self.access.normalize(self, total)

    def __copy__(self) -> Projection:
        return self  # a handle: each projection exists once

    def _instead(self, name: str) -> str:
        return "is read-only: synapses stay as `Network.project` has made them"

    def __repr__(self) -> str:
        given = (self.plasticity, self.release)
        rule = "".join(f", {extra!r}" for extra in given if extra)
        return f"<{self.name}: {self.source.name} -> {self.target.name}.{self.receptor}{rule}>"
