"""Brunel's network: the paper's numbers, and its theory."""

import numpy as np
import pytest

import spikesim as sim
from models import brunel
from tests.models.rig import written_by


@pytest.mark.slow
@pytest.mark.parametrize("regime", brunel.REGIMES)
def test_numbers_of_each_regime(regime):
    seconds = {"SR": 0.05, "SI slow": 1.0}.get(regime, 0.6)
    numbers = brunel.run(regime, seconds=seconds, seed=2).numbers
    outside = {k: v for k, v in numbers.items() if not brunel.EXPECTED[k].holds(v)}
    assert not outside


def test_theory_is_the_papers():
    """Table 1 of the paper gives rates of 55.8, 38.0 and 6.5 Hz."""
    rates = [brunel.theory(regime)[0] for regime in ("SI fast", "AI", "SI slow")]
    assert np.allclose(rates, [55.8, 38.0, 6.5], atol=0.06)


@pytest.mark.parametrize("regime", ["AI", "SI slow"])
def test_theory_of_unconnected_neurons(regime):
    """Neurons with Poisson input of the theory's mean and deviation fire at its rate and CV.

    The theory is one of small jumps; with the paper's own the slow regime fires 8 % less.
    """
    rate, cv = brunel.theory(regime)
    mean, deviation = brunel.input_moments(rate, *brunel.REGIMES[regime])
    jump = 0.02
    total, net_excitation = deviation**2 / (20.0 * jump**2), mean / (20.0 * jump)  # per ms
    net = sim.Network(dt=0.01, seed=1)
    model = sim.LIF(tau_m=20.0, E_L=0.0, V_th=20.0, V_reset=10.0, receptors={"jump": sim.Delta()})
    cells = net.population("cells", 100, model)
    for sign in (1.0, -1.0):
        hertz = 500.0 * (total + sign * net_excitation)
        net.stimulate(cells, sim.PoissonDrive(hertz, sign * jump))
    net.run(200.0)
    spikes = net.record(cells, "spikes")
    net.run(2000.0 if regime == "AI" else 6000.0)
    trains = spikes.result()
    assert trains.mean_rate() == pytest.approx(rate, rel=0.05)
    assert np.nanmean(trains.cv()) == pytest.approx(cv, rel=0.08)


def test_the_command_line(tmp_path):
    content = written_by(brunel.main, tmp_path, ["AI"], seconds=0.05, scale=0.11)
    assert content["options"] == {"seconds": 0.05, "scale": 0.11, "seed": 1}
    assert set(content["numbers"]) == {k for k in brunel.EXPECTED if k.startswith("AI")}


def test_bad_input_is_named(tmp_path):
    with pytest.raises(sim.ValidationError, match=r"regime: must be one of SR, SI fast.*'AS'"):
        brunel.run("AS")
    with pytest.raises(sim.ValidationError, match="no such folder"):
        brunel.main(out=tmp_path / "nowhere" / "out.png")
