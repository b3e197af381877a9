"""What the picture of the dendrite shows."""

import numpy as np
import pytest

from models.dendrite import backward, synaptic


@pytest.mark.thorough
def test_far_synapses_are_weak_and_slow():
    _, traces = synaptic()
    assert (np.diff([trace.max() for trace in traces]) < 0).all()
    assert (np.diff([trace.argmax() for trace in traces]) > 0).all()


@pytest.mark.slow
def test_spikes_run_back_and_fade():
    _, traces = backward()
    peaks = [trace.max() for trace in traces]
    assert peaks[0] > 20.0 > peaks[1] > peaks[2]
    assert (np.diff([trace.argmax() for trace in traces]) > 0).all()
