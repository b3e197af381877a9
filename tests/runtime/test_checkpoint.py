"""Saved states: what is loaded goes on bit-identically, and what is no saved state is refused."""

import json

import numpy as np
import pytest

import spikesim as sim
from spikesim.network.synapses import stored_ends
from tests.networks import assert_same, lively


def resumed_like(path, saved_at, *, until=200.0, **options):
    """A fresh network that has run on from a file."""
    rig = lively(**options)
    rig.net.load_state(path)
    assert rig.net.t == pytest.approx(saved_at)
    rig.net.run(until - saved_at)
    return rig


@pytest.mark.thorough
@pytest.mark.parametrize("delay_is", ["axonal", "dendritic"])
@pytest.mark.parametrize("saved_at", [0.0, 60.0, 63.7, 155.0])
def test_a_resumed_run_is_the_unbroken_one(tmp_path, saved_at, delay_is):
    """With spikes in flight, Poisson intervals under way, and schedules between two changes."""
    whole = lively(delay_is=delay_is)
    whole.net.run(saved_at)
    whole.net.save_state(tmp_path / "state.npz")
    whole.net.run(200.0 - saved_at)
    part = resumed_like(tmp_path / "state.npz", saved_at, delay_is=delay_is)
    assert_same(part.state(), whole.state())
    spikes = whole.spikes.result()
    late = spikes.times > saved_at + 1e-6
    assert np.array_equal(part.spikes.result().times, spikes.times[late])
    assert np.array_equal(part.spikes.result().ids, spikes.ids[late])
    traces, late = whole.weights.result(), whole.weights.result().times > saved_at + 1e-6
    resumed = part.weights.result()
    assert np.array_equal(resumed.values[resumed.times > saved_at], traces.values[late])


@pytest.mark.thorough
def test_loading_into_a_network_that_has_run(tmp_path):
    rig = lively()
    rig.net.run(60.0)
    rig.net.save_state(tmp_path / "state.npz")
    rig.net.run(100.0)
    first = rig.state()
    rig.net.load_state(tmp_path / "state.npz")
    rig.net.run(100.0)
    assert_same(rig.state() | {"t": 0}, first | {"t": 0})


@pytest.mark.thorough
@pytest.mark.parametrize("delay_is", ["axonal", "dendritic"])
def test_grown_histories_are_saved_too(tmp_path, delay_is):
    """A state whose histories have grown, into a network that has not run yet."""

    def make():
        net = sim.Network(seed=1)
        pre = net.population("pre", 3, sim.SpikeSource([np.arange(1, 900, k) for k in (1, 2, 400)]))
        post = net.population("post", 2, sim.LIF(I_e=[900.0, 1200.0]))
        learn = net.project(
            pre, post, sim.AllToAll(), weight=0.5, delay=90.0, plasticity=sim.PairSTDP(),
            delay_is=delay_is,
        )  # fmt: skip
        return net, learn

    net, learn = make()
    net.run(500.0)
    net.save_state(tmp_path / "state")
    net.run(400.0)
    other, same = make()
    other.load_state(tmp_path / "state")
    other.run(400.0)
    assert np.ptp(learn.weight) > 0.01
    assert np.array_equal(learn.weight, same.weight)
    assert other.n_spikes == net.n_spikes


def test_parameters_and_rates_are_part_of_the_state(tmp_path):
    rig, other = lively(), lively()
    for each in (rig, other):
        each.pixels.set(rate=5.0)  # no schedule any more
    rig.net.run(30.0)
    rig.exc.set(I_e=140.0, V_th=-54.0)
    rig.inh.set(tau_m=np.linspace(10.0, 20.0, 20))
    rig.pixels.set(rate=np.linspace(10.0, 200.0, 30))
    rig.ee.weight = 20.0
    rig.net.save_state(tmp_path / "state")
    rig.net.run(70.0)
    other.net.load_state(tmp_path / "state")
    assert (other.exc.get("I_e") == 140.0).all()
    assert np.array_equal(other.inh.get("tau_m"), np.linspace(10.0, 20.0, 20))
    assert other.pixels.get("rate") == pytest.approx(np.linspace(10.0, 200.0, 30))
    assert (other.ee.weight == 20.0).all()
    other.net.run(70.0)
    assert_same(other.state(), rig.state())


def test_a_file_that_is_being_replaced_is_never_half_written(tmp_path, monkeypatch):
    rig = lively()
    path = tmp_path / "state"
    rig.net.save_state(path)
    before = path.read_bytes()

    def fail(file, **arrays):
        file.write(b"half")
        raise OSError("the disk is full")

    monkeypatch.setattr(np, "savez", fail)
    rig.net.run(1.0)
    with pytest.raises(sim.SpikesimError, match=r"cannot write .*state.*disk is full"):
        rig.net.save_state(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["state"], "nothing is left behind"


def wrong_files(folder, good):
    """Files that are no saved states, by what is wrong with them."""
    np.save(folder / "array.npy", np.zeros(3))
    np.savez(folder / "other.npz", a=1)
    np.savez(folder / "list.npz", __head__=np.array("[1]"))
    np.savez(folder / "text.npz", __head__=np.array("not json"))
    np.savez(folder / "short.npz", __head__=np.array(json.dumps({"format": 1})))
    (folder / "empty").write_bytes(b"")
    (folder / "words").write_text("hello")
    raw = good.read_bytes()
    for k in range(1, 8):
        (folder / f"cut{k}").write_bytes(raw[: len(raw) * k // 8])
    (folder / "damaged").write_bytes(raw[:2000] + b"\xff" * 200 + raw[2200:])
    return [p for p in folder.iterdir() if p != good] + [folder / "missing", folder]


def test_no_saved_state(tmp_path):
    rig = lively()
    rig.net.run(20.0)
    rig.net.save_state(tmp_path / "good")
    before = rig.state()
    for path in wrong_files(tmp_path, tmp_path / "good"):
        with pytest.raises(sim.ValidationError, match=r"load_state\.path: ") as caught:
            rig.net.load_state(path)
        assert path.name in str(caught.value), path
        assert_same(rig.state(), before)
    for bad in (5, None):
        with pytest.raises(sim.ValidationError, match=r"load_state\.path: .*"):
            rig.net.load_state(bad)
        with pytest.raises(sim.ValidationError, match=r"save_state\.path: .*"):
            rig.net.save_state(bad)


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(sim.SpikesimError, match=r"cannot write .*missing"):
        lively().net.save_state(tmp_path / "missing" / "state")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"seed": 6}, "seed = 5, this network has 6"),
        ({"precision": "double"}, "precision = 'mixed', this network has 'double'"),
        ({"extra": True}, "has no '.*others|is of another network"),
    ],
)
def test_a_state_of_another_network(tmp_path, options, text):
    rig = lively()
    rig.net.save_state(tmp_path / "state")
    other = lively(**options)
    with pytest.raises(sim.ValidationError, match=rf"load_state\.path: .*({text})"):
        other.net.load_state(tmp_path / "state")


def with_delays(release=None):
    """A network whose synapses have weights and delays of their own."""
    net = sim.Network(seed=4)
    pre = net.population("pre", 30, sim.PoissonSource(50.0))
    post = net.population("post", 40, sim.LIF())
    p = net.project(pre, post, sim.FixedProbability(0.5), weight=sim.Uniform(0.0, 9.0),
                    delay=sim.Uniform(0.1, 4.0), release=release, name="p")  # fmt: skip
    return net, p


@pytest.mark.thorough
@pytest.mark.parametrize("release", [None, sim.QuantalRelease(U=0.5, n_sites=3, tau_rec=300.0)])
def test_a_state_of_format_2(tmp_path, release):
    """There, rows were sorted by delay and then target."""
    net, p = with_delays(release)
    net.run(30.0)
    net.save_state(tmp_path / "new")
    c = p.connections()
    source, target = stored_ends(net.plan.stored("p"))
    then = np.lexsort((target, net.plan.parts["static_synapses"].args.delays, source))
    with np.load(tmp_path / "new") as file:
        arrays = {name: file[name] for name in file.files}
    head = json.loads(str(arrays["__head__"])) | {"format": 2}
    arrays["__head__"] = np.array(json.dumps(head))
    arrays["static.weights"] = arrays["static.weights"][then]
    if release is not None:
        full = net.plan.parts["release"].args.full.copy()
        assert np.unique(full).size > 1
        arrays["release.full"] = arrays["release.full"][then]
    np.savez(tmp_path / "old.npz", **arrays)
    other, q = with_delays(release)
    q.weight = 1.0 + np.arange(c.weight.size)
    other.load_state(tmp_path / "old.npz")
    assert np.array_equal(q.connections().weight, c.weight)
    if release is not None:
        assert np.array_equal(other.plan.parts["release"].args.full, full)
    assert not np.array_equal(c.weight, c.weight[then])
