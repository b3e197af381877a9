"""Values that nobody should hand over, and that people hand over by mistake."""

import datetime
import decimal
import fractions
import pathlib

import numpy as np

import spikesim as sim
from spikesim.units import mV


class Odd:
    """Something that looks like an array or a sequence, and fails when it is taken for one."""

    def __array__(self, *args, **options):
        raise TypeError("no array")

    def __len__(self):
        raise TypeError("no length")

    def __iter__(self):
        raise TypeError("no items")

    def __bool__(self):
        raise ValueError("neither true nor false")

    def __repr__(self):
        return "<odd>"


# Each is made anew for each call: generators are used up, and lists may be changed.
VALUES = {
    "None": lambda: None,
    "no text": lambda: "",
    "text": lambda: "what",
    "V_m": lambda: "V_m",
    "strange text": lambda: "a b\n#\x00é",
    "bytes": lambda: b"bytes",
    "bytearray": lambda: bytearray(b"ab"),
    "complex": lambda: 1 + 2j,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "-inf": lambda: float("-inf"),
    "0": lambda: 0,
    "-1": lambda: -1,
    "-0.5": lambda: -0.5,
    "0.3": lambda: 0.3,
    "2**63": lambda: 2**63,
    "10**400": lambda: 10**400,
    "-10**30": lambda: -(10**30),
    "1e300": lambda: 1e300,
    "1e-320": lambda: 1e-320,
    "True": lambda: True,
    "[]": list,
    "()": lambda: (),
    "numbers": lambda: [1, 2, 3, 4, 5],
    "floats": lambda: [0.1, float("nan")],
    "ragged": lambda: [[1.0], [2.0, 3.0]],
    "texts": lambda: ["a", "b"],
    "nothings": lambda: [None],
    "tuple": lambda: (1, "a"),
    "{}": dict,
    "dict": lambda: {"a": 1},
    "numbered dict": lambda: {1: None},
    "dict of lists": lambda: {"V_m": [[1], [2, 3]]},
    "set": lambda: {1, 2},
    "frozenset": lambda: frozenset({"a"}),
    "range": lambda: range(3),
    "generator": lambda: (x for x in (1, 2)),
    "iterator": lambda: iter([1]),
    "function": lambda: lambda *args: "what",
    "failing function": lambda: lambda: 1,
    "class": lambda: int,
    "object": object,
    "odd": Odd,
    "module": lambda: np,
    "slice": lambda: slice(None),
    "ellipsis": lambda: ...,
    "exception": lambda: ValueError("no"),
    "array of no dimension": lambda: np.array(3.0),
    "array": lambda: np.array([1.0, 2.0, 3.0, 4.0]),
    "empty array": lambda: np.zeros(0),
    "matrix": lambda: np.zeros((3, 4)),
    "block": lambda: np.zeros((2, 2, 2)),
    "booleans": lambda: np.array([True, False]),
    "complex array": lambda: np.ones(3, complex),
    "array of texts": lambda: np.array(["a", "b", "c"]),
    "array of objects": lambda: np.array([1, None, "a"], object),
    "array of one object": lambda: np.array(None),
    "structured": lambda: np.zeros(2, [("a", float), ("b", int)]),
    "date": lambda: datetime.date(2020, 1, 1),
    "datetime64": lambda: np.datetime64("2020-01-01"),
    "timedelta64": lambda: np.timedelta64(3, "ms"),
    "dates": lambda: np.array(["2020-01-01"], "datetime64[D]"),
    "decimal": lambda: decimal.Decimal("1.5"),
    "fraction": lambda: fractions.Fraction(1, 3),
    "path": lambda: pathlib.Path("no/such/file"),
    "numpy text": lambda: np.str_("what"),
    "quantity": lambda: -3.0 * mV,
    "quantity of nothing": lambda: None * mV,
    "quantities": lambda: [1.0, 2.0] * mV,
    "unit": lambda: mV,
    "distribution": lambda: sim.Uniform(0.0, 1.0),
    "neuron": sim.LIF,
    "neuron's class": lambda: sim.LIF,
    "receptor": sim.ExpCurrent,
    "network": lambda: sim.Network(seed=1),
    "memory": lambda: memoryview(b"abc"),
}
