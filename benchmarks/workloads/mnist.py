"""Unsupervised learning of MNIST's digits: time an image.

The network of Diehl & Cook 2015, Front. Comput. Neurosci. 9:99, with 400 excitatory neurons, as
BindsNET has it (`DiehlAndCook2015` with the settings of its example): 784 Poisson inputs, jumps of
the membrane, nearest-neighbour pair STDP, lateral inhibition through as many inhibitory neurons,
250 ms an image in steps of 1 ms, and between images weights that are normalised and a state that is
reset. BindsNET's rule that a step has one excitatory spike at most is switched off, for all
simulators are to have the same network. All neurons see the same pixels and fire together when an
image begins; how many do so before the inhibition comes is chance, so the rates of 40 images differ
by a third from seed to seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.workloads import Told

DT = 1.0
IMAGE_MS = 250.0
UNIT = ("an image", IMAGE_MS / 1000.0)
BIOLOGICAL_S = 40 * IMAGE_MS / 1000.0
SIZES = {"pixels": 784, "exc": 400}
BRIGHTEST_HZ = 128.0
EXC_TO_INH, INH_TO_EXC = 22.5, 120.0  # mV
NU_PRE, NU_POST, TAU_TRACE, NORM, W_INIT = 1e-4, 1e-2, 20.0, 78.4, 0.3
THETA_PLUS, TAU_THETA = 0.05, 1e7


def images(n: int) -> np.ndarray:
    """Rates in Hz of the first images of the training set, shape (images, pixels)."""
    from models.mnist.idx import OWN_DATA, read_idx

    pixels = read_idx(OWN_DATA / "train-images-idx3-ubyte.gz", 3)[:n]
    return pixels.reshape(len(pixels), -1) * (BRIGHTEST_HZ / 255.0)


def shown(seconds: float, show: Callable[[np.ndarray, float], None]) -> Callable[[float], None]:
    """A function that shows images one after the other, for so many ms in all."""
    stimuli = iter(images(math.ceil(seconds * 1000.0 / IMAGE_MS) + 1))

    def run(duration: float) -> None:
        for begin in np.arange(0.0, duration, IMAGE_MS):
            show(next(stimuli), min(IMAGE_MS, float(duration - begin)))

    return run


def spikesim(sim: Any, net: Any, seconds: float) -> Told:
    """Tell spikesim."""
    pixels = net.population("pixels", SIZES["pixels"], sim.PoissonSource(0.0))
    jump = {"jump": sim.Delta()}
    exc = net.population("exc", SIZES["exc"], sim.AdaptiveLIF(
        tau_m=100.0, E_L=-65.0, V_reset=-60.0, V_th=-52.0, t_ref=5.0, theta_plus=THETA_PLUS,
        tau_theta=TAU_THETA, receptors=jump,
    ))  # fmt: skip
    inh = net.population("inh", SIZES["exc"], sim.LIF(
        tau_m=10.0, E_L=-60.0, V_reset=-45.0, V_th=-40.0, t_ref=2.0, receptors=jump,
    ))  # fmt: skip
    rule = sim.PairSTDP(tau_plus=TAU_TRACE, tau_minus=TAU_TRACE, lambda_=NU_POST,
                        alpha=NU_PRE / NU_POST, w_max=1.0, pairing="nearest-symmetric")  # fmt: skip
    learn = net.project(pixels, exc, sim.AllToAll(), weight=sim.Uniform(0.0, W_INIT), delay=DT,
                        plasticity=rule, delay_is="dendritic")  # fmt: skip
    relay = net.project(exc, inh, sim.OneToOne(), weight=EXC_TO_INH, delay=DT)
    others = np.nonzero(~np.eye(SIZES["exc"], dtype=bool))
    inhibit = net.project(inh, exc, sim.FromArrays(*others), weight=-INH_TO_EXC, delay=DT)

    def show(rates: np.ndarray, duration: float) -> None:
        pixels.set(rate=rates)
        net.run(duration, progress=False)
        learn.normalize(NORM)
        net.reset_state()

    spikes = {"pixels": net.record(pixels, "spikes"), "exc": net.record(exc, "spikes"),
              "inh": net.record(inh, "spikes")}  # fmt: skip
    projections = [("pixels", learn), ("exc", relay), ("inh", inhibit)]
    return Told(SIZES | {"inh": SIZES["exc"]}, spikes, projections, run=shown(seconds, show))


def bindsnet(bindsnet: Any, seconds: float) -> Told:
    """Tell BindsNET."""
    import torch

    net = bindsnet.models.DiehlAndCook2015(
        n_inpt=SIZES["pixels"], n_neurons=SIZES["exc"], exc=EXC_TO_INH, inh=INH_TO_EXC, dt=DT,
        nu=(NU_PRE, NU_POST), norm=NORM, theta_plus=THETA_PLUS, tc_theta_decay=TAU_THETA,
        inpt_shape=(1, 28, 28),
    )  # fmt: skip
    net.layers["Ae"].one_spike = False
    layers = {"pixels": "X", "exc": "Ae", "inh": "Ai"}
    spikes = dict.fromkeys(layers, 0)
    for layer in layers.values():
        monitor = bindsnet.network.monitors.Monitor(net.layers[layer], ["s"])
        net.add_monitor(monitor, layer)

    def show(rates: np.ndarray, duration: float) -> None:
        # Its own encoder draws intervals from Poisson's distribution, which are far too regular.
        chance = torch.from_numpy(rates.reshape(1, 1, 28, 28) * (DT / 1000.0))
        steps = round(duration / DT)
        trains = torch.rand(steps, 1, 1, 28, 28) < chance
        net.run({"X": trains}, time=steps)
        for name, layer in layers.items():
            spikes[name] += int(net.monitors[layer].get("s").sum())
        net.reset_state_variables()

    n_pairs = SIZES["exc"] * (SIZES["exc"] - 1)
    projections = [("pixels", SIZES["pixels"] * SIZES["exc"]), ("exc", SIZES["exc"]),
                   ("inh", n_pairs)]  # fmt: skip
    sizes = SIZES | {"inh": SIZES["exc"]}
    return Told(sizes, spikes, projections, run=shown(seconds, show))
