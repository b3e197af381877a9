"""A state says of which network it is: what must be the same, and which settings may differ."""

import warnings

import numpy as np
import pytest

import spikesim as sim
from spikesim.runtime.checkpoint import checksum
from tests.everything import everything
from tests.runtime.test_state import changed

MEMBRANE = "dv/dt = -v / (10*ms) : 1"


class Doubled(sim.LIF):
    """As a model of the package."""


def various(
    receptor="x", pairs=((0, 1),), index=(0, 1), text=MEMBRANE, threshold="v > 1",
    reset="v = 0", kind=sim.LIF, rule=None, pairing="all-to-all", U=0.5, train=None, given=None,
    target=slice(0, 2), tau=20.0, precision="mixed",
):  # fmt: skip
    """A network with one of each that can differ although all arrays fit."""
    net = sim.Network(seed=1, precision=precision)
    x_and_y = {"x": sim.ExpCurrent(), "y": sim.ExpCurrent()}
    cells = net.population("cells", 3, kind(receptors=x_and_y))
    train = net.population("train", 2, train or sim.PoissonSource(20.0))
    own = sim.Neuron.from_text(text, threshold=threshold, reset=reset)
    net.population("own", 2, own)
    fed = sim.Neuron.from_text("fed : mV (linked)", threshold="never")
    net.link(net.population("fed", 2, fed), "fed", cells[:2], "V_m", index=index)
    to = {"weight": 0.5, "delay": 1.0}
    net.project(train, cells, sim.AllToAll(), receptor=receptor, **to, name="plain")
    net.project(train, cells, sim.AllToAll(), receptor="x", **to, delay_is="axonal", name="learn",
                plasticity=rule or sim.PairSTDP(pairing=pairing))  # fmt: skip
    net.project(train, cells, sim.AllToAll(), receptor="x", **to, name="release",
                release=sim.TsodyksMarkram(U=U))  # fmt: skip
    net.gap_junctions(cells, cells, sim.FromArrays(*np.array(pairs).T), g=1.0, name="gaps")
    net.modulator("dopamine", tau=tau)
    if given is not None:
        net.stimulate(cells[target], given, name="given")
    return net


def told(tmp_path, before, after, network=various):
    """Warnings at loading a state of one network into another."""
    net, other = network(**before), network(**after)
    net.run(1.0)
    net.save_state(tmp_path / "state")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            other.load_state(tmp_path / "state")
        except sim.ValidationError:
            assert other.t == 0.0
            raise
    assert other.t == 1.0
    return [str(w.message) for w in caught]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ({}, {"receptor": "y"}, "'plain'.receptor: the file has 'x', this network has 'y'"),
        ({}, {"pairs": ((0, 2),)}, r"'gaps'.pairs: the file has '1 pair \(\w+\)', this network "),
        ({}, {"index": (1, 0)}, r"'fed.fed'.index: the file has '\[0, 1\]', this network has '\[1"),
        ({}, {"text": "dv/dt = -v / (20*ms) : 1"}, "'own'.equations: .*10.*, this network .*20"),
        ({}, {"threshold": "v > 2"}, "'own'.threshold: the file has 'v>1', this network has 'v>2'"),
        ({}, {"reset": "v = -1"}, "'own'.reset: the file has 'v=0', this network has 'v=-1'"),
        ({}, {"kind": Doubled}, "'cells'.model: the file has 'LIF', this network has 'Doubled'"),
        ({}, {"rule": sim.TraceSTDP()}, "'learn'.plasticity: the file has 'PairSTDP', this net"),
        ({}, {"pairing": "nearest-symmetric"}, "'learn'.pairing: the file has 'all-to-all', th"),
        ({}, {"train": sim.GammaSource(20.0)}, "'train'.model: the file has 'PoissonSource', "),
        ({"given": sim.DCCurrent(1.0)}, {}, "only .*state has the stimulus 'given'"),
        ({}, {"given": sim.DCCurrent(1.0)}, "only this network has the stimulus 'given'"),
        ({"given": sim.DCCurrent(1.0)}, {"given": sim.NoiseCurrent(1.0)},
         "'given'.kind: the file has 'DCCurrent', this network has 'NoiseCurrent'"),
        ({"given": sim.PoissonDrive(1.0, 1.0, "x")}, {"given": sim.PoissonDrive(1.0, 1.0, "y")},
         "'given'.receptor: the file has 'x', this network has 'y'"),
        ({"given": sim.DCCurrent(1.0)}, {"given": sim.DCCurrent(1.0), "target": slice(1, 3)},
         r"'given'.target: the file has 'cells\[0:2\]', this network has 'cells\[1:3\]'"),
        ({}, {"precision": "double"}, "was saved with precision = 'mixed', this network has 'd"),
        ({"precision": "single"}, {}, "was saved with precision = 'single', this network has '"),
    ],
)  # fmt: skip
def test_what_must_be_the_same(tmp_path, before, after, text):
    """Else a state would mean something else, though every array fits."""
    with pytest.raises(sim.ValidationError, match=rf"^load_state\.path: .*{text}"):
        told(tmp_path, before, after)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("before", "after", "settings"),
    [
        ({}, {}, None),
        ({}, {"text": "dv/dt=-v/(10*ms):1  # the same"}, None),
        ({}, {"rule": sim.PairSTDP(lambda_=0.5, mu_plus=1.0)},
         "'learn'.lambda_ = 0.5 (in the file 0.01), 'learn'.mu_plus = 1.0 (in the file 0.0)"),
        ({}, {"U": 0.1, "tau": 9.0},
         "'release'.U = 0.1 (in the file 0.5), 'dopamine'.tau = 9.0 ms (in the file 20.0 ms)"),
        ({"train": sim.GammaSource(20.0, 2.0)}, {"train": sim.GammaSource(20.0, 3.0)},
         "'train'.shape = 3.0 (in the file 2.0)"),
        ({"given": sim.NoiseCurrent(1.0, 2.0)}, {"given": sim.NoiseCurrent(1.0, [2.0, 3.0])},
         "'given'.std = [2.0, 3.0] pA (in the file 2.0 pA)"),
        ({"given": sim.DCCurrent(10.0)}, {"given": sim.DCCurrent(500.0)},
         "'given'.amplitudes = [500.0] pA from [0.0] ms on (in the file [10.0] pA from [0.0] "
         "ms on)"),
    ],
)  # fmt: skip
def test_what_may_differ_is_said(tmp_path, before, after, settings):
    """A state does not restore it, and this network's value is used."""
    start = (
        f"{tmp_path / 'state'} was saved with other settings, which are not restored; this "
        "network's values are used: "
    )
    assert told(tmp_path, before, after) == ([start + settings] if settings else [])


@pytest.mark.thorough
def test_what_is_said_of_settings_can_be_an_error(tmp_path):
    """Nothing has been changed then."""
    net, other = various(), various(U=0.1)
    net.run(1.0)
    net.save_state(tmp_path / "state")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(sim.SpikesimWarning, match=r"'release'\.U = 0\.1"):
            other.load_state(tmp_path / "state")
    assert other.t == 0.0


@pytest.mark.thorough
def test_a_state_that_does_not_describe_its_network(tmp_path):
    """As earlier versions wrote them in the same format."""

    def undescribed(head, arrays):
        del head["network"]
        head["checksum"] = checksum(head, arrays)

    net, other = various(), various(U=0.1, receptor="y")
    net.run(1.0)
    net.save_state(tmp_path / "state")
    other.load_state(changed(tmp_path / "state", undescribed))
    assert other.t == 1.0


@pytest.mark.parametrize("said", [5, {}, {"same": 1}, {"same": {"population": {"a": 1}}}])
def test_a_description_that_cannot_be(tmp_path, said):
    def spoilt(head, arrays):
        head["network"] = said
        head["checksum"] = checksum(head, arrays)

    rig = everything()
    rig.net.save_state(tmp_path / "state")
    with pytest.raises(sim.ValidationError, match="does not say of which network it is"):
        rig.net.load_state(changed(tmp_path / "state", spoilt))
