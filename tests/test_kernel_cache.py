"""What the kernel cache believes, what it makes anew, and what it does where it cannot write."""

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim import cache, jit
from tests.damage import damage

ROOT = Path(__file__).parents[1]
posix = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners and permissions of POSIX")
compiled = pytest.mark.skipif(not jit.COMPILED, reason="without compilation there is no cache")
SCRIPT = """
import os, sys, warnings
from spikesim import jit
from tests.cached_kernel import add
said = []
warnings.showwarning = lambda message, *rest: said.append(str(message))
warnings.simplefilter("always")
results = add(2.0, 3.0), add(2, 3)
print(*results, sum(add.stats.cache_hits.values()), sep=" ")
print(*said, sep="\\n")
"""


def start(folder, **options):
    """A process that asks for two versions of a kernel."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SPIKESIM_CACHE_DIR": str(folder)}
    env |= options.pop("env", {})
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=env, **options,
    )  # fmt: skip


def outcome(process):
    """How many versions came from the cache, and the warnings."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    results, *said = out.splitlines()
    one, two, hits = results.split()
    assert (one, two) == ("5.0", "5")
    return int(hits), [line for line in said if line]


def run(folder, **options):
    return outcome(start(folder, **options))


@pytest.fixture
def folder(tmp_path):
    return cache.CacheFolder(tmp_path / "root" / "version", tmp_path / "root")


def test_what_is_written_is_read(folder):
    assert folder.read("a") is None
    folder.write("a", b"content")
    assert folder.read("a") == b"content"
    assert folder.read("b") is None
    assert [p.name for p in folder.path.iterdir()] == ["a"]


SEALED = cache._sealed(pickle.dumps({"kernel": list(range(100))}), "a")


@settings(max_examples=300)
@given(damage())
def test_damage_is_seen(damaged):
    raw = damaged(SEALED)
    assert cache._unsealed(raw, "a") is None or raw == SEALED


@given(st.from_regex(r"[a-z.-]*", fullmatch=True), st.binary(max_size=3))
def test_files_that_have_changed_places_are_seen(name, content):
    assert cache._unsealed(cache._sealed(content, name), name) == content
    assert cache._unsealed(cache._sealed(content, name), f"{name}b") is None


@compiled
def test_kernels_that_have_changed_places_are_compiled_anew(folder):
    """Machine code that takes other arguments would end the process."""

    def add(a, b):
        return a + b

    def sums():
        made = jit.kernel(add)
        made._cache = cache.KernelCache(add, lambda: folder)
        assert (made(2.5, 3.0), made(2, 3)) == (5.5, 5)
        return sum(made.stats.cache_hits.values())

    assert sums() == 0
    one, other = folder.path.iterdir()
    spare = folder.path / "spare"
    one.rename(spare), other.rename(one), spare.rename(other)
    assert sums() == 0
    assert sums() == 2


@compiled
@settings(max_examples=15, deadline=None)
@given(damage())
def test_damaged_kernels_are_compiled_anew(tmp_path_factory, damaged):
    tmp_path = tmp_path_factory.mktemp("kernels")
    folder = cache.CacheFolder(tmp_path / "v", tmp_path)

    def add(a, b):
        return a + b

    def fresh():
        made = jit.kernel(add)
        made._cache = cache.KernelCache(add, lambda: folder)
        assert made(2.0, 3.0) == 5.0
        return sum(made.stats.cache_hits.values())

    assert fresh() == 0
    (path,) = folder.path.iterdir()
    raw = path.read_bytes()
    worse = damaged(raw)
    path.write_bytes(worse)
    assert fresh() == (worse == raw)
    assert fresh() == 1
    assert len(list(folder.path.iterdir())) == 1


@compiled
def test_content_that_is_no_kernel_is_compiled_anew(folder):
    """The hash is right, and yet it cannot be loaded."""

    def add(a, b):
        return a + b

    def fresh():
        made = jit.kernel(add)
        made._cache = cache.KernelCache(add, lambda: folder)
        assert made(2, 3) == 5
        return sum(made.stats.cache_hits.values())

    fresh()
    (path,) = folder.path.iterdir()
    for content in (b"", b"not a pickle", pickle.dumps(5), pickle.dumps((1, 2)), pickle.dumps(())):
        folder.write(path.name, content)
        assert fresh() == 0
        assert fresh() == 1


@pytest.mark.thorough
@compiled
def test_several_processes_fill_one_cache(tmp_path):
    processes = [start(tmp_path / "cache") for _ in range(3)]
    for process in processes:
        assert outcome(process)[1] == []
    assert run(tmp_path / "cache") == (2, [])
    assert not list(tmp_path.rglob(".*"))


@pytest.mark.thorough
@compiled
def test_a_folder_that_cannot_be_made(tmp_path):
    """One warning, and kernels are kept in memory."""
    (tmp_path / "file").write_text("no folder")
    hits, (said,) = run(tmp_path / "file" / "cache")
    assert hits == 0
    assert f"{tmp_path / 'file' / 'cache'}" in said
    assert "Not a directory" in said
    assert "set SPIKESIM_CACHE_DIR" in said


@pytest.mark.thorough
@compiled
@posix
def test_a_user_without_any_folder():
    env = {"SPIKESIM_CACHE_DIR": "", "HOME": "/dev/null/home", "XDG_CACHE_HOME": ""}
    hits, (said,) = run("", env=env)
    assert hits == 0
    assert "/dev/null/home" in said


@posix
def test_a_cache_that_is_read_only():
    """What is there is used; where root runs the tests, the reader is another user."""
    place = Path(tempfile.mkdtemp())
    folder = cache.CacheFolder(place / "root" / "version", place / "root")
    folder.write("a", b"content")
    for path in (place, folder.root, folder.path):
        path.chmod(0o555)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert folder.read("a") == b"content"
            assert folder.read("b") is None
        with pytest.warns(sim.SpikesimWarning, match="cannot be kept in .*Permission denied"):
            folder.write("b", b"more")
        assert folder.read("a") == b"content"
    finally:
        if root:
            os.seteuid(0)
        for path in (place, folder.root, folder.path):
            path.chmod(0o755)
        shutil.rmtree(place)


@posix
@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757])
@pytest.mark.parametrize("which", ["root", "path"])
def test_folders_that_others_can_write_into_are_not_used(folder, which, mode):
    folder.write("a", b"content")
    getattr(folder, which).chmod(mode)
    again = cache.CacheFolder(folder.path, folder.root)
    with pytest.warns(sim.SpikesimWarning, match=f"{folder.root}.*other users can write into"):
        assert again.read("a") is None
    again.write("b", b"more")  # it is said once
    assert again.read("b") is None
    assert not (folder.path / "b").exists()


@posix
def test_a_folder_within_one_that_everybody_can_write_into(tmp_path):
    """Unless its entries can only be moved by their owners, as in /tmp."""
    tmp_path.chmod(0o777)
    folder = cache.CacheFolder(tmp_path / "root" / "v", tmp_path / "root")
    with pytest.warns(sim.SpikesimWarning, match=rf"other users can write into {tmp_path}"):
        folder.write("a", b"content")
    tmp_path.chmod(0o1777)
    folder = cache.CacheFolder(tmp_path / "root" / "v", tmp_path / "root")
    folder.write("a", b"content")
    assert folder.read("a") == b"content"
    folder = cache.CacheFolder(tmp_path / "version", tmp_path)
    folder.write("a", b"content")
    assert folder.read("a") == b"content"


@posix
def test_files_that_others_can_write_to_are_not_read(folder):
    folder.write("a", b"content")
    (folder.path / "a").chmod(0o666)
    assert folder.read("a") is None
    folder.write("a", b"content")
    os.chmod(folder.path / "a", 0o644)
    assert folder.read("a") == b"content"
    os.mkfifo(folder.path / "pipe")
    assert folder.read("pipe") is None


@posix
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give away")
def test_files_and_folders_of_others_are_not_used(folder):
    folder.write("a", b"content")
    os.chown(folder.path / "a", 12345, 12345)
    assert folder.read("a") is None
    os.chown(folder.path, 12345, 12345)
    again = cache.CacheFolder(folder.path, folder.root)
    with pytest.warns(sim.SpikesimWarning, match="belongs to another user"):
        assert again.read("a") is None


def test_a_disk_that_fills_up_is_said_once(folder, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "replaced", full)
    with pytest.warns(sim.SpikesimWarning, match="No space left on device"):
        folder.write("a", b"content")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        folder.write("b", b"content")
    assert folder.read("a") is None


def test_functions_without_a_file_are_not_kept(folder):
    made = {}
    exec("def add(a, b): return a + b", made)
    kept = cache.KernelCache(made["add"], lambda: folder)
    assert cache.source_stamp(made["add"]) is None
    assert kept._name((), None) is None


def test_generated_modules_show_their_lines():
    import inspect

    from spikesim.codegen.modules import load, module_name

    text = "def double(x):\n    return 2 * x\n"
    name = module_name("test", text)
    assert name == module_name("test", text)
    assert load(name).double(4) == 8
    assert inspect.getsource(load(name).double) == text
