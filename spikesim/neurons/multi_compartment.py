"""Multi-compartment neuron: compartments coupled by axial conductances.

    C_c dV_c/dt = I_ion_c + I_syn_c + I_e_c + sum_d g_cd (V_d - V_c)

A spike occurs when the potential of the first compartment rises through V_th. Passive trees are
integrated exactly. Otherwise all potentials are solved together by a Crank-Nicolson step, with half
a step of the gates before and after it (``method="strang"``). Source: Rall 1962, Ann. N.Y. Acad.
Sci. 96:1071; Hines 1984, Int. J. Bio-Med. Comput. 15:69.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spikesim.channels import Channel
from spikesim.equations.membranes import Site
from spikesim.errors import ValidationError, unknown_name
from spikesim.neurons.base import Neuron
from spikesim.neurons.given import checked_parts
from spikesim.parameters import Parametrized
from spikesim.receptors import Receptor
from spikesim.units import Param, mV, nS, pA, param, pF

EXACT = 20  # compartments: with more, the default method is a splitting


class Compartment(Parametrized):
    """Compartment with one potential, and its channels and receptors.

    Parameters
    ----------
    channels, receptors : mapping, optional
        Channels and receptors by name. In the neuron the compartment's name is appended: the
        channel ``Na`` of the compartment ``axon`` has the gate ``m_Na_axon``, and the receptor
        ``exc`` of ``dend`` is ``exc_dend``.

    Examples
    --------
    >>> dend = Compartment(C_m=100.0, channels={"leak": Leak(g=4.0)})
    """

    C_m = Param(None, pF, "positive", "membrane capacitance")
    V_init = param(-65.0, mV, doc="potential at the start; gates start in their steady state")
    I_e = param(0.0, pA, doc="constant current")

    def __init__(
        self,
        *,
        channels: Mapping[str, Channel] | None = None,
        receptors: Mapping[str, Receptor] | None = None,
        **values: Any,
    ) -> None:
        super().__init__(**values)
        self.channels = checked_parts(
            {} if channels is None else channels, Channel, "channels", "Leak(g=10.0)", self
        )
        self.receptors = checked_parts(receptors, Receptor, "receptors", "ExpConductance()", self)
        for name in set(self.receptors) & set(self.channels):
            raise ValidationError(f"{name!r} is a receptor's name already", "channels", self)


class Axial(Parametrized):
    """Conductance between two compartments."""

    g = Param(None, nS, "non-negative", "axial conductance")


class MultiCompartment(Neuron):
    """Neuron of compartments that are coupled by axial conductances.

    Parameters
    ----------
    compartments : mapping of str to Compartment
        Compartments by name. The potential of the first, which triggers spikes, is ``V_m``; that
        of another, such as ``dend``, is ``V_dend``.
    axial : mapping
        Conductances (nS), such as ``{("soma", "dend"): 5.0}``; the parameter is called
        ``g_soma_dend``. All compartments must be connected.
    current_into : str, optional
        Compartment that receives stimulation currents. Default: the first.
    method : str
        "auto" is exact for passive trees with current-based receptors, and else "strang".
        "backward_euler" is of first order, but damps stiff modes at any step size. Default: "auto"
        up to 20 compartments and "strang" above, because exact steps of n compartments need n^2
        values and compile slowly.

    Examples
    --------
    >>> model = MultiCompartment(
    ...     compartments={
    ...         "soma": Compartment(C_m=50.0, channels={"leak": Leak(g=2.0)}),
    ...         "dend": Compartment(C_m=100.0, channels={"leak": Leak(g=4.0)},
    ...                             receptors={"exc": ExpConductance()}),
    ...     },
    ...     axial={("soma", "dend"): 10.0},
    ... )
    """

    V_th = param(0.0, mV, doc="potential whose crossing upwards is a spike")

    equations = ""
    threshold = "V_m >= V_th"
    rearm = "V_m < V_th"

    def __init__(
        self,
        *,
        compartments: Mapping[str, Compartment],
        axial: Mapping[tuple[str, str], Any] | None = None,
        current_into: str | None = None,
        method: Any = None,
        **values: Any,
    ) -> None:
        kinds = "compartments", "Compartment(C_m=100.0)"
        self.compartments = checked_parts(compartments, Compartment, *kinds, self)
        if not self.compartments:
            raise ValidationError("must have at least one", "compartments", self)
        into = next(iter(self.compartments)) if current_into is None else current_into
        if not isinstance(into, str) or into not in self.compartments:
            raise unknown_name(into, self.compartments, "current_into", self)
        self.current_into = into
        self.axial = self._checked_axial({} if axial is None else axial)
        self.voltages = {name: f"V_{name}" for name in self.compartments}
        self.voltages[next(iter(self.compartments))] = "V_m"
        self.joint = tuple(self.voltages.values())
        self.initial = {v: f"V_init_{name}" for name, v in self.voltages.items()} | self.initial
        self.equations = f"{self._membranes()}\n{type(self).equations}"
        if method is None and len(self.compartments) > EXACT:
            method = "strang"
        super().__init__(receptors={}, method=method, **values)
        for name, compartment in self.compartments.items():
            self.channels |= {f"{k}_{name}": c for k, c in compartment.channels.items()}
            self.receptors |= {f"{k}_{name}": r for k, r in compartment.receptors.items()}

    @property
    def sites(self) -> tuple[Site, ...]:
        """One membrane for each compartment."""
        return tuple(
            Site(
                {f"{k}_{name}": c for k, c in compartment.channels.items()},
                {f"{k}_{name}": r for k, r in compartment.receptors.items()},
                name, self.voltages[name],
            )
            for name, compartment in self.compartments.items()
        )  # fmt: skip

    @property
    def parts(self) -> dict[str, Parametrized]:
        """Compartments, axial conductances, channels and receptors."""
        axial = {f"{a}_{b}": part for (a, b), part in self.axial.items()}
        return {**self.compartments, **axial, **super().parts}

    def _checked_axial(self, given: Any) -> dict[tuple[str, str], Axial]:
        if not isinstance(given, Mapping):
            raise ValidationError(
                f"must map pairs of names to conductances, got {given!r}", "axial", self
            )
        joined = {next(iter(self.compartments))}
        for pair in given:
            names = isinstance(pair, tuple) and all(isinstance(name, str) for name in pair)
            if not names or len(pair) != 2 or len(set(pair)) < 2:
                raise ValidationError(f"{pair!r} must be a pair of two names", "axial", self)
            for name in pair:
                if name not in self.compartments:
                    raise unknown_name(name, self.compartments, "axial", self)
            if (pair[1], pair[0]) in given:
                raise ValidationError(f"{pair!r} is given in both orders", "axial", self)
        for _ in given:
            joined |= {name for pair in given if set(pair) & joined for name in pair}
        for name in self.compartments:
            if name not in joined:
                raise ValidationError(f"{name!r} is joined to nothing", "axial", self)
        return {pair: Axial(g=value) for pair, value in given.items()}

    def _membranes(self) -> str:
        """Equations of all membrane potentials."""
        lines = []
        for name, own in self.voltages.items():
            terms = [f"I_ion_{name}", f"I_syn_{name}", f"I_e_{name}"]
            terms += ["I_in"] if name == self.current_into else []
            for a, b in self.axial:
                if name in (a, b):
                    other = self.voltages[b if name == a else a]
                    terms.append(f"g_{a}_{b} * ({other} - {own})")
            lines.append(f"d{own}/dt = ({' + '.join(terms)}) / C_m_{name} : mV")
        return "\n".join(lines)
