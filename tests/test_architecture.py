"""The layers of docs/architecture.md: imports point downwards only."""

import ast
from pathlib import Path

import pytest

import spikesim

PACKAGE = Path(spikesim.__file__).parent
LAYERS = [
    {"errors", "units", "jit", "rng"},
    {"equations", "kernels"},
    {
        "parameters", "distributions", "neurons", "receptors", "plasticity", "connectors", "inputs",
        "populations", "projections", "recorders",
    },
    {"build", "_generated"},
    {"runtime"},
    {"network", "live", "analysis", "readout", "plot", "interchange"},
    {"cli"},
    {"__init__", "__main__"},
]  # fmt: skip
DESCRIPTION = LAYERS[2]
FILES = sorted(PACKAGE.rglob("*.py"))


def part(module):
    """The top-level part of the package that a module belongs to."""
    return module.split(".")[1]


def layer(name):
    return next(k for k, names in enumerate(LAYERS) if name in names)


def imports(path):
    """Modules that a file imports when it runs, also within functions."""
    found = []
    for node in walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found += [f"{node.module}.{a.name}" if node.module == "spikesim" else node.module
                      for a in node.names]  # fmt: skip
    return found


def walk(node):
    """All nodes, without what is for type checkers only."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from walk(child)


def name(path):
    return str(path.relative_to(PACKAGE))


def own_part(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_part_of_the_package_has_a_layer():
    parts = {own_part(path) for path in FILES}
    assert parts == set().union(*LAYERS)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_imports_point_downwards(path):
    own = own_part(path)
    for module in imports(path):
        assert module != "spikesim", "the package imports its own root"
        if module.startswith("spikesim."):
            assert layer(part(module)) <= layer(own), f"{own} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_libraries_stay_where_they_belong(path):
    own = own_part(path)
    roots = {module.split(".")[0] for module in imports(path)}
    if own != "plot":
        assert "matplotlib" not in roots
    if own not in ("jit", "cli"):
        assert "numba" not in roots
    if own == "kernels":
        assert roots <= {"__future__", "math", "typing", "collections", "numpy", "spikesim"}


def test_the_runtime_never_sees_a_description():
    for path in FILES:
        if own_part(path) in ("runtime", "kernels"):
            assert not DESCRIPTION & {part(m) for m in imports(path) if m.startswith("spikesim.")}
