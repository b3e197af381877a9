"""Paths of the templates of plasticity kernels."""

from pathlib import Path

_KERNELS = Path(__file__).parents[1] / "kernels"
EXAMPLE = _KERNELS / "rule_example.py"
EVENTS = [
    _KERNELS / f"{name}.py"
    for name in (
        "plastic", "plastic_latest", "plastic_updates", "plastic_shares", "plastic_release",
        "plastic_sending",
    )
]  # fmt: skip
STEPS = [_KERNELS / "plastic_shares.py", _KERNELS / "stepped.py"]
# For rules with statements at intervals, in addition.
EVENTS_AT_INTERVALS = _KERNELS / "plastic_intervals.py"
STEPS_AT_INTERVALS = _KERNELS / "stepped_intervals.py"
