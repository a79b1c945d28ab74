"""The values of aggregate calls: against formulas over all values at once, in batches of any size, and restarted."""

import statistics
from decimal import Decimal
from fractions import Fraction
from math import isclose
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.engine.accumulators import Accumulator
from sql.engine.aggregates import accumulator
from sql.engine.coding import pack, unpack
from sql.errors import Fault, RowError
from sql.plan.nodes import Call
from sql.types import BIGINT, BOOLEAN, DOUBLE, INTEGER, REAL, SMALLINT, TINYINT, VARCHAR, decimal
from tests.sql.operators.driving import call

MONEY = decimal(18, 2)
whole = st.lists(st.none() | st.integers(-(2**31), 2**31 - 1), max_size=12)
floats = st.lists(st.none() | st.floats(-1e6, 1e6, width=32), max_size=12)
money = st.lists(st.none() | st.decimals(-(10**9), 10**9, places=2), max_size=12)


def value(of: Call, values: list[Any], cuts: int = 1) -> Any:
    """Returns the value of a call whose values come in batches, with a restart after each of them."""
    tally, grown = accumulator(of)(), []
    for start in range(0, len(values), cuts):
        tally.add(values[start : start + cuts])
        grown += tally.grown()
        tally = restarted(of, tally, grown)
    return tally.result()


def restarted(of: Call, tally: Accumulator, grown: list[Any]) -> Accumulator:
    other = accumulator(of)()
    other.grow(unpack(pack(grown)))
    other.load(unpack(pack(tally.dump())))
    return other


@pytest.mark.parametrize(
    ("of", "values", "expected"),
    [
        (call("COUNT"), [None, 1, None], 3),
        (call("COUNT", INTEGER), [None, 1, None], 1),
        (call("COUNT", INTEGER), [], 0),
        (call("SUM", INTEGER), [], None),
        (call("SUM", INTEGER), [None], None),
        (call("SUM", INTEGER), [1, None, 5], 6),
        (call("AVG", TINYINT, TINYINT), [29, 32], 30),  # the table of the reference: an average of whole numbers is cut
        (call("AVG", TINYINT, TINYINT), [29, 32, 50], 37),
        (call("AVG", TINYINT, TINYINT), [-29, -32], -30),
        (call("AVG", TINYINT, DOUBLE), [29, 32], 30.5),
        (call("AVG", MONEY, MONEY), [Decimal("0.01"), Decimal("0.02")], Decimal("0.02")),
        (call("MIN", VARCHAR, VARCHAR), ["b", None, "a"], "a"),
        (call("MAX", VARCHAR, VARCHAR), ["b", None, "a"], "b"),
        (call("VAR_POP", INTEGER, DOUBLE), [7], 0.0),
        (call("VAR_SAMP", INTEGER, DOUBLE), [7], None),
        (call("STDDEV_SAMP", DOUBLE, DOUBLE), [7.0, None], None),
        (call("STDDEV_POP", INTEGER, DOUBLE), [2, 4, 4, 4, 5, 5, 7, 9], 2.0),
        (call("FIRST_VALUE", INTEGER), [None, 1, 2], None),
        (call("FIRST_VALUE", INTEGER, ignore_nulls=True), [None, 1, 2], 1),
        (call("LAST_VALUE", INTEGER), [1, 2, None], None),
        (call("LAST_VALUE", INTEGER, ignore_nulls=True), [1, 2, None], 2),
        (call("P95", INTEGER, INTEGER), [], None),
        (call("P95", INTEGER, INTEGER), [None, *range(100)], 94),
        (call("P50", MONEY, MONEY), [Decimal("0.02"), Decimal("0.01")], Decimal("0.01")),
        (call("P99", DOUBLE, DOUBLE), [-1.5, 0.0], 0.0),
        (call("EVERY", BOOLEAN, BOOLEAN), [True, None], True),
        (call("EVERY", BOOLEAN, BOOLEAN), [True, False], False),
        (call("ANY", BOOLEAN, BOOLEAN), [False, None], False),
        (call("ANY", BOOLEAN, BOOLEAN), [False, True], True),
        (call("COUNT", INTEGER, distinct=True), [1, 1, None, 2], 2),
        (call("SUM", INTEGER, distinct=True), [1, 1, None, 2], 3),
        (call("SUM", REAL, DOUBLE), [-0.0], 0.0),
    ],
)
def test_call_returns_value(of: Call, values: list[Any], expected: Any) -> None:
    assert [value(of, values, cuts) for cuts in (1, 2, 100)] == [expected] * 3


@given(whole, st.integers(1, 5))
def test_calls_on_whole_numbers_agree_with_formulas(values: list[int | None], cuts: int) -> None:
    found = [each for each in values if each is not None]
    mean = Fraction(sum(found), len(found)) if found else None
    assert value(call("AVG", INTEGER, BIGINT), values, cuts) == (None if mean is None else int(mean))
    spread = float(statistics.pvariance(map(Fraction, found))) if found else None
    assert value(call("VAR_POP", INTEGER, DOUBLE), values, cuts) == spread
    sample = float(statistics.variance(map(Fraction, found))) if len(found) > 1 else None
    assert value(call("VAR_SAMP", INTEGER, DOUBLE), values, cuts) == sample


@given(money, st.integers(1, 5))
def test_calls_on_decimals_agree_with_formulas(values: list[Decimal | None], cuts: int) -> None:
    found = [each for each in values if each is not None]
    assert value(call("SUM", MONEY, MONEY), values, cuts) == (sum(found, Decimal()) if found else None)
    spread = float(statistics.pvariance(map(Fraction, found))) if found else None
    assert value(call("VAR_POP", MONEY, DOUBLE), values, cuts) == spread


@given(floats, st.integers(1, 5))
def test_calls_on_floats_do_not_depend_on_batches(values: list[float | None], cuts: int) -> None:
    for function in ("SUM", "AVG", "STDDEV_POP", "VAR_SAMP"):
        of = call(function, DOUBLE, DOUBLE)
        assert value(of, values, cuts) == value(of, values, 100)


@given(floats.filter(any), st.floats(-1e9, 1e9))
def test_spread_of_floats_keeps_its_digits(values: list[float | None], shift: float) -> None:
    found = [each + shift for each in values if each is not None]
    spread = float(statistics.pvariance(map(Fraction, found)))
    assert isclose(value(call("VAR_POP", DOUBLE, DOUBLE), found), spread, rel_tol=1e-6, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("of", "values"),
    [
        (call("SUM", SMALLINT, SMALLINT), [30_000, 30_000]),
        (call("SUM", BIGINT, BIGINT), [2**62, 2**62]),
        (call("SUM", DOUBLE, DOUBLE), [1e308, 1e308]),
        (call("SUM", MONEY, MONEY), [Decimal("9999999999999999.99"), Decimal("0.01")]),
    ],
)
def test_sum_beyond_its_type_is_a_fault(of: Call, values: list[Any]) -> None:
    with pytest.raises(RowError) as caught:
        value(of, values)
    assert caught.value.fault == Fault.ARITHMETIC


def test_sum_beyond_its_type_is_none_if_it_comes_back() -> None:
    assert value(call("SUM", BIGINT), [2**62, 2**62, -(2**62)]) == 2**62


def test_distinct_count_estimates_beyond_its_limit() -> None:
    of = call("COUNT", INTEGER, distinct=True)
    exact, estimated = accumulator(of, 1000)(), accumulator(of, 999)()
    for tally in (exact, estimated):
        tally.add(range(600))
        tally.add(range(400, 1000))
    assert (exact.result(), exact.approximate, estimated.approximate) == (1000, False, True)
    assert abs(estimated.result() - 1000) < 30
    assert restarted(of, estimated, []).result() == estimated.result()


def test_distinct_sum_beyond_its_limit_is_a_fault() -> None:
    tally = accumulator(call("SUM", INTEGER, distinct=True), 2)()
    tally.add([1, 2, 2])
    assert tally.result() == 3
    tally.add([3])
    with pytest.raises(RowError, match="More than 2 distinct values"):
        tally.result()
