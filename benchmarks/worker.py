"""One measurement: ``python -m benchmarks.worker SIMULATOR WORKLOAD SECONDS POINT``.

The last line that it prints is the row, as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys

from benchmarks.measure import Row
from benchmarks.simulators import family
from benchmarks.workloads import WORKLOADS


def main(simulator: str, workload: str, seconds: float, point: str) -> Row:
    """Measure once, in this process."""
    module = importlib.import_module(f"benchmarks.measure_{family(simulator)}")
    options = json.loads(point)
    row: Row = module.measure(WORKLOADS[workload], seconds, simulator, options)
    row.point = options
    return row


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]).as_dict()))
