"""What models of release and projections with them refuse."""

import numpy as np
import pytest

import spikesim as sim
from tests.mechanisms.release.rig import network

MODELS = [sim.TsodyksMarkram, sim.QuantalRelease]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"U": 0.0}, r"U: must be positive and finite, got 0\.0"),
        ({"U": -0.1}, r"U: must be positive"),
        ({"U": 1.01}, r"U: must lie above 0 and be at most 1, got 1\.01"),
        ({"U": np.nan}, r"U: must be positive and finite, got nan"),
        ({"U": sim.Uniform(0.1, 0.5)}, r"U: must be a number, got Uniform"),
        ({"U": [0.1, 0.5]}, r"U: must be one number, got shape \(2,\)"),
        ({"tau_rec": 0.0}, r"tau_rec: must be positive and finite, got 0\.0 ms"),
        ({"tau_rec": -5.0}, r"tau_rec: must be positive and finite, got -5\.0 ms"),
        ({"tau_facil": -1.0}, r"tau_facil: must be zero or positive, and finite, got -1\.0 ms"),
        ({"tau_facil": np.inf}, r"tau_facil: must be zero or positive, and finite, got inf ms"),
        ({"tau_fac": 1.0}, r"unknown name 'tau_fac'; did you mean 'tau_facil'|valid names"),
    ],
)
def test_parameters(model, values, text):
    with pytest.raises(sim.ValidationError, match=rf"{model.__name__}.*{text}"):
        model(**values)


@pytest.mark.parametrize("n", [0, -1, 0.5, 2.5, 256, np.nan, True, "2", [1, 2], None])
def test_numbers_of_sites(n):
    with pytest.raises(sim.ValidationError, match=r"QuantalRelease\.n_sites: must be"):
        sim.QuantalRelease(n_sites=n)


def test_only_quantal_release_has_sites():
    with pytest.raises(sim.ValidationError, match="unknown name 'n_sites'"):
        sim.TsodyksMarkram(n_sites=3)


def test_defaults():
    for model in (sim.TsodyksMarkram(), sim.QuantalRelease()):
        assert (model.U, model.tau_rec, model.tau_facil) == (0.5, 800.0, 0.0)
    assert sim.QuantalRelease().n_sites == 1
    assert repr(sim.QuantalRelease(U=0.2, n_sites=5)) == "QuantalRelease(U=0.2, n_sites=5.0)"


@pytest.mark.parametrize("wrong", [0.5, "depressing", sim.TsodyksMarkram, sim.PairSTDP(), {}])
def test_what_is_no_release(wrong):
    with pytest.raises(sim.ValidationError, match=r"p\.release: must be a model of release"):
        network([[1.0]], wrong)


def test_a_source_without_a_name_for_what_it_releases_and_one_with():
    """The transmitter decides the sign, as without release."""
    for transmitter, sign in ((None, 1), ("glutamate", 1), ("GABA", -1)):
        net, p, record = network([[1.0]], sim.TsodyksMarkram(), transmitter=transmitter)
        net.run(2.0)
        assert np.sign(record.result().values[-1, 0]) == sign
        assert (p.weight == 100.0).all()
    with pytest.raises(sim.ValidationError, match=r"p\.weight: .*must be non-negative"):
        network([[1.0]], sim.TsodyksMarkram(), weight=-1.0, transmitter="GABA")


def test_a_projection_says_what_it_releases():
    _, p, _ = network([[1.0]], sim.TsodyksMarkram(U=0.2))
    assert "TsodyksMarkram(U=0.2)" in repr(p)


def test_a_projection_without_release_has_no_state_of_it():
    _, p, _ = network([[1.0]], None)
    with pytest.raises(sim.ValidationError, match=r"p\.release: this projection has no release"):
        p.release_state()
