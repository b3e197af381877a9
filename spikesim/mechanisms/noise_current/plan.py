"""Build the arrays of noise currents for their kernel."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from spikesim import rng
from spikesim.codegen.step import Call, Stage
from spikesim.description.description import Description, Stimulus
from spikesim.mechanisms.noise_current.declaration import NoiseCurrent
from spikesim.mechanisms.noise_current.kernels import NoiseArgs
from spikesim.planning.context import Context
from spikesim.planning.drives import check_felt
from spikesim.planning.mechanism import Mechanism
from spikesim.planning.settings import IdentityEntry, selected, settings_of
from spikesim.planning.use import Use
from spikesim.runtime.part import Bundles, Part
from spikesim.runtime.split import Split
from spikesim.units import ms, pA, whole_steps


class NoisePart(Part):
    """All noise currents of a network."""

    name = "noise_current"

    def __init__(self, args: NoiseArgs):
        self.args = args

    def calls(self) -> list[Call]:
        kernel = "spikesim.mechanisms.noise_current.kernels:noise_currents"
        return [Call(Stage.CURRENT, kernel, "step, current, noises")]

    def bundles(self) -> Bundles:
        return {"noises": self.args}

    def adds_current_to(self) -> np.ndarray:
        return self.args.place

    def share(self, split: Split, t: int) -> Bundles:
        n = self.args
        chosen = split.mine(t)[n.place]
        first = np.concatenate([[0], np.cumsum(chosen)])[n.first]
        return {"noises": n._replace(
            first=first.astype(np.int64), index=n.index[chosen], place=n.place[chosen],
            mean=n.mean[chosen], std=n.std[chosen],
        )}  # fmt: skip


def check(stimulus: Stimulus, description: Description) -> None:
    """Raise if currents do not act on the target, or if `every` is not a multiple of dt."""
    assert isinstance(stimulus.input, NoiseCurrent)
    check_felt(stimulus.target)
    every, dt = stimulus.input.every, description.dt
    whole_steps(every or dt, dt, "every", stimulus.name)


def plan_noise(stimuli: list[Stimulus], context: Context) -> NoisePart | None:
    """Build the part of all noise currents."""
    if not stimuli:
        return None
    keys, every, sizes, places, means, stds = [], [], [0], [], [], []
    for stimulus in stimuli:
        noise, view = stimulus.input, stimulus.target
        assert isinstance(noise, NoiseCurrent)
        keys.append(rng.key(context.seed, "noise", stimulus.name))
        every.append(whole_steps(noise.every or context.dt, context.dt, "every", stimulus.name))
        sizes.append(len(view))
        places.append(context.gids(view))
        means.append(np.broadcast_to(noise.mean, len(view)))
        stds.append(np.broadcast_to(noise.std, len(view)))
    none = np.empty(0)
    return NoisePart(NoiseArgs(
        key=np.array(keys, np.uint64), every=np.array(every, np.int64),
        first=np.cumsum(sizes).astype(np.int64),
        index=np.concatenate([*(np.arange(size) for size in sizes), none]).astype(np.int64),
        place=np.concatenate([*places, none]).astype(np.int64),
        mean=np.concatenate([*means, none]), std=np.concatenate([*stds, none]),
    ))  # fmt: skip


def identity(stimulus: Stimulus, context: Context, part: NoisePart) -> IdentityEntry:
    """Identity for checkpoints: target; mean, standard deviation and interval of draws."""
    noise = stimulus.input
    assert isinstance(noise, NoiseCurrent)
    values = settings_of(mean=(noise.mean, pA), std=(noise.std, pA),
                      every="each step" if noise.every is None else (noise.every, ms))  # fmt: skip
    same = {"kind": type(noise).__name__, "target": selected(stimulus.target)}
    return "stimulus", stimulus.name, same, values


def memory(stimuli: list[Stimulus], description: Description) -> Iterable[Use]:
    """Estimate the memory of all noise currents."""
    n = sum(len(stimulus.target) for stimulus in stimuli)
    if n:
        yield Use("inputs", "noise currents", 32 * n, what=f"{len(stimuli)} inputs")


NOISE_CURRENT = Mechanism(
    "noise_current",
    lambda element: isinstance(element, Stimulus) and isinstance(element.input, NoiseCurrent),
    plan_noise, check=check, identity=identity, memory=memory,
    currents=lambda stimulus: [stimulus.target],
)  # fmt: skip
