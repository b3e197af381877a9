"""NMDA receptor: slow excitation by glutamate, with voltage-dependent magnesium block.

    dg/dt = y - g / tau_decay,   dy/dt = -y / tau_rise
    I = block g (E_rev - V_m),   block = 1 / (1 + Mg / 3.57 mM * exp(-0.062 V_m / mV))

Weights are the peaks of g, the conductance without magnesium, in nS; see `DualExpConductance`. The
block is instantaneous, and is evaluated at the start of each step. Source of the block:
Jahr & Stevens 1990, J. Neurosci. 10:3178; of the time constants: Brunel & Wang 2001, J. Comput.
Neurosci. 11:63.

The effects of spikes add linearly, without saturation. See `saturating_gate` for synapses that
saturate.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from scipy.special import gamma, gammainc

from spikesim.calls import public
from spikesim.errors import ValidationError
from spikesim.receptors.dual_exp_conductance import DualExpConductance
from spikesim.units import Unit, check_scalar, mM, ms, param


class NMDA(DualExpConductance):
    """Conductance that rises with ``tau_rise`` and decays with ``tau_decay`` (ms, 2 and 100).

    ``Mg`` is the extracellular magnesium concentration (mM, default 1); 0 means no block.
    """

    tau_rise = param(2.0, ms, "positive", "time constant of the rise, at most tau_decay")
    tau_decay = param(100.0, ms, "positive", "time constant of the decay")
    Mg = param(1.0, mM, "non-negative", "magnesium outside")

    equations = """
        dg/dt = y - g / tau_decay : nS
        dy/dt = -y / tau_rise : nS/ms
        block = 1 / (1 + Mg / (3.57*mM) * exp(-0.062 * V_m / mV)) : 1 (constant over dt)
    """
    current = "block * g * (E_rev - V_m)"
    transmitter = "glutamate"


class SaturatingGate(NamedTuple):
    """Parameters of short-term depression that is equivalent to a saturating synapse.

    Attributes
    ----------
    U : float
        Fraction of the available resources that each spike uses.
    tau_rec : float
        Time constant of recovery (ms).
    factor : float
        Factor from the conductance of the open gate to the weight.
    """

    U: float
    tau_rec: float
    factor: float


@public
def saturating_gate(
    alpha: Any = 0.5, tau_rise: Any = 2.0, tau_decay: Any = 100.0
) -> SaturatingGate:
    """Short-term depression that is equivalent to Wang's saturating NMDA synapse.

    In Brunel & Wang 2001 (J. Comput. Neurosci. 11:63) and Wang 2002 (Neuron 36:955), after Wang
    1999 (J. Neurosci. 19:9587), each presynaptic neuron has a gate,

        dx/dt = -x / tau_rise + spikes,   ds/dt = -s / tau_decay + alpha x (1 - s),

    and a target receives the sum of ``g s`` over its sources. The increment of a spike depends on
    the earlier spikes of the same source, so no variable of the target can represent it. But once x
    has decayed, s has changed to ``s + k0 + k1 s``, apart from its decay with tau_decay, where with
    a = alpha tau_rise and e = tau_rise / tau_decay

        k1 = exp(-a) - 1,   k0 = a^e (lower incomplete gamma of 1 - e at a).

    This is depression as in Tsodyks & Markram 1997 with ``U = -k1``, recovery with tau_decay and
    no facilitation: use synapses of weight ``g * factor`` with that release, onto
    ``NMDA(tau_rise=tau_rise, tau_decay=tau_decay)``. It is exact except for the shape of the rise,
    and for the rest of x at the next spike.

    Parameters
    ----------
    alpha : float
        Rate of opening (1/ms).
    tau_rise, tau_decay : float
        Time constants (ms) of x and s.

    Returns
    -------
    SaturatingGate
        ``U`` and ``tau_rec`` of the release, and ``factor``. A release that multiplies the weight
        by ``u * x`` gives ``U * weight`` at rest.
    """
    owner, rate = "saturating_gate", Unit("1/ms")
    alpha = check_scalar(alpha, "alpha", owner, unit=rate, allowed="positive")
    decay = check_scalar(tau_decay, "tau_decay", owner, unit=ms, allowed="positive")
    rise = check_scalar(tau_rise, "tau_rise", owner, unit=ms, allowed="positive")
    if rise >= decay:
        raise ValidationError(
            f"must be below tau_decay = {decay!r} ms, got {rise!r} ms", "tau_rise", owner
        )
    a, e = alpha * rise, rise / decay
    U = -math.expm1(-a)
    k0 = a**e * gamma(1.0 - e) * gammainc(1.0 - e, a)
    peak = (1.0 - e) * e ** (e / (1.0 - e))  # of exp(-t / tau_decay) - exp(-t / tau_rise)
    return SaturatingGate(U, decay, float(k0 / U * peak))
