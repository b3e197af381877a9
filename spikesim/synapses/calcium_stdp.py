"""Calcium-based plasticity: two thresholds of calcium decide between potentiation and depression.

    tau drho/dt = -cubic * rho * (1 - rho) * (rho_star - rho)
                  + gamma_p * (1 - rho) * [c > theta_p] - gamma_d * rho * [c > theta_d]
    on a presynaptic spike:   c += C_pre
    on a postsynaptic spike:  c += C_post
    between spikes:           dc/dt = -c / tau_Ca

The efficacy rho is between 0 and 1, and the weight is w = w_min + rho * (w_max - w_min); the
weight is what is kept, and what you set. The cubic term makes rho bistable without calcium; it is
left out if `cubic` is 0. `CalciumSTDP.fitted` has the published sets of parameters; the defaults
are "DP". Noise is left out, and so is the time after which presynaptic calcium comes. Source:
Graupner & Brunel 2012, PNAS 109:3991.
"""

from __future__ import annotations

from typing import Any

from spikesim.errors import ValidationError, unknown_name
from spikesim.synapses.rule import PlasticityRule
from spikesim.units import ms, one, param

NAMES = ("tau_Ca", "C_pre", "C_post", "theta_p", "gamma_d", "gamma_p", "tau")
FITS = {  # also the ratio of the weights of the two states
    "DP": (20.0, 1.0, 2.0, 1.3, 200.0, 321.808, 150e3, 5.0),
    "DPD": (20.0, 0.9, 0.9, 1.3, 250.0, 550.0, 150e3, 5.0),
    "DPD'": (20.0, 1.0, 2.0, 2.5, 50.0, 600.0, 150e3, 5.0),
    "P": (20.0, 2.0, 2.0, 1.3, 160.0, 257.447, 150e3, 5.0),
    "D": (20.0, 0.6, 0.6, 1.3, 500.0, 550.0, 150e3, 5.0),
    "D'": (20.0, 1.0, 2.0, 3.5, 60.0, 600.0, 150e3, 5.0),
    "hippocampal slices": (
        48.8373, 1.0, 0.275865, 1.3, 313.0965, 1645.59, 688.355e3, 5.28145,
    ),
    "hippocampal cultures": (
        11.9536, 0.58156, 1.76444, 1.3, 61.141, 113.6545, 33.7596e3, 36.0263,
    ),
    "cortical slices": (
        22.6936, 0.5617539, 1.23964, 1.3, 331.909, 725.085, 346.3615e3, 5.40988,
    ),
}  # fmt: skip


class CalciumSTDP(PlasticityRule):
    """Graupner & Brunel's rule; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_Ca = param(20.0, ms, "positive", "time constant of calcium")
    C_pre = param(1.0, one, "non-negative", "calcium of a presynaptic spike")
    C_post = param(2.0, one, "non-negative", "calcium of a postsynaptic spike")
    theta_d = param(1.0, one, "positive", "calcium above which the synapse is depressed")
    theta_p = param(1.3, one, "positive", "calcium above which it is potentiated")
    gamma_d = param(200.0, one, "non-negative", "rate of depression, in units of 1 / tau")
    gamma_p = param(321.808, one, "non-negative", "rate of potentiation, in units of 1 / tau")
    tau = param(150e3, ms, "positive", "time constant of the efficacy")
    rho_star = param(0.5, one, "non-negative", "unstable state between the two stable ones")
    cubic = param(1.0, one, "boolean", "whether rho is bistable without calcium")
    w_min = param(0.0, one, doc="weight of an efficacy of 0")
    w_max = param(1.0, one, "positive", "weight of an efficacy of 1")

    @property
    def equations(self) -> str:  # type: ignore[override]
        """Equations, without the cubic term if it is 0."""
        wells = "- rho * (1 - rho) * (rho_star - rho)" if self.cubic else ""
        return f"""
            dc/dt = -c / tau_Ca : 1
            rho = (w - w_min) / (w_max - w_min) : 1
            up = gamma_p if c > theta_p else 0   : 1
            down = gamma_d if c > theta_d else 0 : 1
            change = up * (1 - rho) - down * rho {wells} : 1
            dw/dt = (w_max - w_min) * change / tau : 1
        """

    on_pre = "c += C_pre"
    on_post = "c += C_post"

    @classmethod
    def fitted(cls, name: str, **values: Any) -> CalciumSTDP:
        """Return the rule with published parameters.

        The weights of the two states have the published ratio, unless you give w_min. Give the
        projection weights between them.

        Parameters
        ----------
        name : {"DP", "DPD", "DPD'", "P", "D", "D'", "hippocampal slices", \
"hippocampal cultures", "cortical slices"}
            The shape of the window, or the data that were fitted.
        **values
            Other parameters, or other values.

        Returns
        -------
        CalciumSTDP
            The rule.

        Examples
        --------
        >>> rule = CalciumSTDP.fitted("DP", w_max=10.0)
        >>> rule.w_min, rule.gamma_d
        (2.0, 200.0)
        """
        if name not in FITS:
            raise unknown_name(name, list(FITS), "name", cls.__name__)
        *fit, ratio = FITS[name]
        w_max = cls(**{n: value for n, value in values.items() if n == "w_max"}).w_max
        own = {**dict(zip(NAMES, fit, strict=True)), "w_min": w_max / ratio}
        return cls(**{**own, **values})

    def check(self) -> None:
        super().check()
        if self.rho_star >= 1:
            raise ValidationError(f"must be below 1, got {self.rho_star}", "rho_star", self)
