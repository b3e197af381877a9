"""The leaky integrate-and-fire neuron."""

from contextlib import nullcontext

import numpy as np
import pytest

import spikesim as sim

RECEPTORS = {"kick": sim.Delta(), "exc": sim.ExpCurrent(tau_syn=3.0)}
QUIET = {"E_L": 0.0, "V_reset": -5.0, "V_th": 15.0, "receptors": RECEPTORS}


def cell(precision="double", dt=0.1, **values):
    net = sim.Network(dt=dt, seed=1, precision=precision)
    return net, net.population("cell", 1, sim.LIF(**{**QUIET, **values}))


def kicked(times, weight, duration, **values):
    """V_m over time of a cell that is kicked at given times."""
    net, target = cell(**values)
    source = net.population("source", 1, sim.SpikeSource(np.asarray(times) - 0.1))
    net.project(source, target, sim.OneToOne(), weight=weight, delay=0.1, receptor="kick")
    voltage, spikes = net.record(target, "V_m"), net.record(target, "spikes")
    net.run(duration)
    return voltage.result().values[:, 0], spikes.result().times


def test_defaults_are_those_of_nest():
    """iaf_psc_exp's."""
    assert sim.LIF().values == {
        "C_m": 250.0, "tau_m": 10.0, "E_L": -70.0, "V_th": -55.0, "V_reset": -70.0, "t_ref": 2.0,
        "I_e": 0.0,
    }  # fmt: skip
    assert list(sim.LIF().receptors) == ["current"]
    assert repr(sim.LIF(tau_m=20.0)) == "LIF(tau_m=20.0)"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"tau_m": 0.0}, r"LIF\.tau_m: must be positive and finite, got 0\.0 ms"),
        ({"tau_m": [10.0, -1.0]}, r"LIF\.tau_m: .*got -1\.0 ms \(at index 1\)"),
        ({"C_m": -1.0}, r"LIF\.C_m: must be positive and finite, got -1\.0 pF"),
        ({"t_ref": -0.1}, r"LIF\.t_ref: must be zero or positive, and finite, got -0\.1 ms"),
        ({"V_th": np.nan}, r"LIF\.V_th: must be finite, got nan mV"),
        ({"I_e": "much"}, r"LIF\.I_e: must be a number in pA, got 'much'"),
        ({"tau": 1.0}, r"LIF: unknown name 'tau'.*'tau_m'"),
    ],
)
def test_what_is_refused(values, text):
    with pytest.raises(sim.ValidationError, match=text):
        sim.LIF(**values)


@pytest.mark.parametrize(("t_ref", "steps"), [(0.0, 0), (0.1, 1), (2.0, 20), (1.96, 20), (0.04, 0)])
def test_refractory_steps(t_ref, steps):
    """round(t_ref / dt) whole steps are clamped after the step of the spike."""
    between = t_ref in (1.96, 0.04)
    with pytest.warns(sim.SpikesimWarning, match="t_ref") if between else nullcontext():
        voltage, spikes = kicked([1.0], 20.0, 5.0, t_ref=t_ref, I_e=100.0)
    assert spikes == pytest.approx([1.0])
    clamped = voltage[10:] == -5.0
    assert clamped[: steps + 1].all()
    assert not clamped[steps + 1 :].any()


def test_kicks_while_refractory_are_lost():
    """Those up to the last clamped step; the first after it counts."""
    voltage, spikes = kicked([1.0, 1.5, 3.0, 3.1], 20.0, 6.0, t_ref=2.0)
    assert spikes == pytest.approx([1.0, 3.1])
    assert (voltage[10:31] == -5.0).all()


def test_currents_go_on_while_refractory():
    net, target = cell(t_ref=3.0)
    source = net.population("source", 1, sim.SpikeSource([0.9]))
    net.project(source, target, sim.OneToOne(), weight=20.0, delay=0.1, receptor="kick")
    net.project(source, target, sim.OneToOne(), weight=40.0, delay=1.0, receptor="exc")
    current = net.record(target, "I_exc")
    net.run(6.0)
    values = current.result().values[:, 0]
    since = np.arange(61) * 0.1 - 1.9
    expected = np.where(since > -0.05, 40.0 * np.exp(-since / 3.0), 0.0)
    assert values == pytest.approx(expected, rel=1e-10)
    assert target.get("V_m")[0] > -5.0


def test_the_threshold_itself_is_enough():
    """A spike when V_m >= V_th."""
    assert kicked([1.0], 15.0, 3.0)[1] == pytest.approx([1.0])
    assert kicked([1.0], np.nextafter(15.0, 0.0), 3.0)[1].size == 0


def test_a_kick_jumps_at_the_end_of_its_step():
    """After the step's propagation, so that it is undamped in the state that is recorded."""
    voltage, _ = kicked([1.0, 1.0, 2.0], 3.0, 3.0)
    assert (voltage[:10] == 0.0).all()
    assert voltage[10] == 6.0
    assert voltage[20] == pytest.approx(6.0 * np.exp(-0.1) + 3.0)


def test_several_kicks_in_one_step_sum_before_the_threshold():
    net, target = cell()
    source = net.population("source", 2, sim.SpikeSource([[0.9], [0.9]]))
    net.project(source, target, sim.FromArrays([0, 1], [0, 0]), weight=[30.0, -20.0], delay=0.1,
                receptor="kick")  # fmt: skip
    record = net.record(target, "spikes")
    net.run(2.0)
    assert record.result().n_spikes == 0
    assert target.get("V_m") == pytest.approx([10.0 * np.exp(-0.1)])


def test_regular_firing_has_the_rate_of_theory():
    """T = t_ref + tau ln((R I - (V_reset - E_L)) / (R I - (V_th - E_L))), up to one step."""
    current, t_ref = 500.0, 2.0
    net, target = cell(I_e=current, t_ref=t_ref)
    record = net.record(target, "spikes")
    net.run(1000.0)
    final = current * 10.0 / 250.0
    period = t_ref + 10.0 * np.log((final + 5.0) / (final - 15.0))
    intervals = record.result().isi(0)
    assert np.ptp(intervals) < 1e-9
    assert period <= intervals[0] < period + 0.1 + 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed", "double", "single"])
def test_every_neuron_of_its_own(precision):
    """Arrays and distributions: each neuron behaves as it would alone."""
    values = {
        "tau_m": np.array([8.0, 10.0, 20.0, 20.0]), "I_e": np.array([500.0, 450.0, 700.0, 300.0]),
        "V_th": np.array([15.0, 14.0, 16.0, 15.0]), "t_ref": np.array([0.0, 2.0, 5.0, 1.0]),
        "V_reset": np.array([0.0, -5.0, 2.0, 1.0]), "C_m": np.array([250.0, 200.0, 300.0, 250.0]),
        "E_L": np.array([0.0, 1.0, -1.0, 0.5]),
    }  # fmt: skip
    net = sim.Network(seed=1, precision=precision)
    cells = net.population("cells", 4, sim.LIF(**{**QUIET, **values}))
    record = net.record(cells, "spikes")
    net.run(200.0)
    for j in range(4):
        alone, one = cell(precision, **{name: float(v[j]) for name, v in values.items()})
        expected = alone.record(one, "spikes")
        alone.run(200.0)
        assert record.result().train(j) == pytest.approx(expected.result().times, abs=0.11)
        assert expected.result().n_spikes > 5


def test_initial_values():
    net = sim.Network(seed=1, precision="double")
    model = sim.LIF(E_L=[-70.0, -60.0, -65.0], receptors=RECEPTORS)
    rest = net.population("rest", 3, model)
    given = net.population("given", 3, model, initial={"V_m": [-50.0, -51.0, -52.0], "I_exc": 7.0})
    drawn = net.population("drawn", 3, model, initial={"V_m": sim.Uniform(-60.0, -59.0)})
    assert np.array_equal(rest.get("V_m"), [-70.0, -60.0, -65.0])
    assert np.array_equal(given.get("V_m"), [-50.0, -51.0, -52.0])
    assert (given.get("I_exc") == 7.0).all()
    assert ((drawn.get("V_m") >= -60.0) & (drawn.get("V_m") <= -59.0)).all()
