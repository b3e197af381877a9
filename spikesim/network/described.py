"""A network as it is described: what there is, checked when it is said. Nothing is allocated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from spikesim.attributes import put
from spikesim.connectors import Connector
from spikesim.description.description import Stimulus
from spikesim.description.elements import Element, Signal
from spikesim.description.inputs import Input, Source
from spikesim.description.populations import Population, View
from spikesim.description.projections import Projection
from spikesim.description.selections import check_distinct
from spikesim.errors import ValidationError
from spikesim.mechanisms import MECHANISMS
from spikesim.mechanisms.gap_junctions import GapJunctions
from spikesim.mechanisms.linked_variables import Link
from spikesim.mechanisms.modulators import Modulator, Secretion
from spikesim.network.parts import Parts, joined, numbered
from spikesim.neurons import Neuron
from spikesim.planning.checks import check_population, check_projection
from spikesim.planning.memory_synapses import check_synapses
from spikesim.synapses import PlasticityRule, Release
from spikesim.units import check_name

Kind = TypeVar("Kind", bound=Element)


class DescribedNetwork(Parts):
    """What users say of a network before it runs; parameters are those of `Parts`."""

    def population(
        self,
        name: str,
        size: int,
        model: Neuron | Source,
        *,
        transmitter: str | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> Population:
        """Add a population of neurons, or of sources of spikes.

        Parameters
        ----------
        name : str
            Unique in the network.
        size : int
            Number of neurons.
        model : Neuron or Source
            Such as ``LIF(tau_m=20.0)`` or ``PoissonSource(rate=20.0)``.
        transmitter : str, optional
            What the neurons release; weights from here are then magnitudes.
        initial : mapping, optional
            Initial values of state variables, e.g. ``{"V_m": Uniform(-60, -50)}``.

        Returns
        -------
        Population
            By which its neurons are connected, read and set.

        Examples
        --------
        >>> net = Network(dt=0.1, seed=1)
        >>> cells = net.population("cells", 100, LIF(), initial={"V_m": Uniform(-70, -55)})
        >>> cells[:10]
        <cells[0:10]: 10 neurons>
        """
        self._check_open("population")
        population = Population(
            name,
            size,
            model,
            transmitter=transmitter,
            initial=initial,
            access=self._access,
            cells=self._description.cells,
        )
        self._check_free(name)
        check_population(population, self._description)
        self._description.populations[name] = population
        return population

    def project(
        self,
        source: View,
        target: View,
        connector: Connector,
        *,
        weight: Any,
        delay: Any,
        receptor: str | None = None,
        plasticity: PlasticityRule | None = None,
        delay_is: str | None = None,
        release: Release | None = None,
        modulators: Mapping[str, Signal] | None = None,
        name: str | None = None,
    ) -> Projection:
        """Connect two populations or slices.

        Parameters
        ----------
        source, target : Population or slice
            From whom to whom.
        connector : Connector
            Which pairs, such as ``FixedProbability(0.1)``.
        weight : float, array or Distribution
            In the unit of the receptor: mV (delta), pA (currents), nS (conductances); or with a
            unit, as ``0.02 * nA`` and ``Normal(20.0, 5.0) * pA`` are.
        delay : float, array or Distribution
            In ms or with a unit; at least one step.
        receptor : str, optional
            Which receptor of the target; may be left out if there is one, or if the source's
            transmitter binds to one.
        plasticity : PlasticityRule, optional
            How the weights learn.
        delay_is : {"axonal", "dendritic"}
            On which side of a plastic synapse the delay lies; required with `plasticity`.
        release : TsodyksMarkram or QuantalRelease, optional
            Short-term plasticity: what share of the weight each spike transmits. Default: all.
        modulators : mapping, optional
            Which modulator is meant by a name that the rule reads, e.g. ``{"dopamine": striatal}``;
            the one of that name unless given.
        name : str, optional
            Unique in the network; keys the draws. Default ``source->target``.

        Returns
        -------
        Projection
            By which its weights are read, set and normalized.

        Examples
        --------
        >>> net = Network(dt=0.1, seed=1)
        >>> exc = net.population("exc", 80, LIF(), transmitter="glutamate")
        >>> inh = net.population("inh", 20, LIF())
        >>> net.project(exc, inh, FixedProbability(0.1), weight=Normal(20.0, 5.0) * pA, delay=1.5)
        <exc->inh: exc -> inh.current>
        """
        self._check_open("projection")
        self._check_mine(source=source, target=target)
        if name is None:
            name = numbered(joined("->", source, target), self._names)
        else:
            self._check_new(name)
        projection = Projection(
            name, source, target, connector, weight=weight, delay=delay, receptor=receptor,
            plasticity=plasticity, delay_is=delay_is, release=release, modulators=modulators,
            access=self._access, dt=self.dt, dtype=self._description.weight_type,
            learning=self._learning,
        )  # fmt: skip
        for modulator in projection.modulators.values():
            self._check_mine(modulator=modulator)
        check_projection(projection, self._description)
        check_synapses(projection, np.dtype(self._description.weight_type).itemsize)
        self._description.projections[name] = projection
        return projection

    def stimulate(self, target: View, stimulus: Input, *, name: str | None = None) -> None:
        """Attach a drive or a current to neurons.

        Parameters
        ----------
        target : Population or slice
            Whom.
        stimulus : PoissonDrive, Miniatures, StepCurrent, DCCurrent or NoiseCurrent
            What.
        name : str, optional
            Keys the draws; made from the target and the kind unless given.

        Examples
        --------
        >>> net = Network(dt=0.1, seed=1)
        >>> cells = net.population("cells", 10, LIF())
        >>> net.stimulate(cells, PoissonDrive(rate=8000.0, weight=20.0))
        >>> net.stimulate(cells[:5], DCCurrent(300.0, start=10.0, stop=50.0))
        """
        self._check_open("stimulus")
        if not isinstance(target, View):
            raise ValidationError(f"must be a population, got {target!r}", "target", "stimulate")
        self._check_mine(target=target)
        if isinstance(stimulus, Source) or not isinstance(stimulus, Input):
            raise ValidationError(
                f"must be a drive or a current such as PoissonDrive(...), got {stimulus!r}",
                "stimulus", target,
            )  # fmt: skip
        if target.population.is_source:
            raise ValidationError("is a source of spikes; it takes no input", "target", target)
        check_distinct(target, "target", "stimulate")
        kind = type(stimulus).__name__
        stimulus.check_size(len(target), f"{target.name}.{kind}")
        names = {s.name: s for s in self._description.stimuli}
        if name is None:
            name = numbered(f"{target.name}.{kind}", names)
        elif check_name(name, "name", "stimulate") in names:
            raise ValidationError(f"the name {name!r} is taken", "name", "stimulate")
        self.add(Stimulus(name, target, stimulus))

    def gap_junctions(
        self, a: View, b: View, connector: Connector, *, g: Any, name: str | None = None
    ) -> GapJunctions:
        """Join membranes by electrical synapses: a current ``g (V_j - V_i)`` into each neuron i.

        Parameters
        ----------
        a, b : Population or slice
            Whose membranes; within a population give it twice.
        connector : Connector
            Which pairs. Within a population each pair has one junction: `AllToAll`,
            `FixedProbability` and `DistanceDependent` look at each pair once, and pairs that are
            listed must be listed once.
        g : float, array or Distribution
            Conductance of each junction in nS, the same both ways.
        name : str, optional
            Unique in the network; keys the draws. Default ``a--b``.

        Returns
        -------
        GapJunctions
            By which conductances are read and set.
        """
        self._check_open("gap junction")
        self._check_mine(a=a, b=b)
        if name is None:
            name = numbered(joined("--", a, b), self._names)
        else:
            self._check_new(name)
        gaps = GapJunctions(name, a, b, connector, g=g)
        return self.add(gaps)

    def link(
        self,
        target: View,
        variable: str,
        source: View | Signal,
        source_variable: str = "concentration",
        *,
        index: Any = None,
    ) -> None:
        """Let a variable without an equation take the value of another one in every step.

        Parameters
        ----------
        target, variable : Population or slice, str
            Whose variable is filled, at the start of each step.
        source, source_variable : Population, slice or Modulator, str
            Where the values come from.
        index : array of int, optional
            For each neuron of the target a place in the source. By default the first takes from
            the first, and so on; or all from the one that there is.
        """
        self._check_open("link")
        self._check_mine(target=target, source=source)
        self.add(Link(target, variable, source, source_variable, index))

    def modulator(self, name: str, *, tau: float, baseline: float = 0.0) -> Modulator:
        """Add a neuromodulator, such as dopamine: a concentration that spikes raise.

        Parameters
        ----------
        name : str
            Unique in the network; plasticity rules read the concentration under this name.
        tau : float
            Time constant (ms) with which the concentration decays towards its baseline.
        baseline : float
            Tonic concentration, in the unit in which amounts are given.

        Returns
        -------
        Modulator
            By which the concentration is read and set.
        """
        self._check_open("modulator")
        self._check_new(name)
        modulator = Modulator(name, tau=tau, baseline=baseline)
        return self.add(modulator)

    def release(self, source: View, modulator: Modulator, *, amount: float, delay: float) -> None:
        """Let each spike of some neurons raise the concentration of a modulator.

        Parameters
        ----------
        source : Population or slice
            Whose spikes.
        modulator : Modulator
            What they release.
        amount : float
            How much the concentration rises at each spike.
        delay : float
            From the spike to the rise, in ms, at least one step.
        """
        self._check_open("release")
        self._check_mine(source=source, modulator=modulator)
        self.add(Secretion(source, modulator, amount, delay, self.dt))

    def add(self, element: Kind) -> Kind:
        """Add an element of any mechanism, also of one that has no method of its own here.

        Parameters
        ----------
        element : Element
            Such as a `GapJunctions`, for which `gap_junctions` is the short form.

        Returns
        -------
        Element
            The same object, which now reads, sets and records its variables in this network.

        Raises
        ------
        ValidationError
            If it belongs to a network already, refers to populations of another one, or cannot be.
        """
        if not isinstance(element, Element):
            raise ValidationError(f"must be an element, got {element!r}", "element", "add")
        self._check_open(type(element).__name__)
        if "access" in vars(element):
            raise ValidationError("belongs to a network already", "element", element)
        self._check_mine(**element._ends())
        if element.named:
            self._check_new(element.name)
        mechanisms = [mechanism for mechanism in MECHANISMS if mechanism.claims(element)]
        if not mechanisms:
            kind = type(element).__name__
            raise ValidationError(f"is of no mechanism that there is, {kind}", "element", element)
        for mechanism in mechanisms:
            mechanism.check(element, self._description)
        put(element, access=self._access)
        self._description.elements.append(element)
        return element
