"""The memory that is left to a process."""

import subprocess
import sys

import pytest

import spikesim as sim
from spikesim import machine


@pytest.mark.parametrize(
    ("n", "text"),
    [(12, "12 bytes"), (1500, "1.5 kB"), (2.5e7, "25 MB"), (3.21e9, "3.21 GB"), (4e14, "400 TB")],
)
def test_amounts(n, text):
    assert machine.amount(n) == text


def test_what_is_available_is_below_what_there_is():
    left = machine.available()
    assert left is None or 0 < left < 2**60


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_control_groups(tmp_path, monkeypatch):
    def group(path, **values):
        path.mkdir(parents=True, exist_ok=True)
        for name, value in values.items():
            (path / name.replace("_dot_", ".")).write_text(f"{value}\n")

    inner, outer = tmp_path / "jobs" / "mine", tmp_path / "jobs"
    group(inner, memory_dot_max="max", memory_dot_current=10**8)
    group(outer, memory_dot_max=10**9, memory_dot_current=4 * 10**8,
          memory_dot_stat="anon 300\ninactive_file 1000")  # fmt: skip
    files = {"/proc/self/cgroup": "0::/jobs/mine\n5:cpu:/jobs"}
    lines = machine._lines
    monkeypatch.setattr(
        machine, "_lines",
        lambda p: files[str(p)].splitlines() if str(p) in files
        else lines(type(p)(str(p).replace("/sys/fs/cgroup", str(tmp_path)))),
    )  # fmt: skip
    assert machine._of_container() == 6 * 10**8 + 1000


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_limit_of_the_process():
    """What does not fit is refused by a sentence, not by a MemoryError."""
    script = """
import resource, spikesim as sim
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 10**9, -1))
net = sim.Network(seed=1)
a = net.population("a", 1000, sim.LIF())
try:
    net.project(a, a, sim.FixedTotalNumber(10**9, multapses=True), weight=1.0, delay=1.0)
except sim.ValidationError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.startswith("a->a.connector: 1e+09 synapses (to be expected) would take 4 GB")
    assert "GB are available here" in done.stdout or "MB are available here" in done.stdout


def test_little_is_never_refused(monkeypatch):
    monkeypatch.setattr(machine, "available", lambda: 0)
    machine.require(machine.SMALL - 1, "this", None, "it")
    with pytest.raises(sim.ValidationError, match=r"^it\.size: this would take 67.1 MB .* 0 bytes"):
        machine.require(machine.SMALL, "this", "size", "it")
