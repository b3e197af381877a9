"""Checks of a plasticity rule: its texts, names and options."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from spikesim.distributions import Distribution
from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, linear_terms
from spikesim.synapses.form import WEIGHT, RuleForm
from spikesim.units import check_scalar, ms

PAIRINGS = (
    "all-to-all",
    "nearest-symmetric",
    "nearest-presynaptic-centred",
    "nearest-reduced-symmetric",
)
COINCIDENCES = ("none", "pre-first", "post-first")


def check_texts(rule: Any) -> None:
    """Raise an error for texts that cannot be read, or do nothing."""
    rule.check_text("equations", "dx/dt = -x / tau_plus : 1")
    rule.check_text("on_pre", "w -= eta * y")
    rule.check_text("on_post", "w += eta * x")
    given = (rule.on_pre, rule.on_post, *rule.on_interval.values())
    if not any(text.strip() for text in given) and "dw/dt" not in rule.equations:
        raise ValidationError(
            "there is neither on_pre nor on_post nor on_interval, so the rule does nothing; say "
            "what a spike changes, such as on_post = 'w += eta * x'", "on_post", rule,
        )  # fmt: skip
    form = rule.form()
    if rule.pairing != PAIRINGS[0]:
        check_pairing(rule, form)


def check_pairing(rule: Any, form: RuleForm) -> None:
    """Raise an error if `pairing` does not make sense for the rule's traces."""
    for side in (form.pre, form.post):
        if rule.pairing in PAIRINGS[2:] and form.interval_reads(side):
            raise ValidationError(
                f"{rule.pairing!r} is for rules that read traces at spikes alone, and on_interval "
                "reads one", "pairing", rule,
            )  # fmt: skip
        for name in side.names:
            if name in side.jumps and step_of(name, side.jumps[name]) is None:
                raise ValidationError(
                    f"is for traces that increase by a constant, and {name} becomes "
                    f"{ex.source(side.jumps[name])}; write into the statements which spikes "
                    "form pairs", "pairing", rule,
                )  # fmt: skip
    if form.read_after:
        raise ValidationError(
            f"is for rules that read traces before their own jump, and {form.read_after[0]} is "
            "read after it; write into the statements which spikes form pairs", "pairing", rule,
        )  # fmt: skip
    if rule.pairing in PAIRINGS[2:] and (len(form.pre.names), len(form.post.names)) != (1, 1):
        raise ValidationError(
            f"{rule.pairing!r} is for rules with one presynaptic and one postsynaptic trace; "
            f"this one has {len(form.pre.names)} and {len(form.post.names)}", "pairing", rule,
        )  # fmt: skip


def check_method(rule: Any) -> None:
    """Raise an error if the rule cannot be carried out as `method` says."""
    form = rule.form()
    if rule.method == "events" and form.reasons:
        raise ValidationError(
            f"this rule cannot be updated at spikes alone: {form.reasons[0]}; with "
            "method='auto' it is stepped", "method", rule,
        )  # fmt: skip
    if rule.is_stepped and rule.pairing in PAIRINGS[2:]:
        raise ValidationError(
            f"{rule.pairing!r} is for rules that are updated at spikes, and this one is "
            "stepped", "pairing", rule,
        )  # fmt: skip


def check_late(rule: Any) -> None:
    """Raise an error unless `on_pre_delay` names a time."""
    name = rule.on_pre_delay
    if not name:
        return
    if name not in rule.declared:
        raise unknown_name(name, rule.declared, "on_pre_delay", rule)
    if rule.declared[name].unit != ms or not getattr(rule, name) >= 0:
        raise ValidationError(
            f"must be zero or positive, in ms, got {getattr(rule, name):g} "
            f"{rule.declared[name].unit}", name, rule,
        )  # fmt: skip
    if not rule.acts_late:
        return
    if rule.pairing in PAIRINGS[2:]:
        raise ValidationError(
            f"{rule.pairing!r} is for rules whose presynaptic spikes act when they are "
            f"transmitted, and here they act {getattr(rule, name):g} ms later, by {name}",
            "pairing", rule,
        )  # fmt: skip
    if rule.transmits == "after":
        raise ValidationError(
            "'after' lets a spike transmit what its statements have changed, and here they act "
            f"{getattr(rule, name):g} ms later, by {name}", "transmits", rule,
        )  # fmt: skip


def check_event_names(rule: Any) -> None:
    """Raise an error unless `on_event` maps modulators to statements."""
    if not isinstance(rule.on_event, Mapping):
        raise ValidationError(
            f"must map modulators to statements, got {rule.on_event!r}", "on_event", rule
        )
    for name, text in rule.on_event.items():
        if name not in rule.modulators:
            raise unknown_name(name, rule.modulators, "on_event", rule)
        if not isinstance(text, str):
            raise ValidationError(
                f"must be statements such as 'w += amount * c', got {text!r}",
                f"on_event[{name!r}]", rule,
            )  # fmt: skip


def check_intervals(rule: Any) -> None:
    """Raise an error unless `on_interval` maps parameters, which are intervals, to statements."""
    if not isinstance(rule.on_interval, Mapping):
        raise ValidationError(
            "must map parameters that are intervals to statements, such as {'T': 'w = w * total / "
            f"sum(w)'}}, got {rule.on_interval!r}", "on_interval", rule,
        )  # fmt: skip
    for name, text in rule.on_interval.items():
        if name not in rule.declared:
            raise unknown_name(name, rule.declared, "on_interval", rule)
        if not isinstance(text, str):
            raise ValidationError(
                f"must be statements such as 'w = w * total / sum(w)', got {text!r}",
                f"on_interval[{name!r}]", rule,
            )  # fmt: skip
        unit, value = rule.declared[name].unit, getattr(rule, name)
        if unit != ms:
            raise ValidationError(
                f"is the interval of on_interval, so it must be declared in ms, and not in {unit}",
                name, rule,
            )  # fmt: skip
        if not 0 < value < inf:
            raise ValidationError(
                f"is the interval of on_interval, so it must be positive, got {value:g} ms", name,
                rule,
            )  # fmt: skip


def check_initial(rule: Any) -> None:
    """Raise an error for initial values of what is no variable."""
    form = rule.form()
    known = [n for n in form.variables if n != WEIGHT]
    known += [*form.pre.names, *form.post.names]
    for name, value in rule.initial.items():
        if name not in known:
            raise unknown_name(name, known, "initial", rule)
        if not isinstance(value, Distribution):
            check_scalar(value, f"initial[{name!r}]", rule)


def check_modulators(rule: Any) -> None:
    """Raise an error for names of modulators that are taken or no names."""
    names = rule.modulators
    if not isinstance(names, (tuple, list)):
        raise ValidationError(
            f"must be a tuple of names such as ('dopamine',), got {names!r}", "modulators", rule
        )
    taken = {WEIGHT, *rule.declared}
    if isinstance(rule.equations, str):
        taken |= set(rule.text.names)
    for name in names:
        if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
            raise ValidationError(
                f"names must be identifiers without an underscore in front, got {name!r}",
                "modulators", rule,
            )  # fmt: skip
        if name in taken:
            raise ValidationError(f"the name {name!r} is taken", "modulators", rule)
        taken.add(name)


def step_of(name: str, jump: Any) -> float | None:
    """The constant by which a spike increases a trace, or to which it sets it; else None."""
    terms = linear_terms(jump, {name})
    if terms is None or not set(terms) <= {name, CONSTANT}:
        return None
    own, rest = terms.get(name), terms.get(CONSTANT)
    if rest is None or ex.names(rest) or ex.called(rest):
        return None
    if own is not None and (ex.names(own) or float(ex.evaluate(own, {})) != 1.0):
        return None
    return float(ex.evaluate(rest, {}))
