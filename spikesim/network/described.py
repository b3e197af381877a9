"""A network as it is described: what there is, checked when it is said. Nothing is allocated."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import numpy as np

from spikesim.build.builder import Description
from spikesim.build.couplings import check_link, check_membranes
from spikesim.build.inputs import Stimulus, check_felt
from spikesim.build.modulators import delay_steps
from spikesim.build.plan import PRECISIONS, Plan
from spikesim.connectors import Connector
from spikesim.couplings import GapJunctions, Link
from spikesim.errors import ValidationError, unknown_name
from spikesim.inputs import Input, Source
from spikesim.live import Live
from spikesim.modulators import Modulator, Secretion
from spikesim.neurons import Neuron
from spikesim.plasticity import PlasticityRule
from spikesim.populations import Population, View, check_distinct
from spikesim.projections import Projection
from spikesim.release import Release
from spikesim.units import check_scalar, ms


class DescribedNetwork:
    """What users say of a network before it runs.

    Parameters
    ----------
    dt, seed, precision
        As in `Network`.
    live : Live
        Whom populations, projections and modulators ask for their values.
    """

    def __init__(self, dt: float, seed: int | None, precision: str, live: Live):
        dt = check_scalar(dt, "dt", "Network", unit=ms, allowed="positive")
        if seed is None:
            seed = secrets.randbits(32)
        elif isinstance(seed, (bool, np.timedelta64)) or not isinstance(seed, (int, np.integer)):
            raise ValidationError(f"must be a whole number, got {seed!r}", "seed", "Network")
        if not isinstance(precision, str) or precision not in PRECISIONS:
            raise unknown_name(precision, PRECISIONS, "precision", "Network")
        self._description = Description(dt, int(seed), precision)
        self._live = live
        self._plan: Plan | None = None  # what is described is fixed once there is one

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
        """
        self._check_open("population")
        population = Population(
            name,
            size,
            model,
            transmitter=transmitter,
            initial=initial,
            access=self._live.populations,
        )
        self._check_free(name)
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
        modulators: Mapping[str, Modulator] | None = None,
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
        """
        self._check_open("projection")
        self._check_mine(source=source, target=target)
        if name is None:
            name = _numbered(_joined("->", source, target), self._description.projections)
        self._check_free(name)
        projection = Projection(
            name, source, target, connector, weight=weight, delay=delay, receptor=receptor,
            plasticity=plasticity, delay_is=delay_is, release=release, modulators=modulators,
            access=self._live.projections,
        )  # fmt: skip
        for modulator in projection.modulators.values():
            self._check_mine(modulator=modulator)
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
        check_felt(target, stimulus)
        kind = type(stimulus).__name__
        stimulus.check_size(len(target), f"{target.name}.{kind}")  # type: ignore[attr-defined]
        names = {s.name: s for s in self._description.stimuli}
        if name is None:
            name = _numbered(f"{target.name}.{kind}", names)
        elif not isinstance(name, str) or not name:
            raise ValidationError(f"must be a non-empty text, got {name!r}", "name", "stimulate")
        elif name in names:
            raise ValidationError(f"the name {name!r} is taken", "name", "stimulate")
        self._description.stimuli.append(Stimulus(name, target, stimulus))

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
        """
        self._check_open("gap junction")
        self._check_mine(a=a, b=b)
        if name is None:
            name = _numbered(_joined("--", a, b), self._description.gaps)
        self._check_free(name)
        gaps = GapJunctions(name, a, b, connector, g=g, access=self._live.couplings)
        check_membranes(gaps)
        self._description.gaps[name] = gaps
        return gaps

    def link(
        self,
        target: View,
        variable: str,
        source: View | Modulator,
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
        link = Link(target, variable, source, source_variable, index)
        check_link(link)
        self._description.links.append(link)

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
        """
        self._check_open("modulator")
        self._check_free(name)
        modulator = Modulator(name, tau=tau, baseline=baseline, access=self._live.modulators)
        self._description.modulators[name] = modulator
        return modulator

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
        release = Secretion(source, modulator, amount, delay)
        delay_steps(release, self.dt)
        self._description.releases.append(release)

    @property
    def dt(self) -> float:
        """Time step (ms)."""
        return self._description.dt

    @property
    def seed(self) -> int:
        """The seed of everything random."""
        return self._description.seed

    @property
    def precision(self) -> str:
        """``"mixed"``, ``"double"`` or ``"single"``."""
        return self._description.precision

    @property
    def populations(self) -> dict[str, Population]:
        """All populations by name."""
        return dict(self._description.populations)

    @property
    def projections(self) -> dict[str, Projection]:
        """All projections by name."""
        return dict(self._description.projections)

    def _check_open(self, what: str) -> None:
        if self._plan is not None:
            raise ValidationError(
                f"the network has run already; add every {what} before the first run", None,
                "Network",
            )  # fmt: skip

    def _check_free(self, name: str) -> None:
        d = self._description
        if not isinstance(name, str) or not name:
            raise ValidationError(f"must be a non-empty text, got {name!r}", "name", "Network")
        if any(name in named for named in (d.populations, d.projections, d.gaps, d.modulators)):
            raise ValidationError(f"the name {name!r} is taken", "name", "Network")

    def _check_mine(self, **named: Any) -> None:
        """Raise for populations and modulators of another network; other things are not judged."""
        d = self._description
        for role, part in named.items():
            if isinstance(part, View):
                if d.populations.get(part.population.name) is not part.population:
                    raise ValidationError("belongs to another network", role, part)
            elif isinstance(part, Modulator) and d.modulators.get(part.name) is not part:
                raise ValidationError("belongs to another network", "modulator", part)


def _joined(sign: str, *ends: Any) -> str:
    return sign.join(end.name if isinstance(end, View) else "?" for end in ends)


def _numbered(name: str, taken: Mapping[str, Any]) -> str:
    """The name, with a number where it is taken."""
    if name not in taken:
        return name
    k = 2
    while f"{name}.{k}" in taken:
        k += 1
    return f"{name}.{k}"
