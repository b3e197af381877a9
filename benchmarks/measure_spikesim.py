"""One measurement of spikesim."""

from __future__ import annotations

from types import ModuleType

from benchmarks.measure import Row, Watch, count, peak_rss_mb


def measure(workload: ModuleType, name: str, seconds: float, precision: str) -> Row:
    """Build, run one step to load the kernels, and run the rest."""
    watch = Watch()
    import spikesim as sim

    row = Row("spikesim", sim.__version__, name, precision, biological_s=seconds)
    net = sim.Network(dt=workload.DT, seed=1, precision=precision)
    told = workload.spikesim(sim, net, seconds)
    net.build()
    row.build_s, _ = watch.read()
    net.run(workload.DT)
    row.compile_s, _ = watch.read()
    net.run(seconds * 1000.0 - workload.DT)
    row.sim_s, row.sim_cpu_s = watch.read()
    row.peak_rss_mb = peak_rss_mb()
    n_spikes = {name: int(recorder.counts().sum()) for name, recorder in told.spikes.items()}
    count(row, told, n_spikes, [p.weight.size for _, p in told.projections])
    return row
