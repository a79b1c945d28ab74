"""Times and intervals: the examples of the language reference, and the borders of units."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.errors import RowError
from sql.functions.calendar import add_months, ceil_to, floor_to, months_between
from sql.functions.intervals import interval_text, parse_interval
from sql.functions.registry import TypeProblem
from sql.functions.rules import UNITS
from sql.types import BIGINT, DATE, DOUBLE, INTEGER, TIME, TIMESTAMP, VARCHAR, Type, interval
from tests.sql.functions.calling import DAY, HOUR, MINUTE, SECOND, at, call, result_type, type_of

DAY_HOUR, DAY_SECOND = interval("DAY TO HOUR"), interval("DAY TO SECOND")
# The examples of the reference's page of operators: operation, operands with their types, the result as text.
OPERATIONS = [
    ("+", "1", DAY, "3", DAY, "+4"),
    ("+", "1", DAY, "3 4", DAY_HOUR, "+4 04"),
    ("-", "1", DAY, "3 4", DAY_HOUR, "-2 04"),
    ("+", "1", interval("YEAR"), "3-4", interval("YEAR TO MONTH"), "+4-04"),
    ("*", 2, INTEGER, "3 4", DAY_HOUR, "+6 08"),
    ("/", "3 4", DAY_HOUR, 2, INTEGER, "+1 14"),
    ("*", "1:30", interval("MINUTE TO SECOND"), 0.5, DOUBLE, "+0:45"),
    ("/", "1", SECOND, Decimal("0.3"), type_of("DECIMAL(2,1)"), "+3.333"),
]
DIFFERENCES = [
    ("12:03:34", "11:57:23", TIME, "MINUTE TO SECOND", "+6:11"),
    ("12:03:34", "11:57:23", TIME, "SECOND", "+371"),
    ("2004-05-01 12:03:34", "2004-04-29 11:57:23", TIMESTAMP, "DAY TO HOUR", "+2 00"),
    ("2004-05-01 12:03:34", "2004-04-29 11:57:23", TIMESTAMP, "DAY TO MINUTE", "+2 00:06"),
    ("2004-05-01 12:03:34", "2004-04-29 11:57:23", TIMESTAMP, "DAY(6) TO SECOND(3)", "+2 00:06:11"),
    ("2004-05-01 12:03:34.9", "2004-05-01 12:03:30", TIMESTAMP, "SECOND(10,0)", "+4"),
    ("2004-05-01 12:03:34.9", "2004-05-01 12:03:30", TIMESTAMP, "SECOND(10,3)", "+4.900"),
    ("2004-04-29", "2004-05-01", DATE, "DAY", "-2"),
    ("2004-05-01", "2003-02-28", DATE, "YEAR TO MONTH", "+1-02"),
]
STAMP = "2016-09-23 04:29:26.234"
EXTRACTS = [
    ("DAY", parse_interval("2 3:4:5.678", DAY_SECOND), DAY_SECOND, 2),
    ("HOUR", parse_interval("2 3:4:5.678", DAY_SECOND), DAY_SECOND, 3),
    ("MINUTE", parse_interval("2 3:4:5.678", DAY_SECOND), DAY_SECOND, 4),
    ("SECOND", parse_interval("2 3:4:5.678", DAY_SECOND), DAY_SECOND, Decimal("5.678")),
    ("HOUR", parse_interval("-2 3:4:5.678", DAY_SECOND), DAY_SECOND, -3),
    ("MINUTE", parse_interval("120", MINUTE), MINUTE, 120),
    ("SECOND", 120_500, SECOND, Decimal("120.500")),
    ("MINUTE", at(STAMP), TIMESTAMP, 29),
    ("HOUR", at(STAMP), TIMESTAMP, 4),
    ("SECOND", at(STAMP), TIMESTAMP, Decimal("26.234")),
    ("YEAR", at(STAMP), TIMESTAMP, 2016),
    ("MONTH", at(STAMP), DATE, 9),
    ("DAY", at("1969-12-31 23:00:00"), TIMESTAMP, 31),
    ("HOUR", at("1969-12-31 23:00:00"), TIMESTAMP, 23),
]
ROUNDINGS = [
    ("YEAR", "2016-01-01", "2017-01-01"),
    ("MONTH", "2016-09-01", "2016-10-01"),
    ("DAY", "2016-09-23", "2016-09-24"),
    ("HOUR", "2016-09-23 04:00:00", "2016-09-23 05:00:00"),
    ("MINUTE", "2016-09-23 04:29:00", "2016-09-23 04:30:00"),
    ("SECOND", "2016-09-23 04:29:26", "2016-09-23 04:29:27"),
]
MOMENTS = st.integers(at("0002-01-01"), at("9998-12-31"))


def value(given: Any, of: Type) -> Any:
    return parse_interval(given, of) if isinstance(given, str) else given


@pytest.mark.parametrize(("name", "one", "left", "other", "right", "expected"), OPERATIONS)
def test_interval_operation_gives_the_result_of_the_reference(
    name: str, one: Any, left: Type, other: Any, right: Type, expected: str
) -> None:
    found = call(name, value(one, left), value(other, right), types=[left, right])
    of = type_of(result_type(name, str(left), str(right)))
    assert interval_text(found, of) == expected


@pytest.mark.parametrize(("one", "other", "of", "unit", "expected"), DIFFERENCES)
def test_difference_is_cut_to_its_unit(one: str, other: str, of: Type, unit: str, expected: str) -> None:
    found = call("DIFFERENCE", at(one), at(other), unit, types=[of, of, VARCHAR])
    to = result_type("DIFFERENCE", str(of), str(of), "VARCHAR(9)", constants=[None, None, unit])
    assert interval_text(found, type_of(to)) == expected


@pytest.mark.parametrize(("unit", "of", "kind", "expected"), EXTRACTS)
def test_extract_gives_the_field(unit: str, of: int, kind: Type, expected: object) -> None:
    found = call("EXTRACT", unit, of, types=[VARCHAR, kind])
    assert (str(found), type(found)) == (str(expected), type(expected))


@pytest.mark.parametrize(("unit", "floor", "ceiling"), ROUNDINGS)
def test_floor_and_ceil_go_to_the_unit(unit: str, floor: str, ceiling: str) -> None:
    found = [call(name, at(STAMP), unit, types=[TIMESTAMP, VARCHAR]) for name in ("FLOOR_TIME", "CEIL_TIME")]
    assert found == [at(floor), at(ceiling)]
    assert call("CEIL_TIME", at(floor), unit, types=[TIMESTAMP, VARCHAR]) == at(floor)


def test_step_counts_from_1970_and_cuts_whole_numbers_toward_zero() -> None:
    assert call("STEP", at(STAMP), 10_000, types=[TIMESTAMP, SECOND]) == at("2016-09-23 04:29:20")
    assert call("STEP", at("1969-12-31 23:59:55"), 60_000, types=[TIMESTAMP, MINUTE]) == at("1969-12-31 23:59:00")
    assert call("STEP", at(STAMP), 3, types=[TIMESTAMP, interval("MONTH")]) == at("2016-07-01")
    assert call("STEP", at("2016-09-23"), 7 * 3_600_000, types=[DATE, HOUR]) == at("2016-09-22")
    assert [call("STEP", 17, 5), call("STEP", -17, 5)] == [15, -15]
    with pytest.raises(ZeroDivisionError):
        call("STEP", 17, 0)
    with pytest.raises(TypeProblem, match="above zero"):
        call("STEP", 0, 0, types=[TIMESTAMP, SECOND])


def test_the_template_of_the_console_counts_ten_seconds() -> None:
    since = call("DIFFERENCE", at("2016-09-23 04:29:26.234"), 0, "SECOND", types=[TIMESTAMP, TIMESTAMP, VARCHAR])
    tenth = call("/", since, 10, types=[SECOND, INTEGER])
    assert call("FLOOR_TIME", tenth, "SECOND", types=[SECOND, VARCHAR]) == at(STAMP) // 10_000 * 1_000


def test_milliseconds_go_to_timestamps_and_back() -> None:
    assert call("UNIX_TIMESTAMP", at(STAMP), types=[TIMESTAMP]) == 1_474_604_966_234
    assert call("TO_TIMESTAMP", 1_474_604_966_234, types=[BIGINT]) == at(STAMP)
    assert [call(name, 5_000, 2_000, types=[TIMESTAMP] * 2) for name in ("TSDIFF", "TSDIFF_ABSOLUTE")] == [-3000, 3000]
    with pytest.raises(RowError, match="not in the years 1 to 9999"):
        call("TO_TIMESTAMP", 10**17, types=[BIGINT])
    with pytest.raises(TypeProblem, match="use CHAR_TO_TIMESTAMP"):
        result_type("TO_TIMESTAMP", "VARCHAR(20)")


@pytest.mark.parametrize(
    ("name", "types", "words"),
    [
        ("-", ("TIMESTAMP", "TIMESTAMP"), "needs a unit; write \\(a - b\\) SECOND"),
        ("+", ("INTERVAL DAY", "INTERVAL MONTH"), "months have no fixed length"),
        ("+", ("TIMESTAMP", "INTEGER"), "\\+ cannot add TIMESTAMP and INTEGER"),
        ("=", ("TIMESTAMP", "VARCHAR(20)"), "write CAST\\(… AS TIMESTAMP\\)"),
        ("DIFFERENCE", ("TIMESTAMP", "DATE", "VARCHAR(9)"), "is no interval"),
    ],
)
def test_times_that_do_not_go_together_are_refused(name: str, types: tuple[str, ...], words: str) -> None:
    with pytest.raises(TypeProblem, match=words):
        result_type(name, *types, constants=[None, None, "DAY"][: len(types)])


def test_a_shifted_date_is_a_day_and_a_shifted_time_turns_over() -> None:
    assert call("+", at("2004-12-31"), parse_interval("1 1", DAY_HOUR), types=[DATE, DAY_HOUR]) == at("2005-01-01")
    assert call("-", at("00:30:00"), 3_600_000, types=[TIME, HOUR]) == at("23:30:00")
    assert call("+", 1, at("2004-01-31"), types=[interval("MONTH"), DATE]) == at("2004-02-29")
    with pytest.raises(RowError, match="not in the years"):
        call("+", at("9999-12-31 23:59:59"), 1_000, types=[TIMESTAMP, SECOND])


@given(MOMENTS, st.sampled_from(UNITS))
def test_floor_and_ceil_enclose_a_moment_tightly(moment: int, unit: str) -> None:
    floor, ceiling = floor_to(moment, unit), ceil_to(moment, unit)
    assert floor <= moment <= ceiling
    assert (floor == ceiling) == (floor == moment)
    assert floor_to(max(floor, ceiling - 1), unit) == floor


@given(MOMENTS, st.integers(-1_200, 1_200))
def test_months_are_added_and_counted(moment: int, months: int) -> None:
    start = floor_to(moment, "MONTH")
    try:
        assert months_between(add_months(start, months), start) == months
    except RowError:
        assert not at("0102-01-01") < moment < at("9898-01-01")


@given(st.sampled_from(["CONTAINS", "OVERLAPS", "PRECEDES", "SUCCEEDS"]), st.lists(st.integers(0, 9), min_size=4))
def test_periods_agree_with_the_sets_of_their_moments(name: str, ends: list[int]) -> None:
    a, c = ends[0], ends[2]
    b, d = a + 1 + ends[1], c + 1 + ends[3]
    one, other = set(range(a, b)), set(range(c, d))
    expected = {
        "CONTAINS": other <= one,
        "OVERLAPS": bool(one & other),
        "PRECEDES": max(one) < min(other),
        "SUCCEEDS": min(one) > max(other),
    }
    assert call(f"PERIOD_{name}", a, b, c, d, types=[TIMESTAMP] * 4) == expected[name]


def test_a_period_contains_its_start_and_not_its_end() -> None:
    assert [call("PERIOD_CONTAINS", 3, 5, t, t, types=[TIMESTAMP] * 4) for t in (2, 3, 4, 5)] == [
        False,
        True,
        True,
        False,
    ]
