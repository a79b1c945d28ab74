"""The functions of numbers."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.errors import Fault, RowError
from sql.functions.registry import TypeProblem
from sql.functions.values import fit_real, real_text, round_whole
from sql.types import BIGINT, DOUBLE, INTEGER, SMALLINT
from tests.sql.functions.calling import call, result_type

EXAMPLES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("ABS", (-2,), 2),
    ("ABS", (Decimal("-2.50"),), Decimal("2.50")),
    ("CEIL", (Decimal("-2.1"),), Decimal(-2)),
    ("CEIL", (2.0001,), 3.0),
    ("CEILING", (3,), 3),
    ("FLOOR", (Decimal("-2.1"),), Decimal(-3)),
    ("FLOOR", (Decimal("0.9"),), Decimal(0)),
    ("FLOOR", (-0.5,), -1.0),
    ("MOD", (4, 2), 0),
    ("MOD", (5, 3), 2),
    ("MOD", (-4, 3), -1),
    ("MOD", (5, -12), 5),
    ("MOD", (Decimal("5.5"), 2), Decimal("1.5")),
    ("POWER", (3, 2), 9.0),
    ("POWER", (-2, 3), -8.0),
    ("POWER", (4, Decimal("0.5")), 2.0),
    ("POWER", (0, 0), 1.0),
    ("EXP", (1,), 2.718281828459045),
    ("EXP", (0,), 1.0),
    ("LN", (1,), 0.0),
    ("LN", (10,), 2.302585092994046),
    ("LOG10", (100,), 2.0),
    ("LOG10", (Decimal("0.001"),), -3.0),
    ("SQRT", (2.25,), 1.5),
    ("ROUND", (2.5,), 3.0),
    ("ROUND", (-2.5,), -3.0),
    ("ROUND", (2.345, 2), 2.35),
    ("ROUND", (Decimal("2.345"), 2), Decimal("2.350")),
    ("ROUND", (1250, -2), 1300),
    ("ROUND", (7, 2), 7),
    ("ROUND", (1e300, 5000), 1e300),
    ("TRUNC", (-2.9,), -2.0),
    ("TRUNC", (Decimal("-2.99"), 1), Decimal("-2.90")),
    ("TRUNC", (1299, -2), 1200),
    ("GREATEST", (1, Decimal("2.5"), 2), Decimal("2.5")),
    ("GREATEST", (1, 1.5), 1.5),
    ("LEAST", ("b", "a", "c"), "a"),
]
FAULTY: list[tuple[str, tuple[Any, ...], str]] = [
    ("LN", (0,), r"LN\(0\) is not defined"),
    ("LOG10", (-1,), r"LOG10\(-1\) is not defined"),
    ("SQRT", (-1.5,), r"SQRT\(-1.5\) is not defined"),
    ("POWER", (0, -1), r"POWER\(0, -1\) is not defined"),
    ("POWER", (-8, 0.5), r"POWER\(-8, 0.5\) is not defined"),
    ("POWER", (10, 400), r"POWER\(10, 400\) is out of the range of DOUBLE"),
    ("EXP", (1000,), r"EXP\(1000\) is out of the range of DOUBLE"),
]


@pytest.mark.parametrize(("name", "values", "expected"), EXAMPLES)
def test_function_gives_its_number(name: str, values: tuple[Any, ...], expected: Any) -> None:
    found = call(name, *values)
    assert (str(found), type(found)) == (str(expected), type(expected))


@pytest.mark.parametrize(("name", "values", "sentence"), FAULTY)
def test_number_outside_the_domain_is_a_fault_of_the_row(name: str, values: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(RowError, match=sentence) as found:
        call(name, *values)
    assert found.value.fault == Fault.ARITHMETIC


def test_remainder_by_zero_and_overflow_are_faults_of_the_row() -> None:
    for values in ((1, 0), (Decimal("1.5"), 0), (1.5, 0)):
        with pytest.raises(ZeroDivisionError):
            call("MOD", *values)
    with pytest.raises(RowError, match="32768 is out of the range of SMALLINT"):
        call("ABS", -32_768, types=[SMALLINT])
    with pytest.raises(RowError, match="out of the range of SMALLINT"):
        call("ROUND", 32_767, -1, types=[SMALLINT, INTEGER])


@pytest.mark.parametrize(
    ("name", "types", "expected"),
    [
        ("FLOOR", ("DECIMAL(5,2)",), "DECIMAL(4,0)"),
        ("CEIL", ("DOUBLE",), "DOUBLE"),
        ("FLOOR", ("SMALLINT",), "SMALLINT"),
        ("MOD", ("SMALLINT", "BIGINT"), "BIGINT"),
        ("POWER", ("INTEGER", "INTEGER"), "DOUBLE"),
        ("ROUND", ("DECIMAL(5,2)", "INTEGER"), "DECIMAL(5,2)"),
        ("GREATEST", ("INTEGER", "DECIMAL(5,2)"), "DECIMAL(12,2)"),
        ("ABS", ("BIGINT",), "BIGINT"),
    ],
)
def test_result_has_its_type(name: str, types: tuple[str, ...], expected: str) -> None:
    assert result_type(name, *types) == expected


def test_text_is_refused_with_the_mend() -> None:
    with pytest.raises(TypeProblem, match="The first argument of SQRT must be a number, not VARCHAR"):
        result_type("SQRT", "VARCHAR(5)")


@given(st.integers(*BIGINT.bounds), st.integers(*BIGINT.bounds).filter(bool))
def test_remainder_completes_the_quotient(value: int, by: int) -> None:
    remainder = call("MOD", value, by, types=[BIGINT, BIGINT])
    assert value == int(Fraction(value, by)) * by + remainder


@given(st.floats(-1e18, 1e18))
def test_rounding_to_whole_numbers_agrees_with_fractions(value: float) -> None:
    exact = Fraction(value)
    nearest = int(abs(exact) + Fraction(1, 2))
    assert round_whole(value) == (nearest if value >= 0 else -nearest)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_text_of_a_real_is_the_shortest_that_names_it(value: float) -> None:
    text = real_text(value)
    assert fit_real(float(text)) == value
    assert len(text.replace("-", "").replace(".", "").partition("e")[0].strip("0")) <= 9


def test_double_keeps_its_own_digits() -> None:
    assert call("+", 0.1, 0.2, types=[DOUBLE, DOUBLE]) == 0.1 + 0.2
