"""The table of what plasticity rules cost, from the rows of the workload `plasticity`."""

from __future__ import annotations

from statistics import median
from typing import Any

import spikesim as sim
from benchmarks.workloads import plasticity

Row = dict[str, Any]


def bytes_per_synapse(rule: str, setting: str) -> int:
    """Bytes of the weight, of other variables, and of the indices of target and delay."""
    size, others = 4, 0
    if rule in plasticity.RULES:
        made = plasticity.rule_of(sim, rule)
        others = len(made.form().variables) - 1
        size = 8 if made.is_stepped and made.form().evolves else 4
    return size * (1 + others) + (0 if setting == "dense" else 2 + 2)


def cost(rows: list[Row], baseline: list[Row]) -> float:
    """Nanoseconds a visit: updating and delivering, for each spike of either neuron."""
    without = {row["round"]: row["sim_cpu_s"] / row["biological_s"] for row in baseline}
    found = []
    for row in rows:
        visits = row["n_synapses"] * sum(row["rates"][name] for name in ("sources", "cells"))
        if row["round"] in without:
            spent = row["sim_cpu_s"] / row["biological_s"] - without[row["round"]]
            found.append(1e9 * spent / visits)
    return median(found) if found else float("nan")


def plasticity_table(rows: list[Row]) -> str:
    """Text of the table: a row for each rule and simulator, a pair of columns for each setting."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        if row["workload"] == "plasticity":
            point = row["point"]
            key = row["simulator"], point["setting"], point["rule"]
            groups.setdefault(key, []).append(row)
    settings = list(plasticity.SETTINGS)
    lines = [
        "| rule | simulator | " + " | ".join(f"{s}: ns a visit | x pair | bytes" for s in settings)
        + " |",
        "| --- | --- |" + " ---: | ---: | ---: |" * len(settings),
    ]  # fmt: skip
    for simulator in dict.fromkeys(name for name, _, _ in groups):
        for rule in ("static", *plasticity.RULES):
            cells = []
            for setting in settings:
                own, none = (groups.get((simulator, setting, r), []) for r in (rule, "none"))
                pair = groups.get((simulator, setting, "pair"), [])
                if not own or not none:
                    cells += ["", "", ""]
                    continue
                value = cost(own, none)
                ratio = value / cost(pair, none) if pair else float("nan")
                size = bytes_per_synapse(rule, setting) if simulator.startswith("spikesim") else ""
                cells += [f"{value:.1f}", f"{ratio:.2f}", f"{size}"]
            if any(cells):
                lines.append(f"| {rule} | {simulator} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
