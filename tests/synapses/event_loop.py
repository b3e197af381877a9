"""One plastic synapse as a plain event loop over lists of spikes: no traces and no kernels."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


class Spikes:
    """Spikes of one side that the synapse has seen: their steps, and how many each step had."""

    def __init__(self, room, tau):
        self.steps, self.counts = np.zeros(room), np.zeros(room)
        self.n, self.tau = 0, tau

    def add(self, step, count):
        self.steps[self.n], self.counts[self.n] = step, count
        self.n += 1

    @property
    def last(self):
        return self.steps[self.n - 1]

    def total(self, t, first=0):
        """The sum of the exponentials of all spikes from the `first` on."""
        since = t - self.steps[first : self.n]
        return float((self.counts[first : self.n] * np.exp(-since / self.tau)).sum())

    def nearest(self, t):
        """The exponential of the last spike."""
        return float(np.exp(-(t - self.last) / self.tau))


@dataclass
class Synapse:
    """A synapse that sees of each spike the sum over earlier ones that its definition demands.

    Times are in steps. The sums run over the spikes that form pairs under `pairing`, as Morrison,
    Diesmann & Gerstner 2008 define them.
    """

    weight: float
    on_pre: Callable[..., float]  # (w, x, y), and the concentration if any, to the new weight
    on_post: Callable[..., float]
    tau_plus: float
    tau_minus: float
    pairing: str
    coincidence: str
    learning: Callable[[int], bool] = lambda step: True
    concentration: np.ndarray | None = None  # of a modulator at the end of each step, from time 0
    paired: int = 0  # how many presynaptic spikes are used up (presynaptic-centred)
    transmitted: list[tuple[int, float]] = field(default_factory=list)

    def run(self, pre, post, delay, *, axonal, stop):
        """Live through presynaptic spikes `pre` and postsynaptic ones `post`, up to step `stop`."""
        arriving = Counter(int(t) + (delay if axonal else 0) for t in pre)
        returning = {int(t) + (0 if axonal else delay) for t in post}
        self.pre = Spikes(len(pre), self.tau_plus)
        self.post = Spikes(len(post), self.tau_minus)
        for t in sorted({*arriving, *returning}):
            if t <= stop:
                self._step(t, arriving.get(t, 0), t in returning)
        return self.weight

    def _step(self, t, n_pre, is_post):
        self.transmitted += [(t, self.weight)] * n_pre
        own_x, own_y = self._own(self.pre, t), self._own(self.post, t)
        events = [
            (self._pre_event, n_pre, self.pre, own_x),
            (self._post_event, is_post, self.post, own_y),
        ]
        if self.coincidence == "post-first":
            events.reverse()
        for event, count, spikes, own in events:
            if count:
                event(t, count, own)
                if self.coincidence != "none":
                    spikes.add(t, count)
        if self.coincidence == "none":
            for _, count, spikes, _ in events:
                if count:
                    spikes.add(t, count)

    def _own(self, spikes, t):
        """The trace of a neuron's own earlier spikes."""
        if not spikes.n:
            return 0.0
        return spikes.total(t) if self.pairing == "all-to-all" else spikes.nearest(t)

    def _pre_event(self, t, count, x):
        y = self._y(t)
        if self.learning(t):
            for _ in range(count):
                self.weight = self.on_pre(self.weight, x, y, *self._levels(t))

    def _post_event(self, t, count, y):
        x = self._x(t)
        if self.learning(t):
            self.weight = self.on_post(self.weight, x, y, *self._levels(t))

    def _levels(self, t):
        return () if self.concentration is None else (self.concentration[t],)

    def _y(self, t):
        """What a presynaptic spike at t sees of the postsynaptic ones."""
        if not self.post.n:
            return 0.0
        if self.pairing == "all-to-all":
            return self.post.total(t)
        if self.pairing == "nearest-reduced-symmetric" and self._last("pre") > self._last("post"):
            return 0.0
        return self.post.nearest(t)

    def _x(self, t):
        """What a postsynaptic spike at t sees of the presynaptic ones."""
        if not self.pre.n:
            return 0.0
        if self.pairing == "all-to-all":
            return self.pre.total(t)
        if self.pairing == "nearest-presynaptic-centred":
            first, self.paired = self.paired, self.pre.n
            return self.pre.total(t, first)
        if self.pairing == "nearest-reduced-symmetric" and self._last("post") > self._last("pre"):
            return 0.0
        return self.pre.nearest(t)

    def _last(self, side):
        """When the last spike of one side was; of two that coincide the second is the later."""
        spikes = self.pre if side == "pre" else self.post
        if not spikes.n:
            return -1.0
        return spikes.last + (0.5 if self.coincidence not in ("none", f"{side}-first") else 0.0)
