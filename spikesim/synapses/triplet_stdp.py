"""Triplet STDP: two traces of each neuron, so that changes depend on the frequency.

    on a presynaptic spike:   w -= w_ref * o_1 * (A2_minus + A3_minus * r_2)
    on a postsynaptic spike:  w += w_ref * r_1 * (A2_plus + A3_plus * o_2)

limited to w_min ... w_max. r_1 and r_2 are traces of presynaptic spikes with tau_plus and tau_x;
o_1 and o_2 are traces of postsynaptic spikes with tau_minus and tau_y. A spike reads the traces of
its own neuron without itself. In the paper the amplitudes are changes relative to the weight at the
start, which is `w_ref` here; with the default of 1 they are steps in the unit of the weight. The
paper has no bounds; w_max is chosen by us. `TripletSTDP.fitted` has the paper's eight sets of
parameters; the defaults are the full all-to-all model of visual cortex. Source: Pfister & Gerstner
2006, J. Neurosci. 26:9673.
"""

from __future__ import annotations

from typing import Any

from spikesim.errors import check_known
from spikesim.synapses.rule import PlasticityRule
from spikesim.units import check_flag, ms, one, param

ALL, NEAREST = "all-to-all", "nearest-symmetric"
NAMES = ("A2_plus", "A3_plus", "A2_minus", "A3_minus", "tau_x", "tau_y")
FITS = {  # minimal models do without tau_x
    ("visual cortex", ALL, False): (5e-10, 6.2e-3, 7.0e-3, 2.3e-4, 101.0, 125.0),
    ("visual cortex", ALL, True): (0.0, 6.5e-3, 7.1e-3, 0.0, 101.0, 114.0),
    ("visual cortex", NEAREST, False): (8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, 714.0, 40.0),
    ("visual cortex", NEAREST, True): (0.0, 5.0e-2, 8.0e-3, 0.0, 714.0, 40.0),
    ("hippocampus", ALL, False): (6.1e-3, 6.7e-3, 1.6e-3, 1.4e-3, 946.0, 27.0),
    ("hippocampus", ALL, True): (5.3e-3, 8.0e-3, 3.5e-3, 0.0, 946.0, 40.0),
    ("hippocampus", NEAREST, False): (4.6e-3, 9.1e-3, 3.0e-3, 7.5e-9, 575.0, 47.0),
    ("hippocampus", NEAREST, True): (4.6e-3, 9.1e-3, 3.0e-3, 0.0, 575.0, 48.0),
}


class TripletSTDP(PlasticityRule):
    """Triplet STDP of Pfister & Gerstner; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_plus = param(16.8, ms, "positive", "time constant of r_1")
    tau_x = param(101.0, ms, "positive", "time constant of r_2")
    tau_minus = param(33.7, ms, "positive", "time constant of o_1")
    tau_y = param(125.0, ms, "positive", "time constant of o_2")
    A2_plus = param(5e-10, one, "non-negative", "potentiation by pairs")
    A3_plus = param(6.2e-3, one, "non-negative", "potentiation by triplets")
    A2_minus = param(7.0e-3, one, "non-negative", "depression by pairs")
    A3_minus = param(2.3e-4, one, "non-negative", "depression by triplets")
    w_ref = param(1.0, one, "positive", "weight to which the amplitudes are relative")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(2.0, one, "positive", "upper bound of the weight")

    equations = """
        dr_1/dt = -r_1 / tau_plus  : 1
        dr_2/dt = -r_2 / tau_x     : 1
        do_1/dt = -o_1 / tau_minus : 1
        do_2/dt = -o_2 / tau_y     : 1
    """
    on_pre = """
        w = max(w_min, w - w_ref * o_1 * (A2_minus + A3_minus * r_2))
        r_1 += 1
        r_2 += 1
    """
    on_post = """
        w = min(w_max, w + w_ref * r_1 * (A2_plus + A3_plus * o_2))
        o_1 += 1
        o_2 += 1
    """

    @classmethod
    def fitted(
        cls, region: str, *, pairing: str = ALL, minimal: bool = False, **values: Any
    ) -> TripletSTDP:
        """Return the rule with parameters that the paper fitted to data.

        Parameters
        ----------
        region : {"visual cortex", "hippocampus"}
            Data of Sjostrom et al. 2001, or of Wang et al. 2005.
        pairing : {"all-to-all", "nearest-symmetric"}
            Which spikes form pairs and triplets.
        minimal : bool
            Whether to take the model with fewer parameters.
        **values
            Other parameters, or other values.

        Returns
        -------
        TripletSTDP
            The rule.

        Examples
        --------
        >>> rule = TripletSTDP.fitted("visual cortex", minimal=True, w_ref=0.5)
        >>> rule.A3_plus
        0.0065
        """
        regions, pairings = (dict.fromkeys(names) for names in list(zip(*FITS, strict=True))[:2])
        for attribute, given, known in (
            ("region", region, regions), ("pairing", pairing, pairings),
        ):  # fmt: skip
            check_known(given, known, attribute, cls.__name__)
        few = check_flag(minimal, "minimal", cls.__name__)
        fit = dict(zip(NAMES, FITS[region, pairing, few], strict=True))
        return cls(pairing=pairing, **{**fit, **values})
