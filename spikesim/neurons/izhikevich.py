"""Izhikevich neuron.

    dV_m/dt = 0.04 V^2 + 5 V + 140 - U_m + I,   dU_m/dt = a (b V - U_m)

in mV and ms, where I = I_syn + I_e in pA: one pA adds 1 mV/ms, as in NEST. V = min(V_m, V_th), so
that U_m stays finite if V_m diverges within a step. A spike occurs when V_m >= V_th; then V_m = c
and U_m increases by d. Source: Izhikevich 2003, IEEE Trans. Neural Netw. 14:1569. Names and
defaults are those of NEST's izhikevich.

Spike patterns depend on the step size, because V_m is cut off while it diverges. `Izhikevich` uses
fourth-order Runge-Kutta. `IzhikevichHalfSteps` is the published program, which is meant for
dt = 1 ms: two Euler half steps of V_m, and then U_m from the new V_m.
``Izhikevich(method="euler")`` is the scheme of NEST.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import Unit, mV, one, pA, param


class Izhikevich(Neuron):
    """Izhikevich neuron with any receptors."""

    a = param(0.02, Unit("1/ms"), doc="rate of the recovery")
    b = param(0.2, one, doc="how far the recovery follows the potential")
    c = param(-65.0, mV, doc="potential after a spike")
    d = param(8.0, mV, doc="growth of the recovery at a spike")
    V_th = param(30.0, mV, doc="potential at which a spike is counted")
    I_e = param(0.0, pA, doc="constant current")

    equations = """
        drive = (I_syn + I_in + I_e) * (mV / ms / pA) : mV/ms
        V = min(V_m, V_th) : mV
        dV_m/dt = 0.04/mV/ms * V**2 + 5/ms * V + 140*mV/ms - U_m/ms + drive : mV
        dU_m/dt = a * (b * V - U_m) : mV
    """
    threshold = "V_m >= V_th"
    reset = {"V_m": "c", "U_m": "U_m + d"}
    initial = {"V_m": "-65*mV", "U_m": "b * (-65*mV)"}
    method = "rk4"


class IzhikevichHalfSteps(Izhikevich):
    """Izhikevich neuron as in the published program: two Euler half steps of V_m, then U_m."""

    equations = """
        drive = (I_syn + I_in + I_e) * (mV / ms / pA) : mV/ms
        V_m : mV
        U_m : mV
    """

    @staticmethod
    def step(V_m, U_m, drive, a, b, dt):
        """Advance the potential by two half steps, then the recovery variable by one step.

        Parameters
        ----------
        V_m, U_m : float
            Potential and recovery variable at the start of the step (mV).
        drive : float
            Sum of the currents (mV/ms).
        a, b : float
            Parameters of the recovery variable (1/ms and 1).
        dt : float
            Time step (ms).

        Returns
        -------
        V_m, U_m : float
            Values at the end of the step (mV).
        """
        for _half in range(2):
            V_m += 0.5 * dt * (0.04 * V_m * V_m + 5.0 * V_m + 140.0 - U_m + drive)
        U_m += dt * a * (b * V_m - U_m)
        return V_m, U_m
