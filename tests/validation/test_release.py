"""Short-term plasticity against event loops, closed forms, Brian2 and the binomial law."""

import numpy as np
import pytest
from scipy import stats

import spikesim as sim
from tests.mechanisms.release.rig import DT, TAU, arrivals, event_loop

DEPRESSING = {"U": 0.5, "tau_rec": 800.0, "tau_facil": 0.0}
FACILITATING = {"U": 0.03, "tau_rec": 130.0, "tau_facil": 530.0}  # Tsodyks et al. 1998
BOTH = {"U": 0.25, "tau_rec": 300.0, "tau_facil": 300.0}
KINDS = {"depressing": DEPRESSING, "facilitating": FACILITATING, "both": BOTH}
DELAY = 0.5


def responses(times, release, n_post=1, weight=1.0):
    """What each spike of one source makes arrive at each target, shape (spikes, n_post)."""
    found = arrivals([times], release, n_post=n_post, weight=weight, delay=DELAY)
    return found[np.rint((np.asarray(times) + DELAY) / DT).astype(int) - 1]


def poisson_like(rate, n, seed):
    """Random times on the grid, ms."""
    gaps = np.random.default_rng(seed).exponential(1000.0 / rate, n)
    return (np.cumsum(np.maximum(np.rint(gaps / DT), 1)) * DT).round(1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate", [2.0, 20.0, 100.0])
def test_irregular_trains_are_the_event_loop(kind, rate):
    times = poisson_like(rate, 60, seed=2)
    found = responses(times, sim.TsodyksMarkram(**KINDS[kind]), weight=250.0)
    assert found[:, 0] == pytest.approx(250.0 * event_loop(times, **KINDS[kind]), rel=1e-9)


def steady_state(rate, U, tau_rec, tau_facil):
    """u and x at each spike of a regular train, once nothing changes any more."""
    facil = np.exp(-1000.0 / rate / tau_facil) if tau_facil else 0.0
    rec = np.exp(-1000.0 / rate / tau_rec)
    u = U / (1.0 - (1.0 - U) * facil)
    return u, (1.0 - rec) / (1.0 - (1.0 - u) * rec)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate", [1.0, 5.0, 10.0, 20.0, 50.0, 100.0])
def test_regular_trains_reach_the_closed_form(kind, rate):
    times = np.arange(1, 60 + int(4 * rate)) * 1000.0 / rate
    found = responses(times, sim.TsodyksMarkram(**KINDS[kind]))
    u, x = steady_state(rate, **KINDS[kind])
    assert found[-1, 0] == pytest.approx(u * x, rel=1e-6)


def test_depression_limits_the_current_and_facilitation_peaks():
    """Tsodyks & Markram 1997: responses fall as 1/rate, or are largest at some rate."""
    rates = np.array([1.0, 5.0, 20.0, 50.0, 100.0])

    def settled(values):
        trains = [np.arange(1, 60 + int(4 * rate)) * 1000.0 / rate for rate in rates]
        return np.array([responses(t, sim.TsodyksMarkram(**values))[-1, 0] for t in trains])

    depressing, facilitating = settled(DEPRESSING), settled(FACILITATING)
    assert (np.diff(depressing) < 0).all()
    assert rates[-1] * depressing[-1] == pytest.approx(1000.0 / DEPRESSING["tau_rec"], rel=0.02)
    assert 0 < np.argmax(facilitating) < len(rates) - 1


# --- Brian2 --------------------------------------------------------------------------------------


N_PRE, N_POST, DURATION = 8, 5, 400.0


def by_brian2(b2, trains, c, values):
    b2.start_scope()
    b2.defaultclock.dt = DT * b2.ms
    pre = b2.SpikeGeneratorGroup(
        N_PRE, np.repeat(np.arange(N_PRE), [len(t) for t in trains]),
        (np.concatenate(trains) - DT) * b2.ms,
    )  # fmt: skip
    post = b2.NeuronGroup(N_POST, f"dI/dt = -I / ({TAU} * ms) : 1", method="exact")
    facilitates = values["tau_facil"] > 0
    synapses = b2.Synapses(
        pre, post,
        f"""w : 1
            dx/dt = (1 - x) / tau_rec : 1 (event-driven)
            {"du/dt = -u / tau_facil : 1 (event-driven)" if facilitates else "u : 1"}""",
        on_pre=f"""u {"+= U * (1 - u)" if facilitates else "= U"}
                   I_post += w * u * x
                   x *= 1 - u""",
        namespace={
            "U": values["U"], "tau_rec": values["tau_rec"] * b2.ms,
            "tau_facil": values["tau_facil"] * b2.ms,
        },
    )  # fmt: skip
    synapses.connect(i=c.source, j=c.target)
    synapses.x, synapses.w, synapses.delay = 1, c.weight, c.delay * b2.ms
    monitor = b2.StateMonitor(post, "I", record=True, when="end")
    b2.Network(pre, post, synapses, monitor).run(DURATION * b2.ms)
    return np.asarray(monitor.I).T


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
def test_currents_agree_with_brian2(brian2, kind):
    """Its synapses see a spike after the delay, ours before it: the intervals are the same."""
    trains = [poisson_like(40.0, 14, seed=k) for k in range(N_PRE)]
    trains = [t[t < DURATION - 20.0] for t in trains]
    net = sim.Network(dt=DT, seed=1, precision="double")
    pre = net.population("pre", N_PRE, sim.SpikeSource(trains))
    cell = sim.LIF(V_th=1e9, receptors={"s": sim.ExpCurrent(tau_syn=TAU)})
    post = net.population("post", N_POST, cell)
    p = net.project(
        pre, post, sim.FixedProbability(0.7), weight=sim.Uniform(50.0, 150.0),
        delay=sim.Uniform(0.1, 12.0), release=sim.TsodyksMarkram(**KINDS[kind]),
    )  # fmt: skip
    current = net.record(post, "I_s")
    net.run(DURATION)
    theirs = by_brian2(brian2, trains, p.connections(), KINDS[kind])
    ours = current.result().values[1:]
    assert ours.max() > 20.0
    assert ours == pytest.approx(theirs, abs=1e-8)


# --- quanta --------------------------------------------------------------------------------------

MANY = 4000


@pytest.fixture(scope="module", params=[(k, n) for k in KINDS for n in (1, 5)],
                ids=lambda p: f"{p[0]}, {p[1]}")  # fmt: skip
def quanta(request):
    """Quanta of ten spikes at many synapses; the number of sites; each spike's u x."""
    kind, n_sites = request.param
    times = np.append(np.arange(1, 10) * 30.0, 700.0)
    release = sim.QuantalRelease(**KINDS[kind], n_sites=n_sites)
    found = responses(times, release, n_post=MANY, weight=10.0) * n_sites / 10.0
    return found, n_sites, event_loop(times, **KINDS[kind])


@pytest.mark.thorough
def test_amplitudes_are_multiples_of_the_quantum(quanta):
    found, n_sites, _ = quanta
    assert np.abs(found - np.rint(found)).max() < 1e-6
    assert set(np.unique(np.rint(found))) <= set(range(n_sites + 1))


@pytest.mark.thorough
def test_the_mean_is_the_deterministic_response(quanta):
    """Exactly so in expectation: u has no chance in it, and x enters the mean linearly."""
    found, n_sites, share = quanta
    error = np.sqrt(share * (1 - share) / n_sites / MANY)
    assert (np.abs(found.mean(axis=1) / n_sites - share) < 4 * error).all()
    assert found.mean() / n_sites == pytest.approx(share.mean(), rel=0.02)


@pytest.mark.thorough
def test_the_variance_is_binomial(quanta):
    found, n_sites, share = quanta
    variance, excess = stats.binom(n_sites, share).stats(moments="vk")
    error = variance * np.sqrt((excess + 2.0) / MANY)
    assert (np.abs(found.var(axis=1) - variance) < 4.5 * error + 1e-3).all()


@pytest.mark.thorough
def test_the_histogram_is_binomial(quanta):
    found, n_sites, share = quanta
    for row, p in zip(np.rint(found).astype(int), share, strict=True):
        expected = stats.binom(n_sites, p).pmf(np.arange(n_sites + 1)) * MANY
        counts = np.bincount(row, minlength=n_sites + 1)
        rare = expected < 5
        f, e = counts[~rare], expected[~rare]
        if f.size > 1:
            chi = ((f - e) ** 2 / e).sum()
            assert chi < stats.chi2(f.size).ppf(1 - 1e-5)


def test_a_site_that_has_released_is_empty():
    """The exact Markov chain of one site: what the second spike does depends on the first."""
    U, tau_rec = 0.6, 100.0
    first, second = responses([10.0, 30.0], sim.QuantalRelease(U=U, tau_rec=tau_rec), MANY) > 0.5
    back = 1.0 - np.exp(-20.0 / tau_rec)
    for given, p in ((first, U * back), (~first, U)):
        n = given.sum()
        assert abs(second[given].mean() - p) < 4 * np.sqrt(p * (1 - p) / n)


def test_synapses_sources_and_spikes_draw_by_themselves():
    """Correlations between neighbours in the row, sources and spikes are those of chance."""
    release = sim.QuantalRelease(U=0.5, tau_rec=1.0)
    times = np.arange(1, 9) * 40.0
    late = times + 20.0
    found = arrivals([times, late], release, n_post=MANY, weight=1.0, delay=DELAY)
    rows = found[np.rint((np.stack([times, late]) + DELAY) / DT).astype(int).ravel() - 1] > 0.5
    limit = 4.5 / np.sqrt(MANY)
    between = np.corrcoef(rows)
    assert np.abs(between[~np.eye(len(rows), dtype=bool)]).max() < limit
    neighbours = [np.corrcoef(row[1:], row[:-1])[0, 1] for row in rows]
    assert np.abs(neighbours).max() < limit
