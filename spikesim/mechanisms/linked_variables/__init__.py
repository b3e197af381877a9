"""Linked variables: variables without equations, which take the values of others."""

from spikesim.mechanisms.linked_variables.declaration import Link

__all__ = ["Link"]
