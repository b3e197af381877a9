"""Spike-driven plasticity: an internal variable that jumps at presynaptic spikes and drifts.

    on a presynaptic spike:   X += a  if V_m > theta_V and theta_up_l < C < theta_up_h
                              X -= b  if V_m <= theta_V and theta_down_l < C < theta_down_h
    on a postsynaptic spike:  C += J_C
    between spikes:           dC/dt = -C / tau_C
                              dX/dt = alpha if X > theta_X, else -beta
    the weight:               w = w_max if X > theta_X, else w_min

X is limited to 0 ... 1 and is a variable of the synapses, 0 at the start; set it for synapses that
are strong then. The weight changes at the presynaptic spikes. V_m is the postsynaptic membrane
potential, and C the calcium of the postsynaptic neuron, which stops learning if the neuron fires
too much or too little. Source: Brader, Senn & Fusi 2007, Neural Comput. 19:2881. All values are
chosen by us.
"""

from spikesim.errors import ValidationError
from spikesim.synapses.rule import PlasticityRule
from spikesim.units import Hz, ms, mV, one, param


class SDSP(PlasticityRule):
    """Spike-driven plasticity of Brader, Senn & Fusi, for synapses with two states."""

    a = param(0.1, one, "non-negative", "jump up")
    b = param(0.1, one, "non-negative", "jump down")
    alpha = param(3.5, Hz, "non-negative", "drift up")
    beta = param(3.5, Hz, "non-negative", "drift down")
    theta_X = param(0.5, one, "positive", "X that parts the two states")
    theta_V = param(-54.0, mV, doc="membrane potential that parts jumps up and down")
    theta_up_l = param(3.0, one, "non-negative", "calcium above which X jumps up")
    theta_up_h = param(13.0, one, "non-negative", "calcium below which X jumps up")
    theta_down_l = param(3.0, one, "non-negative", "calcium above which X jumps down")
    theta_down_h = param(4.0, one, "non-negative", "calcium below which X jumps down")
    J_C = param(1.0, one, "non-negative", "calcium of a postsynaptic spike")
    tau_C = param(60.0, ms, "positive", "time constant of calcium")
    w_min = param(0.0, one, doc="weight of the weak state")
    w_max = param(1.0, one, "positive", "weight of the strong state")

    equations = """
        dC/dt = -C / tau_C : 1
        rise = alpha if X < 1 else 0*Hz : Hz
        fall = beta if X > 0 else 0*Hz : Hz
        dX/dt = rise if X > theta_X else -fall : 1
        up = V_m_post > theta_V and C > theta_up_l and C < theta_up_h : boolean
        down = V_m_post <= theta_V and C > theta_down_l and C < theta_down_h : boolean
    """
    on_pre = """
        X = clip(X, 0, 1)
        X = clip(X + (a if up else 0) - (b if down else 0), 0, 1)
        w = w_max if X > theta_X else w_min
    """
    on_post = "C += J_C"

    def check(self) -> None:
        super().check()
        if self.theta_X >= 1:
            raise ValidationError(f"must be below 1, got {self.theta_X}", "theta_X", self)
        for name in ("up", "down"):
            low, high = getattr(self, f"theta_{name}_l"), getattr(self, f"theta_{name}_h")
            if low >= high:
                raise ValidationError(
                    f"must be above theta_{name}_l = {low}, got {high}", f"theta_{name}_h", self
                )
