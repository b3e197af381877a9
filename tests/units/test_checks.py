"""Declared parameters, and the checks of what users give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikesim import neurons, receptors, synapses
from spikesim.description import inputs
from spikesim.errors import ValidationError
from spikesim.units import (
    Param,
    Unit,
    check_array,
    check_count,
    check_flag,
    check_scalar,
    given_array,
    ms,
    mV,
    nS,
    pA,
    param,
    pF,
)

UNITS = {
    "ms",
    "mV",
    "pF",
    "nS",
    "pA",
    "Hz",
    "1",
    "1/ms",
    "mV/pA",
    "mM",
    "1/mM/ms",
    "uM**4",
    "uM/ms",
    "mV**2",
    "1/mV",
    "1/mV**2",
    "mV*ms",
    "mV/ms",
    "1/Hz**2",
}


def declaring():
    """Every class with declared parameters."""
    modules = (neurons, receptors, synapses, inputs)
    found = {c for m in modules for c in vars(m).values() if isinstance(c, type)}
    return sorted((c for c in found if getattr(c, "declared", None)), key=lambda c: c.__name__)


@pytest.mark.parametrize("cls", declaring())
def test_every_declaration_is_complete(cls):
    for name, declared in cls.declared.items():
        assert isinstance(declared, Param)
        assert str(declared.unit) in UNITS
        assert declared.doc, f"{cls.__name__}.{name} says what it is"
        if declared.default is not None:
            declared.check(declared.default, name, cls.__name__)


@pytest.mark.parametrize(
    ("prefix", "unit"),
    [("tau_", ms), ("t_ref", ms), ("V_", mV), ("E_", mV), ("C_", pF), ("g_", nS), ("I_e", pA)],
)
def test_names_and_units_go_together(prefix, unit):
    """The names are NEST's, and so are the units: no model may drift from that."""
    for cls in declaring():
        for name, declared in cls.declared.items():
            # C_pre and C_post of the calcium rule are concentrations.
            if name.startswith(prefix) and not name.endswith(("_pre", "_post")):
                assert declared.unit is unit, f"{cls.__name__}.{name}"


def test_a_default_is_a_float():
    default = param(1, ms, "positive", "a time").default
    assert (default, type(default)) == (1.0, float)


@pytest.mark.parametrize("unit", ["ms", None, 5.0])
def test_a_unit_is_no_text(unit):
    with pytest.raises(ValidationError, match=rf"^param.unit: must be a unit, .*{unit!r}"):
        param(5.0, unit)


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=5),
       st.sampled_from(["finite", "positive", "non-negative"]))  # fmt: skip
def test_rules_accept_what_they_say(values, rule):
    array = np.array(values)
    good = np.isfinite(array)
    if rule != "finite":
        good &= array >= np.finfo(float).tiny if rule == "positive" else array >= 0
    if good.all():
        assert np.array_equal(check_array(values, "x", "thing", allowed=rule), array)
        return
    with pytest.raises(ValidationError) as caught:
        check_array(values, "x", "thing", unit=ms, allowed=rule)
    first = int(np.flatnonzero(~good)[0])
    assert str(caught.value).startswith("thing.x: must be ")
    assert f"got {float(array[first])!r} ms (at index {first})" in str(caught.value)


@pytest.mark.parametrize(
    "bad",
    ["1", "x", None, True, [True], 1j, [1, "a"], [[1], [2, 3]], object(), {}, set(), b"1", [None],
     np.array(["a"]), np.datetime64("2020"), lambda: 1, int, 10**400, [1.0, [2.0]]],
)  # fmt: skip
def test_what_is_no_number(bad):
    with pytest.raises(ValidationError, match=r"^thing\.x: must be a number in mV, got "):
        check_array(bad, "x", "thing", unit=mV)


@pytest.mark.parametrize("good", [1, 1.5, np.float32(2), np.int8(3), np.array(4), np.uint64(5)])
def test_scalars_become_floats(good):
    value = check_scalar(good, "x", "thing")
    assert type(value) is float
    assert value == float(good)


@pytest.mark.parametrize("bad", [[1.0], np.ones(3), []])
def test_arrays_are_no_scalars(bad):
    with pytest.raises(ValidationError, match=r"thing\.x: must be one number, got shape"):
        check_scalar(bad, "x", "thing")


@pytest.mark.parametrize("good", [0, 7, np.int32(7), np.uint8(1)])
def test_counts(good):
    assert check_count(good, "n", "thing") == int(good)
    assert type(check_count(good, "n", "thing")) is int


@pytest.mark.parametrize("bad", [1.0, "1", None, True, np.bool_(True), [1], np.array(1), 1j])
def test_what_is_no_count(bad):
    with pytest.raises(ValidationError, match=r"thing\.n: must be a whole number, got "):
        check_count(bad, "n", "thing")


def test_counts_have_a_least():
    with pytest.raises(ValidationError, match=r"thing\.n: must be at least 1, got 0"):
        check_count(0, "n", "thing", least=1)


def test_what_kernels_take_for_zero_is_not_positive():
    with pytest.raises(ValidationError, match=r"tau: must be at least 2.2e-308 ms, got 1e-320 ms"):
        check_scalar(1e-320, "tau", "net", unit=ms, allowed="positive")
    assert check_scalar(2.3e-308, "tau", "net", unit=ms, allowed="positive") == 2.3e-308


# --- masks, lists, tables ------------------------------------------------------------------------


def masked(values, mask):
    return np.ma.array(values, mask=mask)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.booleans()), min_size=1, max_size=6),
       st.sampled_from([np.ma.array, list, tuple, "rows"]), st.booleans())  # fmt: skip
def test_what_is_masked_is_refused(pairs, form, with_unit):
    values, mask = zip(*pairs, strict=True)
    array = masked(values, mask)
    given_as = [list(array)] if form == "rows" else array if form is np.ma.array else form(array)
    given_as = given_as * mV if with_unit else given_as
    if not any(mask):
        assert np.array_equal(np.ravel(check_array(given_as, "x", "thing", unit=mV)), values)
        return
    with pytest.raises(ValidationError, match=r"^thing\.x: has a masked value"):
        check_array(given_as, "x", "thing", unit=mV)


def test_one_masked_number():
    for value in (np.ma.masked, masked(1.0, True), np.ma.masked * mV):
        with pytest.raises(ValidationError, match=r"^thing\.x: has a masked value; leave it out"):
            check_scalar(value, "x", "thing", unit=mV)
    assert check_scalar(masked(1.0, False), "x", "thing") == 1.0
    with pytest.raises(ValidationError, match="has a masked value"):
        [1.0, np.ma.masked] * mV * 2.0


@settings(deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5), st.sampled_from([list, tuple]))
def test_lists_of_quantities(values, form):
    given_as = form([v * mV if k % 2 else v * Unit("V") / 1000 for k, v in enumerate(values)])
    assert check_array(given_as, "x", "thing", unit=mV) == pytest.approx(np.array(values))
    rows = [given_as, given_as]
    assert check_array(rows, "x", "thing", unit=mV).shape == (2, len(values))
    with pytest.raises(ValidationError, match=r"^thing\.x: must be a quantity in pA, got"):
        check_array(given_as, "x", "thing", unit=pA)


def test_a_list_that_holds_itself():
    endless = []
    endless.append(endless)
    with pytest.raises(ValidationError, match="must be a number"):
        check_array(endless, "x", "thing")


class Row:
    """A row of a table: its columns are attributes."""

    __module__ = "pandas.core.series"

    def __init__(self, **columns):
        self.__dict__.update(columns)

    def __array__(self, dtype=None, copy=None):
        return np.array([*vars(self).values()], dtype)


class Foreign(Row):
    """A quantity of another package."""

    __module__ = "pint"
    units = "mV"


@pytest.mark.parametrize("column", ["unit", "units", "dim", "dimensionality", "x"])
def test_columns_may_be_called_as_one_likes(column):
    assert check_array(Row(**{column: 1.5}), "x", "thing") == [1.5]
    with pytest.raises(ValidationError, match=r"a quantity of the package pint; take units from"):
        check_array(Foreign(value=1.5), "x", "thing")


@pytest.mark.parametrize("value", [True, False, np.True_, np.bool_(0)])
def test_flags(value):
    assert check_flag(value, "on", "thing") is bool(value)


@pytest.mark.parametrize("value", ["no", "", 0, 1, None, [], np.array(True), np.array([True])])
def test_what_is_no_flag(value):
    with pytest.raises(ValidationError, match=r"thing\.on: must be True or False, got"):
        check_flag(value, "on", "thing")


@settings(deadline=None)
@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=4))
def test_the_last_precision_is_checked_and_copied(values):
    given_as = np.array(values)
    largest = np.finfo(np.float32).max
    if np.abs(given_as).max() > largest:
        with pytest.raises(ValidationError, match=r"thing\.x: too large for float32: "):
            check_array(given_as, "x", "thing", dtype=np.float32)
        return
    found = given_array(given_as, "x", "thing", dtype=np.float32)
    assert found.dtype == np.float32
    assert np.array_equal(found, given_as.astype(np.float32))
    same = given_array(found, "x", "thing", dtype=np.float32)
    given_as[:] = 5.0
    for array in (found, same):
        assert np.array_equal(array, np.array(values, np.float32))
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0
