"""The disk cache: a second process compiles nothing, and each kernel has one compiled version."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = """
import gc
import json
import sys
from numba.core.dispatcher import Dispatcher
from tests.networks import lively

for side in sys.argv[1:]:
    rig = lively(delay_is=side)
    rig.net.run(30.0)
    rig.learn.normalize(400.0)
    rig.exc.set(I_e=120.0)
    rig.net.run(10.0)
    rig.net.reset_state()

kernels = {id(o): o for o in gc.get_objects() if isinstance(o, Dispatcher)}.values()
own = [k for k in kernels if k.py_func.__module__.startswith("spikesim")]
print(json.dumps({
    "compiled": sum(sum(k.stats.cache_misses.values()) for k in own),
    "loaded": sum(sum(k.stats.cache_hits.values()) for k in own),
    "versions": {f"{k.py_func.__module__}.{k.py_func.__name__}": len(k.signatures) for k in own},
}))
"""


def run(cache, *sides):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *sides], cwd=ROOT, check=True, timeout=600, text=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SPIKESIM_CACHE_DIR": str(cache)},
    )  # fmt: skip
    return json.loads(done.stdout)


def files(cache):
    """All files of the cache but Python's own byte code, whose names depend on Python alone."""
    return {p.relative_to(cache) for p in cache.rglob("*") if p.is_file() and p.suffix != ".pyc"}


@pytest.fixture(scope="module")
def cold(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    return cache, run(cache, "axonal")


@pytest.mark.thorough
def test_the_first_process_compiles(cold):
    cache, first = cold
    assert first["compiled"] > 10
    assert len(files(cache)) > 10
    assert not list(cache.rglob("*.tmp"))


@pytest.mark.thorough
def test_the_second_process_compiles_nothing(cold):
    """Nor does a network that only differs in its values, and no file is added."""
    cache, first = cold
    before = files(cache)
    second = run(cache, "axonal", "dendritic", "axonal")
    assert second["compiled"] == 0
    assert second["loaded"] > 10
    assert files(cache) == before
    assert first["versions"].keys() == second["versions"].keys()


@pytest.mark.thorough
def test_each_kernel_has_one_version(cold):
    """Strided or read-only arrays and odd scalars would silently compile a kernel again."""
    _, first = cold
    versions = first["versions"]
    for name in ("deliver.deliver_static", "record.record_spikes"):
        assert f"spikesim.kernels.{name}" in versions
    arrays = {"spikesim.kernels.sort_rows._apply"}  # sorts targets, delays and weights
    several = {name: n for name, n in versions.items() if n > 1 and name not in arrays}
    assert not several
