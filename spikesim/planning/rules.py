"""Generate the kernel module of a plasticity rule."""

from __future__ import annotations

from pathlib import Path

from spikesim.codegen.modules import module_name
from spikesim.codegen.rule_source import rule_source
from spikesim.kernels import plastic as template
from spikesim.synapses import COINCIDENCES, PAIRINGS, PlasticityRule


def rule_module(rule: PlasticityRule, floor: float | None = None) -> str:
    """Return the module name of a rule's kernels; weights are clipped at `floor`, if given."""
    return module_name("plastic", rule_text(rule, floor))


def rule_text(rule: PlasticityRule, floor: float | None = None) -> str:
    """Return the Python source of a rule's kernels.

    Raises
    ------
    ValidationError
        If an expression of the rule cannot be parsed.
    """
    places = {name: k for k, name in enumerate(rule.declared)}
    # The most common options get specialized kernels, which are a quarter faster.
    common = rule.pairing == PAIRINGS[0] and rule.coincidence == COINCIDENCES[0]
    fixed = {"pairing": 0, "coincidence": 0} if common else {}
    return rule_source(
        type(rule).__name__, rule.on_pre, rule.on_post, places, Path(template.__file__), fixed,
        rule.modulators, floor, {name: getattr(rule, name) for name in rule.declared},
    )  # fmt: skip
