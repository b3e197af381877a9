"""The network that users hold: it is described, built into a plan, run and read."""

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
from spikesim.runtime.plan import Plan
from spikesim.runtime.recording import Recording
from spikesim.runtime.simulator import Simulator
from spikesim.runtime.turns import in_turn
from spikesim.units import check_flag, check_scalar, ms, whole_steps


class Network(DescribedNetwork):
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

    @in_turn
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
        SpikeRecorder, StateRecorder, WeightRecorder or ElementRecorder
            Its ``result()`` is a `SpikeTrains` or a `Traces`.

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
        """Make the synapses and kernels now; `run` does it otherwise."""
        self._simulation.build()

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
            If a state variable is no longer a number, if there is not enough memory, or if the
            network is running already, in another thread or around this call.

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
        """Go back to the description: time 0, nothing in flight, recorders empty.

        What was set since (parameters, states, rates, spike times, concentrations, conductances
        of gap junctions, weights) is as it was described. Switches of learning stay.

        Parameters
        ----------
        keep_weights : bool
            Keep the weights as they are now.
        """
        keep_weights = check_flag(keep_weights, "keep_weights", "reset")
        self._simulation.reset(keep_weights=keep_weights)

    def reset_state(self) -> None:
        """Bring membranes, receptors, traces and spikes in flight back to their start.

        Time goes on, weights and what neurons have learnt (adaptive thresholds) stay, and so does
        all that was set.
        """
        self._simulation.reset_state()

    def save_state(self, path: str | Path) -> None:
        """Write the state to a file, from which `load_state` goes on bit-identically.

        It holds all that changes in a run, and all that can be set and switched between runs.
        What recorders hold is not part of it. What was at `path` stays until the new file is whole.

        Parameters
        ----------
        path : str or Path
            The file, which is written as a whole or not at all.

        Raises
        ------
        ValidationError
            If `path` cannot be a file, or the network cannot go on, for a variable is not finite.
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
        """Put a state saved by the same network back; recorders start anew from there.

        Parameters
        ----------
        path : str or Path
            The file that `save_state` wrote.

        Raises
        ------
        ValidationError
            If the file cannot be read, is damaged, is of another network, or holds numbers that
            cannot be. The network is as it was then.

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
        """What the network will take of memory, and what the machine has; nothing is built for it.

        Numbers of synapses that are left to chance are the expected ones. A network that needs more
        than the machine has is refused when it is built, a population or projection that does when
        it is added, and a run whose samples would not fit when it is asked for.

        Returns
        -------
        MemoryTable
            Bytes by population, projection, input, buffer and recorder.
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
        """Spikes so far, of all neurons and sources."""
        plan = self._simulation.built
        return 0 if plan is None else int(plan.counters[1])

    @property
    def n_events(self) -> int:
        """Synaptic events delivered so far."""
        plan = self._simulation.built
        return 0 if plan is None else int(plan.counters[2:4].sum())

    @property
    def threads(self) -> int:
        """How many threads share the work."""
        return self._simulation.threads

    @property
    def learning(self) -> bool:
        """Whether any plasticity acts; setting it switches all plastic projections.

        Those that are described later are switched, too. Without any it is as it was set.
        """
        plastic = self._plastic
        return any(p.learning for p in plastic) if plastic else self._learning

    @learning.setter
    def learning(self, on: bool) -> None:
        on = check_flag(on, "learning", "Network")
        with self._simulation.turns:
            for projection in self._plastic:
                projection.learning = on
            self._learning = on

    @property
    def plan(self) -> Plan:
        """The arrays behind the network, once it is built."""
        return self._simulation.plan

    @property
    def simulator(self) -> Simulator:
        """What runs the plan, once it is built."""
        return self._simulation.simulator

    @property
    def recorders(self) -> tuple[Recorder, ...]:
        """All recorders, in the order in which they were made; of a copy those of the copy."""
        return tuple(self._simulation.recorders)

    @property
    def recording(self) -> Recording:
        """The stores of all recorders."""
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
            f"<Network: {len(d.populations)} populations, {len(d.projections)} projections, "
            f"dt = {self.dt} ms, t = {self.t:g} ms, seed = {self.seed}>"
        )
