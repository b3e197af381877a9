"""Projections: who reaches whom, how strongly and how late. Plain description."""

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
from spikesim.description.receptor_lookup import find_receptor
from spikesim.description.selections import check_distinct, self_offset
from spikesim.distributions import Distribution, plain
from spikesim.errors import ValidationError, unknown_name
from spikesim.fixed import Values
from spikesim.neurons import Neuron
from spikesim.receptors import TRANSMITTERS
from spikesim.synapses import PlasticityRule, Release
from spikesim.units import Unit, check_flag, delay_steps, given_values, ms


class Projection(Guarded):
    """Synapses from one population (or slice) to another; made by `Network.project`.

    Weights and delays are copied as they are given, into what the network will store: `dtype`, and
    whole steps of `dt` (ms).

    Attributes
    ----------
    name : str
        Unique in the network.
    source, target : View
        From whom to whom.
    connector : Connector
        Which pairs there are.
    receptor : str
        The receptor, or the transmitter that several bind.
    plasticity, release : PlasticityRule, Release, or None
        How weights learn, and what share of them spikes transmit.
    delay_is : {"axonal", "dendritic"} or None
        On which side of a plastic synapse the delay lies.
    modulators : dict of str to Modulator
        What was given for names that the rule reads.
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
        self._check_release()
        self.modulators = self._check_modulators(modulators)
        self.sign = self._find_sign()
        self._learning = learning and plasticity is not None

    @property
    def weight_unit(self) -> Unit:
        """The unit of the weights, which is the receptor's."""
        model = self.target.population.model
        assert isinstance(model, Neuron)
        return model.receptor(self.receptor).weight_unit

    def _given_weight(self, weight: Any, dtype: Any) -> Any:
        """Weights: a number, a distribution, or an array of `dtype`; None if they come with the
        connections."""
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
        return delay_is

    @property
    def magnitudes(self) -> str | None:
        """Why weights are magnitudes, which are never negative; None where they have a sign."""
        transmitter, model = self.source.population.transmitter, self.target.population.model
        assert isinstance(model, Neuron)
        if transmitter is not None:
            return f"{self.source.population.name!r} releases {transmitter}, which gives the sign"
        if not model.receptor(self.receptor).signed:
            return f"{self.receptor!r} is a conductance, which is never negative"
        return None

    @property
    def floor(self) -> float | None:
        """What no weight falls below by learning: 0 or more for magnitudes, else None."""
        if self.magnitudes is None:
            return None
        return max(0.0, float(getattr(self.plasticity, "w_min", 0.0)))

    def _check_floor(self) -> None:
        low = getattr(self.plasticity, "w_min", 0.0)
        if self.magnitudes is not None and low < 0:
            raise ValidationError(
                f"the rule's w_min must be zero or positive, got {low} {self.weight_unit}: "
                f"{self.magnitudes}, so weights are magnitudes", "plasticity", self,
            )  # fmt: skip

    def _check_release(self) -> None:
        if self.release is None:
            return
        if not isinstance(self.release, Release):
            raise ValidationError(
                f"must be a model of release such as TsodyksMarkram(), got {self.release!r}",
                "release", self,
            )  # fmt: skip
        if self.plasticity is not None:
            raise ValidationError(
                "a projection has either plasticity or release; its synapses cannot do both",
                "release", self,
            )  # fmt: skip

    def _check_modulators(self, modulators: Mapping[str, Signal] | None) -> dict[str, Signal]:
        if modulators is None:
            return {}
        names = () if self.plasticity is None else self.plasticity.modulators
        if not isinstance(modulators, Mapping):
            raise ValidationError(
                f"must map names to modulators, got {modulators!r}", "modulators", self
            )
        for name, modulator in modulators.items():
            if name not in names:
                raise unknown_name(name, names, "modulators", self)
            if not isinstance(modulator, Signal):
                raise ValidationError(
                    f"{name!r} must be a modulator, got {modulator!r}", "modulators", self
                )
        return dict(modulators)

    def _find_sign(self) -> int:
        """What a magnitude is multiplied by: -1 where an inhibitory transmitter makes a current."""
        transmitter = self.source.population.transmitter
        model = self.target.population.model
        assert isinstance(model, Neuron)
        if transmitter is None or not model.receptor(self.receptor).signed:
            return 1
        return TRANSMITTERS[transmitter]

    @property
    def weight(self) -> np.ndarray:
        """Weights in the receptor's unit, one for each synapse in the order of `Connections`.

        Setting takes one number, one for each synapse in this order, or an array of the shape
        (sources, targets), as `Network.project` does; it acts at once. What is read is a copy that
        cannot be changed: ``p.weight = 0.5 * p.weight`` sets all.
        """
        return Values.of(self.access.read_weight(self))

    @weight.setter
    def weight(self, values: Any) -> None:
        self.access.write_weight(self, values)

    @property
    def delay(self) -> np.ndarray:
        """Delays in ms, one for each synapse."""
        return self.connections().delay

    def connections(self) -> Connections:
        """Source, target, weight and delay of every synapse.

        Returns
        -------
        Connections
            One entry for each synapse, delays in ms.
        """
        return self.access.read_connections(self)

    def release_state(self) -> ReleaseState:
        """Release as a spike would find it now: ``weight * u * x`` is what it would transmit.

        Returns
        -------
        ReleaseState
            The shares `u` and `x`.

        Raises
        ------
        ValidationError
            If the projection has no `release`.
        """
        if self.release is None:
            raise ValidationError("this projection has no release", "release", self)
        return self.access.read_release(self)

    @property
    def learning(self) -> bool:
        """Whether plasticity acts. While it is off weights are frozen and traces go on."""
        return self._learning

    @learning.setter
    def learning(self, on: bool) -> None:
        if self.plasticity is None:
            raise ValidationError("this projection has no plasticity", "learning", self)
        on = check_flag(on, "learning", self)
        self.access.set_learning(self, on)
        self._learning = on

    def normalize(self, total: float) -> None:
        """Scale the weights onto each target so that they sum to `total`.

        Weights that would pass a bound of the rule, its ``w_min`` or ``w_max``, stay on it, and the
        others share what is left of the sum.

        Parameters
        ----------
        total : float
            The sum, above 0, in the weights' unit.

        Raises
        ------
        ValidationError
            If the weights onto some target sum to 0 or less, cancel each other, cannot have that
            sum within the rule's bounds, or would be beyond what can be stored. Nothing is changed
            then.
        """
        self.access.normalize(self, total)

    def __copy__(self) -> Projection:
        return self  # it is a handle, of which there is one

    def _instead(self, name: str) -> str:
        return "is read-only: synapses stay as `Network.project` has made them"

    def __repr__(self) -> str:
        extra = self.plasticity or self.release
        rule = f", {extra!r}" if extra else ""
        return f"<{self.name}: {self.source.name} -> {self.target.name}.{self.receptor}{rule}>"
