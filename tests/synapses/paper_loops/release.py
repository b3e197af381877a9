"""Pair STDP and short-term plasticity at one synapse, step by step, written from the papers.

Song, Miller & Abbott 2000 with additive steps; Tsodyks, Pawelzik & Markram 1998, their eqs. 2.1-2.5
for a train of spikes. `eta_U` lets both kinds of spikes change the probability of release, too.
"""

import numpy as np

RULE = {"tau_x": 20.0, "tau_y": 30.0, "a_pre": 0.05, "a_post": 0.04, "w_max": 2.0}


def synapse(pre, post, delay, w, *, axonal, stop, dt, U, tau_rec, tau_facil, eta_U=0.0):
    """Weight, U, and what arrives in each step (shape (stop,)), of spikes in the given steps."""
    p, arrived = RULE, np.zeros(stop + delay + 1)
    late_pre, late_post = (delay, 0) if axonal else (0, delay)
    pre, post = np.asarray(pre), np.asarray(post)
    x = y = u = 0.0  # traces, and utilisation left of the last spikes
    R, last = 1.0, -np.inf  # resources
    for step in range(stop):
        x, y = x * np.exp(-dt / p["tau_x"]), y * np.exp(-dt / p["tau_y"])
        n_pre = np.count_nonzero(pre + late_pre == step)
        n_post = np.count_nonzero(post + late_post == step)
        x_before, y_before, found = x, y, (w, U)  # spikes of one step do not see each other
        for _ in range(n_pre):
            passed = (step - last) * dt
            u = u * np.exp(-passed / tau_facil) if tau_facil else 0.0
            R = 1.0 - (1.0 - R) * np.exp(-passed / tau_rec)
            # A second spike in the step finds the weight and the U of the first, as a change by a
            # spike comes after its transmission; what it uses up follows from U as it is by now.
            arrived[step - late_pre + delay] += found[0] * (u + found[1] * (1.0 - u)) * R
            u += U * (1.0 - u)
            R -= u * R
            last = step
            w = max(0.0, w - p["a_pre"] * y_before)
            U = min(max(U - eta_U * y_before, 0.05), 1.0)
            x += 1.0
        for _ in range(n_post):
            w = min(p["w_max"], w + p["a_post"] * x_before)
            U = min(max(U + eta_U * x_before, 0.05), 1.0)
            y += 1.0
    return w, U, arrived[:stop]
