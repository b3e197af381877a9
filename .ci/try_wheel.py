"""Try an installed wheel, outside of the checkout: nothing of the repository is needed."""

import json
import subprocess
import sys
from importlib.metadata import files, metadata
from pathlib import Path

import spikesim as sim

SCRIPT = """
import spikesim as sim

net = sim.Network(dt=0.1, seed=1)
inputs = net.population("inputs", 20, sim.PoissonSource(50.0))
cells = net.population("cells", 5, sim.LIF(receptors={"exc": sim.ExpCurrent(tau_syn=5.0)}))
learn = net.project(
    inputs, cells, sim.AllToAll(), weight=80.0, delay=1.0, delay_is="dendritic",
    plasticity=sim.PairSTDP(w_max=200.0),
)
spikes = net.record(cells, "spikes")
net.run(500.0)
assert spikes.result().n_spikes > 0
assert (learn.weight != 80.0).any()
"""


def call(*command: str) -> str:
    """What a command prints; it must succeed."""
    print("$", " ".join(command), flush=True)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    print(done.stdout)
    return done.stdout


def main() -> None:
    assert "site-packages" in sim.__file__, f"the wheel is to be tried, not {sim.__file__}"
    placed = {path.parts[0] for path in files("spikesim") or ()}
    others = {name for name in placed if not name.startswith(("spikesim", ".."))}
    assert not others, f"the wheel installs more than spikesim: {others}"
    assert metadata("spikesim")["License-Expression"] == "BSD-3-Clause"
    assert sim.__version__ == metadata("spikesim")["Version"]

    bin_folder = Path(sys.executable).parent
    Path("script.py").write_text(SCRIPT)
    call(sys.executable, "script.py")
    call(str(bin_folder / "spikesim"), "info")
    call(
        str(bin_folder / "spikesim"), "mnist", "--neurons", "100", "--train", "600", "--test",
        "200", "--epochs", "1", "--out", "mnist", "--json", "mnist.json",
    )  # fmt: skip
    rows = json.loads(Path("mnist.json").read_text())["rows"]
    assert all(row["accuracy"] > 0.3 for row in rows), rows  # by chance 0.1
    if (bin_folder / "mypy").exists():
        call(str(bin_folder / "mypy"), "--strict", "script.py")


if __name__ == "__main__":
    main()
