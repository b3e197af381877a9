"""Made-up measurements."""


def row(**changes):
    """A row of spikesim on CUBA, with changes."""
    return {
        "simulator": "spikesim", "version": "1", "workload": "cuba", "cache": "warm", "cpu": "a",
        "precision": "mixed", "threads": 1, "round": 1, "point": {}, "rates": {"exc": 5.0},
        "n_neurons": 4000, "n_synapses": 320_000, "n_events": 2_000_000, "dt_ms": 0.1,
        "biological_s": 1.0, "sim_s": 1.0, "sim_cpu_s": 1.0, "idle_cpu_s": 0.0,
        "process_s": 3.0, "process_cpu_s": 3.0, "build_s": 0.5, "compile_s": 0.5,
        "peak_rss_mb": 100.0, "bytes_per_synapse": 8.0,
    } | changes  # fmt: skip


def scaling_row(neurons, in_degree, nanoseconds, **changes):
    """A row of a network that grows, with what an event costs in it."""
    n_synapses = neurons * in_degree
    return row(
        workload="scaling", point={"neurons": neurons, "in_degree": in_degree},
        n_synapses=n_synapses, n_events=10 * n_synapses, idle_cpu_s=0.5,
        sim_cpu_s=0.5 + 1e-8 * n_synapses * nanoseconds, **changes,
    )  # fmt: skip
