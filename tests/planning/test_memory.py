"""What a network will take of memory is told in advance, and refused where there is not so much."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim import machine, rng
from spikesim.connectors import Connector
from spikesim.connectors.base import MOST_NEURONS, MOST_SYNAPSES
from spikesim.planning.connect import build_csr
from tests.networks import lively

GB = 10**9


def arrays_of(thing, found, seen):
    """The arrays that an object holds, each memory once, by address."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        while isinstance(thing.base, np.ndarray):
            thing = thing.base
        found[thing.ctypes.data] = max(thing.nbytes, found.get(thing.ctypes.data, 0))
    elif isinstance(thing, dict):
        for value in thing.values():
            arrays_of(value, found, seen)
    elif isinstance(thing, (list, tuple)):
        for value in thing:
            arrays_of(value, found, seen)
    elif type(thing).__module__.startswith("spikesim") and hasattr(thing, "__dict__"):
        arrays_of(vars(thing), found, seen)


def n_bytes(net):
    """The bytes of a built network's plan, simulator and populations."""
    found, seen = {}, {id(net._access), id(net._description.projections)}
    for part in (net.plan, net.simulator, {n: p.ids for n, p in net.populations.items()}):
        arrays_of(part, found, seen)
    return sum(found.values())


def a_network(connector=None, n=1500, weight=0.1, delay=1.0, *, options=None, model=None, **given):
    net = sim.Network(seed=1, **given)
    model = sim.LIF(receptors={"exc": sim.ExpConductance()}) if model is None else model
    a = net.population("a", n, model)
    if connector is not None:
        net.project(a, a, connector, weight=weight, delay=delay, name="ours", **(options or {}))
    return net


MANY = sim.Uniform(0.1, 5.0)
RULE = {"plasticity": sim.PairSTDP(), "delay_is": "axonal"}
LOGGED = {"plasticity": sim.TraceSTDP(), "delay_is": "dendritic"}
NETWORKS = {
    "neurons": lambda: a_network(n=20_000),
    "varied": lambda: a_network(n=500, model=sim.LIF(C_m=sim.Uniform(10.0, 20.0))),
    "probability": lambda: a_network(sim.FixedProbability(0.2), delay=MANY),
    "alike": lambda: a_network(sim.FixedProbability(0.2)),
    "double": lambda: a_network(sim.FixedInDegree(300), weight=MANY, precision="double"),
    "late": lambda: a_network(sim.FixedOutDegree(300), delay=sim.LogNormal(20.0, 20.0)),
    "total": lambda: a_network(sim.FixedTotalNumber(500_000), weight=MANY),
    "matrix": lambda: a_network(sim.AllToAll(), weight=MANY),
    "delayed": lambda: a_network(sim.AllToAll(), delay=MANY),
    "sum": lambda: a_network(sim.AllToAll(), n=10_000),
    "given": lambda: a_network(
        sim.FromArrays(np.repeat(np.arange(1500), 200), np.tile(np.arange(200), 1500)),
        weight=np.linspace(0.1, 1.0, 300_000),
    ),
    "distance": lambda: a_network(
        sim.DistanceDependent(
            lambda x: np.exp(-6.0 * x), *np.random.default_rng(1).random((2, 1500, 2))
        ),
        weight=MANY,
    ),
    "plastic": lambda: a_network(sim.FixedProbability(0.2), delay=MANY, options=RULE),
    "logged": lambda: a_network(sim.AllToAll(), options=LOGGED),
    "release": lambda: a_network(
        sim.FixedProbability(0.2), options={"release": sim.QuantalRelease()}
    ),
    "threads": lambda: a_network(sim.FixedProbability(0.01), n=10_000, threads=4),
    "lively": lively,
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_the_estimate_is_what_the_network_takes(name):
    net = getattr(NETWORKS[name](), "net", None) or NETWORKS[name]()
    told = net.memory()
    assert net._simulation.built is None, "nothing is built for it"
    net.build()
    assert told.total == pytest.approx(n_bytes(net), rel=0.15)
    assert net.memory().total == told.total


def test_gap_junctions_and_inputs_are_in_it():
    net = a_network(n=20_000)
    a = net.populations["a"]
    net.gap_junctions(a, a, sim.FixedProbability(2e-4), g=0.1)
    net.stimulate(a, sim.NoiseCurrent())
    net.stimulate(a[:10_000], sim.PoissonDrive(np.linspace(10.0, 1000.0, 10_000), 0.1))
    told = net.memory()
    net.build()
    assert told.total == pytest.approx(n_bytes(net), rel=0.2)


def test_the_table():
    rig = lively()
    table = rig.net.memory()
    kinds = {(p.kind, p.name) for p in table.parts}
    assert ("projection", "learn") in kinds
    assert ("population", "pixels") in kinds
    assert ("recorder", "exc[5:15].V_m") in kinds
    assert table.total == sum(p.bytes for p in table.parts)
    samples = 10 * 8 / 0.7e-3 + 3 * 8 / 11e-3
    assert table.per_second == pytest.approx(samples, rel=0.15)
    assert table.available is None or table.available > 0
    lines = repr(table).splitlines()
    assert any(line.startswith("projection  learn") and "720 synapses" in line for line in lines)
    assert any("exc.spikes" in line and "12 bytes a spike" in line for line in lines)
    assert lines[-1].startswith("available")


# --- what cannot be is refused -------------------------------------------------------------------


@pytest.fixture
def small_machine(monkeypatch):
    """A machine with a gigabyte."""
    monkeypatch.setattr(machine, "available", lambda: GB)
    monkeypatch.setattr("spikesim.planning.memory.available", lambda: GB)


def refused(text):
    return pytest.raises(sim.ValidationError, match=text)


@pytest.mark.usefixtures("small_machine")
def test_a_population_that_is_too_large():
    net = sim.Network()
    for size in (10**8, MOST_NEURONS):
        with refused(rf"^a\.size: {size} neurons would take .* and 1 GB are available here"):
            net.population("a", size, sim.LIF())
    assert not net.populations


@pytest.mark.usefixtures("small_machine")
@pytest.mark.parametrize(
    ("connector", "weight", "n"),
    [
        (sim.AllToAll(), MANY, "4e+10"),
        (sim.FixedProbability(0.5), 1.0, "2e+10"),
        (sim.FixedInDegree(10_000), 1.0, "2e+09"),
        (sim.FixedOutDegree(MOST_NEURONS, multapses=True), 1.0, "4.29e\\+14 .* more than a proj"),
        (sim.FixedTotalNumber(MOST_SYNAPSES, multapses=True), 1.0, "1.1e+12"),
    ],
)
def test_a_projection_that_is_too_large(connector, weight, n):
    net = a_network(n=200_000)
    a = net.populations["a"]
    n = n if "more" in n else n.replace("+", "\\+") + r" synapses .* would take .* 1 GB are avail"
    with refused(rf"^ours\.connector: {n}"):
        net.project(a, a, connector, weight=weight, delay=1.0, name="ours")
    with refused(r"^joined\.connector: .* junctions"):
        net.gap_junctions(a, a, sim.AllToAll(autapses=False), g=0.1, name="joined")
    assert not net.projections


@pytest.mark.usefixtures("small_machine")
def test_a_network_that_is_too_large_as_a_whole():
    net = a_network(n=2000)
    a = net.populations["a"]
    for k in range(4):
        connector = sim.FixedTotalNumber(10**8 * (1 + (k == 2)), multapses=True)
        net.project(a, a, connector, weight=1.0, delay=1.0, name=f"p{k}")
    text = r"^Network: would take .*most of it for the projection 'p2' \(2e\+08 synapses: 1\.\d+ GB"
    for act in (net.build, lambda: net.run(1.0), lambda: a.set(V_m=-60.0)):
        with refused(text):
            act()
    assert net.t == 0.0


def test_more_neurons_than_indices(monkeypatch):
    monkeypatch.setattr("spikesim.planning.memory.MAX_SIZE", 1000)
    net = a_network(n=600)
    net.population("b", 600, sim.PoissonSource())
    with refused("its populations have 1200 neurons and sources in all; at most 1000"):
        net.run(1.0)


@pytest.mark.usefixtures("small_machine")
def test_samples_that_are_too_many():
    net = a_network(n=1000)
    a = net.populations["a"]
    net.record(a[:5], "V_m", every=1.0)
    net.record(a, "V_m")
    text = (
        r"^run\.duration: the samples of 100 s, most of them of 'a\.V_m' \(1000 values every 0\.1 "
        r"ms\), would take 8.*1 GB are available here; record fewer neurons, sample more seldom"
    )
    with refused(text):
        net.run(100_000.0)
    assert net.t == 0.0
    net.run(1.0)


def test_what_the_machine_does_not_tell_is_not_judged(monkeypatch):
    monkeypatch.setattr(machine, "available", lambda: None)
    monkeypatch.setattr("spikesim.network.memory.available", lambda: None)
    net = a_network(n=1000)
    a = net.populations["a"]
    net.project(a, a, sim.FixedTotalNumber(10**12, multapses=True), weight=1.0, delay=1.0)
    assert repr(net.memory()).splitlines()[-1].split() == ["available", "unknown"]


@pytest.mark.parametrize("value", [2**63, 10**30, MOST_NEURONS + 1, MOST_SYNAPSES + 1])
def test_degrees_are_judged_when_they_are_given(value):
    with refused(rf"FixedTotalNumber\.n: must be at most {MOST_SYNAPSES}, got"):
        sim.FixedTotalNumber(max(value, MOST_SYNAPSES + 1), multapses=True)
    for kind in (sim.FixedInDegree, sim.FixedOutDegree):
        with refused(rf"{kind.__name__}\.k: must be at most {MOST_NEURONS}, got {value}"):
            kind(value, multapses=True)


def test_a_build_that_runs_out_of_memory(monkeypatch):
    def fails(*args, **options):
        raise MemoryError("Unable to allocate 3 TiB")

    net = a_network(sim.FixedProbability(0.1), n=10)
    monkeypatch.setattr("spikesim.planning.builder.build_projection", fails)
    with pytest.raises(sim.SimulationError, match=r"not enough memory .*Unable to allocate 3 TiB"):
        net.run(1.0)


# --- what connectors expect ----------------------------------------------------------------------


@settings(deadline=None, max_examples=100)
@given(
    n_pre=st.integers(1, 60), n_post=st.integers(1, 60), seed=st.integers(0, 10**6),
    p=st.floats(0.0, 1.0), flags=st.tuples(st.booleans(), st.booleans()), data=st.data(),
)  # fmt: skip
def test_connectors_say_how_many_synapses_to_expect(n_pre, n_post, seed, p, flags, data):
    autapses, multapses = flags
    exact = [
        sim.AllToAll(autapses=autapses),
        sim.FixedInDegree(data.draw(st.integers(0, n_pre - 1)), multapses=multapses),
        sim.FixedOutDegree(data.draw(st.integers(0, n_post - 1)), multapses=multapses),
        sim.FixedTotalNumber(data.draw(st.integers(0, n_pre * n_post)), multapses=multapses),
    ]
    for connector in exact:
        made = build_csr(connector, n_pre, n_post, key=rng.key(seed, "x"))
        assert connector.expected(n_pre, n_post) == made.n_syn
    drawn = sim.FixedProbability(p)
    made = build_csr(drawn, n_pre, n_post, key=rng.key(seed, "x"))
    spread = 6.0 * np.sqrt(n_pre * n_post * p * (1 - p)) + 1e-6
    assert drawn.expected(n_pre, n_post) == pytest.approx(made.n_syn, abs=spread)


def test_a_connector_that_does_not_say_counts_as_none():
    assert Connector().expected(10, 10) == 0.0


def test_what_a_distance_rule_expects():
    rs = np.random.default_rng(3)
    rule = sim.DistanceDependent(lambda x: np.exp(-x), rs.random((2000, 2)), rs.random((1500, 2)))
    made = build_csr(rule, 2000, 1500, key=rng.key(1, "x"))
    assert rule.expected(2000, 1500) == pytest.approx(made.n_syn, rel=0.05)
    broken = sim.DistanceDependent(lambda x: x[None] / "a", rs.random((20, 2)), rs.random((20, 2)))
    assert broken.expected(20, 20) == 0.0
