"""The layers of the package: imports only point downwards, and heavy ones have their place.

Imports for types, and those within functions, count like all others.
"""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import spikesim

PACKAGE = Path(spikesim.__file__).parent
# From the bottom up. A module may import from its own layer and from those below.
LAYERS = [
    ["errors", "precision"],
    ["calls", "fixed", "files", "machine", "pickling"],
    ["inner_kernels"],
    ["cache", "units"],
    ["jit", "attributes"],
    ["rng", "_generated"],
    ["kernels", "language", "declarations"],
    ["equations", "distributions", "connectors"],
    ["codegen", "parameters"],
    ["channels", "receptors", "synapses", "runtime"],
    ["neurons", "readout"],
    ["description"],
    ["planning", "analysis"],
    ["mechanisms", "plot", "interchange"],
    ["network"],
    ["models"],
    ["cli", "__main__"],
]  # fmt: skip
DESCRIPTION = [
    "description",
    "neurons",
    "synapses",
    "channels",
    "receptors",
    "connectors",
    "distributions",
    "parameters",
    "declarations",
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


def name_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(path):
    """(module, name) of every import, wherever it stands."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found += [(node.module, alias.name) for alias in node.names]
    return found


def parts_used(path):
    """The parts of the package that a module imports from, with the full names."""
    for module, name in imports(path):
        if module == "spikesim" and name is not None:
            yield name, f"spikesim.{name}"
        elif module.startswith("spikesim."):
            yield module.split(".")[1], f"{module}.{name}" if name else module


def test_every_part_has_its_layer():
    parts = {name_of(p).split(".")[0] for p in MODULES}
    assert parts == set(RANK)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_downwards(path):
    own = name_of(path).split(".")[0]
    for part, used in parts_used(path):
        assert RANK[part] <= RANK[own], f"{name_of(path)} is below {used}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nobody_imports_the_root(path):
    """`import spikesim` would join all modules into one circle; a part of it is meant."""
    for module, name in imports(path):
        assert (module, name) != ("spikesim", None)
        if module == "spikesim":
            assert name in RANK, f"{name_of(path)}: import from the part that defines {name}"


def test_no_circles():
    """Within a layer too."""
    graph = {name_of(p): {full for _, full in parts_used(p)} for p in MODULES}
    names = {f"spikesim.{n}" for n in graph}

    def targets(module):
        for full in graph[module]:
            yield (full if full in names else full.rsplit(".", 1)[0]).removeprefix("spikesim.")

    done, path = set(), []

    def visit(module):
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module in done or module not in graph:
            return
        path.append(module)
        for target in targets(module):
            if target != module:
                visit(target)
        done.add(path.pop())

    for module in graph:
        visit(module)


def test_every_folder_says_what_belongs_there():
    for path in MODULES:
        if path.name == "__init__.py":
            assert ast.get_docstring(ast.parse(path.read_text())), path


# Their docstrings say why.
LONG = {"kernels/plastic.py", "neurons/base.py", "analysis/spiketrains.py"}


def test_no_merge_has_left_its_marks():
    marks = ("<" * 7 + " ", ">" * 7 + " ")
    for path in MODULES:
        assert not any(line.startswith(marks) for line in path.read_text().splitlines()), path


def test_files_can_be_read_in_one_sitting():
    lines = {p.relative_to(PACKAGE).as_posix(): len(p.read_text().splitlines()) for p in MODULES}
    assert {name for name, n in lines.items() if n > 350} <= LONG


def test_the_longest_chain_of_folders():
    """From the command line or a benchmark down to the ground."""
    below = {}
    for path in MODULES:
        own = name_of(path).split(".")[0]
        below.setdefault(own, set()).update({part for part, _ in parts_used(path)} - {own})

    @cache
    def depth(name):
        return 1 + max(map(depth, below.get(name, ())), default=0)

    assert max(map(depth, below)) <= 12  # models and benchmarks stand on `network`, which is lower


MECHANISMS = sorted(p for p in PACKAGE.glob("mechanisms/*") if (p / "__init__.py").exists())


@pytest.mark.parametrize("folder", MECHANISMS, ids=lambda p: p.name)
def test_mechanisms_stand_side_by_side(folder):
    """One finds another by the name of its part. What users import loads no kernels."""
    for path in folder.glob("*.py"):
        for part, used in parts_used(path):
            if part == "mechanisms":
                assert used.split(".")[2] == folder.name, f"{name_of(path)} imports {used}"
    own = f"spikesim.mechanisms.{folder.name}.declaration"
    assert {module for module, _ in imports(folder / "__init__.py")} <= {own}


def outside(path):
    return {module.split(".")[0] for module, _ in imports(path)}


NUMERIC = {
    "__future__",
    "collections",
    "llvmlite",
    "math",
    "numba",
    "numpy",
    "spikesim",
    "sys",
    "typing",
}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_imports_have_their_place(path):
    own, used = name_of(path).split(".")[0], outside(path)
    below = {part for part, _ in parts_used(path)}
    if own != "plot":
        assert "matplotlib" not in used, "plot/ is the only importer of matplotlib"
    if own in DESCRIPTION or path.name == "declaration.py":
        assert "numba" not in used, "descriptions compile nothing"
        assert not below & {"kernels", "planning", "runtime", "jit", "rng", "_generated"}
    if own == "kernels" or path.name == "kernels.py":
        assert used <= NUMERIC
        assert below <= {"jit", "rng", "kernels"}
    if own == "runtime":
        assert not below & {"description", "planning", "mechanisms"}, "it sees the plan"
    if own == "planning":
        assert "mechanisms" not in below, "the list of mechanisms is handed to it"


def loaded_by(*lines):
    """Which modules a fresh interpreter has after some lines."""
    code = "\n".join([*lines, "import sys", "print(*sorted(sys.modules))"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_what_a_script_does_not_need_is_not_loaded():
    """Pictures, files and the command line load their libraries when they are asked for."""
    modules = loaded_by("import spikesim")
    assert "spikesim.network" in modules
    for heavy in ("matplotlib", "sklearn", "typer", "rich", "pandas", "spikesim.plot"):
        assert heavy not in modules, heavy


def test_parts_that_are_loaded_late():
    modules = loaded_by("import spikesim as sim", "sim.plot", "sim.interchange", "sim.readout")
    assert {"spikesim.plot", "spikesim.interchange", "spikesim.readout"} <= modules
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        spikesim.nothing  # noqa: B018


def test_the_public_surface():
    """What is public is named once, exists, and says what it is."""
    assert sorted(spikesim.__all__) == sorted(set(spikesim.__all__))
    for name in spikesim.__all__:
        assert getattr(spikesim, name).__doc__, name
