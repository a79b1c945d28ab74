"""The arithmetic of numbers: result types of the language reference, and values against exact fractions."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.errors import RowError
from sql.functions.registry import TypeProblem
from sql.types import BIGINT, DIGITS_MOST, DOUBLE, INTEGER, REAL, SMALLINT, TINYINT, Type, decimal
from tests.sql.functions.calling import call, result_type

RESULTS = [
    ("+", "SMALLINT", "SMALLINT", "SMALLINT"),
    ("-", "TINYINT", "BIGINT", "BIGINT"),
    ("/", "INTEGER", "INTEGER", "INTEGER"),
    ("*", "REAL", "REAL", "REAL"),
    ("*", "REAL", "INTEGER", "DOUBLE"),
    ("+", "DOUBLE", "DECIMAL(10,2)", "DOUBLE"),
    ("/", "DECIMAL(10,1)", "DECIMAL(10,3)", "DECIMAL(18,6)"),
    ("*", "DECIMAL(10,1)", "DECIMAL(10,3)", "DECIMAL(18,4)"),
    ("+", "DECIMAL(10,1)", "DECIMAL(10,3)", "DECIMAL(13,3)"),
    ("-", "DECIMAL(3,2)", "SMALLINT", "DECIMAL(8,2)"),
    ("/", "DECIMAL(2,1)", "INTEGER", "DECIMAL(13,12)"),
    ("/", "DECIMAL(18,6)", "DECIMAL(18,6)", "DECIMAL(18,6)"),
    ("*", "DECIMAL(18,10)", "DECIMAL(18,10)", "DECIMAL(18,18)"),
    ("+", "BIGINT", "DECIMAL(18,4)", "DECIMAL(18,4)"),
]
VALUES = [
    ("/", 5, 2, 2),
    ("/", -5, 2, -2),
    ("/", 5, -2, -2),
    ("/", Decimal("5.0"), 2, Decimal("2.500000000000")),
    ("/", Decimal("1.0"), 3, Decimal("0.333333333333")),
    ("/", Decimal("2.0"), 3, Decimal("0.666666666667")),
    ("+", Decimal("1.5"), 2, Decimal("3.5")),
    ("*", Decimal("1.5"), Decimal("-1.25"), Decimal("-1.875")),
    ("-", 7, 9, -2),
    ("/", 5.0, 2, 2.5),
    ("+", Decimal("0.1"), 0.5, 0.6),
]
FAULTY = [
    ("+", 32_767, 1, SMALLINT, "32768 is out of the range of SMALLINT."),
    ("*", 2**62, 2, BIGINT, "9223372036854775808 is out of the range of BIGINT."),
    ("/", -(2**31), -1, INTEGER, "2147483648 is out of the range of INTEGER."),
    ("*", 1e308, 10.0, DOUBLE, "The result is out of the range of DOUBLE."),
    ("*", 3e38, 2.0, REAL, "6e+38 is out of the range of REAL."),
    ("+", Decimal(10**18 - 1), Decimal(1), decimal(18), "1000000000000000000 is out of the range of DECIMAL(18,0)."),
]
WHOLES = st.sampled_from([TINYINT, SMALLINT, INTEGER, BIGINT])


@pytest.mark.parametrize(("name", "one", "other", "expected"), RESULTS)
def test_result_has_the_type_of_the_reference(name: str, one: str, other: str, expected: str) -> None:
    assert result_type(name, one, other) == expected


@pytest.mark.parametrize(("name", "one", "other", "expected"), VALUES)
def test_operator_gives_the_value_of_the_reference(name: str, one: object, other: object, expected: object) -> None:
    found = call(name, one, other)
    assert (str(found), type(found)) == (str(expected), type(expected))


@pytest.mark.parametrize(("name", "one", "other", "of", "sentence"), FAULTY)
def test_overflow_is_a_fault_of_the_row(name: str, one: object, other: object, of: Type, sentence: str) -> None:
    with pytest.raises(RowError, match="^" + sentence.replace("(", r"\(").replace(")", r"\)").replace("+", r"\+")):
        call(name, one, other, types=[of, of])


@pytest.mark.parametrize("one", [7, Decimal("1.5"), 2.5, Decimal("0.0")])
def test_division_by_zero_is_a_fault(one: object) -> None:
    with pytest.raises(ZeroDivisionError):
        call("/", one, 0)


@pytest.mark.parametrize(
    ("name", "types", "hint"),
    [("+", ("VARCHAR(3)", "VARCHAR(3)"), "join texts with"), ("*", ("VARCHAR(3)", "INTEGER"), "CAST the text")],
)
def test_operands_of_other_types_are_refused_with_a_hint(name: str, types: tuple[str, str], hint: str) -> None:
    with pytest.raises(TypeProblem, match=hint):
        result_type(name, *types)


@given(st.data(), st.sampled_from("+-*/"), WHOLES, WHOLES)
def test_whole_numbers_agree_with_fractions(data: st.DataObject, name: str, one: Type, other: Type) -> None:
    a, b = (data.draw(st.integers(*of.bounds)) for of in (one, other))
    exact = {"+": a + b, "-": a - b, "*": a * b, "/": int(Fraction(a, b)) if b else None}[name]
    wider = max(one, other, key=lambda of: of.bounds[1])
    if exact is None or not wider.bounds[0] <= exact <= wider.bounds[1]:
        with pytest.raises((RowError, ZeroDivisionError)):
            call(name, a, b, types=[one, other])
    else:
        assert call(name, a, b, types=[one, other]) == exact


@st.composite
def decimals(draw: st.DrawFn) -> tuple[Type, Decimal]:
    """Draws a DECIMAL type and a value of it."""
    size = draw(st.integers(1, DIGITS_MOST))
    scale = draw(st.integers(0, size))
    return decimal(size, scale), Decimal(draw(st.integers(-(10**size) + 1, 10**size - 1))).scaleb(-scale)


def rounded(exact: Fraction, scale: int) -> Fraction:
    """Returns a fraction rounded half away from 0: the naive oracle."""
    units = abs(exact) * 10**scale
    whole = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return Fraction(whole if exact >= 0 else -whole, 10**scale)


@given(decimals(), decimals(), st.sampled_from("+-*/"))
def test_decimals_agree_with_fractions(one: tuple[Type, Decimal], other: tuple[Type, Decimal], name: str) -> None:
    (left, a), (right, b) = one, other
    size, scale = (int(each) for each in result_type(name, str(left), str(right))[8:-1].split(","))
    if name == "/" and not b:
        with pytest.raises(ZeroDivisionError):
            call(name, a, b, types=[left, right])
        return
    x, y = Fraction(a), Fraction(b)
    exact = rounded({"+": x + y, "-": x - y, "*": x * y, "/": x / y if y else x}[name], scale)
    if abs(exact) >= 10 ** (size - scale):
        with pytest.raises(RowError):
            call(name, a, b, types=[left, right])
    else:
        found = call(name, a, b, types=[left, right])
        assert (Fraction(found), -found.as_tuple().exponent) == (exact, scale)


@given(st.data(), WHOLES)
def test_sign_changes_or_overflows(data: st.DataObject, of: Type) -> None:
    value = data.draw(st.integers(*of.bounds))
    if value == of.bounds[0]:
        with pytest.raises(RowError):
            call("NEGATE", value, types=[of])
    else:
        assert call("NEGATE", value, types=[of]) == -value
