"""Selections keep the order and the repeats that the user wrote, in all that they are used for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim

N = 8
RECEPTORS = {"jump": sim.Delta(), "exc": sim.ExpCurrent()}


def network(size=N, **options):
    net = sim.Network(seed=3, **options)
    return net, net.population("cells", size, sim.LIF(receptors=RECEPTORS))


def selections(n=N, distinct=True, least=1):
    return st.lists(st.integers(0, n - 1), min_size=least, max_size=n, unique=distinct)


# --- reading and setting -------------------------------------------------------------------------


def test_arrays_are_set_in_the_order_of_the_selection():
    _, cells = network()
    cells[[5, 1]].set(V_m=[-55.0, -65.0], tau_m=[15.0, 11.0])
    assert (cells.get("V_m")[[5, 1]] == [-55.0, -65.0]).all()
    assert (cells.get("tau_m")[[5, 1]] == [15.0, 11.0]).all()
    cells[::-1].set(V_m=np.arange(8.0) - 70.0)
    assert np.array_equal(cells.get("V_m"), np.arange(8.0)[::-1] - 70.0)
    assert np.array_equal(cells[::-1].get("V_m"), np.arange(8.0) - 70.0)
    assert np.array_equal(cells[[5, 1, 5]].get("V_m"), [-68.0, -64.0, -68.0])


@settings(max_examples=25, deadline=None)
@given(ids=selections(), name=st.sampled_from(["V_m", "tau_m", "tau_syn_exc", "I_exc"]))
def test_set_and_get_are_those_of_numpy(ids, name):
    _, cells = network()
    expected = cells.get(name).copy()
    values = 20.0 + np.arange(len(ids))
    cells[ids].set(**{name: values})
    expected[ids] = values
    assert np.array_equal(cells.get(name), expected)
    assert np.array_equal(cells[ids].get(name), values)
    assert np.array_equal(cells[ids][::-1].get(name), values[::-1])


def test_repeats_are_read_and_set_to_one_value_only():
    _, cells = network()
    cells[[2, 2, 4]].set(V_m=-60.0)
    assert np.array_equal(cells[[2, 2, 4]].get("V_m"), [-60.0, -60.0, -60.0])
    before = cells.get("V_m")
    with pytest.raises(sim.ValidationError, match=r"V_m: takes each neuron once.*neuron 2 2 times"):
        cells[[2, 2, 4]].set(V_m=[-50.0, -51.0, -52.0])
    assert np.array_equal(cells.get("V_m"), before)


def test_rates_of_sources():
    net = sim.Network(seed=1)
    sources = net.population("sources", 4, sim.PoissonSource(10.0))
    sources[[3, 0]].set(rate=[30.0, 5.0])
    assert sources.get("rate") == pytest.approx([5.0, 10.0, 10.0, 30.0])
    assert sources[::-1].get("rate") == pytest.approx([30.0, 10.0, 10.0, 5.0])
    sources[::-1].set(rate=[1.0, 2.0, 3.0, 4.0])
    assert sources.get("rate") == pytest.approx([4.0, 3.0, 2.0, 1.0])
    with pytest.raises(sim.ValidationError, match="rate: takes each neuron once"):
        sources[[1, 1]].set(rate=[1.0, 2.0])


# --- recording -----------------------------------------------------------------------------------


@pytest.mark.thorough
@settings(max_examples=10, deadline=None)
@given(ids=selections())
def test_recorders_keep_the_order(ids):
    net = sim.Network(seed=3)
    drive = np.linspace(450.0, 900.0, N)
    cells = net.population("cells", N, sim.LIF(I_e=drive))
    whole, part = (net.record(view, "spikes") for view in (cells, cells[ids]))
    V_m, V_part = (net.record(view, "V_m") for view in (cells, cells[ids]))
    net.run(30.0)
    assert np.array_equal(part.counts(), whole.counts()[ids])
    for place, neuron in enumerate(ids):
        everybody, chosen = whole.result(), part.result()
        times = everybody.times[everybody.ids == neuron]
        assert np.array_equal(chosen.times[chosen.ids == place], times)
    step = part.result()
    assert np.array_equal(np.lexsort((step.ids, step.times)), np.arange(step.ids.size))
    assert np.array_equal(V_part.result().values, V_m.result().values[:, ids])
    assert np.array_equal(V_part.result().ids, ids)


@pytest.mark.parametrize("variable", ["spikes", "V_m"])
def test_a_neuron_is_recorded_once(variable):
    net, cells = network()
    with pytest.raises(sim.ValidationError, match=r"target: takes each neuron once.*cells\[\[1, 1"):
        net.record(cells[[1, 1, 2]], variable)


# --- projections ---------------------------------------------------------------------------------


def fired(n=5):
    return sim.SpikeSource([[1.0 + k] for k in range(n)])


@pytest.mark.thorough
def test_one_to_one_pairs_the_places():
    net, cells = network()
    sources = net.population("sources", 5, fired())
    pair = net.project(
        sources[[2, 0, 1]], cells[::-1][:3], sim.OneToOne(), weight=[1.0, 2.0, 3.0],
        delay=[0.5, 1.5, 1.0], receptor="jump",
    )  # fmt: skip
    V_m = net.record(cells, "V_m")
    net.run(6.0)
    moved = V_m.result().values - -70.0
    first = [(np.argmax(column > 0.1), column.max()) for column in moved[:, [7, 6, 5]].T]
    assert [step for step, _ in first] == [35, 25, 30]
    assert [size for _, size in first] == pytest.approx([1.0, 2.0, 3.0])
    assert not moved[:, :5].any()
    found = pair.connections()
    assert np.array_equal(found.source, [0, 1, 2])
    assert np.array_equal(found.target, [0, 1, 2])
    assert np.array_equal(found.weight, [1.0, 2.0, 3.0])
    assert found.delay == pytest.approx([0.5, 1.5, 1.0])


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    data=st.data(), pre=selections(5), post=selections(), plastic=st.booleans(),
    varied=st.booleans(), threads=st.sampled_from([1, 2]),
)  # fmt: skip
def test_projections_between_selections(data, pre, post, plastic, varied, threads):
    """They are what FromArrays makes with the neurons' own ids."""
    connector = data.draw(
        st.sampled_from([sim.AllToAll(), sim.FixedProbability(0.6, autapses=True), "pairs"])
    )
    if connector == "pairs":  # multapses, too
        pairs = data.draw(st.lists(
            st.tuples(st.integers(0, len(pre) - 1), st.integers(0, len(post) - 1)), max_size=12
        ))  # fmt: skip
        source, target = np.array(pairs, int).reshape(-1, 2).T
        connector = sim.FromArrays(source, target)
    weight = 0.1 + np.arange(len(pre) * len(post)).reshape(len(pre), len(post)) % 7 / 10.0
    delay = 0.5 + np.arange(len(pre) * len(post)).reshape(len(pre), len(post)) % 5 / 10.0
    options = {"receptor": "jump"}
    if plastic:
        options |= {"plasticity": sim.PairSTDP(), "delay_is": "dendritic"}

    def run(by_selection, made=None):
        net, cells = network(threads=threads, precision="double")
        sources = net.population("sources", 5, fired())
        if by_selection:
            synapses = net.project(
                sources[pre], cells[post], connector, weight=weight,
                delay=delay if varied else 0.7, **options,
            )  # fmt: skip
            made = synapses.connections()
        else:
            pairs = np.array(pre)[made.source], np.array(post)[made.target]
            synapses = net.project(
                sources, cells, sim.FromArrays(*pairs),
                weight=made.weight, delay=made.delay if made.delay.size else 0.7, **options,
            )  # fmt: skip
        cells.set(I_e=np.linspace(500.0, 900.0, N))
        V_m = net.record(cells, "V_m")
        net.run(25.0)
        return made, synapses, V_m.result().values

    made, synapses, V_m = run(True)
    assert np.array_equal(made.weight, weight[made.source, made.target])
    if varied:
        assert made.delay == pytest.approx(delay[made.source, made.target])
    assert np.array_equal(np.lexsort((made.target, made.source)), np.arange(made.source.size))
    _, by_id, expected = run(False, made)
    # Multapses onto one neuron in one step may be added in another order.
    assert np.allclose(V_m, expected, rtol=0, atol=1e-12)
    after = by_id.connections()
    place = {n: k for k, n in enumerate(pre)}, {n: k for k, n in enumerate(post)}
    order = np.lexsort((
        after.delay, [place[1][n] for n in after.target], [place[0][n] for n in after.source],
    ))  # fmt: skip
    assert np.allclose(synapses.weight, after.weight[order], rtol=0, atol=1e-12)


@pytest.mark.thorough
def test_weights_are_set_and_recorded_in_the_users_order():
    net, cells = network(precision="double")
    sources = net.population("sources", 5, fired())
    given = np.arange(12.0).reshape(3, 4) / 20.0
    synapses = net.project(
        sources[[4, 0, 2]], cells[[6, 1, 3, 0]], sim.AllToAll(), weight=given, delay=1.0,
        receptor="exc", plasticity=sim.PairSTDP(), delay_is="axonal",
    )  # fmt: skip
    record = net.record(synapses, "weight", every=1.0, synapses=[5, 0, 11])
    assert np.array_equal(synapses.weight.reshape(3, 4), given)
    synapses.weight = given.ravel()[::-1]
    assert np.array_equal(synapses.weight, given.ravel()[::-1])
    net.run(2.0)
    assert np.array_equal(record.result().ids, [5, 0, 11])
    assert np.array_equal(record.result().values[-1], synapses.weight[[5, 0, 11]])
    synapses.normalize(1.0)
    assert synapses.weight.reshape(3, 4).sum(axis=0) == pytest.approx(np.ones(4))


@pytest.mark.thorough
def test_release_states_are_those_of_the_selected_sources():
    net, cells = network(precision="double")
    sources = net.population("sources", 5, fired())
    plain, picked = (
        net.project(view, cells, sim.AllToAll(), weight=0.1, delay=1.0, receptor="jump",
                    release=sim.TsodyksMarkram(U=0.5))
        for view in (sources, sources[[4, 0, 2]])
    )  # fmt: skip
    net.run(4.0)
    whole, part = plain.release_state(), picked.release_state()
    assert np.array_equal(part.u, whole.u[[4, 0, 2]])
    assert np.array_equal(part.x, whole.x[[4, 0, 2]])


@pytest.mark.parametrize("ends", [([1, 1], [0]), ([0], [3, 2, 3])])
def test_a_projection_takes_each_neuron_once(ends):
    net, cells = network()
    with pytest.raises(sim.ValidationError, match="takes each neuron once"):
        net.project(cells[ends[0]], cells[ends[1]], sim.AllToAll(), weight=1.0, delay=1.0,
                    receptor="exc")  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(pre=selections(), post=selections(), kind=st.sampled_from(["all", "p", "in", "n"]))
def test_autapses_are_left_out_or_the_selections_refused(pre, post, kind):
    connector = {
        "all": sim.AllToAll(autapses=False), "p": sim.FixedProbability(0.7),
        "in": sim.FixedInDegree(min(2, len(pre)), multapses=True),
        "n": sim.FixedTotalNumber(5, multapses=True),
    }[kind]  # fmt: skip
    net, cells = network()
    try:
        synapses = net.project(
            cells[pre], cells[post], connector, weight=1.0, delay=1.0, receptor="exc"
        )
        found = synapses.connections()
    except sim.ValidationError:
        refused = True
    else:
        refused = False
    if refused:
        assert set(pre) & set(post)
        return
    source, target = np.array(pre)[found.source], np.array(post)[found.target]
    assert (source != target).all()
    if kind == "all":
        assert source.size == len(pre) * len(post) - len(set(pre) & set(post))


def test_a_population_in_one_order_connects_to_itself_without_autapses():
    net, cells = network()
    turned = cells[::-1]
    synapses = net.project(
        turned, turned, sim.AllToAll(autapses=False), weight=1.0, delay=1.0, receptor="exc"
    )
    found = synapses.connections()
    assert len(found) == N * (N - 1)
    assert (found.source != found.target).all()


# --- what else takes neurons ---------------------------------------------------------------------


@pytest.mark.thorough
def test_gap_junctions_join_the_places():
    net, cells = network()
    gaps = net.gap_junctions(cells[[6, 1]], cells[[0, 3]], sim.OneToOne(), g=[5.0, 1.0])
    cells[[6, 1]].set(V_m=-60.0)
    net.run(1.0)
    V_m = cells.get("V_m")
    assert V_m[0] > V_m[3] > -70.0
    assert (V_m[[2, 4, 5, 7]] == -70.0).all()
    assert np.array_equal(gaps.g, [5.0, 1.0])


@pytest.mark.thorough
def test_currents_follow_the_order():
    net, cells = network()
    net.stimulate(cells[[5, 1]], sim.DCCurrent([100.0, 200.0]))
    net.run(5.0)
    V_m = cells.get("V_m")
    assert V_m[1] > V_m[5] > -70.0


def test_a_current_takes_each_neuron_once():
    net, cells = network()
    with pytest.raises(sim.ValidationError, match="takes each neuron once"):
        net.stimulate(cells[[1, 1]], sim.DCCurrent(100.0))


@pytest.mark.parametrize("ids", [[5, 1], [0, 2], [3, 2, 1]])
def test_what_needs_a_range_says_so(ids):
    net, cells = network()
    with pytest.raises(sim.ValidationError, match="without gaps in ascending order"):
        net.stimulate(cells[ids], sim.PoissonDrive(100.0, 1.0, "exc"))
    dopamine = net.modulator("dopamine", tau=100.0)
    with pytest.raises(sim.ValidationError, match=r"without gaps in ascending order.*got cells\["):
        net.release(cells[ids], dopamine, amount=1.0, delay=1.0)
