"""Processes that are killed leave nothing broken."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def run(name, kills):
    """In a process of its own: forks of the process that runs tests would inherit too much."""
    command = [sys.executable, "-m", "tests.reliability.kills", name, str(kills)]
    ending = subprocess.run(command, capture_output=True, text=True)
    assert ending.returncode == 0, ending.stdout + ending.stderr


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["training", "saving"])
def test_kills(name):
    run(name, 4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["training", "saving"])
def test_a_hundred_kills(name):
    run(name, 100)
