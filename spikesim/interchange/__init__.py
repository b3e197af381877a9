"""Save and load results: `.npz` and CSV files, and recordings of NEST."""

from spikesim.interchange.delimited import load_csv, save_csv
from spikesim.interchange.nest import load_nest
from spikesim.interchange.results import load, save
from spikesim.interchange.spikes import load_populations, load_spikes

__all__ = [
    "load",
    "load_csv",
    "load_nest",
    "load_populations",
    "load_spikes",
    "save",
    "save_csv",
]
