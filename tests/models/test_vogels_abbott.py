"""Activity that sustains itself: rates of other simulators, irregularity."""

import numpy as np
import pytest

import spikesim as sim
from models import vogels_abbott
from models.vogels_abbott import EXPECTED
from tests.models.rig import written_by


@pytest.mark.thorough
@pytest.mark.parametrize("kind", vogels_abbott.KINDS)
def test_numbers_of_each_kind(kind):
    result = vogels_abbott.run(kind, seconds=1.0, seed=3)
    outside = {k: v for k, v in result.numbers.items() if not EXPECTED[k].holds(v)}
    assert not outside
    assert result.exc.mean_rate() == pytest.approx(result.inh.mean_rate(), rel=0.1), "one law"


@pytest.mark.thorough
def test_nothing_comes_from_outside():
    """COBA is woken, and goes on by itself; without inhibition's balance it would not be silent."""
    net, exc, _ = vogels_abbott.build("COBA", scale=0.5, seed=1)
    wake = net.record(net.populations["wake"], "spikes")
    spikes = net.record(exc, "spikes")
    net.run(300.0)
    times = wake.result().times
    assert 100 < times.size < 300, "40 sources of 100 Hz for 50 ms"
    assert times.max() <= 50.0
    assert spikes.result().window(250.0, 300.0).mean_rate() > 5.0


def test_in_degrees_stay_at_another_scale():
    net, _, _ = vogels_abbott.build("CUBA", scale=0.25)
    net.build()
    synapses = net.projections["exc->inh"].connections()
    assert np.bincount(synapses.target, minlength=200).mean() == pytest.approx(64.0, rel=0.05)


@pytest.mark.thorough
def test_the_command_line(tmp_path):
    written = written_by(vogels_abbott.main, tmp_path, ["CUBA"], seconds=0.2, scale=0.25)
    assert set(written["numbers"]) == {k for k in EXPECTED if "CUBA" in k}


def test_bad_input_is_named():
    with pytest.raises(sim.ValidationError, match="kind: must be CUBA or COBA, got 'cuba'"):
        vogels_abbott.run("cuba")
