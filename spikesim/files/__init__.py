"""Files that users name: written whole or not at all, and read without being believed."""

from spikesim.files.paths import checked_path, reason
from spikesim.files.writing import replaced, write_text, written

__all__ = ["checked_path", "reason", "replaced", "write_text", "written"]
