"""Populations and slices of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spikesim as sim


def population(n=10, name="cells"):
    net = sim.Network(seed=1)
    return net.population(name, n, sim.LIF())


@given(
    st.integers(1, 30),
    st.lists(
        st.one_of(
            st.integers(-40, 40),
            st.slices(30),
            st.lists(st.integers(-5, 40), min_size=1, max_size=6),
            st.lists(st.booleans(), min_size=1, max_size=30),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_slices_are_those_of_numpy(n, keys):
    """In their order, with their repeats; what selects nobody or does not exist is refused."""
    view, ids = population(n), np.arange(n)
    for key in keys:
        try:
            wanted = np.atleast_1d(ids[np.array(key) if isinstance(key, list) else key])
        except IndexError:
            wanted = np.empty(0)
        if wanted.size == 0:
            with pytest.raises(sim.ValidationError, match=r"cells.*has \d+ neurons"):
                view[key]
            return
        view, ids = view[key], wanted
        assert np.array_equal(view.ids, ids)
        assert len(view) == ids.size
        assert view.population.name == "cells"
        assert view.contiguous == np.array_equal(ids, np.arange(ids[0], ids[0] + ids.size))
        assert view.span == (ids.min(), ids.max() + 1)


@pytest.mark.parametrize(
    "key",
    ["abc", None, 1.5, [], [[0], [1]], [[0], [1, 2]], slice("a"), slice(None, None, 0), True, {},
     {1}, ..., [1.0], ["a"], (slice(2), 1), np.array(1), np.zeros((2, 2), int), 10, -11, 2**70,
     [10], [-11], [True], slice(5, 5), slice(20, 30), [2**70], object()],
)  # fmt: skip
def test_what_selects_nobody(key):
    with pytest.raises(sim.ValidationError, match=r"^cells: "):
        population()[key]


@pytest.mark.parametrize(
    ("key", "text"),
    [("V_m", r"got 'V_m'; write cells\.V_m$"), ("V_n", r"got 'V_n' \(did you mean 'V_m'\?\)$")],
)
def test_variables_are_attributes(key, text):
    with pytest.raises(sim.ValidationError, match=rf"^cells: is indexed by neurons.*{text}"):
        population()[key]


def test_sizes_of_selections():
    """Also where all neurons are selected, and with repeats."""
    cells = population()
    views = [cells, cells[:3], cells[3], cells[np.ones(10, bool)], cells[[2, 2]], cells[::-1][4:]]
    assert [view.size for view in views] == [len(view) for view in views] == [10, 3, 1, 10, 2, 6]
    with pytest.raises(sim.ValidationError, match=r"cells\[0:3\]\.size: is "):
        cells[:3].size = 5


def test_populations_are_not_iterated():
    """Neurons are addressed by slices; a loop over views would be a trap, and must end."""
    with pytest.raises(TypeError, match="not iterable"):
        list(population(3))


def test_names_of_slices():
    cells = population()
    assert cells.name == "cells"
    assert cells[2:5].name == "cells[2:5]"
    assert cells[:].name == "cells"
    assert cells[::-1].name == "cells[9::-1]"
    assert cells[1:8:3].name == "cells[1:10:3]"
    assert cells[[5, 1, 7]].name == "cells[[5, 1, 7]]"
    assert cells[[2, 2]].name == "cells[[2, 2]]"
    assert cells[[0, 2, 3, 5, 6, 8, 9]].name == "cells[[0, 2, 3, 5, 6, 8, ...]]"
    assert repr(cells[3]) == "<cells[3:4]: 1 neuron>"
    assert repr(cells) == "<cells: 10 neurons>"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("", 1), r"Population\.name: must be a non-empty text, got ''"),
        ((None, 1), r"Population\.name: .*None"),
        (([], 1), r"Population\.name: .*\[\]"),
        ((5, 1), r"Population\.name: .*5"),
        (("a", 0), r"a\.size: must be at least 1, got 0"),
        (("a", -3), r"a\.size: must be at least 1, got -3"),
        (("a", 1.0), r"a\.size: must be a whole number, got 1\.0"),
        (("a", "many"), r"a\.size: must be a whole number, got 'many'"),
        (("a", True), r"a\.size: must be a whole number, got True"),
    ],
)
def test_names_and_sizes(arguments, text):
    with pytest.raises(sim.ValidationError, match=text):
        sim.Network().population(*arguments, sim.LIF())


@pytest.mark.parametrize(
    "model", [sim.LIF, None, "LIF", 5, sim.ExpCurrent(), sim.PoissonDrive(1, 1)]
)
def test_models(model):
    with pytest.raises(sim.ValidationError, match=r"a\.model: must be a neuron model such as LIF"):
        sim.Network().population("a", 1, model)


@pytest.mark.parametrize("transmitter", ["histamine", "gaba", 5, [], {}, ""])
def test_transmitters(transmitter):
    with pytest.raises(sim.ValidationError, match=r"a\.transmitter: unknown name .*'GABA'"):
        sim.Network().population("a", 1, sim.LIF(), transmitter=transmitter)


@pytest.mark.parametrize("modulator", ["dopamine", "serotonin", "noradrenaline"])
def test_what_diffuses_is_a_modulator(modulator):
    with pytest.raises(sim.ValidationError, match=r"a\.transmitter: .*Network\.modulator"):
        sim.Network().population("a", 1, sim.LIF(), transmitter=modulator)


@pytest.mark.parametrize(
    ("initial", "text"),
    [
        ({"x": 1.0}, r"initial: unknown name 'x'.*'V_m'"),
        ({5: 1.0}, r"initial: unknown name 5"),
        ({"V_m": "high"}, r"initial\['V_m'\]: must be a number"),
        ({"V_m": [1.0, 2.0]}, r"initial\['V_m'\]: must be one value or 3.*\(2,\)"),
        ({"V_m": np.nan}, r"initial\['V_m'\]: must be finite, got nan"),
        ({"V_m": sim.Uniform}, r"initial\['V_m'\]: "),
        ({"V_m": None}, r"initial\['V_m'\]: must be a number"),
        (5, r"initial: must map names to values, got 5"),
        ([1, 2], r"initial: must map names to values"),
        ("V_m", r"initial: must map names to values"),
    ],
)
def test_initial_values(initial, text):
    with pytest.raises(sim.ValidationError, match=rf"a\.{text}"):
        sim.Network().population("a", 3, sim.LIF(), initial=initial)


def test_arrays_fit_the_population():
    with pytest.raises(sim.ValidationError, match=r"a\.tau_m: must be one value or 3.*\(2,\)"):
        sim.Network().population("a", 3, sim.LIF(tau_m=[1.0, 2.0]))
    receptors = {"x": sim.ExpCurrent(tau_syn=[1.0, 2.0])}
    with pytest.raises(sim.ValidationError, match=r"a\.tau_syn_x: must be one value or 3"):
        sim.Network().population("a", 3, sim.LIF(receptors=receptors))


def test_drawn_parameters_are_checked_too():
    net = sim.Network(seed=1)
    with pytest.raises(
        sim.ValidationError, match=r"a\.tau_m: must be positive.* ms \(at index \d+"
    ):
        net.population("a", 50, sim.LIF(tau_m=sim.Normal(1.0, 1.0)))


def test_a_model_can_be_shared():
    """A model is plain description: populations of one object do not touch each other's values."""
    net = sim.Network(seed=1)
    model = sim.LIF(I_e=sim.Uniform(0.0, 100.0))
    a, b = (net.population(name, 5, model, initial={"V_m": sim.Uniform(-70, -60)}) for name in "ab")
    assert not np.array_equal(a.get("I_e"), b.get("I_e"))
    assert not np.array_equal(a.get("V_m"), b.get("V_m"))
    a.set(I_e=1.0)
    assert (b.get("I_e") != 1.0).all()
