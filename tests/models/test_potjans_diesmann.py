"""The cortical column: published rates, and what scaling down keeps."""

import numpy as np
import pytest

import spikesim as sim
from models import potjans_diesmann as column
from tests.models.rig import written_by


@pytest.mark.thorough
def test_numbers_at_a_tenth():
    numbers = column.run(seconds=1.5, seed=2).numbers
    outside = {k: v for k, v in numbers.items() if not column.EXPECTED[k].holds(v)}
    assert not outside


@pytest.mark.slow
def test_rates_of_the_full_network():
    numbers = column.run(seconds=1.0, scale=1.0, seed=2).numbers
    outside = {k: v for k, v in column.EXPECTED_FULL.items() if not v.holds(numbers[k])}
    assert not outside


def test_synapses_of_the_full_network():
    """0.3 billion synapses, and the paper's peak of 87.8 pA for 0.15 mV."""
    n_synapses, weights = column.full_network()
    assert n_synapses.sum() == pytest.approx(298.9e6, rel=0.001)
    assert weights[1, 0] == pytest.approx(87.8085, rel=1e-5)
    assert weights[0, 2] == 2.0 * weights[1, 0] == -0.5 * weights[3, 3]


@pytest.mark.parametrize("scale", [0.05, 0.15])
def test_scaling_keeps_mean_and_variance_of_the_input(scale):
    """At the published rates, summed over the synapses that were really drawn."""
    net, cells = column.build(scale=scale, seed=1)
    net.build()
    n_synapses, weights = column.full_network()
    external = column.weight_of_psp(0.15)
    target = 6  # L6E has most of its input from outside
    mean = weights[target] * n_synapses[target] @ column.PUBLISHED_HZ / column.SIZES[target]
    mean += external * 8.0 * column.K_EXTERNAL[target]
    here = 0.0
    variance = np.zeros(2)
    for j, name in enumerate(column.NAMES):
        number = n_synapses[target, j] / column.SIZES[target]
        variance[0] += number * weights[target, j] ** 2 * column.PUBLISHED_HZ[j]
        if f"{name}->L6E" in net.projections:
            drawn = net.projections[f"{name}->L6E"].weight.astype(float)
            per_neuron = drawn.sum() / len(cells["L6E"])
            here += per_neuron * column.PUBLISHED_HZ[j]
            variance[1] += (drawn**2).sum() / len(cells["L6E"]) * column.PUBLISHED_HZ[j]
    outside = external * 8.0 * column.K_EXTERNAL[target]
    here += np.sqrt(scale) * outside
    lost = cells["L6E"].get("I_e")[0] * 1000.0 / 0.5
    assert here + lost == pytest.approx(mean, abs=5e-4 * outside), "what inhibition leaves of it"
    assert variance[1] / variance[0] == pytest.approx(1.01, rel=0.005), "weights vary by 10 %"


@pytest.mark.thorough
def test_the_command_line(tmp_path):
    written = written_by(column.main, tmp_path, seconds=0.1, scale=0.02)
    assert set(written["numbers"]) == set(column.EXPECTED)


def test_bad_input_is_named():
    with pytest.raises(sim.ValidationError, match=r"scale: must be from 0.01 to 1, got 2.0"):
        column.run(scale=2.0)
