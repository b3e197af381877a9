"""The network that users hold: it gathers the description, builds the plan and runs it."""

from spikesim.network.network import Network

__all__ = ["Network"]
