"""The precisions of a network: in which types states and weights are stored."""

from __future__ import annotations

import numpy as np

PRECISIONS = {  # state, stored weights
    "mixed": (np.float64, np.float32),
    "double": (np.float64, np.float64),
    "single": (np.float32, np.float32),
}
