"""The table of what plasticity rules cost, from the rows of the workloads of `plasticity`."""

from __future__ import annotations

import math
from statistics import median
from typing import Any

import spikesim as sim
from benchmarks.readme import markdown
from benchmarks.simulators import family
from benchmarks.summary import label
from benchmarks.workloads import WORKLOADS, plasticity

Row = dict[str, Any]


def bytes_per_synapse(rule: str, setting: str) -> int:
    """Bytes of the weight, of other variables, and of the indices of target and delay."""
    size, others = 4, 0
    if rule in plasticity.RULES:
        made = plasticity.rule_of(sim, rule)
        others = len(made.form().variables) - 1
        size = 8 if made.is_stepped and made.form().evolves else 4
    return size * (1 + others) + (0 if setting == "dense" else 2 + 2)


def bytes_held(rows: list[Row], baseline: list[Row]) -> float:
    """Bytes a synapse that the process holds more than without synapses, with all indices."""
    without = {row["round"]: row["rss_mb"] - row["empty_rss_mb"] for row in baseline}
    return median(
        (row["rss_mb"] - row["empty_rss_mb"] - without[row["round"]]) * 2**20 / row["n_synapses"]
        for row in rows if row["round"] in without
    )  # fmt: skip


def cost(rows: list[Row], baseline: list[Row]) -> float:
    """Nanoseconds a visit: updating and delivering, for each spike of either neuron."""
    without = {row["round"]: row for row in baseline}
    found = []
    for row in rows:
        if row["round"] not in without:
            continue
        none = without[row["round"]]
        # Neurons begin with a higher rate, which counts too much where stepped rules run shortly.
        rates = max(row, none, key=lambda each: each["biological_s"])["rates"]
        visits = row["n_synapses"] * (rates["sources"] + rates["cells"])
        spent, idle = (each["sim_cpu_s"] / each["biological_s"] for each in (row, none))
        found.append(1e9 * (spent - idle) / visits)
    return median(found) if found else math.nan


def is_of_rules(row: Row) -> bool:
    """Whether a row belongs into the table."""
    name = row["workload"]
    return name in WORKLOADS and WORKLOADS[name].file == "plasticity"


def plasticity_table(rows: list[Row]) -> str:
    """Text of the table: a line for each rule and simulator, four columns for each setting."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in filter(is_of_rules, rows):
        point = row["point"]
        groups.setdefault((label(row), point["setting"], point["rule"]), []).append(row)
    settings = [s for s in plasticity.SETTINGS if any(key[1] == s for key in groups)]
    simulators = list(dict.fromkeys(key[0] for key in groups))
    costs = {
        key: cost(own, groups.get((*key[:2], "none"), []))
        for key, own in groups.items() if key[2] != "none"
    }  # fmt: skip
    own_name = next((name for name in simulators if name.startswith("spikesim")), "")
    lines = []
    for rule in ("static", *plasticity.RULES):
        for simulator in simulators:
            cells: list[str] = []
            for setting in settings:
                key = simulator, setting, rule
                value = costs.get(key, math.nan)
                pair, own = (
                    costs.get(other, math.nan)
                    for other in ((simulator, setting, "pair"), (own_name, setting, rule))
                )
                cells += [_number(value), _number(value / pair), _number(value / own)]
                cells.append(_bytes(groups, key))
            if any(cell != "-" for cell in cells):
                lines.append([rule, simulator, *cells])
    columns = ("ns a visit", "x pair", "x spikesim", "bytes")
    head = ["rule", "simulator", *(f"{s}: {column}" for s in settings for column in columns)]
    return markdown(head, lines, n_text=2)


def _bytes(groups: dict[tuple[str, str, str], list[Row]], key: tuple[str, str, str]) -> str:
    """Those that the process holds, and in parentheses those of a synapse in spikesim's arrays."""
    simulator, setting, rule = key
    none = groups.get((simulator, setting, "none"), [])
    if key not in groups or not none:
        return "-"
    own = family(groups[key][0]["simulator"]) == "spikesim"
    arrays = f" ({bytes_per_synapse(rule, setting)})" if own else ""
    return f"{bytes_held(groups[key], none):.0f}{arrays}"


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1f}" if value < 100.0 else f"{value:.0f}"


def plasticity_note(rows: list[Row]) -> str:
    """What the table is of."""
    rows = [*filter(is_of_rules, rows)]
    versions = sorted({f"{label(row).partition(',')[0]} {row['version']}" for row in rows})
    sizes = sorted({
        f"{row['point']['setting']}: {row['about']['sources']:,} sources, "
        f"{row['about']['cells']:,} neurons, {row['about']['in_degree']:,} synapses onto each"
        for row in rows
    })  # fmt: skip
    reduced = "" if all(row["workload"] == "plasticity" for row in rows) else " of reduced size"
    seconds = sorted({row["biological_s"] for row in rows})
    span = "-".join(dict.fromkeys(f"{s:g}" for s in (seconds[0], seconds[-1])))
    left_out = ", ".join(f"{name} ({why})" for name, why in plasticity.LEFT_OUT.items())
    return (
        f"Medians of {max(row['round'] for row in rows)} rounds of {span} s on one thread "
        f"({', '.join(sorted({row['cpu'] for row in rows}))}; {', '.join(versions)}). The network "
        f"is{reduced} ({'; '.join(sizes)}). A visit is a spike of either neuron at a synapse; its "
        "time is the processor time above that of the same neurons without synapses, which "
        "includes transmission. Bytes are what the process holds more with synapses than without, "
        "which includes loaded code; in parentheses those of a synapse's variables and indices. "
        f"Left out: {left_out}."
    )
