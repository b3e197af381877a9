"""States whose files are in order and whose values cannot be: loaded, and run if they are taken.

``python -m tests.hostile 500`` prints how many were refused and how many ran. In a process of its
own, so that a crash or a loop without end is seen.
"""

from __future__ import annotations

import faulthandler
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

import spikesim as sim
from spikesim.files.arrays import read_arrays, write_arrays
from spikesim.runtime.checkpoint import HEAD, checksum
from spikesim.runtime.checks import entries
from spikesim.synapses.rule import TRACES
from spikesim.units import ms, one, param

PATIENCE_S = 60.0  # for one state


class Rewarded(sim.PlasticityRule):
    """Potentiation as far as there is dopamine."""

    tau_plus = param(20.0, ms, "positive", "time constant of the presynaptic trace")
    tau_minus = param(20.0, ms, "positive", "time constant of the postsynaptic trace")
    w_max = param(60.0, one, "positive", "upper bound of the weight")
    modulators = ("dopamine",)
    equations = TRACES
    on_pre = "w = max(0.0, w - 0.2 * y); x += 1"
    on_post = "w = min(w_max, w + x * (0.1 + dopamine)); y += 1"


def network(seed=3):
    """Every kind of state that there is, small and lively."""
    net = sim.Network(dt=0.1, seed=seed)
    cell = sim.LIF(V_th=-52.0, V_reset=-60.0, E_L=-62.0, I_e=sim.Uniform(140.0, 260.0),
                   receptors={"exc": sim.ExpCurrent(tau_syn=3.0)})  # fmt: skip
    cells = net.population("cells", 12, cell, initial={"V_m": sim.Uniform(-62.0, -53.0)})
    poisson = net.population("poisson", 9, sim.PoissonSource(400.0))
    gamma = net.population("gamma", 4, sim.GammaSource([100.0, 300.0, 0.0, 50.0], shape=3.0))
    given = net.population("given", 3, sim.SpikeSource([[2.0, 9.5, 31.0], [4.0], [0.2, 44.0]]))
    dopamine = net.modulator("dopamine", tau=30.0, baseline=0.1)
    net.release(gamma, dopamine, amount=0.2, delay=1.5)
    some, wide = sim.FixedProbability(0.6), sim.Uniform(0.3, 4.0)
    rule = sim.PairSTDP(lambda_=0.02, w_max=90.0)
    options = {"weight": sim.Uniform(5.0, 30.0), "receptor": "exc"}
    net.project(poisson, cells, some, delay=wide, plasticity=rule, delay_is="axonal",
                name="axonal", **options)  # fmt: skip
    net.project(cells, cells, some, delay=wide, plasticity=rule, delay_is="dendritic",
                name="dendritic", **options)  # fmt: skip
    net.project(poisson, cells, sim.AllToAll(), delay=0.7, name="logged", delay_is="dendritic",
                plasticity=sim.TraceSTDP(w_max=60.0), **options)  # fmt: skip
    centred = Rewarded(pairing="nearest-presynaptic-centred")
    net.project(gamma, cells, some, delay=1.0, plasticity=centred, delay_is="axonal",
                name="rewarded", **options)  # fmt: skip
    net.project(given, cells, some, delay=wide, name="static", **options)
    net.project(gamma, cells, some, delay=0.5, name="quantal",
                release=sim.QuantalRelease(U=0.5, n_sites=4), **options)  # fmt: skip
    net.project(poisson, cells, sim.AllToAll(), weight=2.0, delay=0.4, name="tiring",
                release=sim.TsodyksMarkram(), receptor="exc")  # fmt: skip
    net.gap_junctions(cells, cells, sim.AllToAll(autapses=False), g=0.01)
    net.record(cells, "V_m", every=1.0)
    return net


def states(folder):
    """Files of states at several times, with histories that have wrapped and grown."""
    net, paths = network(), []
    for duration in (0.0, 20.0, 300.0, 700.0):
        net.run(duration)
        paths.append(folder / f"good{len(paths)}.npz")
        net.save_state(paths[-1])
    net.reset_state()
    net.run(3.0)
    paths.append(folder / "forgot.npz")
    net.save_state(paths[-1])
    return paths


def worse(rng, arrays):
    """Change one array, as an attacker would who can compute a checksum; returns what was done."""
    name = rng.choice(sorted(arrays))
    array = arrays[name] = arrays[name].copy()
    how = rng.choice(["value", "some", "all", "shift", "shape", "type", "order", "width", "step"])
    if name == HEAD or how == "step":
        head = json.loads(str(arrays[HEAD]))
        odd = [-1, 0, 1, 10**9, 2**53, 2**63, -(2**70), 1.5, "7", None, True, [1], float("nan")]
        key = rng.choice([*sorted(head), "step", "step", "step"])
        head[key] = odd[rng.integers(len(odd))]
        arrays[HEAD] = np.array(json.dumps(head))
        return f"head {key} = {head[key]!r}"
    if how == "shape":
        arrays[name] = array[..., None] if rng.integers(2) or not array.ndim else array[:-1]
    elif how == "width" and array.ndim:
        arrays[name] = np.repeat(array, rng.integers(0, 4), axis=-1)
    elif how == "type":
        kinds = [np.int8, np.int32, np.int64, np.uint64, np.float32, np.float64, np.bool_, "U3"]
        with np.errstate(all="ignore"):
            arrays[name] = array.astype(kinds[rng.integers(len(kinds))])
    elif array.size:
        flat = arrays[name].reshape(-1)
        values = np.array(evil(rng, array.dtype), array.dtype)
        if how == "all":
            flat[:] = values
        elif how == "shift":
            with np.errstate(all="ignore"):
                flat += values
        elif how == "order":
            flat[:] = rng.permutation(flat)
        else:
            places = rng.integers(flat.size, size=1 if how == "value" else 1 + flat.size // 4)
            flat[places] = values
    return f"{name} {how}"


def allowed(rng, arrays, limits):
    """Fill some arrays of one object with numbers that are right one by one; returns what was done.

    Then only what holds between arrays can be wrong.
    """
    objects = sorted({name.rpartition(".")[0] for name in limits if name.count(".") > 1})
    chosen = rng.choice(objects)
    names = [name for name in limits if name.rpartition(".")[0] == chosen and arrays[name].size]
    for name in rng.choice(names, size=min(len(names), rng.integers(1, 5)), replace=False):
        array, part = arrays[name].copy(), limits[name][rng.integers(len(limits[name]))]
        room = array if part.part is None else array[part.part]
        scale = rng.choice([1.0, 2.0, 8.0, 70.0, 1000.0, 10000.0, 1e9, 2.0**53])
        low, high = max(part.limits.low, -scale), min(part.limits.high, scale)
        values = rng.uniform(min(low, high), high, room.shape)
        room[...] = (np.rint(values) if array.dtype.kind == "i" else values).astype(array.dtype)
        if rng.integers(2):
            room = room.sort(axis=-1) if room.ndim else None
        arrays[name] = array
    return f"{chosen}: {', '.join(names)} within"


def evil(rng, dtype):
    """A number that is likely to be wrong."""
    if dtype.kind not in "if":
        return np.zeros((), dtype)
    if dtype.kind == "f":
        large = float(np.finfo(dtype).max)
        return rng.choice([np.nan, np.inf, -np.inf, -1.0, 1.0, 0.5, 1e9, -1e9, 2.0**53, large,
                           -large, 1e-300 if dtype.itemsize == 8 else 1e-30])  # fmt: skip
    info = np.iinfo(dtype)
    values = [-1, 0, 1, 2, 7, 64, 65, 255, 256, 4096, 1 << 16, 1 << 20, info.max, info.min,
              info.max - 1, info.max // 2, -5, 100, 1000, 9999]  # fmt: skip
    return values[rng.integers(len(values))] % (info.max + 1) if info.min == 0 else (
        int(np.clip(values[rng.integers(len(values))], info.min, info.max))
    )  # fmt: skip


def write(path, arrays):
    """A file with the right checksum."""
    head = json.loads(str(arrays[HEAD]))
    others = {name: array for name, array in arrays.items() if name != HEAD}
    head["checksum"] = checksum(head, others)
    with open(path, "wb") as file:
        write_arrays(file, {**others, HEAD: np.array(json.dumps(head))})


def held(net):
    """All that a network holds, for comparison bit by bit."""
    return net.t, {name: array.tobytes() for name, array in net.plan.mutable().items()}


def refusal(net, path):
    """The error of a load, or None."""
    try:
        net.load_state(path)
    except sim.ValidationError as error:
        return error
    return None


def trial(cases, seed, folder):
    """How loading ended, by kind."""
    rng, found = np.random.default_rng(seed), Counter()
    good = states(folder)
    net = network()
    net.build()
    for _ in range(cases):
        arrays = read_arrays(good[rng.integers(len(good))])
        if rng.integers(2):
            done = [worse(rng, arrays) for _ in range(rng.integers(1, 3))]
        else:
            limits = {}
            for entry in entries(net.plan, json.loads(str(arrays[HEAD]))["step"]):
                limits.setdefault(entry.name, []).append(entry)
            done = [allowed(rng, arrays, limits)]
        write(folder / "bad.npz", arrays)
        print(*done, sep=", ", file=sys.stderr, flush=True)
        faulthandler.dump_traceback_later(PATIENCE_S, exit=True)
        before = held(net)
        error = refusal(net, folder / "bad.npz")
        if error is not None:
            if "bad.npz" not in str(error) or held(net) != before:
                raise AssertionError(f"{done}: {error!r}, or the network has changed")
            found["refused"] += 1
            continue
        try:
            net.run(5.0)
            for projection in net.projections.values():
                projection.weight  # noqa: B018
            found["ran"] += 1
        except sim.SimulationError:
            found["stopped"] += 1
            net.load_state(good[1])
        faulthandler.cancel_dump_traceback_later()
    faulthandler.cancel_dump_traceback_later()
    return found


if __name__ == "__main__":
    faulthandler.enable()
    with tempfile.TemporaryDirectory() as place:
        seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
        print(json.dumps(trial(int(sys.argv[1]), seed, Path(place))))
