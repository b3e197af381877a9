"""Atomic writing of files, and safe reading of untrusted files."""

from spikesim.files.paths import checked_path, reason
from spikesim.files.writing import replaced, write_text, written

__all__ = ["checked_path", "reason", "replaced", "write_text", "written"]
