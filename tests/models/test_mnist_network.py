"""The reduced network against a plain NumPy loop, and what both networks promise."""

from __future__ import annotations

import numpy as np
import pytest

from models.mnist.faithful import Faithful
from models.mnist.reduced import INHIBITION, W_MAX, Reduced
from tests.models.conftest import strokes

NEURONS = 8


def bright(network):
    """Raise the rates, for tiny images have few pixels."""
    network.max_rate = 2000.0
    return network


def loop(network, images, w, theta, pixel_steps):
    """Reduced learning from images, one step after the other; `w` and `theta` change in place.

    `pixel_steps[image][step]` lists the pixels that fire in a step. Returns spike counts.
    """
    dt, rule = network.dt, network.learnt.plasticity
    steps, held_steps = round(network.duration / dt), round(10.0 / dt)
    leak = np.exp(-dt / 200.0)
    forget = np.exp(-dt / network.excitatory.get("tau_theta")[0])
    theta_plus = network.excitatory.get("theta_plus")[0]
    counts = np.zeros((len(images), NEURONS), int)
    for row in range(len(images)):
        v, held = np.full(NEURONS, -65.0), np.zeros(NEURONS, int)
        last, fired_before, arriving = np.full(len(w), -np.inf), np.zeros(NEURONS, bool), []
        for step in range(steps):
            drive = w[arriving].sum(axis=0)
            drive += INHIBITION * (fired_before.sum() - fired_before)
            theta *= forget
            v = np.where(held > 0, v, -65.0 + (v + 65.0) * leak + drive)
            fired = (v >= -63.0 + theta) & (held == 0)
            held = np.where(fired, held_steps, np.maximum(held - 1, 0))
            v[fired] = -65.0
            theta[fired] += theta_plus
            x = np.exp(-(step - last) * dt / rule.tau_plus)
            grown = w + rule.eta * (x[:, None] - rule.x_target) * (W_MAX - w)
            w[:, fired] = np.clip(grown, 0.0, W_MAX)[:, fired]
            last[arriving] = step
            counts[row] += fired
            fired_before, arriving = fired, pixel_steps[row][step]
        w *= network.total / w.sum(axis=0)
    return counts


def pixel_spikes(network, trains, n_images):
    steps = round(network.duration / network.dt)
    lists = [[[] for _ in range(steps)] for _ in range(n_images)]
    for time, pixel in zip(trains.times - trains.t_start, trains.ids, strict=True):
        row, step = divmod(round(time / network.dt) - 1, steps)
        lists[row][step].append(pixel)
    return lists


def test_reduced_network_is_what_a_plain_loop_says():
    images = strokes(24, 5).flat()
    network = bright(Reduced(36, NEURONS, seed=3, images=24))
    spikes = network.net.record(network.pixels, "spikes")
    w, theta = network.weights, network.thresholds.copy()
    counts = network.learn(images)
    expected = loop(network, images, w, theta, pixel_spikes(network, spikes.result(), 24))
    assert counts.sum() > 20
    np.testing.assert_array_equal(counts, expected)
    np.testing.assert_allclose(network.weights, w, rtol=2e-4, atol=1e-7)
    np.testing.assert_allclose(network.thresholds, theta, rtol=1e-9)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", [Reduced, Faithful])
def test_learning_changes_weights_and_responding_does_not(kind):
    images = strokes(6, 5).flat()
    network = bright(kind(36, NEURONS, seed=1, images=6))
    start = network.weights
    np.testing.assert_allclose(start.sum(axis=0), network.total, rtol=1e-5)
    assert network.learn(images).sum() > 0
    learnt, theta = network.weights, network.thresholds
    assert (learnt != start).any()
    np.testing.assert_allclose(learnt.sum(axis=0), network.total, rtol=1e-5)
    counts = network.respond(images)
    assert counts.shape == (6, NEURONS)
    assert counts.dtype == np.uint8
    np.testing.assert_array_equal(network.weights, learnt)
    np.testing.assert_array_equal(network.thresholds, theta)


def test_weak_inhibition_lets_more_neurons_fire():
    images = strokes(6, 5).flat()
    network = bright(Reduced(36, NEURONS, seed=1, images=6))
    network.learn(images)
    strict = (network.respond(images) > 0).sum()
    network.relax(0.01)
    assert (network.respond(images) > 0).sum() > strict


@pytest.mark.thorough
@pytest.mark.parametrize("kind", [Reduced, Faithful])
def test_goes_on_bit_for_bit_from_a_saved_state(kind, tmp_path):
    images = strokes(6, 5).flat()
    whole = bright(kind(36, NEURONS, seed=2, images=6))
    whole.learn(images[:3])
    whole.save(tmp_path / "state.npz")
    expected = whole.learn(images[3:])
    second = bright(kind(36, NEURONS, seed=2, images=6))
    second.load(tmp_path / "state.npz")
    np.testing.assert_array_equal(second.learn(images[3:]), expected)
    np.testing.assert_array_equal(second.weights, whole.weights)
    np.testing.assert_array_equal(second.thresholds, whole.thresholds)
    np.testing.assert_array_equal(second.respond(images), whole.respond(images))


@pytest.mark.thorough
def test_faithful_repeats_dim_images_and_gives_up_on_black_ones():
    network = Faithful(36, NEURONS, seed=1, images=1)
    presentation, start = network.duration + network.rest, network.net.t
    network.respond(np.zeros((1, 36), np.uint8))
    assert network.net.t == start + presentation
    network.respond(np.full((1, 36), 3, np.uint8))
    assert network.net.t > start + 2 * presentation


def test_watch_gives_all_spikes(tiny):
    network = bright(Reduced(36, NEURONS, seed=1, images=1))
    trains = network.watch(tiny.test.flat()[:3])
    assert list(trains) == ["pixels", "excitatory"]
    assert all(train.duration == 300.0 for train in trains.values())
    assert trains["pixels"].n_spikes > 0
    assert network.parameters == 36 * NEURONS + NEURONS


@pytest.mark.thorough
@pytest.mark.parametrize("share", [1.0, 0.1])
def test_an_inhibitory_neuron_spares_the_one_that_excites_it(share):
    network = Faithful(36, NEURONS, seed=1, images=1)
    network.relax(share)
    lateral = network.net.projections["lateral inhibition"].connections()
    own = lateral.source == lateral.target
    assert (lateral.weight[own] == 0.0).all()
    assert lateral.weight[~own] == pytest.approx(17.0 * share, rel=1e-6)
    assert (~own).sum() == NEURONS * (NEURONS - 1)
