"""The process of one measurement: ``python -m benchmarks.worker SIMULATOR WORKLOAD SECONDS``.

The last line that it prints is the row, as JSON.
"""

from __future__ import annotations

import json
import sys

from benchmarks.measure import Row
from benchmarks.workloads import find


def main(simulator: str, name: str, seconds: float) -> Row:
    """Measure once, in this process."""
    workload = find(name)
    if simulator.startswith("spikesim"):
        from benchmarks.measure_spikesim import measure as measure_spikesim

        precision = simulator.partition("-")[2] or "mixed"
        return measure_spikesim(workload, name, seconds, precision)
    from benchmarks.measure_brian2 import measure as measure_brian2

    return measure_brian2(workload, name, seconds, simulator)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], float(sys.argv[3])).as_dict()))
