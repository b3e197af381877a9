"""What an ion channel is: gates in equations, and the current that they let into the membrane."""

from __future__ import annotations

from typing import Any, ClassVar

from spikesim.attributes import altered
from spikesim.errors import unknown_name
from spikesim.parameters import Parametrized
from spikesim.units import Param, nS

G_MAX = Param(None, nS, "non-negative", "conductance with all gates open")


class Channel(Parametrized):
    """Base of all channels and pools of ions; a subclass is a declaration, by its attributes.

    Parameters
    ----------
    **values
        The declared parameters: numbers, arrays with one value for each neuron, or distributions.

    Attributes
    ----------
    equations : str
        Gates and subexpressions, one a line. The names are local: in a neuron with a channel called
        ``Na`` the gate ``m`` is ``m_Na`` and the parameter ``g`` is ``g_Na``. ``V_m`` is the
        membrane that the channel sits in, ``Ca`` what a pool there offers, and ``I_Ca`` the sum
        of the currents of that ion (pA).
    current : str
        The current into the membrane (pA). Other equations know it as ``I_`` and the channel's
        name, such as ``I_Na``.
    ion : str
        Whose current it is, for pools: "Ca", or nothing.
    offers : tuple of str
        Variables that all channels of the membrane may read, and that go without the channel's
        name: the concentration of a pool.
    initial : dict
        ``{variable: expression}`` over parameters and ``V_m``. Variables that are not named start
        at their steady state for the membrane's initial potential.
    extensive : tuple of str
        Parameters that grow with the membrane's area.

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
        """The same channel in another area: `extensive` parameters times a factor.

        From densities to totals: 1 mS/cm2 is 0.01 nS/um2, so that ``Na(g=1.2).scaled(area)`` has
        120 mS/cm2 on ``area`` um2.

        Parameters
        ----------
        factor : float
            The area, or a ratio of areas.

        Returns
        -------
        Channel
            A copy with other values.
        """
        grown = [name for name in self.extensive if name in self.declared]
        return altered(self, **{n: self.checked(n, getattr(self, n) * factor) for n in grown})
