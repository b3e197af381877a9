"""Build the arrays and the kernel module of a plastic projection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spikesim.codegen.modules import load
from spikesim.description.projections import Projection
from spikesim.errors import ValidationError
from spikesim.kernels import histories
from spikesim.kernels.args import PlasticArgs
from spikesim.kernels.deliver import DENSE
from spikesim.mechanisms.plastic_synapses.histories import (
    log_length,
)
from spikesim.planning.projections import (
    HISTORY,
    PRE_HISTORY,
    Built,
    target_type,
)
from spikesim.planning.rules import rule_module
from spikesim.synapses import COINCIDENCES, PAIRINGS, PlasticityRule
from spikesim.units import LONGEST_DELAY

SENT_LIMIT = 1 << 30  # bytes
MOST_DECAYS = 10_000_000  # maximum entries of a decay table, 80 MB


@dataclass
class PlasticTable:
    """Arrays and kernels of one plastic projection.

    Attributes
    ----------
    projection : Projection
        The described projection.
    module : str
        Name of the generated module of its rule.
    args : PlasticArgs
        Arguments of its kernels.
    """

    projection: Projection
    module: str
    args: PlasticArgs

    @property
    def name(self) -> str:
        """Name of the projection."""
        return self.projection.name

    def flush(self, step: int) -> None:
        """Bring the weights up to date, as of the start of `step`."""
        load(self.module).flush(step - 1, self.args)


def signals_read(projection: Projection, names: list[str]) -> np.ndarray:
    """Indices of the modulators that the rule of a projection reads, in the order of the rule."""
    rule = projection.plasticity
    assert rule is not None
    places = []
    for variable in rule.modulators:
        given = projection.modulators.get(variable)
        chosen = variable if given is None else given.name
        if chosen not in names:
            there = ", ".join(map(repr, names)) if names else "none"
            raise ValidationError(
                f"{type(rule).__name__} reads the modulator {variable!r}, and the network has "
                f"{there}; add it by net.modulator({variable!r}, tau=...), or say which one is "
                f"meant by modulators={{{variable!r}: ...}}", "plasticity", projection,
            )  # fmt: skip
        places.append(names.index(chosen))
    return np.array(places, np.int64)


def build_table(
    built: Built, dt: float, dtype: Any, levels: np.ndarray, sees: np.ndarray
) -> PlasticTable:
    """Build the arrays and the kernel module of one plastic projection.

    `levels` has the concentrations, shape (steps, modulators); `sees` has the indices of the
    modulators that the rule reads.
    """
    projection, s = built.projection, built.synapses
    rule = projection.plasticity
    assert rule is not None
    n_pre, n_post = built.pre_hi - built.pre_lo, built.post_hi - built.post_lo
    one_delay = not isinstance(s.delay_steps, np.ndarray)
    delays = np.empty(0, np.uint16) if one_delay else np.asarray(s.delay_steps, np.uint16)
    low, high = (
        (int(s.delay_steps),) * 2 if one_delay
        else (int(delays.min(initial=LONGEST_DELAY)), int(delays.max(initial=1)))
    )  # fmt: skip
    dense, axonal = built.kind == DENSE, projection.delay_is == "axonal"
    pairing = PAIRINGS.index(rule.pairing)
    n_synapses = n_pre * n_post if dense else s.targets.size
    logged = dense and not rule.on_pre and pairing < 2
    if axonal and high * n_pre * 4 > SENT_LIMIT:
        raise ValidationError(
            f"{high} steps of axonal delay times {n_pre} sources would keep "
            f"{high * n_pre * 4 / 2**30:.1f} GB in flight; at most 1 GB", "delay", projection,
        )  # fmt: skip
    weights = np.full(n_synapses, s.weight, dtype) if not isinstance(s.weight, np.ndarray) else (
        s.weight.astype(dtype, copy=False)
    )  # fmt: skip
    empty = np.empty(0, np.int64)
    control = np.zeros(8, np.int64)
    control[histories.LEARNING], control[histories.SYNCED] = int(projection.learning), -1
    log = log_length(n_post) if logged else 0
    post = np.zeros((n_post, 2 * HISTORY))
    args = PlasticArgs(
        pre_lo=built.pre_lo, pre_hi=built.pre_hi, post_lo=built.post_lo, post_hi=built.post_hi,
        slot=built.slot, sign=projection.sign, dense=dense, axonal=axonal, pairing=pairing,
        coincidence=COINCIDENCES.index(rule.coincidence), n_targets=n_post,
        delay=low, delay_min=low, delay_max=high,
        indptr=empty if dense else s.indptr,
        begin=empty if dense else s.indptr[:-1], end=empty if dense else s.indptr[1:],
        t_lo=0, t_hi=n_post,
        targets=np.empty(0, np.uint16) if dense else s.targets.astype(target_type(n_post)),
        weights=weights, delays=delays,
        dendritic=np.zeros(1, np.uint16) if axonal or not delays.size else delays,
        par=np.array([getattr(rule, name) for name in rule.declared], np.float64),
        control=control,
        pre_fine=_fine(rule, rule.tau_pre, dt), pre_coarse=_coarse(rule, rule.tau_pre, dt),
        post_fine=_fine(rule, rule.tau_post, dt), post_coarse=_coarse(rule, rule.tau_post, dt),
        pre_t=np.zeros((n_pre, PRE_HISTORY), np.int64), pre_v=np.zeros((n_pre, PRE_HISTORY)),
        pre_m=np.zeros((n_pre, PRE_HISTORY), np.int32), pre_n=np.zeros(n_pre, np.int64),
        post=post, latest=histories.latest_spikes(post, np.zeros(n_post, np.int64)),
        irregular=np.zeros(1, np.int64),
        post_n=np.zeros(n_post, np.int64), post_kept=np.zeros(n_post, np.int64),
        log_t=np.zeros(log, np.int64), log_j=np.zeros(log, np.int32), log_v=np.zeros(log),
        sent=np.zeros((high + 1, n_pre if axonal else 0), np.int32),
        sent_n=np.zeros(high + 1, np.int64),
        kept=np.zeros(n_synapses if pairing == histories.PRE_CENTRED else 0),
        levels=levels, sees=sees,
    )  # fmt: skip
    return PlasticTable(projection, rule_module(rule, projection.floor), args)


def _fine(rule: PlasticityRule, tau: str, dt: float) -> np.ndarray:
    return np.exp(-np.arange(1024) * dt / getattr(rule, tau))


def _coarse(rule: PlasticityRule, tau: str, dt: float) -> np.ndarray:
    """Table of the decay over multiples of 1024 steps, until it is below 1e-20; then 0."""
    span = 1024 * dt / getattr(rule, tau)
    if 46.0 / span > MOST_DECAYS:
        longest = MOST_DECAYS * 1024 * dt / 46.0
        raise ValidationError(
            f"must be at most {longest:.3g} ms with dt = {dt} ms, got {getattr(rule, tau):g} ms",
            tau, rule,
        )  # fmt: skip
    table = np.exp(-np.arange(int(np.ceil(46.0 / span)) + 2) * span)
    table[-1] = 0.0
    return table
