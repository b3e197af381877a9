"""The one place of compilation: its options, its cache folder, and its stand-in without Numba."""

import ast
from pathlib import Path

import numba
import numpy as np
import pytest

import spikesim
from spikesim import jit

PACKAGE = Path(spikesim.__file__).parent


def test_the_user_cache_is_left_alone(monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "/of/the/user")

    @jit.kernel
    def add(a, b):
        return a + b

    assert add(1, 2) == 3
    assert numba.config.CACHE_DIR == "/of/the/user"
    assert Path(add._cache.cache_path).is_relative_to(jit.cache_root())


@pytest.mark.skipif(not jit.COMPILED, reason="plain Python calls anything")
@pytest.mark.parametrize("how", ["inner", "fused"])
def test_inner_kernels_are_for_kernels(how):
    @jit.kernel(**{how: True})
    def twice(x):
        return 2 * x

    @jit.kernel
    def more(x):
        return twice(x) + 1

    assert more(3) == 7
    with pytest.raises(TypeError, match="twice is an inner kernel: only kernels can call it"):
        twice(3)


def test_the_cache_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("SPIKESIM_CACHE_DIR", str(tmp_path))
    assert jit.cache_root() == tmp_path
    assert jit.cache_dir() == tmp_path / jit.source_hash()
    monkeypatch.delenv("SPIKESIM_CACHE_DIR")
    assert jit.cache_root() != tmp_path


def holds_kernels(path):
    functions = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef)]
    marks = [ast.unparse(mark) for function in functions for mark in function.decorator_list]
    return any(mark.split("(")[0] in ("kernel", "jit.kernel") for mark in marks)


def test_the_hash_covers_every_kernel():
    """Numba does not notice when a callee in another file changes; the folder's name must."""
    covered = {p for pattern in jit._KERNEL_SOURCES for p in PACKAGE.glob(pattern)}
    holding = {p for p in PACKAGE.rglob("*.py") if holds_kernels(p)}
    assert len(holding) > 5
    for pattern in jit._KERNEL_SOURCES:
        assert list(PACKAGE.glob(pattern)), f"{pattern} is the pattern of no file"
    assert holding <= covered


def test_the_hash_notices_a_change(monkeypatch, tmp_path):
    before = jit.source_hash()
    copy = tmp_path / "spikesim"
    for path in PACKAGE.rglob("*.py"):
        target = copy / path.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    monkeypatch.setattr(jit, "_PACKAGE", copy)
    assert jit.source_hash.__wrapped__() == before
    with (copy / "kernels" / "deliver.py").open("a") as file:
        file.write("# changed\n")
    assert jit.source_hash.__wrapped__() != before


def test_kernels_release_the_interpreter_and_divide_like_numpy():
    @jit.kernel
    def divide(a, b):
        return a / b

    options = divide.targetoptions
    assert options["nogil"]
    assert np.isinf(divide(1.0, 0.0))


def test_without_compilation_kernels_are_plain_functions(monkeypatch):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)

    @jit.kernel(inline=True)
    def wrap(a, b):
        """Multiply."""
        return a * b

    assert not hasattr(wrap, "signatures")
    assert wrap.__doc__ == "Multiply."
    big = np.uint64(2**63)
    assert wrap(big, np.uint64(3)) == np.uint64(2**63), "wraps around without a warning"


def test_nobody_else_compiles():
    """`njit`, `jit` and friends are used in jit.py alone."""
    names = {"njit", "jit", "vectorize", "guvectorize", "cfunc", "jitclass"}
    for path in PACKAGE.rglob("*.py"):
        if path.name == "jit.py" and path.parent == PACKAGE:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("numba"):
                assert not names & {alias.name for alias in node.names}, path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert not (node.value.id == "numba" and node.attr in names), path
