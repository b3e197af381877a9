import numpy as np
import pytest

from spikesim.analysis import SpikeTrains, Traces
from spikesim.errors import ValidationError
from spikesim.plot import traces


def recorded(k, samples=100):
    values = np.linspace(-65.0, -50.0, samples)[:, None] + np.arange(k)
    ids = 2 * np.arange(k)
    return Traces(np.arange(samples) * 1.0, values, variable="V_m", unit="mV", ids=ids, name="exc")


def test_draws_each_neuron_with_its_unit(drawn):
    given = recorded(3)
    ax = drawn(traces(given))
    for k, line in enumerate(ax.lines):
        assert np.array_equal(line.get_xdata(), given.times)
        assert np.array_equal(line.get_ydata(), given.values[:, k])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (ms)", "V_m (mV)")
    legend = ax.get_legend()
    assert legend.get_title().get_text() == "exc neuron"
    assert [text.get_text() for text in legend.get_texts()] == ["0", "2", "4"]


def test_weights_are_those_of_synapses(drawn):
    times = [0.0, 1.0]
    given = Traces(times, np.ones((2, 2)), variable="weight", unit="pA", ids=[0, 5], name="a->b")
    assert drawn(traces(given)).get_legend().get_title().get_text() == "a->b synapse"


def test_marks_the_spikes_of_the_neurons_that_were_recorded(drawn):
    spikes = SpikeTrains([10.0, 20.0, 30.0, 500.0], [0, 1, 2, 2], n=5, t_start=0.0, t_stop=500.0)
    given = recorded(2)
    ax = drawn(traces(given, spikes=spikes))
    first, second = ax.collections
    assert [segment[0, 0] for segment in first.get_segments()] == [10.0]
    assert [segment[0, 0] for segment in second.get_segments()] == [30.0]
    assert all(segment[:, 1].min() > given.values.max() for segment in first.get_segments())


def test_many_none_and_astray_ones_are_drawn(drawn):
    assert drawn(traces(recorded(20))).get_legend() is None
    drawn(traces(recorded(1)[[]]))
    nowhere = Traces([], np.empty((0, 1)), variable="V_m", unit="mV", ids=[0])
    drawn(traces(nowhere))
    astray = Traces([0.0, 1.0], [[np.nan], [np.nan]], variable="V_m", unit="mV", ids=[0])
    drawn(traces(astray, spikes=SpikeTrains([0.5], [0], n=1, t_start=0.0, t_stop=1.0)))


def test_bad_input_is_named():
    with pytest.raises(ValidationError, match="must be Traces"):
        traces(np.ones(3))
    few = SpikeTrains([], [], n=2, t_start=0.0, t_stop=1.0)
    with pytest.raises(ValidationError, match="has 2 neurons, but neuron 4"):
        traces(recorded(3), spikes=few)
