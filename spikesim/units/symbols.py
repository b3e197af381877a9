"""Parse unit symbols into a power of ten and a dimension."""

from __future__ import annotations

import ast
import keyword
import re
from fractions import Fraction

from spikesim.errors import ValidationError, nearest

Dimension = tuple[Fraction, ...]  # exponents of ms, mV, pF, um, amol, K
BASE = ("ms", "mV", "pF", "um", "amol", "K")
PLAIN: Dimension = (Fraction(0),) * len(BASE)

_PREFIXES = {
    "a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "": 0, "k": 3, "M": 6, "G": 9
}  # fmt: skip
# Symbol and name of each unit, its power of ten relative to the base units, and its dimension.
_UNITS = {
    "s second": (3, (1, 0, 0, 0, 0, 0)),
    "V volt": (3, (0, 1, 0, 0, 0, 0)),
    "F farad": (12, (0, 0, 1, 0, 0, 0)),
    "A amp ampere": (12, (-1, 1, 1, 0, 0, 0)),
    "S siemens": (9, (-1, 0, 1, 0, 0, 0)),
    "ohm": (-9, (1, 0, -1, 0, 0, 0)),
    "C coulomb": (15, (0, 1, 1, 0, 0, 0)),
    "Hz hertz": (-3, (-1, 0, 0, 0, 0, 0)),
    "m metre meter": (6, (0, 0, 0, 1, 0, 0)),
    "L liter litre": (15, (0, 0, 0, 3, 0, 0)),
    "mol mole": (18, (0, 0, 0, 0, 1, 0)),
    "M molar": (3, (0, 0, 0, -3, 1, 0)),
    "K kelvin": (0, (0, 0, 0, 0, 0, 1)),
}
_KNOWN = {
    prefix + name: (power + ten, tuple(map(Fraction, dimension)))
    for names, (ten, dimension) in _UNITS.items()
    for name in names.split()
    for prefix, power in _PREFIXES.items()
}
_KNOWN |= {  # names that could also be read as a prefix and a unit
    name: (ten, tuple(map(Fraction, dimension)))
    for names, (ten, dimension) in _UNITS.items()
    for name in names.split()
}
_COMMON = (
    "1", "mV", "ms", "pA", "nS", "pF", "mV/ms", "1/ms", "pA/ms", "nS/ms", "um", "mM", "mM/ms",
    "um2", "mV/pA", "1/mV", "1/mV/ms", "pF/um2", "nS/um2", "pA/um2", "fC", "K", "1/pF", "um3",
    "ms**0.5", "1/ms**0.5", "mV/ms**0.5", "pA/ms**0.5",
)  # fmt: skip


def power_of_ten(exponent: Fraction) -> float:
    """Ten to a power, exact if it is representable."""
    return float(10.0 ** (int(exponent) if exponent.denominator == 1 else float(exponent)))


def read_unit(text: str) -> tuple[Fraction, Dimension]:
    """Parse products, quotients and powers of unit symbols into power of ten and dimension."""
    spelled = re.sub(r"\b([A-Za-z]+)(\d)\b", r"\1**\2", str(text).replace("^", "**"))
    try:
        return _unit_of(ast.parse(spelled.strip(), mode="eval").body)
    except (SyntaxError, LookupError, TypeError, ValueError):
        unknown = [word for word in re.findall(r"[A-Za-z_]\w*", spelled) if word not in _KNOWN]
        hint = nearest(unknown[0], _KNOWN) if unknown else ""
        raise ValidationError(
            f"{text!r} is no unit{hint}; units are products, quotients and powers of symbols such "
            "as ms, mV, pA, nS, pF, Hz, um, mM, uS/cm2, or 1 for plain numbers"
        ) from None


def _unit_of(tree: ast.expr) -> tuple[Fraction, Dimension]:
    if isinstance(tree, ast.Constant) and tree.value == 1 and tree.value is not True:
        return Fraction(0), PLAIN
    if isinstance(tree, ast.Name):
        ten, dimension = _KNOWN[tree.id]
        return Fraction(ten), dimension
    if not isinstance(tree, ast.BinOp):
        raise TypeError
    left = _unit_of(tree.left)
    if isinstance(tree.op, ast.Pow):
        power = as_fraction(ast.literal_eval(tree.right))
        return left[0] * power, raised(left[1], power)
    right = _unit_of(tree.right)
    sign = {ast.Mult: 1, ast.Div: -1}[type(tree.op)]
    return left[0] + sign * right[0], combined(left[1], right[1], sign)


def as_fraction(power: float) -> Fraction:
    """Exponent of a unit as a fraction: 0.3 becomes 3/10."""
    return Fraction(power).limit_denominator(1000)


def combined(a: Dimension, b: Dimension, sign: int) -> Dimension:
    """Dimension of a product (`sign` 1) or quotient (`sign` -1)."""
    return tuple(x + sign * y for x, y in zip(a, b, strict=True))


def raised(a: Dimension, power: Fraction) -> Dimension:
    """Dimension of a power."""
    return tuple(x * power for x in a)


def symbol_of(dimension: Dimension) -> str:
    """Symbol of a unit with this dimension, if possible a common one such as ``pA``."""
    for symbol in _COMMON:
        if read_unit(symbol)[1] == dimension:
            return symbol
    return "*".join(
        base if e == 1 else f"{base}**{float(e):g}"
        for base, e in zip(BASE, dimension, strict=True) if e
    )  # fmt: skip


def is_unit_name(name: str) -> bool:
    """Whether a name in an expression may be a unit: single letters never are."""
    return len(name) > 1 and name in _KNOWN


def unit_names() -> list[str]:
    """All unit names that are valid in Python; ``as`` (attosecond) is a keyword."""
    return sorted(name for name in _KNOWN if is_unit_name(name) and not keyword.iskeyword(name))


_EVERYWHERE = """
    ms us second mV uV volt pA nA uA mA amp pF nF uF farad nS uS mS siemens Mohm Gohm ohm Hz kHz
    um cm metre meter uM mM
"""
COMMON = frozenset(_EVERYWHERE.split())
"""Reserved unit names, which variables and parameters must not have."""


def is_common_unit(name: str) -> bool:
    """Whether a name is a unit in every model."""
    return name in COMMON
