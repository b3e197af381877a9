"""Pinsky-Rinzel CA3 pyramidal cell: a spiking soma and a bursting dendrite.

    C dV_s/dt = -I_L - I_Na - I_KDR + g_c / p (V_d - V_s) + I_s / p
    C dV_d/dt = -I_L - I_Ca - I_KC - I_KAHP + g_c / (1 - p) (V_s - V_d) + I_d / (1 - p)
    dCa/dt = -0.13 I_Ca - 0.075 Ca

per area, with C = 3 uF/cm2. Potentials in the paper are relative to the resting potential of
-60 mV; here they are absolute. Calcium is dimensionless, as in the paper. Source: Pinsky & Rinzel
1994, J. Comput. Neurosci. 1:39.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spikesim.channels import Channel, Leak
from spikesim.channels.base import G_MAX
from spikesim.errors import ValidationError
from spikesim.neurons.multi_compartment import Compartment, MultiCompartment
from spikesim.receptors import Receptor
from spikesim.units import Param, Unit, check_scalar, mV, one, param, um

PER_UM2 = 0.01  # nS/um2 in 1 mS/cm2, pF/um2 in 1 uF/cm2, and pA/um2 in 1 uA/cm2
REST = -60.0


class SomaNa(Channel):
    """Sodium channel with instantaneous activation."""

    g = G_MAX
    E = param(60.0, mV, doc="reversal potential")

    equations = """
        U = V_m / mV + 60 : 1
        alpha_m = 1.28 / exprel((13.1 - U) / 4) : 1
        beta_m = 1.4 / exprel((U - 40.1) / 5) : 1
        m_inf = alpha_m / (alpha_m + beta_m) : 1
        alpha_h = 0.128 * exp((17 - U) / 18) / ms : 1/ms
        beta_h = 4 / (1 + exp((40 - U) / 5)) / ms : 1/ms
        dh/dt = alpha_h * (1 - h) - beta_h * h : 1
    """
    current = "g * m_inf**2 * h * (E - V_m)"


class SomaKDR(Channel):
    """Delayed-rectifier potassium channel."""

    g = G_MAX
    E = param(-75.0, mV, doc="reversal potential")

    equations = """
        U = V_m / mV + 60 : 1
        alpha_n = 0.08 / exprel((35.1 - U) / 5) / ms : 1/ms
        beta_n = 0.25 * exp(0.5 - 0.025 * U) / ms : 1/ms
        dn/dt = alpha_n * (1 - n) - beta_n * n : 1
    """
    current = "g * n * (E - V_m)"


class DendriteCa(Channel):
    """High-threshold calcium channel."""

    g = G_MAX
    E = param(80.0, mV, doc="reversal potential")

    equations = """
        U = V_m / mV + 60 : 1
        alpha_s = 1.6 / (1 + exp(-0.072 * (U - 65))) / ms : 1/ms
        beta_s = 0.1 / exprel((U - 51.1) / 5) / ms : 1/ms
        ds/dt = alpha_s * (1 - s) - beta_s * s : 1
    """
    current = "g * s**2 * (E - V_m)"
    ion = "Ca"


class DendriteKC(Channel):
    """Fast potassium channel, dependent on voltage and calcium."""

    g = G_MAX
    E = param(-75.0, mV, doc="reversal potential")

    equations = """
        U = V_m / mV + 60 : 1
        fall = 2 * exp((6.5 - U) / 27) / ms : 1/ms
        rise = exp((U - 10) / 11 - (U - 6.5) / 27) / 18.975 / ms : 1/ms
        alpha_c = rise if U <= 50 else fall : 1/ms
        beta_c = fall - rise if U <= 50 else 0 : 1/ms
        dc/dt = alpha_c * (1 - c) - beta_c * c : 1
    """
    current = "g * c * min(Ca / 250, 1) * (E - V_m)"


class DendriteKAHP(Channel):
    """Slow calcium-dependent potassium channel."""

    g = G_MAX
    E = param(-75.0, mV, doc="reversal potential")

    equations = """
        alpha_q = min(0.00002 * Ca, 0.01) / ms : 1/ms
        dq/dt = alpha_q * (1 - q) - 0.001 * q / ms : 1
    """
    current = "g * q * (E - V_m)"


class DendritePool(Channel):
    """Calcium pool, dimensionless as in the paper."""

    area = Param(None, um**2, "positive", "area of the dendrite")
    gain = param(0.13, Unit("cm2/uA/ms"), "non-negative", "growth for the current's density")
    rate = param(0.075, Unit("1/ms"), "positive", "rate of removal")

    equations = "dCa/dt = gain * I_Ca / area - rate * Ca : 1"
    offers = ("Ca",)
    initial = {"Ca": "0"}
    extensive = ("area",)


class PinskyRinzel(MultiCompartment):
    """Two-compartment CA3 pyramidal cell.

    The compartments are called ``soma`` and ``dend``, the channels ``Na_soma``, ``KDR_soma``,
    ``Ca_dend``, ``KC_dend``, ``KAHP_dend``, with total conductances (nS).

    Parameters
    ----------
    area : float
        Membrane area of soma and dendrite together (um2).
    p : float
        Fraction of the area that belongs to the soma.
    g_c : float
        Coupling conductance (mS per cm2 of `area`); 2.1 is the paper's standard.
    I_s, I_d : float
        Constant currents into soma and dendrite (uA per cm2 of `area`). With 0.75 into the soma
        the cell bursts, with 2.5 it spikes regularly.
    soma, dend : mapping of str to Receptor, optional
        Receptors of soma and dendrite; ``exc`` of `dend` is called ``exc_dend``.
    method : str, optional
        Integration method, as in `MultiCompartment`.
    """

    def __init__(
        self,
        *,
        area: float = 10000.0,
        p: float = 0.5,
        g_c: float = 2.1,
        I_s: float = 0.75,
        I_d: float = 0.0,
        soma: Mapping[str, Receptor] | None = None,
        dend: Mapping[str, Receptor] | None = None,
        **values: Any,
    ) -> None:
        area = check_scalar(area, "area", self, unit=um**2, allowed="positive")
        p = check_scalar(p, "p", self, unit=one, allowed="positive")
        if p >= 1:
            raise ValidationError(f"must be below 1, got {p}", "p", self)
        densities = Unit("mS/cm2"), Unit("uA/cm2")
        g_c = check_scalar(g_c, "g_c", self, unit=densities[0], allowed="non-negative")
        currents = (check_scalar(I_s, "I_s", self, unit=densities[1]),
                    check_scalar(I_d, "I_d", self, unit=densities[1]))  # fmt: skip
        near, far = p * area, (1 - p) * area
        at_soma = {"leak": Leak(g=0.1, E=REST), "Na": SomaNa(g=30.0), "KDR": SomaKDR(g=15.0)}
        at_dend = {
            "leak": Leak(g=0.1, E=REST), "Ca": DendriteCa(g=10.0), "KC": DendriteKC(g=15.0),
            "KAHP": DendriteKAHP(g=0.8),
        }  # fmt: skip
        channels: tuple[dict[str, Channel], ...] = tuple(
            {name: c.scaled(PER_UM2 * size) for name, c in given.items()}
            for given, size in ((at_soma, near), (at_dend, far))
        )
        channels[1]["pool"] = DendritePool(area=far)
        compartments = {
            name: Compartment(
                C_m=3.0 * PER_UM2 * size, V_init=REST, I_e=current * PER_UM2 * area, channels=own,
                receptors=receptors,
            )
            for name, size, current, own, receptors in zip(
                ("soma", "dend"), (near, far), currents, channels, (soma, dend), strict=True
            )
        }  # fmt: skip
        coupling = {("soma", "dend"): g_c * PER_UM2 * area}
        super().__init__(compartments=compartments, axial=coupling, **values)
