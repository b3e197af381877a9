"""The simulators: their names, which workloads they run, and whether they are here."""

from __future__ import annotations

import importlib.util
import re
import shutil

from benchmarks.workloads import Workload

SIMULATORS = (
    "spikesim", "spikesim-single", "spikesim-double", "brian2", "brian2-cpp", "nest", "annarchy",
    "bindsnet",
)  # fmt: skip
PACKAGES = {"brian2": "brian2", "nest": "nest", "annarchy": "ANNarchy", "bindsnet": "bindsnet"}
COMPILED = ("brian2-cpp", "annarchy")
CACHED = ("spikesim", "spikesim-single", "spikesim-double", "brian2")  # code, between runs
_THREADS = re.compile(r"-[1-9]\d*threads$")


def known(name: str) -> bool:
    """Whether a simulator has this name; spikesim's may end in such as ``-2threads``."""
    return name in SIMULATORS or (
        name.startswith("spikesim") and _THREADS.sub("", name) in SIMULATORS
    )


def cached(name: str) -> bool:
    """Whether a simulator keeps compiled code between runs."""
    return _THREADS.sub("", name) in CACHED


def family(name: str) -> str:
    """Which simulator a name is a variant of."""
    return name.partition("-")[0]


def why_missing(name: str, workload: Workload) -> str | None:
    """Why a simulator cannot run a workload here, or None if it can."""
    package = PACKAGES.get(family(name))
    if package and importlib.util.find_spec(package) is None:
        return f"{package} is not installed"
    if name in COMPILED and not (shutil.which("g++") and shutil.which("make")):
        return "it needs g++ and make"
    if workload.script(family(name)) is None:
        return f"{workload.name} has no script for it"
    return None
