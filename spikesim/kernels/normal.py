"""Normal random numbers by inversion of the normal distribution function.

Algorithm AS 241, PPND16 (Wichura 1988, Applied Statistics 37:477): accurate to about 1e-16. One
uniform number gives one normal number, several times faster than the Box-Muller method.
"""

from __future__ import annotations

import math

import numpy as np

from spikesim import rng
from spikesim.jit import kernel

_S12 = np.uint64(12)
_TO_OPEN_UNIT = 2.0**-52

# Coefficients of the ratios of polynomials, highest power first: centre, tail, far tail.
_ABOVE = np.array(
    [
        [
            2509.0809287301226727,
            33430.575583588128105,
            67265.770927008700853,
            45921.953931549871457,
            13731.693765509461125,
            1971.5909503065514427,
            133.14166789178437745,
            3.3871328727963666080,
        ],
        [
            7.74545014278341407640e-4,
            2.27238449892691845833e-2,
            2.41780725177450611770e-1,
            1.27045825245236838258,
            3.64784832476320460504,
            5.76949722146069140550,
            4.63033784615654529590,
            1.42343711074968357734,
        ],
        [
            2.01033439929228813265e-7,
            2.71155556874348757815e-5,
            1.24266094738807843860e-3,
            2.65321895265761230930e-2,
            2.96560571828504891230e-1,
            1.78482653991729133580,
            5.46378491116411436990,
            6.65790464350110377720,
        ],
    ]
)
_BELOW = np.array(
    [
        [
            5226.4952788528545610,
            28729.085735721942674,
            39307.895800092710610,
            21213.794301586595867,
            5394.1960214247511077,
            687.18700749205790830,
            42.313330701600911252,
            1.0,
        ],
        [
            1.05075007164441684324e-9,
            5.47593808499534494600e-4,
            1.51986665636164571966e-2,
            1.48103976427480074590e-1,
            6.89767334985100004550e-1,
            1.67638483018380384940,
            2.05319162663775882187,
            1.0,
        ],
        [
            2.04426310338993978564e-15,
            1.42151175831644588870e-7,
            1.84631831751005468180e-5,
            7.86869131145613259100e-4,
            1.48753612908506148525e-2,
            1.36929880922735805310e-1,
            5.99832206555887937690e-1,
            1.0,
        ],
    ]
)
_CENTRE, _TAIL, _FAR_TAIL = 0, 1, 2


@kernel
def quantile(p):
    """Quantile function of the standard normal distribution, 0 < p < 1."""
    q = p - 0.5
    part, r = _CENTRE, 0.180625 - q * q
    if abs(q) > 0.425:
        root = math.sqrt(-math.log(min(p, 1.0 - p)))
        part, r = _TAIL, root - 1.6
        if root > 5.0:
            part, r = _FAR_TAIL, root - 5.0
    above, below = _ABOVE[part, 0], _BELOW[part, 0]
    for i in range(1, 8):
        above = above * r + _ABOVE[part, i]
        below = below * r + _BELOW[part, i]
    z = above / below
    return q * z if part == _CENTRE else math.copysign(z, q)


@kernel(inline=True)
def standard_normal(subkey, index):
    """Draw a standard normal number; its largest possible magnitude is about 8.2."""
    return quantile((float(rng.draw(subkey, index) >> _S12) + 0.5) * _TO_OPEN_UNIT)


@kernel
def normals(key, step, first, out):
    """Fill `out` with standard normal numbers of a step, for entities from `first` on."""
    subkey = rng.subkey(key, step)
    for i in range(out.size):
        out[i] = standard_normal(subkey, first + i)
