"""Linked variables: variables without an equation that copy another variable in every step."""

from spikesim.mechanisms.linked_variables.declaration import Link

__all__ = ["Link"]
