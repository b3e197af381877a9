"""Where modules generated for this machine are imported from; the files lie in the user's cache."""

from spikesim.jit import cache_dir

__path__ = [str(cache_dir() / "generated")]
