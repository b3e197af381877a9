"""The program of Izhikevich 2007 (daspnet.m), statement by statement, in loops for Numba.

`python -m tests.models.daspnet` prints what an hour of it gives, for four networks.
"""

import numba
import numpy as np

N_EXC, N_INH, OUT_DEGREE, W_MAX = 800, 200, 100, 4.0
PAPER, LATE = (1000, 3000), (20_000, 60_000)  # ms, delays of dopamine


def targets_of(seed):
    """Targets of all neurons; neurons 0 and 1 have one synapse, the first one."""
    rng = np.random.default_rng(seed)
    n = N_EXC + N_INH
    exc = rng.integers(0, n, (N_EXC, OUT_DEGREE))
    exc[0] = rng.permutation(np.arange(2, n))[:OUT_DEGREE]
    exc[0, 0] = 1
    return np.vstack([exc, rng.integers(0, N_EXC, (N_INH, OUT_DEGREE))])


@numba.njit
def program(targets, seconds, window, delay, rng):
    """Run it; returns weights, spike counts, and weight and number of rewards each second."""
    n = targets.shape[0]
    s, sd = np.ones((N_EXC, OUT_DEGREE)), np.zeros((N_EXC, OUT_DEGREE))
    s[0, 0] = 0.0
    n_in = np.zeros(n, np.int64)  # synapses of excitatory neurons onto each neuron
    sources = np.zeros((n, N_EXC), np.int64)
    places = np.zeros((n, N_EXC), np.int64)
    for i in range(N_EXC):
        for k in range(OUT_DEGREE):
            j = targets[i, k]
            sources[j, n_in[j]], places[j, n_in[j]] = i, k
            n_in[j] += 1
    v, u = np.full(n, -65.0), np.full(n, -13.0)
    stdp, stdp_before = np.zeros(n), np.zeros(n)
    counts, history = np.zeros(n, np.int64), np.zeros((seconds, 2))
    due = np.zeros(1000 * seconds + delay[1] + 2, np.bool_)
    dopamine, last, rewards = 0.0, -1_000_000, 0
    for t in range(1, 1000 * seconds + 1):
        current = 13.0 * (rng.random(n) - 0.5)
        fired = np.flatnonzero(v >= 30.0)
        for i in fired:
            v[i] = -65.0
            u[i] += 8.0 if i < N_EXC else 2.0
            stdp[i] = 0.1
            counts[i] += 1
        for i in fired:
            for m in range(n_in[i]):
                sd[sources[i, m], places[i, m]] += stdp_before[sources[i, m]]
        for i in fired:
            for k in range(OUT_DEGREE):
                j = targets[i, k]
                if i < N_EXC:
                    current[j] += s[i, k]
                    sd[i, k] -= 1.5 * stdp[j]
                else:
                    current[j] -= 1.0
        for i in range(n):
            for _half in range(2):
                v[i] += 0.5 * ((0.04 * v[i] + 5.0) * v[i] + 140.0 - u[i] + current[i])
            u[i] += (0.02 if i < N_EXC else 0.1) * (0.2 * v[i] - u[i])
            stdp_before[i] = stdp[i]
            stdp[i] *= 0.95
        dopamine *= 0.995
        if t % 10 == 0:
            for i in range(N_EXC):
                for k in range(OUT_DEGREE):
                    s[i, k] = max(0.0, min(W_MAX, s[i, k] + (0.002 + dopamine) * sd[i, k]))
                    sd[i, k] *= 0.99
        if (fired == 0).any():
            last = t
        if (fired == 1).any() and 0 < t - last <= window:
            due[t + rng.integers(delay[0] + 1, delay[1] + 1)] = True
            rewards += 1
        if due[t]:
            dopamine += 0.5
        if t % 1000 == 0:
            history[t // 1000 - 1, 0] = s[0, 0]
            history[t // 1000 - 1, 1] = rewards
    return s, counts, history


def main(seconds=3600):
    """Print the numbers of four networks, and of one whose dopamine is late."""
    for seed, delay in ((1, PAPER), (2, PAPER), (3, PAPER), (4, PAPER), (1, LATE)):
        s, counts, history = program(
            targets_of(seed), seconds, 10, delay, np.random.default_rng((seed, 1))
        )
        others = s.ravel()[1:]
        print(
            f"seed {seed}, delay {delay} ms: weight {history[-seconds // 6 :, 0].mean():.2f}, "
            f"others {others.mean():.2f}, near the bound {(others >= 3.9).mean():.4f}, "
            f"rewards {60 * history[-1, 1] / seconds:.2f} a minute, "
            f"exc {counts[:N_EXC].mean() / seconds:.3f} Hz, "
            f"inh {counts[N_EXC:].mean() / seconds:.3f} Hz",
            flush=True,
        )


if __name__ == "__main__":
    main()
