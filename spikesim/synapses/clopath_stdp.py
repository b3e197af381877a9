"""Voltage-based STDP: changes depend on the postsynaptic membrane potential.

    on a presynaptic spike:  w -= A_LTD * h * max(u_minus - theta_minus, 0)
    between spikes:          dw/dt = A_LTP * x * max(u - theta_plus, 0) * over
                             over = max(u_plus - theta_minus, 0)

with w limited to w_min ... w_max. u is the postsynaptic membrane potential, ``V_m``; u_minus and
u_plus are low-passed with tau_minus and tau_plus. x is the rate of presynaptic spikes over tau_x.
With `homeostasis` = 1 the factor h is the mean of (u - E_L)^2 / u_ref2 over tau_h; else it is 1.
Filters start at theta_minus, and h at 1; they see u `late` ms late, which is 3 ms in the authors'
program, so that a spike does not see itself. The neuron must show its spikes in V_m: one that is
reset at threshold makes next to no potentiation. A_LTD and A_LTP are in the unit of the weight.
`ClopathSTDP.fitted` has published sets of parameters. Source: Clopath, Buesing, Vasilaki & Gerstner
2010, Nat. Neurosci. 13:344, with h as in the authors' program. The bounds are chosen by us.
"""

from __future__ import annotations

from typing import Any

from spikesim.errors import check_known
from spikesim.synapses.rule import PlasticityRule
from spikesim.units import Unit, ms, mV, one, param

NAMES = (
    "theta_minus", "theta_plus", "A_LTD", "A_LTP", "tau_x", "tau_minus", "tau_plus",
)  # fmt: skip
FITS = {  # hippocampal data are of a voltage clamp, where the filters do not matter
    "visual cortex": (-70.6, -45.3, 14e-5, 8e-5, 15.0, 10.0, 7.0),
    "somatosensory cortex": (-70.6, -45.3, 21e-5, 67e-5, 30.0, 6.0, 5.0),
    "hippocampus": (-41.0, -38.0, 38e-5, 2e-5, 16.0, 10.0, 7.0),
}


class ClopathSTDP(PlasticityRule):
    """Clopath's voltage-based rule; ``w_min`` and ``w_max`` are in the weight's own unit."""

    theta_minus = param(-70.6, mV, doc="potential above which filters count")
    theta_plus = param(-45.3, mV, doc="potential above which there is potentiation")
    A_LTD = param(14e-5, Unit("1/mV"), "non-negative", "depression")
    A_LTP = param(8e-5, Unit("1/mV**2"), "non-negative", "potentiation")
    tau_x = param(15.0, ms, "positive", "time constant of x")
    tau_minus = param(10.0, ms, "positive", "time constant of u_minus")
    tau_plus = param(7.0, ms, "positive", "time constant of u_plus")
    late = param(0.0, ms, "non-negative", "how much later filters see the potential")
    homeostasis = param(0.0, one, "boolean", "whether depression follows the mean potential")
    tau_h = param(1200.0, ms, "positive", "time constant of h")
    E_L = param(-70.6, mV, doc="resting potential, for h")
    u_ref2 = param(60.0, Unit("mV**2"), "positive", "mean square at which h is 1")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(3.0, one, "positive", "upper bound of the weight")

    @property
    def equations(self) -> str:  # type: ignore[override]
        """Equations, without what does not count."""
        seen = "delayed(V_m_post, late)" if self.late else "V_m_post"
        mean = "dh/dt = ((V_m_post - E_L)**2 / u_ref2 - h) / tau_h : 1"
        return f"""
            dx/dt = -x / tau_x : 1
            du_minus/dt = ({seen} - u_minus) / tau_minus : mV
            du_plus/dt = ({seen} - u_plus) / tau_plus : mV
            over = max(V_m_post - theta_plus, 0*mV) * max(u_plus - theta_minus, 0*mV) : mV**2
            dw/dt = A_LTP * x / tau_x * over : 1
            {mean if self.homeostasis else "h = 1 : 1"}
        """

    @property
    def initial(self) -> dict[str, float]:  # type: ignore[override]
        """Where the filters start."""
        start = {"u_minus": self.theta_minus, "u_plus": self.theta_minus}
        return start | ({"h": 1.0} if self.homeostasis else {})

    on_pre = "w = max(w_min, w - A_LTD * h * max(u_minus - theta_minus, 0*mV)); x += 1"

    @classmethod
    def fitted(cls, region: str, **values: Any) -> ClopathSTDP:
        """Return the rule with published parameters.

        Parameters
        ----------
        region : {"visual cortex", "somatosensory cortex", "hippocampus"}
            Data that were fitted.
        **values
            Other parameters, or other values.

        Returns
        -------
        ClopathSTDP
            The rule.

        Examples
        --------
        >>> rule = ClopathSTDP.fitted("hippocampus", w_max=10.0)
        >>> rule.theta_minus
        -41.0
        """
        check_known(region, FITS, "region", cls.__name__)
        return cls(**{**dict(zip(NAMES, FITS[region], strict=True)), **values})
