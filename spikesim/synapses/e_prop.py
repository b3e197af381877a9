"""e-prop: eligibility by the spikes that came in, times a learning signal that the user provides.

    de_bar/dt = psi(V) * z_bar - e_bar / tau_out,  dw/dt = -eta * L * e_bar
    psi(V) = gamma / (V_th - E_L) * max(0, 1 - abs(V - V_th) / (V_th - E_L))

with w limited to w_min ... w_max. z_bar are the presynaptic spikes, low-passed with tau_m: the
potential by a spike of weight 1 mV that arrives through `Delta`. psi is the pseudo-derivative: how
the rate of spikes depends on the potential V, the ``V_m`` of the neuron. e_bar is the eligibility,
low-passed with the time constant of the readout. The rule descends the gradient of E, the integral
of L^2 / 2 if L is low-passed with tau_out; the effects of resets and of connections among the
neurons are left out. With the authors' time steps of 1 ms, gamma is theirs. Source: Bellec et al.
2020, Nature Communications 11:3625. eta and the bounds are chosen by us.

The learning signal L is a variable ``L`` of the postsynaptic neuron without a unit, positive if it
should fire less. You declare it in the neuron. It can have an equation, as in the example, or be
``L : 1 (linked)`` and follow a variable of a readout neuron by `Network.link`. Spikes that report
errors, with signed weights, can change it through `Jump`. In the example a neuron learns to fire
when its teacher does: L is the difference of their spikes, low-passed.

    import numpy as np
    import spikesim as sim
    from spikesim.units import ms, one, param

    class Taught(sim.LIF):
        tau_out = param(20.0, ms, "positive", "time constant of the learning signal")
        equations = '''
            dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_in + I_e) / C_m : mV
            dL/dt = -L / tau_out : 1
        '''
        reset = {"V_m": "V_reset", "L": "L + 1"}

    starts = 500.0 * np.arange(25)
    rng = np.random.default_rng(1)
    times = rng.uniform(10.0, 400.0, (200, 8)).round(1)
    pattern = [np.add.outer(starts, own).ravel() for own in times]

    net = sim.Network(seed=1)
    inputs = net.population("inputs", 200, sim.SpikeSource(pattern))
    wanted = np.add.outer(starts, [100.0, 180.0, 300.0]).ravel()
    teacher = net.population("teacher", 1, sim.SpikeSource([wanted]))
    receptors = {"syn": sim.Delta(), "error": sim.Jump("L", one)}
    cell = net.population("cell", 1, Taught(receptors=receptors))
    net.project(teacher, cell, sim.OneToOne(), weight=-1.0, delay=0.1, receptor="error")
    net.project(
        inputs, cell, sim.AllToAll(), weight=sim.Normal(0.5, 0.3), delay=0.1, receptor="syn",
        plasticity=sim.EProp(eta=0.05), delay_is="axonal",
    )

    error = net.record(cell, "L", every=1.0)
    net.run(12_500.0)
    loss = (error.result().values[1:] ** 2).reshape(25, 500).mean(axis=1)
    assert loss[-5:].mean() < 0.2 * loss[0]
"""

from spikesim.errors import ValidationError
from spikesim.synapses.rule import PlasticityRule
from spikesim.units import Unit, ms, mV, one, param


class EProp(PlasticityRule):
    """Learning by e-prop in LIF neurons; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_m = param(10.0, ms, "positive", "membrane time constant of the neuron")
    V_th = param(-55.0, mV, doc="threshold of the neuron")
    E_L = param(-70.0, mV, doc="resting potential of the neuron")
    gamma = param(0.3, Unit("1/ms"), "non-negative", "largest psi, times V_th - E_L")
    tau_out = param(20.0, ms, "positive", "time constant of the readout")
    eta = param(1e-2, Unit("mV/ms"), "non-negative", "learning rate")
    w_min = param(-10.0, one, doc="lower bound of the weight")
    w_max = param(10.0, one, "positive", "upper bound of the weight")

    equations = """
        dz_bar/dt = -z_bar / tau_m : 1
        scale = V_th - E_L : mV
        psi = gamma / scale * max(0, 1 - abs(V_m_post - V_th) / scale) : 1/mV/ms
        de_bar/dt = psi * z_bar - e_bar / tau_out : 1/mV
        dw/dt = -eta * L_post * e_bar : 1
    """
    on_pre = "z_bar += 1"

    def check(self) -> None:
        super().check()
        if self.V_th <= self.E_L:
            raise ValidationError(f"must be below V_th = {self.V_th}, got {self.E_L}", "E_L", self)
