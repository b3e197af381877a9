"""The `Network` class: describe, build, run, record, save and restore a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spikesim.description.elements import Element
from spikesim.description.populations import View
from spikesim.description.projections import Projection
from spikesim.description.recorders import Recorder, recorder_of
from spikesim.description.selections import check_distinct
from spikesim.network.described import DescribedNetwork
from spikesim.network.memory import MemoryTable
from spikesim.planning.settings import counted
from spikesim.runtime.lock import locked
from spikesim.runtime.plan import Plan
from spikesim.runtime.recording import Recording
from spikesim.runtime.simulator import Simulator
from spikesim.units import check_flag, check_scalar, ms, whole_steps


class Network(DescribedNetwork):
    """A network of spiking neurons.

    Parameters
    ----------
    dt : float
        Time step in ms, default 0.1.
    seed : int, optional
        Seed of all random numbers. If omitted, a random seed is chosen; it is available as the
        attribute `seed`.
    precision : {"mixed", "double", "single"}
        ``"mixed"``: state in float64, stored weights in float32. ``"double"`` and ``"single"``: all
        in float64 or float32.
    threads : int
        Number of threads, default 1. More threads than cores are of no use; several threads pay off
        from a few thousand neurons on. Results are bit-identical for any number.

    Raises
    ------
    ValidationError
        If a value is not allowed.

    Examples
    --------
    >>> net = Network(dt=0.1, seed=1)
    >>> cells = net.population("cells", 10, LIF(I_e=500.0))
    >>> spikes = net.record(cells, "spikes")
    >>> net.run(100.0)
    >>> spikes.result().mean_rate()
    60.0
    """

    def __init__(
        self,
        dt: float = 0.1,
        *,
        seed: int | None = None,
        precision: str = "mixed",
        threads: int = 1,
    ):
        super().__init__(dt, seed, precision, threads)

    @locked
    def record(
        self,
        target: View | Projection | Element,
        variable: str,
        *,
        every: float | None = None,
        synapses: Any = None,
    ) -> Any:
        """Record spikes, a state variable, weights, or a concentration.

        Parameters
        ----------
        target : Population, slice, Projection or Modulator
            Object to record from.
        variable : str
            ``"spikes"``, a state variable such as ``"V_m"``, a subexpression of the model or
            ``"I_syn"``, ``"weight"`` of a projection, or ``"concentration"`` of a modulator.
        every : float, optional
            Sampling interval in ms, a multiple of dt. Default one step; required for weights.
        synapses : sequence of int, optional
            Indices of the synapses of a projection to record. Default: all.

        Returns
        -------
        SpikeRecorder, StateRecorder, WeightRecorder or ElementRecorder
            The recorder; its ``result()`` returns `SpikeTrains` or `Traces`.

        Examples
        --------
        >>> net = Network(dt=0.1, seed=1)
        >>> cells = net.population("cells", 10, LIF(I_e=500.0))
        >>> spikes, voltage = net.record(cells, "spikes"), net.record(cells[:3], "V_m", every=1.0)
        >>> net.run(50.0)
        >>> voltage.result().values.shape
        (51, 3)
        """
        if every is not None:
            every = check_scalar(every, "every", "record", unit=ms, allowed="positive")
            whole_steps(every, self.dt, "every", "record")
        self._check_mine(target=target)
        if isinstance(target, View):
            check_distinct(target, "target", "record")
        recorder = recorder_of(target, variable, every, synapses, self.dt, self._access)
        self._simulation.add_recorder(recorder)
        return recorder

    # --- running ------------------------------------------------------------------------------

    def build(self) -> None:
        """Build synapses and kernels now; otherwise the first `run` builds them."""
        self._simulation.build()

    def run(self, duration: float, *, progress: bool | None = None) -> None:
        """Simulate for a duration, starting from the current state.

        Parameters
        ----------
        duration : float
            Duration in ms, a multiple of dt.
        progress : bool, optional
            Show a progress bar. By default one appears on a terminal when a run takes longer
            than a second.

        Raises
        ------
        KeyboardInterrupt
            On Ctrl-C. The network stops in a consistent state: results are usable and `run` can
            be called again.
        SimulationError
            If a state variable becomes NaN or infinite, if there is not enough memory, or if the
            network is already running, in another thread or in a caller of this call.

        Examples
        --------
        >>> net = Network(dt=0.1, seed=1)
        >>> cells = net.population("cells", 10, LIF(I_e=500.0))
        >>> net.run(20.0)
        >>> net.run(5.0)
        >>> net.t
        25.0
        """
        duration = check_scalar(duration, "duration", "run", unit=ms, allowed="non-negative")
        steps = whole_steps(duration, self.dt, "duration", "run") if duration else 0
        if progress is not None:
            progress = check_flag(progress, "progress", "run")
        self._simulation.run(steps, progress)

    def reset(self, *, keep_weights: bool = False) -> None:
        """Return to the described network: time 0, no spikes in flight, recorders empty.

        Values that were set since (parameters, states, rates, spike times, concentrations,
        conductances of gap junctions, weights) return to those of the description. The
        `learning` switches stay as they are.

        Parameters
        ----------
        keep_weights : bool
            Keep the current weights.
        """
        keep_weights = check_flag(keep_weights, "keep_weights", "reset")
        self._simulation.reset(keep_weights=keep_weights)

    def reset_state(self) -> None:
        """Reset membranes, receptors and traces to their initial state; remove spikes in flight.

        The time, the weights, learnt variables of neurons (adaptive thresholds) and all values
        that were set stay as they are.
        """
        self._simulation.reset_state()

    def save_state(self, path: str | Path) -> None:
        """Write the state to a file, from which `load_state` continues bit-identically.

        The file contains everything that changes during a run, and everything that can be set or
        switched between runs. Recorded data are not part of it. An existing file at `path` is
        replaced only when the new file is complete.

        Parameters
        ----------
        path : str or Path
            The file, which is written completely or not at all.

        Raises
        ------
        ValidationError
            If `path` cannot be a file, or if the network cannot continue because a variable is
            not finite.
        SpikesimError
            If the file cannot be written.

        Examples
        --------
        >>> net = Network(dt=0.1, seed=1)
        >>> cells = net.population("cells", 10, LIF(I_e=500.0))
        >>> net.run(20.0)
        >>> net.save_state("after_20_ms.npz")
        """
        self._simulation.save(path)

    def load_state(self, path: str | Path) -> None:
        """Restore a state saved by the same network; recorders are emptied.

        Parameters
        ----------
        path : str or Path
            The file that `save_state` wrote.

        Raises
        ------
        ValidationError
            If the file cannot be read, is damaged, belongs to another network, or contains
            invalid numbers. The network is not changed in this case.

        Examples
        --------
        >>> net = Network(dt=0.1, seed=1)
        >>> cells = net.population("cells", 10, LIF(I_e=500.0))
        >>> net.save_state("start.npz")
        >>> net.run(20.0)
        >>> net.load_state("start.npz")
        >>> net.t
        0.0
        """
        self._simulation.load(path)

    def __copy__(self) -> Network:
        raise TypeError("two networks cannot share one state; use copy.deepcopy(net)")

    def memory(self) -> MemoryTable:
        """Estimate the memory use of the network, without building it.

        Random numbers of synapses enter with their expected value. If the available memory does
        not suffice, a network raises an error when it is built, a population or projection when
        it is added, and a run with too many samples when it is started.

        Returns
        -------
        MemoryTable
            Bytes of each population, projection, input, buffer and recorder, and the available
            memory.
        """
        return MemoryTable(self._simulation.memory())

    # --- reading ------------------------------------------------------------------------------

    @property
    def t(self) -> float:
        """Time simulated so far (ms)."""
        plan = self._simulation.built
        return 0.0 if plan is None else plan.step * self.dt

    @property
    def n_spikes(self) -> int:
        """Number of spikes so far, of all neurons and sources."""
        plan = self._simulation.built
        return 0 if plan is None else int(plan.counters[1])

    @property
    def n_events(self) -> int:
        """Number of synaptic events delivered so far."""
        plan = self._simulation.built
        return 0 if plan is None else int(plan.counters[2:4].sum())

    @property
    def threads(self) -> int:
        """Number of threads."""
        return self._simulation.threads

    @property
    def learning(self) -> bool:
        """Whether any plasticity is on; setting it switches all plastic projections.

        The setting also applies to projections that are added later. Without any plastic
        projection, this is the value that was last set.
        """
        plastic = self._plastic
        return any(p.learning for p in plastic) if plastic else self._learning

    @learning.setter
    def learning(self, on: bool) -> None:
        on = check_flag(on, "learning", "Network")
        with self._simulation.lock:
            for projection in self._plastic:
                projection.learning = on
            self._learning = on

    @property
    def plan(self) -> Plan:
        """The arrays of the built network."""
        return self._simulation.plan

    @property
    def simulator(self) -> Simulator:
        """The object that runs the plan of the built network."""
        return self._simulation.simulator

    @property
    def recorders(self) -> tuple[Recorder, ...]:
        """All recorders, in the order of creation; a copied network has its own recorders."""
        return tuple(self._simulation.recorders)

    @property
    def recording(self) -> Recording:
        """The data buffers of all recorders."""
        return self._simulation.recording

    def _instead(self, name: str) -> str:
        if name == "t":
            return "is read-only; run() goes on, and reset() goes back to 0"
        if name in ("dt", "seed", "precision", "threads"):
            return f"is fixed once the network is made; make another, Network({name}=...)"
        return super()._instead(name)

    def __repr__(self) -> str:
        d = self._description
        return (
            f"<Network: {counted(len(d.populations), 'population')}, "
            f"{counted(len(d.projections), 'projection')}, "
            f"dt = {self.dt} ms, t = {self.t:g} ms, seed = {self.seed}>"
        )
