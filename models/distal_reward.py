"""The distal reward problem: dopamine that comes seconds later finds its synapse (Izhikevich 2007).

1,000 neurons fire at random. Whenever neuron 2 fires within 10 ms of neuron 1, from which it has a
synapse, dopamine is released 1 to 3 seconds later. Until then each neuron fires some more times;
yet this one of 80,000 plastic synapses grows from 0 to its upper bound. STDP leaves an eligibility
trace at a synapse, which decays within a second, and dopamine turns what is left of it into a
change of the weight: only this synapse is eligible each time. In the control, dopamine comes 20 to
60 seconds later. Most other synapses become weak, because STDP depresses on average; one or two in
a hundred reach the bound by chance, as in the paper's program.

    v' = 0.04 v^2 + 5 v + 140 - u + I,   u' = a (0.2 v - u);   v >= 30: v = -65, u = u + d
    800 exc: (a, d) = (0.02, 8);   200 inh: (0.1, 2);   I: uniform noise of -6.5 to 6.5 each ms
    100 synapses of each neuron, to any neuron, or of inh to exc;   weights 1 (0 to 4) and -1
    dc/dt = -c / 1 s, and STDP at spikes;   dw/dt = 100/s c (0.002 + DA);   DA' = -DA / 200 ms

Izhikevich 2007, Cereb. Cortex 17:2443, first experiment, and its program daspnet.m. In the program,
rewards follow pairs of up to 19 ms (`--window 19`), a trace of STDP is set to 1 at a spike, and a
spike acts in the next millisecond; here spikes add to traces, and act one millisecond later.

    python -m models.distal_reward --out distal_reward.png --json distal_reward.json
    python -m models.distal_reward --seconds 600 --no-control
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import typer

import spikesim as sim
from spikesim import plot
from spikesim.units import ms, mV, pA, param

from .common import Expected, Json, Numbers, Out, Seed, Threads, check_files, cli, report, save

N_EXC, N_INH, OUT_DEGREE = 800, 200, 100
W_EXC, W_INH, W_MAX = 1.0, -1.0, 4.0  # mV/ms for 1 ms
NOISE = 13.0  # mV/ms, width of the uniform distribution
TAU_DOPAMINE, TONIC, REWARD = 200.0, 0.002, 0.5  # ms, concentrations
WINDOW = 10  # ms
DELAY, LATE = (1000, 3000), (20_000, 60_000)  # ms, from the pair to dopamine: paper, control
SLICE = 1000.0  # ms
EVERY = 10_000.0  # ms between samples of the weight
NEAR = 0.975  # of the bound
RECORDED, FINE, SHOWN = 120_000.0, 100.0, 6000.0  # ms, of the eligibility and of its picture
MODULI = (2147483563, 2147483399)  # of L'Ecuyer 1988

EXPECTED = {
    "weight": Expected(3.2, 4.0, "mV", "bound 4; the paper's program 3.5 to 4.0"),
    "other weights": Expected(0.4, 0.9, "mV", "the paper's program 0.49 to 0.73"),
    "others near the bound": Expected(
        0.005, 0.04, "", "by chance; the paper's program 0.01 to 0.03"
    ),
    "rewards": Expected(1.0, 4.0, "a minute", "the paper's program 1.1 to 3.0"),
    "exc rate": Expected(1.2, 1.4, "Hz", "the paper's program 1.25 to 1.34"),
    "inh rate": Expected(0.76, 0.92, "Hz", "the paper's program 0.80 to 0.89"),
    "control weight": Expected(0.0, 1.0, "mV", "the paper's program 0.1"),
}


class Pulse(sim.Receptor):
    """A current pulse of 1 ms (one step)."""

    fade = param(1e-3, ms, "positive", "time constant, short against the step of 1 ms")

    equations = "dI/dt = -I / fade : pA"
    on_spike = {"I": "1"}  # noqa: RUF012
    current = "I"
    weight_unit = pA


class Cell(sim.Izhikevich):
    """The neuron with uniform noise, drawn anew each step.

    `sim.NoiseCurrent` draws from the normal distribution, with which the neurons fire 1.4 times as
    often at the same variance. r1 and r2 are the states of a generator of each neuron: that of
    L'Ecuyer 1988 (CACM 31:742), whose products are exact in float64.
    """

    noise = param(NOISE, mV / ms, "non-negative", "width of the distribution of the noise")

    equations = """
        drive = (I_syn + I_in + I_e) * (mV / ms / pA) : mV/ms
        V_m : mV
        U_m : mV
        r1 : 1
        r2 : 1
    """

    @staticmethod
    def step(V_m, U_m, r1, r2, drive, a, b, noise, dt):
        """Draw a number, and advance the neuron with it as `sim.IzhikevichHalfSteps` does.

        Adding and subtracting 1.5 * 2**52 rounds to a whole number. `floor` would do as well, but
        gives an integer, with which the loop over neurons takes twice as long.
        """
        large = 6755399441055744.0
        r1 *= 40014.0
        r1 -= 2147483563.0 * (r1 * (1.0 / 2147483563.0) + large - large)
        r2 *= 40692.0
        r2 -= 2147483399.0 * (r2 * (1.0 / 2147483399.0) + large - large)
        uniform = (r1 - r2) * (1.0 / 2147483563.0)
        drive += noise * (uniform - (uniform + large - large))
        for _half in range(2):
            V_m += 0.5 * dt * (0.04 * V_m * V_m + 5.0 * V_m + 140.0 - U_m + drive)
        U_m += dt * a * (b * V_m - U_m)
        return V_m, U_m, r1, r2


class Parts(NamedTuple):
    """The network and what an experiment handles; synapse 0 of `plastic` is that of the pair."""

    net: sim.Network
    cells: sim.Population
    plastic: sim.Projection
    dopamine: sim.Modulator
    reward: sim.Population


@dataclass(frozen=True)
class Trial:
    """One run: weights, rates, when the pair fired and when dopamine came.

    Attributes
    ----------
    seconds : float
        Simulated time.
    weights : ndarray, shape (80000,)
        Final weights (mV/ms), that of the pair's synapse first.
    history : Traces
        Weight of the pair's synapse, each 10 s.
    rates : ndarray, shape (1000,)
        Firing rates (Hz).
    pairs, rewards : ndarray
        Times (ms) of spikes that were rewarded, and of their rewards, in the same order.
    eligibility, dopamine : Traces
        Those of the pair's synapse in the last seconds.
    """

    seconds: float
    weights: np.ndarray
    history: sim.Traces
    rates: np.ndarray
    pairs: np.ndarray
    rewards: np.ndarray
    eligibility: sim.Traces
    dopamine: sim.Traces

    def weight(self) -> float:
        """Mean weight (mV/ms) of the pair's synapse in the last sixth of the run."""
        late = self.history.times >= 5.0 / 6.0 * self.history.times[-1]
        return float(self.history.values[late, 0].mean())


@dataclass(frozen=True)
class Result:
    """The experiment, and its control."""

    paired: Trial
    control: Trial | None

    @property
    def numbers(self) -> Numbers:
        """Weights, rewards and rates; that of the pair is a mean over the last sixth of the run."""
        own, control = self.paired, self.control
        others = own.weights[1:]
        numbers = {
            "weight": own.weight(),
            "other weights": float(others.mean()),
            "others near the bound": float((others >= NEAR * W_MAX).mean()),
            "rewards": 60.0 * own.pairs.size / own.seconds,
            "exc rate": float(own.rates[:N_EXC].mean()),
            "inh rate": float(own.rates[N_EXC:].mean()),
        }
        return numbers if control is None else numbers | {"control weight": control.weight()}


def build(*, seed: int = 1, threads: int = 1) -> Parts:
    """Build the network. Neurons 0 and 1 are the pair; their only synapse begins with 0."""
    return describe(sim.Network(dt=1.0, seed=seed, threads=threads), seed)


def describe(net: sim.Network, seed: int) -> Parts:
    """Add populations and projections to an empty network."""
    rng = np.random.default_rng(seed)
    inhibitory = np.arange(N_EXC + N_INH) >= N_EXC
    states = (rng.integers(1, modulus, inhibitory.size) for modulus in MODULI)
    model = Cell(a=np.where(inhibitory, 0.1, 0.02), d=np.where(inhibitory, 2.0, 8.0),
                 receptors={"pulse": Pulse()})  # fmt: skip
    cells = net.population("cells", inhibitory.size, model,
                           initial=dict(zip(("r1", "r2"), states, strict=True)))  # fmt: skip
    exc, inh = cells[:N_EXC], cells[N_EXC:]

    dopamine = net.modulator("dopamine", tau=TAU_DOPAMINE, baseline=TONIC)
    reward = net.population("reward", 1, sim.SpikeSource())
    net.release(reward, dopamine, amount=REWARD, delay=1.0)

    # As in the program, targets are drawn with replacement, except that a second synapse between
    # the pair, which would be rewarded as well, is ruled out.
    targets = rng.integers(0, inhibitory.size, (N_EXC, OUT_DEGREE))
    targets[0] = 1 + rng.permutation(inhibitory.size - 1)[:OUT_DEGREE]
    targets[0, targets[0] == 1] = targets[0, 0]
    targets[0, 0] = 1
    weights = np.full(targets.size, W_EXC)
    weights[0] = 0.0
    ends = sim.FromArrays(np.repeat(np.arange(N_EXC), OUT_DEGREE), targets.ravel())
    plastic = net.project(exc, cells, ends, weight=weights, delay=1.0, delay_is="axonal",
                          plasticity=sim.DopamineSTDP(w_max=W_MAX))  # fmt: skip
    net.project(inh, exc, sim.FixedOutDegree(OUT_DEGREE, multapses=True), weight=W_INH, delay=1.0)
    return Parts(net, cells, plastic, dopamine, reward)


def rewarded(pre: np.ndarray, post: np.ndarray, window: float) -> np.ndarray:
    """Spikes of `post` at most `window` ms after the last one of `pre` before them (times, ms)."""
    last = np.searchsorted(pre, post) - 1
    return post[(last >= 0) & (post - pre[last] <= window)] if pre.size else post[:0]


def simulate(
    seconds: float,
    *,
    delay: tuple[int, int] = DELAY,
    window: float = WINDOW,
    seed: int = 1,
    threads: int = 1,
) -> Trial:
    """Simulate one run; dopamine comes a random time in `delay` (ms) after each pair of spikes.

    A network cannot tell itself that two given neurons have fired within some time of each other.
    This is found here, between runs: the reward for a pair comes more than a second later, so runs
    of a second are early enough to tell the source of rewards when to fire. Times are exact to the
    step, as if each step were a run, at a thousandth of the cost.
    """
    net, cells, plastic, dopamine, reward = build(seed=seed, threads=threads)
    spikes = net.record(cells, "spikes")
    weight = net.record(plastic, "weight", every=EVERY, synapses=[0])
    rng = np.random.default_rng((seed, 1))
    counts, stop = np.zeros(len(cells), np.int64), 1000.0 * seconds
    pre, pairs, rewards = np.empty(0), np.empty(0), np.empty(0)
    traces: list[Any] = []
    while net.t < stop:
        if not traces and net.t >= stop - RECORDED:
            traces = [net.record(plastic, "c", every=FINE, synapses=[0]),
                      net.record(dopamine, "concentration", every=FINE)]  # fmt: skip
        net.run(min(SLICE, stop - net.t))
        new = spikes.result()
        spikes.clear()
        counts += new.counts()
        pre = np.append(pre, new.times[new.ids == 0])
        found = rewarded(pre, new.times[new.ids == 1], window)
        if found.size:
            pairs = np.append(pairs, found)
            rewards = np.append(rewards, found + rng.integers(*delay, found.size) + 1)
            # The release takes a step. Only times that are still to come are given.
            reward.times = np.sort(rewards[rewards - 1.0 > net.t]) - 1.0
    return Trial(seconds, plastic.weight, weight.result(), counts / seconds, pairs, rewards,
                 *(recorder.result() for recorder in traces))  # fmt: skip


def run(
    *,
    seconds: float = 3600.0,
    window: float = WINDOW,
    control: bool = True,
    seed: int = 1,
    threads: int = 1,
) -> Result:
    """Simulate the experiment, and its control, in which dopamine is late."""
    options: dict[str, Any] = {"window": window, "seed": seed, "threads": threads}
    paired = simulate(seconds, **options)
    late = simulate(seconds, delay=LATE, **options) if control else None
    return Result(paired, late)


def picture(result: Result, path: Path) -> None:
    """Plot one reward with its eligibility, the weight over time, and the weights of all."""
    own = result.paired
    blue, orange = plot.OKABE_ITO[:2]
    with plot.style():
        figure, axes = plt.subplot_mosaic([["c", "w", "all"], ["dopamine", "w", "all"]],
                                          figsize=(11.0, 3.6), layout="constrained")  # fmt: skip
        show_reward(own, axes["c"], axes["dopamine"])

        runs = {"dopamine 1 to 3 s later": own, "20 to 60 s later": result.control}
        for colour, (name, trial) in zip((blue, orange), runs.items(), strict=True):
            if trial is not None:
                axes["w"].plot(trial.history.times / 60_000.0, trial.history.values[:, 0],
                               color=colour, label=name)  # fmt: skip
        axes["w"].plot(own.rewards / 60_000.0, np.full(own.rewards.size, -0.15), "|", ms=5,
                       color=blue, clip_on=False)  # fmt: skip
        axes["w"].axhline(W_MAX, color="0.6", lw=0.8, ls=":")
        axes["w"].set(xlabel="time (min)", ylabel="weight of the pair's synapse (mV)",
                      ylim=(-0.25, W_MAX + 0.2))  # fmt: skip
        axes["w"].legend(loc="center right", bbox_to_anchor=(1.0, 0.26))

        edges = np.linspace(0.0, W_MAX, 41).tolist()
        axes["all"].hist(own.weights[1:], edges, color="0.6", label="other synapses")
        axes["all"].axvline(own.weights[0], color=blue, label="that of the pair")
        axes["all"].set(xlabel="weight at the end (mV)", ylabel="synapses", yscale="log")
        axes["all"].legend()
        save(figure, path)


def show_reward(trial: Trial, upper: plt.Axes, lower: plt.Axes) -> None:
    """Plot eligibility and dopamine around the largest eligibility of a pair that was recorded."""
    times, c = trial.eligibility.times, trial.eligibility.values[:, 0]
    whole = (trial.pairs > times[0] + 0.2 * SHOWN) & (trial.pairs < times[-1] - 0.8 * SHOWN)
    found = trial.pairs[whole]
    after = c[np.minimum(np.searchsorted(times, found + FINE), times.size - 1)]
    start = found[after.argmax()] if found.size else times[0]
    shown = np.abs(times - start - 0.3 * SHOWN) <= 0.5 * SHOWN
    seconds = (times[shown] - start) / 1000.0
    blue, orange = plot.OKABE_ITO[:2]
    upper.plot(seconds, c[shown], color=blue)
    upper.set(ylabel="eligibility c (1)")
    upper.tick_params(labelbottom=False)
    lower.plot(seconds, trial.dopamine.values[shown, 0], color=orange)
    lower.set(xlabel="time after a pair of spikes (s)", ylabel="dopamine (1)")
    lower.set_ylim(bottom=0.0)
    for ax in (upper, lower):
        ax.axvline(0.0, color="0.6", lw=0.8, ls=":")


def main(
    seconds: Annotated[float, typer.Option(help="Simulated time.")] = 3600.0,
    window: Annotated[float, typer.Option(help="Longest interval of a pair (ms).")] = WINDOW,
    control: Annotated[bool, typer.Option(help="Simulate the control, too.")] = True,
    seed: Seed = 1,
    threads: Threads = 1,
    out: Out = None,
    json_file: Json = None,
) -> None:
    """The distal reward problem: dopamine that comes seconds later finds its synapse."""
    check_files(out, json_file)
    if seconds < 10.0 or seconds % 1.0:
        raise sim.ValidationError(f"must be whole seconds, at least 10, got {seconds} s", "seconds")
    if window < 1.0:
        raise sim.ValidationError(f"must be at least 1 ms, got {window} ms", "window")
    result = run(seconds=seconds, window=window, control=control, seed=seed, threads=threads)
    options = {"seconds": seconds, "window": window, "control": control, "seed": seed}
    report("Distal reward", options, result.numbers, EXPECTED, lambda p: picture(result, p), out,
           json_file)  # fmt: skip


if __name__ == "__main__":
    cli(main)
