"""``python -m spikesim``: the command line."""

from spikesim.cli import app

app(prog_name="spikesim")
