"""Calcium-based plasticity: two thresholds of calcium decide between potentiation and depression.

    tau drho/dt = -cubic * rho * (1 - rho) * (rho_star - rho)
                  + gamma_p * (1 - rho) * [c > theta_p] - gamma_d * rho * [c > theta_d]
                  + sigma * sqrt(tau) * sqrt([c > theta_p] + [c > theta_d]) * xi
    on a presynaptic spike:   c += C_pre, after a time D
    on a postsynaptic spike:  c += C_post
    between spikes:           dc/dt = -c / tau_Ca

The weight is w = w_down + rho * (w_up - w_down), with the efficacy rho around 0 in the state DOWN
and around 1 in the state UP. It is the weight that is kept, and that you set; noise can carry it
beyond w_down and w_up. The cubic term makes rho bistable without calcium. Synapses are updated at
spikes alone if it and the noise are 0. `CalciumSTDP.fitted` has the published sets of
parameters, with D rounded to 0.1 ms. The defaults are the set "DP" without noise and cubic term.
Source: Graupner & Brunel 2012, PNAS 109:3991.
"""

from __future__ import annotations

from typing import Any

from spikesim.errors import ValidationError, check_known
from spikesim.synapses.rule import PlasticityRule
from spikesim.units import check_flag, ms, one, param

NAMES = (
    "tau_Ca", "C_pre", "C_post", "theta_p", "gamma_d", "gamma_p", "sigma", "tau", "D",
)  # fmt: skip
FITS = {  # D is rounded to 0.1 ms; last the ratio of the weights of the two states
    "DP": (20.0, 1.0, 2.0, 1.3, 200.0, 321.808, 2.8284, 150e3, 13.7, 5.0),
    "DPD": (20.0, 0.9, 0.9, 1.3, 250.0, 550.0, 2.8284, 150e3, 4.6, 5.0),
    "DPD'": (20.0, 1.0, 2.0, 2.5, 50.0, 600.0, 2.8284, 150e3, 2.2, 5.0),
    "P": (20.0, 2.0, 2.0, 1.3, 160.0, 257.447, 2.8284, 150e3, 0.0, 5.0),
    "D": (20.0, 0.6, 0.6, 1.3, 500.0, 550.0, 5.6568, 150e3, 0.0, 5.0),
    "D'": (20.0, 1.0, 2.0, 3.5, 60.0, 600.0, 2.8284, 150e3, 0.0, 5.0),
    "hippocampal slices": (
        48.8373, 1.0, 0.275865, 1.3, 313.0965, 1645.59, 9.1844, 688.355e3, 18.8, 5.28145,
    ),
    "hippocampal cultures": (
        11.9536, 0.58156, 1.76444, 1.3, 61.141, 113.6545, 2.5654, 33.7596e3, 10.0, 36.0263,
    ),
    "cortical slices": (
        22.6936, 0.5617539, 1.23964, 1.3, 331.909, 725.085, 3.3501, 346.3615e3, 4.6, 5.40988,
    ),
}  # fmt: skip


class CalciumSTDP(PlasticityRule):
    """Graupner & Brunel's rule; ``w_down`` and ``w_up`` are in the weight's own unit."""

    tau_Ca = param(20.0, ms, "positive", "time constant of calcium")
    C_pre = param(1.0, one, "non-negative", "calcium of a presynaptic spike")
    C_post = param(2.0, one, "non-negative", "calcium of a postsynaptic spike")
    theta_d = param(1.0, one, "positive", "calcium above which the synapse is depressed")
    theta_p = param(1.3, one, "positive", "calcium above which it is potentiated")
    gamma_d = param(200.0, one, "non-negative", "rate of depression, in units of 1 / tau")
    gamma_p = param(321.808, one, "non-negative", "rate of potentiation, in units of 1 / tau")
    tau = param(150e3, ms, "positive", "time constant of the efficacy")
    D = param(13.7, ms, "non-negative", "time after which presynaptic calcium comes")
    sigma = param(0.0, one, "non-negative", "noise")
    cubic = param(0.0, one, "boolean", "whether rho is bistable without calcium")
    rho_star = param(0.5, one, "non-negative", "unstable state between the two stable ones")
    w_down = param(0.0, one, doc="weight of the state DOWN")
    w_up = param(1.0, one, "positive", "weight of the state UP")

    on_pre = "c += C_pre"
    on_post = "c += C_post"

    @property
    def on_pre_delay(self) -> str:  # type: ignore[override]
        """Name of the delay, if there is one."""
        return "D" if self.D else ""

    @property
    def equations(self) -> str:  # type: ignore[override]
        """Equations, without the cubic term and noise if they are 0."""
        wells = "- rho * (1 - rho) * (rho_star - rho)" if self.cubic else ""
        noise = "+ sigma * tau**0.5 * sqrt(up + down) * xi" if self.sigma else ""
        return f"""
            dc/dt = -c / tau_Ca : 1
            up = int(c > theta_p) : 1
            down = int(c > theta_d) : 1
            rho = (w - w_down) / (w_up - w_down) : 1
            change = gamma_p * (1 - rho) * up - gamma_d * rho * down {wells} : 1
            dw/dt = (w_up - w_down) * (change {noise}) / tau : 1
        """

    @classmethod
    def fitted(cls, name: str, *, noise: bool = False, **values: Any) -> CalciumSTDP:
        """Return the rule with published parameters.

        The weights of the two states have the published ratio, unless you give w_down.

        Parameters
        ----------
        name : {"DP", "DPD", "DPD'", "P", "D", "D'", "hippocampal slices", \
"hippocampal cultures", "cortical slices"}
            The shape of the window, or the data that were fitted.
        noise : bool
            Whether to have the published noise, or none.
        **values
            Other parameters, or other values.

        Returns
        -------
        CalciumSTDP
            The rule.

        Examples
        --------
        >>> rule = CalciumSTDP.fitted("DP", w_up=10.0)
        >>> rule.w_down, rule.gamma_d, rule.sigma
        (2.0, 200.0, 0.0)
        """
        *fit, ratio = FITS[check_known(name, FITS, "name", cls.__name__)]
        w_up = cls(**{n: value for n, value in values.items() if n == "w_up"}).w_up
        own = {**dict(zip(NAMES, fit, strict=True)), "w_down": w_up / ratio}
        if not check_flag(noise, "noise", cls.__name__):
            own["sigma"] = 0.0
        return cls(**{**own, **values})

    def check(self) -> None:
        if self.w_down >= self.w_up:
            raise ValidationError(
                f"must be above w_down = {self.w_down}, got {self.w_up}", "w_up", self
            )
        if self.rho_star >= 1:
            raise ValidationError(f"must be below 1, got {self.rho_star}", "rho_star", self)
