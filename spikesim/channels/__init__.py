"""Ion channels and calcium pools, one model per file."""

from spikesim.channels.base import Channel
from spikesim.channels.cal import CaL
from spikesim.channels.calcium_pool import CalciumPool
from spikesim.channels.cat import CaT
from spikesim.channels.h import H
from spikesim.channels.k import K
from spikesim.channels.ka import KA
from spikesim.channels.kca import KCa
from spikesim.channels.kdr import Kdr
from spikesim.channels.km import KM
from spikesim.channels.leak import Leak
from spikesim.channels.na import Na
from spikesim.channels.naf import NaF

__all__ = [
    "KA", "KM", "CaL", "CaT", "CalciumPool", "Channel", "H", "K", "KCa", "Kdr", "Leak", "Na", "NaF",
]  # fmt: skip
