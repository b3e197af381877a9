"""Mechanisms: the components of a simulation step, such as synapses and inputs.

Each mechanism is a folder with up to three files: `declaration` (the classes that users
instantiate), `plan` (builds a part of the network from them, with its interface to other
mechanisms, checkpoints and users) and `kernels`. A new mechanism is a folder, a line in
`MECHANISMS`, and its public name in `spikesim/__init__.py`. Mechanisms never import each other;
one that builds on another finds the other's part by name.
"""

from spikesim.mechanisms.gap_junctions.plan import GAP_JUNCTIONS
from spikesim.mechanisms.linked_variables.plan import LINKED_VARIABLES
from spikesim.mechanisms.miniatures.plan import MINIATURES
from spikesim.mechanisms.modulators.plan import MODULATORS
from spikesim.mechanisms.noise_current.plan import NOISE_CURRENT
from spikesim.mechanisms.plastic_synapses.plan import PLASTIC_SYNAPSES
from spikesim.mechanisms.poisson_drive.plan import POISSON_DRIVE
from spikesim.mechanisms.release.plan import RELEASE
from spikesim.mechanisms.static_synapses.plan import STATIC_SYNAPSES
from spikesim.mechanisms.step_current.plan import STEP_CURRENT

MECHANISMS = (
    MODULATORS, STEP_CURRENT, POISSON_DRIVE, MINIATURES, STATIC_SYNAPSES, RELEASE, PLASTIC_SYNAPSES,
    NOISE_CURRENT, GAP_JUNCTIONS, LINKED_VARIABLES,
)  # fmt: skip
"""All mechanisms, in the order in which they are planned and, within a stage of a step, called.

This order is also the order of summation into the ring buffer and the input currents. Later
mechanisms build on earlier ones: release on static synapses, plastic synapses on modulators.
"""
