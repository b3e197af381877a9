"""Tsodyks-Markram short-term plasticity: depression and facilitation, as a mean over sites.

    between spikes:  dx/dt = (1 - x) / tau_rec,  du/dt = -u / tau_facil
    at a spike:      u <- u + U (1 - u);  what arrives is weight * u * x;  x <- x (1 - u)

x is the fraction of available resources, u the fraction of them that a spike releases; at rest
x = 1 and u = 0, so that the first spike releases U. Without facilitation (tau_facil = 0) u is U at
each spike. Tsodyks & Markram 1997 (PNAS 94:719), Tsodyks, Pawelzik & Markram 1998 (Neural Comput.
10:821); released resources are inactivated at once, because the receptor has its own time course.

A weight is the absolute efficacy A: the response if a spike released all resources. So the response
to the first spike is ``U * weight``, as with NEST's ``tsodyks2_synapse``.
"""

from spikesim.synapses.release import Release


class TsodyksMarkram(Release):
    """Deterministic short-term plasticity: each spike transmits ``weight * u * x``.

    The defaults are for a depressing synapse between pyramidal cells. ``U=0.03, tau_rec=130.0,
    tau_facil=530.0`` is a facilitating synapse from a pyramidal cell to an interneuron.
    """
