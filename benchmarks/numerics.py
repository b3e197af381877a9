"""How near spikesim's kernels are to what the memory and the vector units of a core allow.

Two things cannot be avoided: every synaptic event brings at least its target's index, and its
weight where synapses have weights of their own, out of memory; and every neuron is updated in every
step. The first is bounded by the measured memory bandwidth, the second by the measured throughput
of a vectorised neuron. Caches can beat the first bound where all synapses fit into them.
"""

from __future__ import annotations

from statistics import median

from benchmarks.machine import Machine
from benchmarks.readme import markdown
from benchmarks.summary import Row, label
from benchmarks.table import scaling_table
from benchmarks.workloads import WORKLOADS

OWN = "spikesim, mixed"


def bounds(row: Row, machine: Machine) -> tuple[float, float]:
    """Seconds that events and neuron updates of a run take at least.

    Parameters
    ----------
    row : dict
        A measurement.
    machine : Machine
        What it was measured on.
    """
    event_bytes = getattr(WORKLOADS[row["workload"]].module, "EVENT_BYTES", 4.0)
    updates = row["n_neurons"] * row["biological_s"] * 1000.0 / row["dt_ms"]
    state = "float32" if row["precision"] == "single" else "float64"
    events_s = row["n_events"] * event_bytes / machine.read_bytes_per_s
    return events_s, updates * machine.update_ns[state] * 1e-9


def bounds_table(rows: list[Row], machine: Machine) -> str:
    """Both bounds beside what was measured, for one biological second of each workload."""
    lines = []
    for name in WORKLOADS:
        group = [r for r in rows if r["workload"] == name and label(r) == OWN]
        if not group or name in ("startup", "scaling"):
            continue
        least = [bounds(row, machine) for row in group]
        seconds = group[0]["biological_s"]
        events = median(first for first, _ in least) / seconds
        updates = median(second for _, second in least) / seconds
        measured = median(row["sim_cpu_s"] for row in group) / seconds
        lines.append([
            name, f"{median(r['n_events'] for r in group) / seconds / 1e6:,.2f}",
            f"{events:.4f}", f"{updates:.4f}", f"{measured:.4f}",
            f"{measured / (events + updates):.1f}",
        ])  # fmt: skip
    head = ["workload", "events (million)", "memory bound (s)", "update bound (s)", "measured (s)",
            "measured / both bounds"]  # fmt: skip
    return markdown(head, lines)


def machine_table(machine: Machine) -> str:
    """What the machine can do."""
    lines = [["reading memory", f"{machine.read_bytes_per_s / 1e9:.1f} GB/s"]]
    for kind, nanoseconds in machine.update_ns.items():
        lines.append([f"a neuron's step, {kind}", f"{nanoseconds:.3f} ns"])
    for size, nanoseconds in machine.add_ns.items():
        lines.append([f"an addition at random in {size / 2**20:g} MiB", f"{nanoseconds:.2f} ns"])
    return markdown(["one core", "measured"], lines)


def numerics_text(rows: list[Row], machine: Machine) -> str:
    """All tables, for docs/numerics.md."""
    parts = [
        f"Measured on one core of {machine.cpu}:",
        machine_table(machine),
        "Processor time of one biological second, in mixed precision; sources of spikes count as "
        "neurons, and draws of external input are in neither bound:",
        bounds_table(rows, machine),
    ]
    if any(row["workload"] == "scaling" for row in rows):
        parts += ["An event's cost above that of the idle network:", scaling_table(rows)]
    return "\n\n".join(parts)
