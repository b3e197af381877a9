"""The network that users hold: it gathers the description, builds the plan and runs it."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spikesim.build.builder import Description, build
from spikesim.build.couplings import check_link, check_membranes
from spikesim.build.inputs import Stimulus, check_felt, whole_steps
from spikesim.build.modulators import delay_steps
from spikesim.build.plan import PRECISIONS, Plan
from spikesim.connectors import Connector
from spikesim.couplings import GapJunctions, Link
from spikesim.errors import SimulationError, ValidationError, unknown_name
from spikesim.inputs import Input, Source
from spikesim.live import Live
from spikesim.modulators import Modulator, Secretion
from spikesim.neurons import Neuron
from spikesim.plasticity import PlasticityRule
from spikesim.populations import Population, View
from spikesim.projections import Projection
from spikesim.recorders import (
    ConcentrationRecorder,
    Recorder,
    SpikeRecorder,
    StateRecorder,
    WeightRecorder,
)
from spikesim.release import Release
from spikesim.runtime import checkpoint
from spikesim.runtime.progress import ProgressBar
from spikesim.runtime.recording import Recording
from spikesim.runtime.simulator import Simulator
from spikesim.units import check_array, check_scalar, ms


class Network:
    """A network of spiking neurons.

    Parameters
    ----------
    dt : float
        Time step in ms, default 0.1.
    seed : int, optional
        Seed of everything random. If it is left out one is drawn; read it as `seed`.
    precision : {"mixed", "double", "single"}
        ``"mixed"``: state in float64, stored weights in float32. ``"double"`` and ``"single"``: all
        in float64 or float32.
    threads : int
        How many share the work, default 1; at most as many as there are cores is of use, from some
        thousand neurons on. Results are the same, bit by bit, for any number.

    Raises
    ------
    ValidationError
        For values that are not allowed.

    Examples
    --------
    >>> net = Network(dt=0.1, seed=1)
    >>> cells = net.population("cells", 10, LIF(I_e=500.0))
    >>> spikes = net.record(cells, "spikes")
    >>> net.run(100.0)
    >>> spikes.result().rates()
    """

    def __init__(
        self,
        dt: float = 0.1,
        *,
        seed: int | None = None,
        precision: str = "mixed",
        threads: int = 1,
    ):
        dt = check_scalar(dt, "dt", "Network", unit=ms, allowed="positive")
        if seed is None:
            seed = secrets.randbits(32)
        elif isinstance(seed, (bool, np.timedelta64)) or not isinstance(seed, (int, np.integer)):
            raise ValidationError(f"must be a whole number, got {seed!r}", "seed", "Network")
        if not isinstance(precision, str) or precision not in PRECISIONS:
            raise unknown_name(precision, PRECISIONS, "precision", "Network")
        if isinstance(threads, bool) or not isinstance(threads, int) or not 1 <= threads <= 1024:
            raise ValidationError(
                f"must be a whole number from 1 to 1024, got {threads!r}", "threads", "Network"
            )
        self._threads = threads
        self._description = Description(dt, int(seed), precision)
        self._recorders: list[Recorder] = []
        self._recording = Recording()
        self._live = Live(self)
        self._plan: Plan | None = None
        self._simulator: Simulator | None = None

    # --- describing ---------------------------------------------------------------------------

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
            In the unit of the receptor: mV (delta), pA (currents), nS (conductances).
        delay : float, array or Distribution
            In ms, at least one step.
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
        for role, view in (("source", source), ("target", target)):
            if isinstance(view, View):
                self._check_mine(view, role)
        if name is None:
            ends = [v.name if isinstance(v, View) else "?" for v in (source, target)]
            name = self._numbered("->".join(ends), self._description.projections)
        self._check_free(name)
        projection = Projection(
            name, source, target, connector, weight=weight, delay=delay, receptor=receptor,
            plasticity=plasticity, delay_is=delay_is, release=release, modulators=modulators,
            access=self._live.projections,
        )  # fmt: skip
        for modulator in projection.modulators.values():
            self._check_known(modulator)
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
        self._check_mine(target, "target")
        if isinstance(stimulus, Source) or not isinstance(stimulus, Input):
            raise ValidationError(
                f"must be a drive or a current such as PoissonDrive(...), got {stimulus!r}",
                "stimulus", target,
            )  # fmt: skip
        if target.population.is_source:
            raise ValidationError("is a source of spikes; it takes no input", "target", target)
        check_felt(target, stimulus)
        kind = type(stimulus).__name__
        stimulus.check_size(len(target), f"{target.name}.{kind}")  # type: ignore[attr-defined]
        names = {s.name: s for s in self._description.stimuli}
        if name is None:
            name = self._numbered(f"{target.name}.{kind}", names)
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
        for role, view in (("a", a), ("b", b)):
            if isinstance(view, View):
                self._check_mine(view, role)
        if name is None:
            ends = [v.name if isinstance(v, View) else "?" for v in (a, b)]
            name = self._numbered("--".join(ends), self._description.gaps)
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
        for role, view in (("target", target), ("source", source)):
            if isinstance(view, View):
                self._check_mine(view, role)
        if isinstance(source, Modulator):
            self._check_known(source)
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
        if not isinstance(source, View):
            raise ValidationError(f"must be a population, got {source!r}", "source", "release")
        self._check_mine(source, "source")
        if not source.contiguous:
            raise ValidationError(
                "must be a population or a slice without gaps, such as exc[:100]", "source", source
            )
        if not isinstance(modulator, Modulator):
            raise ValidationError(
                f"must be a modulator, made by net.modulator(...), got {modulator!r}", "modulator",
                source,
            )  # fmt: skip
        self._check_known(modulator)
        owner = f"{source.name}->{modulator.name}"
        amount = check_scalar(amount, "amount", owner, allowed="non-negative")
        delay = check_scalar(delay, "delay", owner, unit=ms, allowed="positive")
        release = Secretion(source, modulator, amount, delay)
        delay_steps(release, self.dt)
        self._description.releases.append(release)

    def record(
        self,
        target: View | Projection | Modulator,
        variable: str,
        *,
        every: float | None = None,
        synapses: Any = None,
    ) -> Any:
        """Record spikes, a state variable, weights, or a concentration.

        Parameters
        ----------
        target : Population, slice, Projection or Modulator
            Of whom.
        variable : str
            ``"spikes"``, a state variable such as ``"V_m"``, a subexpression of the model or
            ``"I_syn"``, ``"weight"`` of a projection, or ``"concentration"`` of a modulator.
        every : float, optional
            Sampling interval in ms, a multiple of dt. Default one step; weights need it said.
        synapses : sequence of int, optional
            Which synapses of the projection; all unless given.

        Returns
        -------
        SpikeRecorder, StateRecorder, WeightRecorder or ConcentrationRecorder
            Its ``result()`` is a `SpikeTrains` or a `Traces`.
        """
        if every is not None:
            every = check_scalar(every, "every", "record", unit=ms, allowed="positive")
            whole_steps(every, self.dt, "every", "record")
        recorder: Recorder
        if isinstance(target, Projection):
            recorder = self._weight_recorder(target, variable, every, synapses)
        elif isinstance(target, Modulator):
            self._check_known(target)
            if not isinstance(variable, str) or variable != "concentration":
                raise unknown_name(variable, ["concentration"], "variable", target)
            if synapses is not None:
                raise ValidationError("only projections have synapses", "synapses", target)
            recorder = ConcentrationRecorder(target, every or self.dt, self._live.recorders)
        elif isinstance(target, View):
            self._check_mine(target, "target")
            if synapses is not None:
                raise ValidationError("only projections have synapses", "synapses", target)
            if isinstance(variable, str) and variable == "spikes":
                if every is not None:
                    raise ValidationError("spikes have no sampling interval", "every", target)
                recorder = SpikeRecorder(target, self._live.recorders)
            else:
                recorder = StateRecorder(target, variable, every or self.dt, self._live.recorders)
                self._live.recorders.check_variable(target, variable)
        else:
            raise ValidationError(
                f"must be a population or projection, got {target!r}", "target", "record"
            )
        if self._plan is not None:
            self._live.recorders.attach(recorder)
            self.simulator.refresh()
        self._recorders.append(recorder)
        return recorder

    # --- running ------------------------------------------------------------------------------

    def build(self) -> None:
        """Make the synapses and kernels now; `run` does it otherwise."""
        if self._plan is None:
            if not self._description.populations:
                raise ValidationError("has no populations yet", None, "Network")
            self._plan = build(self._description)
            self._recording = Recording()
            for recorder in self._recorders:
                self._live.recorders.attach(recorder)
            self._simulator = Simulator(self._plan, self._recording, self._threads)

    def run(self, duration: float, *, progress: bool | None = None) -> None:
        """Simulate, from where the network is now.

        Parameters
        ----------
        duration : float
            In ms, a multiple of dt.
        progress : bool, optional
            Show a progress bar. By default one appears on a terminal when a run takes longer
            than a second.

        Raises
        ------
        KeyboardInterrupt
            On Ctrl-C, after a consistent stop: results are usable and `run` can go on.
        SimulationError
            If a state variable is no longer a number.
        """
        duration = check_scalar(duration, "duration", "run", unit=ms, allowed="non-negative")
        if duration == 0:
            self.build()
            return
        steps = whole_steps(duration, self.dt, "duration", "run")
        self.build()
        if progress is None and not sys.stderr.isatty():
            progress = False
        if progress is False:
            self.simulator.run(steps)
        else:
            with ProgressBar(steps, self.dt, at_once=bool(progress)) as bar:
                self.simulator.run(steps, bar.update)

    def reset(self, *, keep_weights: bool = False) -> None:
        """Go back to the start: time 0, initial values, nothing in flight, recorders empty.

        Parameters
        ----------
        keep_weights : bool
            Keep the weights as they are now.
        """
        if self._plan is None:
            return
        weights = {name: p.weight for name, p in self._description.projections.items()
                   if keep_weights}  # fmt: skip
        self._plan = None
        for population in self._description.populations.values():
            population.model = population.described
        self.build()
        for name, weight in weights.items():
            self._description.projections[name].weight = weight

    def reset_state(self) -> None:
        """Bring membranes, receptors, traces and spikes in flight back to their start.

        Time goes on, weights and what neurons have learnt (adaptive thresholds) stay.
        """
        self._live.reset_state()

    def save_state(self, path: str | Path) -> None:
        """Write the state to a file, from which `load_state` goes on bit-identically."""
        self.build()
        checkpoint.save(self.plan, path)

    def load_state(self, path: str | Path) -> None:
        """Put a state saved by the same network back; recorders start anew from there."""
        self.build()
        checkpoint.load(self.plan, path)
        self._live.refresh()
        for recorder in self._recorders:
            recorder.clear()

    # --- reading ------------------------------------------------------------------------------

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
    def t(self) -> float:
        """Time simulated so far (ms)."""
        return 0.0 if self._plan is None else self._plan.step * self.dt

    @property
    def n_spikes(self) -> int:
        """Spikes so far, of all neurons and sources."""
        return 0 if self._plan is None else int(self._plan.counters[1])

    @property
    def n_events(self) -> int:
        """Synaptic events delivered so far."""
        return 0 if self._plan is None else int(self._plan.counters[2:4].sum())

    @property
    def populations(self) -> dict[str, Population]:
        """All populations by name."""
        return dict(self._description.populations)

    @property
    def projections(self) -> dict[str, Projection]:
        """All projections by name."""
        return dict(self._description.projections)

    @property
    def learning(self) -> bool:
        """Whether any plasticity acts; setting it switches all plastic projections."""
        return any(p.learning for p in self._description.projections.values())

    @learning.setter
    def learning(self, on: bool) -> None:
        for projection in self._description.projections.values():
            if projection.plasticity is not None:
                projection.learning = on

    @property
    def plan(self) -> Plan:
        """The arrays behind the network, once it is built."""
        if self._plan is None:
            raise SimulationError("the network is not built yet; run() or build() it first")
        return self._plan

    @property
    def simulator(self) -> Simulator:
        """What runs the plan, once it is built."""
        if self._simulator is None:
            raise SimulationError("the network is not built yet; run() or build() it first")
        return self._simulator

    @property
    def recording(self) -> Recording:
        """The stores of all recorders."""
        return self._recording

    def __repr__(self) -> str:
        d = self._description
        return (
            f"<Network: {len(d.populations)} populations, {len(d.projections)} projections, "
            f"dt = {self.dt} ms, t = {self.t:g} ms, seed = {self.seed}>"
        )

    def _weight_recorder(
        self, target: Projection, variable: str, every: float | None, synapses: Any
    ) -> WeightRecorder:
        if not isinstance(variable, str) or variable != "weight":
            raise unknown_name(variable, ["weight"], "variable", target)
        if target.plasticity is None:
            raise ValidationError("is not plastic; its weights do not change", "weight", target)
        if every is None:
            raise ValidationError("say how often weights are sampled (ms)", "every", target)
        chosen = None
        if synapses is not None:
            given = np.atleast_1d(check_array(synapses, "synapses", target, allowed="non-negative"))
            chosen = np.minimum(given, 2.0**62).astype(np.int64)
            if given.ndim != 1 or (chosen != given).any() or np.unique(chosen).size < chosen.size:
                raise ValidationError(
                    f"must be distinct whole numbers, got {synapses!r}", "synapses", target
                )
        return WeightRecorder(target, chosen, every, self._live.recorders)

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

    def _check_known(self, modulator: Modulator) -> None:
        if self._description.modulators.get(modulator.name) is not modulator:
            raise ValidationError("belongs to another network", "modulator", modulator)

    def _check_mine(self, view: View, role: str) -> None:
        if self._description.populations.get(view.population.name) is not view.population:
            raise ValidationError("belongs to another network", role, view)

    @staticmethod
    def _numbered(name: str, taken: Mapping[str, Any]) -> str:
        if name not in taken:
            return name
        k = 2
        while f"{name}.{k}" in taken:
            k += 1
        return f"{name}.{k}"
