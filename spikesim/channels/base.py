"""Base class of ion channels: gating equations and membrane current."""

from __future__ import annotations

from typing import Any, ClassVar

from spikesim.attributes import copy_with
from spikesim.errors import unknown_name
from spikesim.parameters import Parametrized
from spikesim.units import Param, nS

G_MAX = Param(None, nS, "non-negative", "conductance with all gates open")


class Channel(Parametrized):
    """Base class of ion channels and pools; a subclass declares its model by class attributes.

    Parameters
    ----------
    **values
        The declared parameters: numbers, arrays with one value for each neuron, or distributions.

    Attributes
    ----------
    equations : str
        Gates and subexpressions, one per line. Names are local: in a neuron with a channel called
        ``Na`` the gate ``m`` is ``m_Na`` and the parameter ``g`` is ``g_Na``. ``V_m`` is the
        membrane potential, ``Ca`` the concentration in a pool of the same membrane, and ``I_Ca``
        the sum of the currents of that ion (pA).
    current : str
        Current into the membrane (pA). In other equations it is ``I_`` and the channel's name,
        such as ``I_Na``.
    ion : str
        Ion that carries the current, for pools: "Ca", or empty.
    offers : tuple of str
        Variables that all channels of the membrane may read, without the channel's name
        appended: the concentration of a pool.
    initial : dict
        ``{variable: expression}`` of parameters and ``V_m``. Other variables start at their
        steady state for the initial membrane potential.
    extensive : tuple of str
        Parameters that are proportional to the membrane area.

    Examples
    --------
    >>> class Rectifier(Channel):
    ...     g = param(10.0, nS, "non-negative", "conductance with the gate open")
    ...     E = param(-80.0, mV, doc="reversal potential")
    ...     equations = "dn/dt = (1 / (1 + exp(-(V_m + 40*mV) / (5*mV))) - n) / (2*ms) : 1"
    ...     current = "g * n * (E - V_m)"
    >>> model = ConductanceNeuron(channels={"leak": Leak(g=5.0), "slow": Rectifier(g=20.0)})
    """

    _between_runs = ", or set it of a population under its full name, such as cells.{0}_Na = ..."

    equations: ClassVar[str] = ""
    current: ClassVar[str] = ""
    ion: ClassVar[str] = ""
    offers: ClassVar[tuple[str, ...]] = ()
    initial: ClassVar[dict[str, str]] = {}
    extensive: ClassVar[tuple[str, ...]] = ("g",)

    def __init__(self, **values: Any) -> None:
        self.check_text("current", "g * (E - V_m)")
        self.check_text("ion", "Ca")
        if self.extensive is not Channel.extensive:
            for name in self.extensive:
                if name not in self.declared:
                    raise unknown_name(name, self.declared, "extensive", self)
        super().__init__(**values)

    def scaled(self, factor: float) -> Channel:
        """Scale a channel to another membrane area: multiply `extensive` parameters by a factor.

        It also converts densities to totals: 1 mS/cm2 is 0.01 nS/um2, so ``Na(g=1.2).scaled(area)``
        has 120 mS/cm2 on ``area`` um2.

        Parameters
        ----------
        factor : float
            Area, or ratio of areas.

        Returns
        -------
        Channel
            Copy with the scaled values.
        """
        grown = [name for name in self.extensive if name in self.declared]
        return copy_with(self, **{n: self.checked(n, getattr(self, n) * factor) for n in grown})
