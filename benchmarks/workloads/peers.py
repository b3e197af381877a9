"""What several workloads say to a peer in the same words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def nest_connect(
    nest: Any, pre: Any, post: Any, rule: Mapping[str, Any], synapse: Mapping[str, Any]
) -> int:
    """Connect in NEST, and tell how many synapses that made."""
    before = nest.num_connections
    nest.Connect(pre, post, dict(rule), dict(synapse))
    return int(nest.num_connections - before)


def nest_record(nest: Any, populations: Mapping[str, Any]) -> dict[str, Any]:
    """A spike recorder for each population."""
    recorders = {name: nest.Create("spike_recorder") for name in populations}
    for name, recorder in recorders.items():
        nest.Connect(populations[name], recorder)
    return recorders
