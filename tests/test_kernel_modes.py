"""Compiled, interpreted and with checked bounds the kernels do the same, bit by bit.

Interpretation finds integers that only fit because compiled code widens them, and checked bounds
find reads past an end, which compiled code answers with garbage.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = """
import sys
import warnings
import numpy as np
import spikesim as sim
from tests.networks import lively

warnings.simplefilter("error")
results = {}
for side in ("axonal", "dendritic"):
    rig = lively(precision="double", delay_is=side)
    rig.net.run(20.0)
    rig.learn.normalize(400.0)
    rig.net.run(40.0)
    results |= {f"{side} {name}": value for name, value in rig.results().items()}

for side in ("axonal", "dendritic"):
    net = sim.Network(dt=0.5, seed=3, precision="double")
    receptors = {"a": sim.AlphaCurrent(), "g": sim.ExpConductance(), "d": sim.Delta()}
    model = sim.AdaptiveLIF(tau_m=sim.Normal(12.0, 2.0, low=5.0), receptors=receptors)
    cells = net.population("cells", 12, model)
    pixels = net.population("pixels", 6, sim.PoissonSource(250.0))
    rules = {"trace": sim.TraceSTDP(w_max=300.0), "pair": sim.PairSTDP(w_max=300.0)}
    for name, rule in rules.items():
        net.project(pixels, cells, sim.AllToAll(), weight=sim.Uniform(100.0, 300.0), delay=1.0,
                    receptor="a", plasticity=rule, name=name, delay_is=side)
    net.project(cells, cells, sim.AllToAll(autapses=False), weight=-0.5, delay=1.5, receptor="d")
    x = np.linspace(0.0, 1.0, 12)[:, None]
    for connector, receptor, delay in (
        (sim.DistanceDependent(lambda d: np.exp(-d), x, x), "a", sim.Normal(4.0, 2.0)),
        (sim.FixedTotalNumber(30, multapses=True), "g", 0.5),
        (sim.FixedOutDegree(3), "g", 0.5),
    ):
        net.project(cells, cells, connector, weight=sim.LogNormal(5.0, 2.0), delay=delay,
                    receptor=receptor)
    for release, connector, delay in (
        (sim.TsodyksMarkram(tau_facil=50.0), sim.AllToAll(), 1.0),
        (sim.QuantalRelease(n_sites=3), sim.AllToAll(), sim.Uniform(0.5, 3.0)),
    ):
        net.project(pixels, cells, connector, weight=sim.Uniform(0.0, 90.0), delay=delay,
                    receptor="a", release=release)
    net.stimulate(cells, sim.Miniatures(20.0, sim.LogNormal(20.0, 9.0), "a"))
    spikes = net.record(cells, "spikes")
    net.run(80.0)
    results |= {f"{side} {name} weights": net.projections[name].weight for name in rules}
    results |= {f"{side} other ids": spikes.result().ids, f"{side} theta": cells.get("theta")}
    results |= {f"{side} other times": spikes.result().times, f"{side} n": np.array(net.n_events)}

from tests.synapses.test_modulators import Gated, made
from tests.mechanisms.test_couplings import lived

results |= {f"coupled {name}": value for name, value in lived(precision="double").items()}
results["modulated"] = made("sparse-delays", "axonal", Gated()).run(60.0).plastic.weight
np.savez(sys.argv[1], **results)
"""


def run(folder, **environment):
    path = folder / "results.npz"
    own = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], cwd=ROOT, check=True, timeout=600,
        env={**own, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    with np.load(path) as file:
        return dict(file)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    return run(tmp_path_factory.mktemp("compiled"))


@pytest.mark.slow
def test_there_is_something_to_compare(compiled):
    for side in ("axonal", "dendritic"):
        assert compiled[f"{side} times"].size > 50
        assert compiled[f"{side} other times"].size > 50
        for name in ("trace", "pair"):
            assert np.ptp(compiled[f"{side} {name} weights"]) > 100.0


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["DISABLE_JIT", "BOUNDSCHECK"])
def test_other_modes_give_the_same(compiled, mode, tmp_path, pytestconfig):
    # Checked kernels need a cache of their own: Numba would load the unchecked ones.
    cache = str(pytestconfig.cache.mkdir(mode.lower()))
    results = run(tmp_path, **{f"NUMBA_{mode}": "1", "SPIKESIM_CACHE_DIR": cache})
    assert results.keys() == compiled.keys()
    different = [key for key in compiled if not np.array_equal(results[key], compiled[key])]
    assert not different
