"""Plot of recorded variables over time, with spikes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from spikesim.analysis.checks import result_of
from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.analysis.traces import Traces
from spikesim.calls import public
from spikesim.description.recorders import Recorder, SpikeRecorder
from spikesim.errors import ValidationError
from spikesim.plot.style import OKABE_ITO, canvas, colour


@public
def traces(
    traces: Traces | Recorder,
    ax: Axes | None = None,
    *,
    spikes: SpikeTrains | SpikeRecorder | None = None,
) -> Axes:
    """Plot each neuron's variable over time, with its spikes as a row of ticks above.

    Parameters
    ----------
    traces : Traces or recorder
        Recorded samples.
    ax : Axes, optional
        Axes to draw into. Default: those of a new figure.
    spikes : SpikeTrains or spike recorder, optional
        Spikes of the same population; neurons are matched by id.

    Returns
    -------
    Axes

    Raises
    ------
    ValidationError
        If a neuron of `traces` is not in `spikes`.
    """
    traces, spikes = result_of(traces), result_of(spikes)
    if not isinstance(traces, Traces):
        raise ValidationError(f"must be Traces, got {type(traces).__name__}", "traces", "traces")
    if spikes is not None and not isinstance(spikes, SpikeTrains):
        raise ValidationError(
            f"must be SpikeTrains, got {type(spikes).__name__}", "spikes", "traces"
        )
    if spikes is not None and len(traces) and traces.ids.max() >= spikes.n:
        raise ValidationError(
            f"has {spikes.n} neurons, but neuron {traces.ids.max()} was recorded",
            "spikes",
            "traces",
        )
    with canvas(ax, (8.0, 3.6)) as ax:
        named = len(traces) <= len(OKABE_ITO)
        for k, neuron in enumerate(traces.ids):
            ax.plot(
                traces.times, traces.values[:, k], color=colour(k), lw=1.1,
                alpha=1.0 if named else 0.6, label=str(neuron),
            )  # fmt: skip
        if spikes is not None and len(traces.times):
            _draw_ticks(ax, traces, spikes)
        ax.set_xlabel("time (ms)")
        ax.set_ylabel(f"{traces.variable} ({traces.unit})")
        if len(traces.times) > 1:
            ax.set_xlim(traces.times[0], traces.times[-1])
        if named and len(traces) > 1:
            of = "synapse" if traces.variable == "weight" else "neuron"
            ax.legend(
                title=f"{traces.name} {of}".strip(), loc="center left", bbox_to_anchor=(1, 0.5)
            )
    return ax


def _draw_ticks(ax: Axes, traces: Traces, spikes: SpikeTrains) -> None:
    """Draw a row of ticks for each neuron, above all traces."""
    finite = traces.values[np.isfinite(traces.values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    row = 0.08 * ((high - low) or 1.0)
    start, stop = traces.times[0], traces.times[-1]
    for k, neuron in enumerate(traces.ids):
        times = spikes.train(int(neuron))
        times = times[(times >= start) & (times <= stop)]
        base = high + row * (0.6 + len(traces) - 1 - k)
        ax.vlines(times, base, base + 0.8 * row, color=colour(k), lw=1.2)
