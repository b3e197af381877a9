"""Inputs as descriptions: what they accept and what schedules say."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.units import nA, pA


def test_a_schedule_holds_between_its_times():
    schedule = sim.Schedule([0.0, 10.0, 20.5], [1.0, 2.0, 3.0])
    assert [schedule.at(k, 0.1) for k in (0, 99, 100, 204, 205, 10**7)] == [1, 1, 2, 2, 3, 3]
    late = sim.Schedule([5.0], [[1.0, 2.0]])
    assert np.array_equal(late.at(49, 0.1), [0.0, 0.0]), "nothing before the first time"
    assert np.array_equal(late.at(50, 0.1), [1.0, 2.0])
    never = sim.Schedule([0.0, 1.7e308], [1.0, 2.0])
    assert never.steps(0.1)[1] > 1 << 61
    assert never.at(1 << 60, 0.1) == 1.0


def test_a_current_that_never_comes():
    net = sim.Network(seed=1)
    cells = net.population("cells", 2, sim.LIF())
    net.stimulate(cells, sim.DCCurrent(500.0, start=1.7e308))
    net.run(2.0)
    assert (cells.get("V_m") == -70.0).all()


@pytest.mark.parametrize(
    ("times", "values", "text"),
    [
        ([], [], r"times: must be a non-empty list"),
        (3.0, 1.0, r"times: must be a non-empty list"),
        ([0.0, 0.0], [1.0, 2.0], "times: must be ascending"),
        (
            [2.0, 1.0],
            [1.0, 2.0],
            r"times: must be ascending, got 2 ms and then 1 ms \(at index 1\)",
        ),
        ([-1.0], [1.0], r"times: must be zero or positive.* -1\.0 ms"),
        ([0.0], [1.0, 2.0], r"values: must have one row for each of the 1 times.*\(2,\)"),
        ([0.0], [[[1.0]]], "values: must have one row"),
        ([0.0, 1.0], [1.0, np.nan], r"values: must be finite, got nan.*index 1"),
        ([0.0, "b"], [1.0, 2.0], "times: must be a number"),
    ],
)
def test_schedules_that_make_no_sense(times, values, text):
    with pytest.raises(sim.ValidationError, match=f"Schedule.{text}"):
        sim.Schedule(times, values)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: sim.PoissonSource(-1.0), r"PoissonSource\.rate: must be zero or positive.*Hz"),
        (lambda: sim.PoissonSource(sim.Schedule([0.0], [-1.0])), r"PoissonSource\.rate"),
        (lambda: sim.PoissonSource(sim.Uniform(0, 1)), r"PoissonSource\.rate: must be a number"),
        (lambda: sim.PoissonDrive(-5.0, 1.0), r"PoissonDrive\.rate"),
        (lambda: sim.PoissonDrive(5.0, np.inf), r"PoissonDrive\.weight: must be finite"),
        (lambda: sim.SpikeSource([[1.0], [-2.0]]), r"SpikeSource\.times\[1\]: .*positive.*ms"),
        (lambda: sim.SpikeSource([0.0]), r"SpikeSource\.times\[0\]: must be positive"),
        (lambda: sim.SpikeSource(5.0), r"SpikeSource\.times: "),
        (lambda: sim.SpikeSource(None), r"SpikeSource\.times: "),
        (lambda: sim.SpikeSource([["a"]]), r"SpikeSource\.times\[0\]: must be a number"),
        (lambda: sim.SpikeSource([[[1.0], [2.0, 3.0]]]), r"SpikeSource\.times"),
        (
            lambda: sim.SpikeSource([[[1.0, 2.0], [3.0, 4.0]]]),
            r"SpikeSource\.times: must be one row of times for each source, got shape \(2, 2\)",
        ),
        (lambda: sim.StepCurrent([1.0, 0.0], [1.0, 2.0]), "times: must be ascending"),
        (lambda: sim.DCCurrent(np.nan), r"DCCurrent\.amplitude: must be finite, got nan pA"),
        (lambda: sim.DCCurrent(1.0, start=-1.0), r"DCCurrent\.start: must be zero or positive"),
        (lambda: sim.DCCurrent(1.0, 5.0, 2.0), r"(stop|times): must be"),
        (lambda: sim.NoiseCurrent(std=-1.0), r"NoiseCurrent\.std: must be zero or positive.* pA"),
        (lambda: sim.NoiseCurrent(every=0.0), r"NoiseCurrent\.every: must be positive"),
    ],
)
def test_inputs_that_make_no_sense(make, text):
    with pytest.raises(sim.ValidationError, match=text):
        make()


@pytest.mark.thorough
@pytest.mark.parametrize(
    "stimulus",
    [
        sim.PoissonDrive([1.0, 2.0], 1.0, "x"),
        sim.PoissonDrive(1.0, [1.0, 2.0], "x"),
        sim.PoissonDrive(sim.Schedule([0.0], [[1.0, 2.0]]), 1.0, "x"),
        sim.StepCurrent([0.0], [[1.0, 2.0]]),
        sim.DCCurrent([1.0, 2.0]),
        sim.NoiseCurrent([1.0, 2.0]),
        sim.NoiseCurrent(std=[1.0, 2.0]),
    ],
)
def test_values_fit_the_neurons(stimulus):
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF(receptors={"x": sim.ExpCurrent()}))
    with pytest.raises(sim.ValidationError, match=r"cells.*must be one value or 3.*got 2"):
        net.stimulate(cells, stimulus)
    net.stimulate(cells[:2], stimulus)
    net.run(1.0)


def test_sources_fit_their_population():
    net = sim.Network(seed=1)
    for model in (
        sim.PoissonSource([1.0, 2.0]),
        sim.PoissonSource(sim.Schedule([0.0], [[1.0, 2.0]])),
        sim.SpikeSource([[1.0], [2.0]]),
        sim.SpikeSource([1.0, 2.0, 3.0]),
    ):
        with pytest.raises(sim.ValidationError, match=r"source\.(rate|times): .*3"):
            net.population("source", 3, model)
    with pytest.raises(sim.ValidationError, match=r"source\.initial: a spike source has no state"):
        net.population("source", 1, sim.PoissonSource(1.0), initial={"V_m": 1.0})


def test_sources_take_no_input():
    net = sim.Network(seed=1)
    source = net.population("source", 3, sim.PoissonSource(5.0))
    cells = net.population("cells", 3, sim.LIF())
    with pytest.raises(sim.ValidationError, match=r"target: 'source' is a source.*nothing can"):
        net.project(cells, source, sim.OneToOne(), weight=1.0, delay=1.0)
    with pytest.raises(sim.ValidationError, match=r"source\.target: is a source"):
        net.stimulate(source, sim.DCCurrent(1.0))
    with pytest.raises(sim.ValidationError, match=r"must be a drive or a current"):
        net.stimulate(cells, sim.PoissonSource(5.0))
    with pytest.raises(sim.ValidationError, match=r"source of spikes has no variable 'V_m'"):
        net.record(source, "V_m")


def test_drives_find_their_receptor():
    net = sim.Network(seed=1)
    two = {"a": sim.ExpCurrent(), "b": sim.ExpConductance()}
    cells = net.population("cells", 3, sim.LIF(receptors=two))
    wrong = [
        (sim.PoissonDrive(5.0, 1.0), "pass receptor='.*' or receptor='"),
        (sim.PoissonDrive(5.0, 1.0, "c"), "unknown name 'c'.*'a', 'b'"),
        (sim.PoissonDrive(5.0, -1.0, "b"), "conductance cannot be negative"),
        (sim.PoissonDrive(5e6, 1.0, "a"), r"rate: must be at most .*Hz"),
    ]
    for drive, text in wrong:
        net = sim.Network(seed=1)
        cells = net.population("cells", 3, sim.LIF(receptors=two))

        with pytest.raises(sim.ValidationError, match=text):
            net.stimulate(cells, drive)


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (sim.PoissonSource(), "PoissonSource()"),
        (sim.PoissonSource(5.0), "PoissonSource(rate=5.0)"),
        (sim.GammaSource([1.0, 2.0], 4.0), "GammaSource(rate=[1.0, 2.0], shape=4.0)"),
        (sim.SpikeSource([[5.0, 10.0], [7.5]]), "SpikeSource(times=[[5.0, 10.0], [7.5]])"),
        (sim.SpikeSource(np.arange(1.0, 90.0)), "SpikeSource(times=[[1.0, 2.0, 3.0, ..., 89.0]])"),
        (sim.DCCurrent(9.0), "DCCurrent(amplitude=9.0)"),
        (sim.DCCurrent(9.0, start=2.0, stop=8.0), "DCCurrent(amplitude=9.0, start=2.0, stop=8.0)"),
        (sim.StepCurrent([1.0], [2.0]), "StepCurrent(times=[1.0], amplitudes=[2.0])"),
        (sim.NoiseCurrent(3.0, 2.0), "NoiseCurrent(mean=3.0, std=2.0)"),
        (sim.PoissonDrive(9.0, 0.02 * nA, "e"),
         "PoissonDrive(rate=9.0, weight=0.02 * nA, receptor='e')"),
        (sim.Miniatures(2.0, 3.0 * pA), "Miniatures(rate=2.0, amplitude=Constant(value=3.0) * pA)"),
        (sim.Schedule([0.0], [[1.0, 2.0]]), "Schedule(times=[0.0], values=[[1.0, 2.0]])"),
    ],
)  # fmt: skip
def test_inputs_show_their_values(thing, text):
    assert repr(thing) == text
