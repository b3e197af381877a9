"""NMDA receptor: slow excitation by glutamate, blocked by magnesium while the neuron is at rest.

    dg/dt = y - g / tau_decay,   dy/dt = -y / tau_rise
    I = block g (E_rev - V_m),   block = 1 / (1 + Mg / 3.57 mM * exp(-0.062 V_m / mV))

Weights are the peaks of g, the conductance without magnesium, in nS; see `DualExpConductance`. The
block follows the membrane at once, and is evaluated at the start of each step. Source of the block:
Jahr & Stevens 1990, J. Neurosci. 10:3178; of the time constants: Brunel & Wang 2001, J. Comput.
Neurosci. 11:63.

Receptors add up what all spikes do, and do not saturate. See `saturating_gate` for synapses that
do.
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

    ``Mg`` is the concentration of magnesium outside (mM, default 1); 0 is no block.
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
    """What a saturating synapse is as one whose release depresses.

    Attributes
    ----------
    U : float
        The share of what is left that each spike uses.
    tau_rec : float
        Time constant of recovery (ms).
    factor : float
        By what the conductance of the open gate is multiplied to give the weight at rest.
    """

    U: float
    tau_rec: float
    factor: float


@public
def saturating_gate(
    alpha: Any = 0.5, tau_rise: Any = 2.0, tau_decay: Any = 100.0
) -> SaturatingGate:
    """Short-term depression that does what Wang's saturating NMDA synapse does.

    In Brunel & Wang 2001 (J. Comput. Neurosci. 11:63) and Wang 2002 (Neuron 36:955), after Wang
    1999 (J. Neurosci. 19:9587), each presynaptic neuron has a gate,

        dx/dt = -x / tau_rise + spikes,   ds/dt = -s / tau_decay + alpha x (1 - s),

    and a target gets the sum of ``g s`` over its sources. What a spike adds depends on the source's
    own earlier spikes, so no variable of the target can know it. But once x has decayed, s has gone
    from s to ``s + k0 + k1 s``, decaying with tau_decay meanwhile, where with a = alpha tau_rise
    and e = tau_rise / tau_decay

        k1 = exp(-a) - 1,   k0 = a^e (lower incomplete gamma of 1 - e at a).

    That is depression as in Tsodyks & Markram 1997 with ``U = -k1``, recovery with tau_decay and no
    facilitation: synapses of weight ``g * factor`` with that release, onto
    ``NMDA(tau_rise=tau_rise, tau_decay=tau_decay)``. It is exact but for the shape of the rise, and
    for the part of x that is left when the next spike comes.

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
