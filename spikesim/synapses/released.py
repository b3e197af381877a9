"""A plasticity rule and a model of release at the same synapses, as one rule.

The state of a release model changes at presynaptic spikes and decays between them, so it is written
as equations and statements, like traces, and added to those of the rule. So what holds for traces
holds for it: it is kept once for each source, or for each synapse if a variable ``U`` of the rule
takes the place of the utilisation `U`.

    release_u      utilisation that is left of the last spikes; decays with tau_facil
    release_empty  fraction of resources that is missing; decays with tau_rec. With quantal release:
                   the probability that a site that was empty after the last spike still is
    release_full   with quantal release, the sites of a synapse that the last spike left full
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from spikesim.codegen.release_source import EMPTY, FULL, LEFT, Released, U
from spikesim.errors import ValidationError
from spikesim.synapses.quantal import QuantalRelease
from spikesim.synapses.release import Release
from spikesim.synapses.rule import PlasticityRule
from spikesim.synapses.rule_checks import PAIRINGS
from spikesim.units import one


def with_release(rule: PlasticityRule, release: Release, owner: object = None) -> PlasticityRule:
    """Return a rule that does what `rule` does and transmits what `release` says.

    Parameters
    ----------
    rule : PlasticityRule
        The rule.
    release : Release
        The model of release.
    owner : object
        The projection, for errors.

    Returns
    -------
    PlasticityRule
        A rule of a new class, whose parameters are those of both.

    Raises
    ------
    ValidationError
        If the rule transmits U already, or what it calls U cannot be the utilisation.
    """
    own = _own_utilisation(rule, owner)
    if rule.acts_late and (rule.method == "events" or rule.pairing in PAIRINGS[2:]):
        chosen = "method" if rule.method == "events" else "pairing"
        raise ValidationError(
            f"with {chosen}={getattr(rule, chosen)!r} synapses are updated at spikes, and then a "
            f"rule whose presynaptic spikes act later cannot have release; {rule.on_pre_delay}=0 "
            "or another choice is possible", "release", owner,
        )  # fmt: skip
    sites = int(release.n_sites) if isinstance(release, QuantalRelease) else 0
    fraction = f"clip({U}, 0, 1)" if own else f"release_{U}"
    equations, on_pre = [f"d{EMPTY}/dt = -{EMPTY} / release_tau_rec : 1"], []
    if release.tau_facil > 0:
        equations.append(f"d{LEFT}/dt = -{LEFT} / release_tau_facil : 1")
        on_pre.append(f"{LEFT} = {LEFT} + {fraction} * (1 - {LEFT})")
        fraction = f"({LEFT} + {fraction} * (1 - {LEFT}))"
    initial = dict(rule.initial)
    if own:
        initial = {U: release.U, **initial}
    if sites:
        equations.append(f"{FULL} : 1")
        initial[FULL] = float(sites)
        on_pre.append(f"{EMPTY} = 1")
    else:
        used = LEFT if release.tau_facil > 0 else fraction  # it is behind the statement above
        on_pre.append(f"{EMPTY} = 1 - (1 - {EMPTY}) * (1 - {used})")
    parameters = {f"release_{name}": (declared, getattr(release, name))
                  for name, declared in release.declared.items()
                  if name != "n_sites" and (name != U or not own)}  # fmt: skip
    # The rule's own statements come later, so they do not change what this spike transmits.
    members = {
        **{name: declared for name, (declared, _) in parameters.items()},
        "equations": "\n".join([rule.equations, *equations]),
        "on_pre": "\n".join([*on_pre, rule.on_pre]),
        "on_post": rule.on_post,
        "initial": initial,
        "__module__": type(rule).__module__,
        "__reduce_ex__": lambda self, protocol: (with_release, (rule, release)),
        "_released": Released(_parsed(fraction), _parsed(EMPTY), sites, (U,) if own else ()),
    }
    kind = type(type(rule).__name__, (type(rule),), members)
    both: PlasticityRule = object.__new__(kind)
    vars(both).update({**vars(rule), **{name: value for name, (_, value) in parameters.items()}})
    if rule.acts_late:  # at events, what spikes find would be known only when they act
        vars(both)["method"] = "steps"
    return both


def _own_utilisation(rule: PlasticityRule, owner: object) -> bool:
    """Whether the rule has a variable that takes the place of the utilisation."""
    form, kind = rule.form(), type(rule).__name__
    if rule._transmits_release:
        raise ValidationError(
            f"{kind} has a model of release of its own: {rule._transmits_release}", "release", owner
        )
    kept: Mapping[str, Any] = {**form.pre.traces, **form.pre.stepped, **form.post.traces,
                               **form.post.stepped, **form.variables}  # fmt: skip
    if U not in kept:
        if U in {*rule.declared, *rule.modulators, *rule.text.subexpressions}:
            raise ValidationError(
                f"the utilisation is called {U}, and in {kind} {U} is no variable; declare it by "
                f"'{U} : 1' if the rule changes the utilisation, or call it something else",
                "release", owner,
            )  # fmt: skip
        return False
    if kept[U].unit != one:
        raise ValidationError(
            f"{U} of {kind} takes the place of the utilisation, so its unit must be 1, got "
            f"{kept[U].unit}", "release", owner,
        )  # fmt: skip
    if rule.acts_late:
        raise ValidationError(
            f"{U} of {kind} takes the place of the utilisation, and its presynaptic spikes act "
            f"{rule.on_pre_delay} later than they are transmitted, so what a spike finds would not "
            "be known", "release", owner,
        )  # fmt: skip
    return True


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
