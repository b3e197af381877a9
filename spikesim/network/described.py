"""Network description: populations, projections and inputs, validated as they are added.

No arrays are allocated here.
"""

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
from spikesim.mechanisms.modulators import Modulator, ModulatorRelease
from spikesim.network.parts import Parts, joined, numbered
from spikesim.neurons import Neuron
from spikesim.planning.checks import check_population, check_projection
from spikesim.planning.memory_synapses import check_synapses
from spikesim.synapses import PlasticityRule, Release
from spikesim.units import check_name

Kind = TypeVar("Kind", bound=Element)


class DescribedNetwork(Parts):
    """Methods that describe a network before it runs; parameters are those of `Parts`."""

    def population(
        self,
        name: str,
        size: int,
        model: Neuron | Source,
        *,
        transmitter: str | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> Population:
        """Add a population of neurons or spike sources.

        Parameters
        ----------
        name : str
            Unique in the network.
        size : int
            Number of neurons.
        model : Neuron or Source
            Neuron model or spike source, such as ``LIF(tau_m=20.0)`` or
            ``PoissonSource(rate=20.0)``.
        transmitter : str, optional
            Transmitter that the neurons release. The weights of projections from this
            population must then be non-negative: the transmitter determines the sign.
        initial : mapping, optional
            Initial values of state variables, e.g. ``{"V_m": Uniform(-60, -50)}``.

        Returns
        -------
        Population
            The new population, through which its neurons are connected, read and set.

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
            Source and target neurons.
        connector : Connector
            Rule that determines which pairs are connected, such as ``FixedProbability(0.1)``.
        weight : float, array or Distribution
            Weights in the unit of the receptor: mV (delta), pA (currents), nS (conductances); or
            with a unit, such as ``0.02 * nA`` and ``Normal(20.0, 5.0) * pA``.
        delay : float, array or Distribution
            Delays in ms or with a unit; at least one step.
        receptor : str, optional
            Receptor of the target. May be omitted if the target has only one, or if the
            source's transmitter binds to one.
        plasticity : PlasticityRule, optional
            Rule that changes the weights.
        delay_is : {"axonal", "dendritic"}
            Whether the delay of a plastic synapse is axonal or dendritic; required with
            `plasticity`.
        release : TsodyksMarkram or QuantalRelease, optional
            Short-term plasticity model, which determines the fraction of the weight that each
            spike transmits. By default each spike transmits the full weight. With `plasticity`, a
            variable ``U`` of the rule takes the place of the model's `U`.
        modulators : mapping, optional
            Modulators for the names that the rule reads, e.g. ``{"dopamine": striatal}``. By
            default the modulator of the same name.
        name : str, optional
            Unique in the network; random draws depend on it. Default ``source->target``.

        Returns
        -------
        Projection
            The new projection, through which its weights are read, set and normalized.

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
            Target neurons.
        stimulus : PoissonDrive, Miniatures, StepCurrent, DCCurrent or NoiseCurrent
            The input.
        name : str, optional
            Name of the input; random draws depend on it. By default it is built from the
            target and the type of the input.

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
        """Connect neurons by gap junctions: a current ``g (V_j - V_i)`` into each neuron i.

        Parameters
        ----------
        a, b : Population or slice
            Neurons on both sides. For junctions within a population, pass it twice.
        connector : Connector
            Rule that determines which pairs are connected. Within a population each pair has at
            most one junction: `AllToAll`, `FixedProbability` and `DistanceDependent` consider
            each pair once, and connectors that list pairs must list each pair once.
        g : float, array or Distribution
            Conductance of each junction in nS, the same in both directions.
        name : str, optional
            Unique in the network; random draws depend on it. Default ``a--b``.

        Returns
        -------
        GapJunctions
            The new gap junctions, through which conductances are read and set.
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
        """Set a variable that has no equation to the value of another variable in every step.

        Parameters
        ----------
        target, variable : Population or slice, str
            Neurons and their variable, which is set at the start of each step.
        source, source_variable : Population, slice or Modulator, str
            Source of the values and the variable that is read.
        index : array of int, optional
            Index into the source for each target neuron. By default target neuron i reads from
            source neuron i; if the source has a single value, all target neurons read it.
        """
        self._check_open("link")
        self._check_mine(target=target, source=source)
        self.add(Link(target, variable, source, source_variable, index))

    def modulator(self, name: str, *, tau: float, baseline: float = 0.0) -> Modulator:
        """Add a neuromodulator, such as dopamine: a concentration that spikes increase.

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
            The new modulator, through which the concentration is read and set.
        """
        self._check_open("modulator")
        self._check_new(name)
        modulator = Modulator(name, tau=tau, baseline=baseline)
        return self.add(modulator)

    def release(self, source: View, modulator: Modulator, *, amount: float, delay: float) -> None:
        """Let each spike of some neurons increase the concentration of a modulator.

        Parameters
        ----------
        source : Population or slice
            Neurons whose spikes release the modulator.
        modulator : Modulator
            The modulator that they release.
        amount : float
            Increase of the concentration at each spike.
        delay : float
            Time from the spike to the increase in ms, at least one step.
        """
        self._check_open("release")
        self._check_mine(source=source, modulator=modulator)
        self.add(ModulatorRelease(source, modulator, amount, delay, self.dt))

    def add(self, element: Kind) -> Kind:
        """Add an element of any mechanism, including those without a method of their own.

        Parameters
        ----------
        element : Element
            For example a `GapJunctions` object, which `gap_junctions` also creates.

        Returns
        -------
        Element
            The same object, whose variables can now be read, set and recorded in this network.

        Raises
        ------
        ValidationError
            If it already belongs to a network, refers to populations of another network, or is
            not valid.
        """
        if not isinstance(element, Element):
            instead = ""
            if isinstance(element, Input):
                source = isinstance(element, Source)
                instead = f"; use net.{'population' if source else 'stimulate'} for inputs"
            raise ValidationError(f"must be an element, got {element!r}{instead}", "element", "add")
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
