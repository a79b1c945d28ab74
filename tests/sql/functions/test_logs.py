"""The log parsers: rows of typed columns, and rows of NULLs for lines that do not match."""

from decimal import Decimal
from typing import Any

import pytest

from sql.errors import Fault, RowError
from sql.functions.registry import TypeProblem, find
from sql.types import TIMESTAMP, VARCHAR, Type
from tests.sql.functions.calling import at, call, literal

LINE = '192.168.254.30 - John [24/May/2004:22:01:02 -0700] "GET /icons/apache_pb.gif HTTP/1.1" 304 0'
COMMON = ("192.168.254.30", "-", "John", "[24/May/2004:22:01:02 -0700]", "GET /icons/apache_pb.gif HTTP/1.1", 304, 0)
IIS = "192.168.114.201, -, 03/20/01, 7:55:20, W3SVC2, SERVER, 172.21.13.45, 4502, 163, 3223, 200, 0, GET, /Logo.gif, -,"
DECLARED = "a TYPE CHAR(3), b TYPE TIMESTAMP 'dd/MMM/yyyy:HH:mm:ss', c TYPE INT, d TYPE VARCHAR(3)"
FIXED = "a TYPE VARCHAR(3) START 0 FOR 3, b INTEGER START 3 FOR 5, c TYPE VARCHAR(9) START 8, d TYPE DATE START 40"
ROWS: list[tuple[str, tuple[Any, ...], tuple[Any, ...]]] = [
    ("W3C_LOG_PARSE", (LINE, "COMMON"), COMMON),
    ("W3C_LOG_PARSE", ("www " + LINE, "common with vhost"), ("www", *COMMON)),
    ("W3C_LOG_PARSE", (LINE + ' "http://a/" "Moz \\"x\\""', "NCSA EXTENDED"), (*COMMON, "http://a/", 'Moz \\"x\\"')),
    ("W3C_LOG_PARSE", (LINE[:-1] + "-", "COMMON"), (*COMMON[:-1], None)),
    ("W3C_LOG_PARSE", (IIS, "IIS"), tuple(IIS.rstrip(",").split(", "))),
    ("W3C_LOG_PARSE", ("1.2.3.4 12 a b", '%h %D "%U"'), (None, None, None)),
    ("W3C_LOG_PARSE", ("http://a/ -> /b", "REFERER"), ("http://a/", "/b")),
    ("REGEX_LOG_PARSE", ("a=1 b=2", r"a=(\d+) b=(\d+)"), ("1", "2")),
    ("REGEX_LOG_PARSE", ("a=1 b=2 ", r"a=(\d+) b=(\d+)"), (None, None)),
    ("REGEX_LOG_PARSE", ("a=1 b=", r"a=(\d+) b=(\d+)?", 'x TYPE INTEGER, "y" TYPE DECIMAL(5,2)'), (1, None)),
    ("REGEX_LOG_PARSE", ("7;2.5", r"(\d);(.*)", "x INTEGER, y DECIMAL(5,2) NOT NULL"), (7, Decimal("2.50"))),
    ("FAST_REGEX_LOG_PARSE", ("ab12 31", "(<Alpha>+)(<Digit>+) (<1-31>)"), ("ab", "12", "31")),
    ("FAST_REGEX_LOG_PARSE", ("a::b::c", "(@)::(@)"), ("a", "b::c")),
    ("FAST_REGEX_LOG_PARSE", ("a", "(b)"), (None,)),
    ("VARIABLE_COLUMN_LOG_PARSE", ("x,y", 3, ","), ("x", "y", None)),
    ("VARIABLE_COLUMN_LOG_PARSE", ("x,y,z", 2, ","), ("x", "y")),
    ("VARIABLE_COLUMN_LOG_PARSE", ("a|'b|c'|d\\|e", 3, "|", "\\", "'"), ("a", "b|c", "d|e")),
    ("VARIABLE_COLUMN_LOG_PARSE", ("a::b", 2, "::"), ("a", "b")),
    (
        "VARIABLE_COLUMN_LOG_PARSE",
        ("x,24/May/2004:22:01:02, ,", DECLARED, ","),
        ("x  ", at("2004-05-24 22:01:02"), None, ""),
    ),
    (
        "FIXED_COLUMN_LOG_PARSE",
        ("abc123  xyz", FIXED),
        ("abc", 123, "xyz", None),
    ),
]  # fmt: skip
WRONG: list[tuple[str, tuple[Any, ...], str]] = [
    ("REGEX_LOG_PARSE", ("a", None), "needs a constant for its regular expression"),
    ("REGEX_LOG_PARSE", ("a", "abc"), "needs parentheses"),
    ("REGEX_LOG_PARSE", ("a", "(a)(b)", "x INTEGER"), "has 1 columns for 2 groups"),
    ("FAST_REGEX_LOG_PARSE", ("a", "(a&b)"), "uses & "),
    ("FAST_REGEX_LOG_PARSE", ("a", "(<Foo>)"), "uses <Foo>"),
    ("W3C_LOG_PARSE", ("a", "nothing"), "takes one of COMMON"),
    ("VARIABLE_COLUMN_LOG_PARSE", ("a", "x TYPE BLOB", ","), "BLOB is not a type"),
    ("VARIABLE_COLUMN_LOG_PARSE", ("a", 0, ","), "1 to 1000 columns, not 0"),
    ("VARIABLE_COLUMN_LOG_PARSE", ("a", "1x", ","), "are written name TYPE type"),
    ("VARIABLE_COLUMN_LOG_PARSE", ("a", "t TYPE DATE 'bb'", ","), "'b' is no letter"),
    ("FIXED_COLUMN_LOG_PARSE", ("a", "x TYPE INTEGER"), "Column X of FIXED_COLUMN_LOG_PARSE needs START"),
]


@pytest.mark.parametrize(("name", "values", "expected"), ROWS)
def test_line_becomes_a_row_of_typed_columns(name: str, values: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
    assert call(name, *values) == expected


@pytest.mark.parametrize(("name", "values", "words"), WRONG)
def test_wrong_constant_is_refused_before_the_rows(name: str, values: tuple[Any, ...], words: str) -> None:
    with pytest.raises(TypeProblem, match=words):
        call(name, *values, types=[VARCHAR if value is None else literal(value) for value in values])


def fields(name: str, *values: Any) -> list[tuple[str, str]]:
    function = find(name)
    assert function is not None
    of: Type = function.result([literal(value) for value in values], list(values))
    return [(field.name, str(field.type)) for field in of.fields]


def test_row_has_the_names_and_types_of_its_columns() -> None:
    assert fields("REGEX_LOG_PARSE", "", "(a)(b)", 'x TYPE INTEGER, "y" TYPE DECIMAL(5,2)') == [
        ("X", "INTEGER"),
        ("y", "DECIMAL(5,2)"),
    ]
    assert fields("W3C_LOG_PARSE", "", "%h %>s") == [("COLUMN1", "VARCHAR(1024)"), ("COLUMN2", "BIGINT")]
    assert fields("SYS_LOG_PARSE", "") == [("COLUMN1", "TIMESTAMP"), ("COLUMN2", "VARCHAR(1024)")]


@pytest.mark.parametrize(
    ("line", "now", "expected"),
    [
        ("Jan  3 04:05:06 host message", "2024-12-30", ("2025-01-03 04:05:06", "host message")),
        ("<34>Dec 31 23:59:59 host m", "2025-01-01", ("2024-12-31 23:59:59", "host m")),
        ("Feb 29 00:00:00 host m", "2025-01-01", ("2024-02-29", "host m")),
    ],
)
def test_syslog_takes_the_year_nearest_to_the_row(line: str, now: str, expected: tuple[str, str]) -> None:
    assert call("SYS_LOG_PARSE", line, at(now), types=[VARCHAR, TIMESTAMP]) == (at(expected[0]), expected[1])


def test_syslog_line_of_another_form_gives_nulls() -> None:
    assert call("SYS_LOG_PARSE", "hello", 0, types=[VARCHAR, TIMESTAMP]) == (None, None)


def test_value_that_does_not_fit_its_column_is_a_fault_of_the_row() -> None:
    with pytest.raises(RowError) as found:
        call("VARIABLE_COLUMN_LOG_PARSE", "x", "a TYPE INTEGER", ",")
    assert found.value.fault == Fault.CAST
    with pytest.raises(RowError) as found:
        call("VARIABLE_COLUMN_LOG_PARSE", "x", "a TYPE VARCHAR(3), b TYPE INTEGER NOT NULL", ",")
    assert found.value.fault == Fault.NOT_NULL
