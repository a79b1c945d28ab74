"""CAST and the conversions of INSERT: the table of the reference, rounding, texts that fit or not, round trips."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.errors import Fault, RowError
from sql.functions.casting import (
    assign_inline,
    assign_to,
    cast_inline,
    cast_to,
    castable,
    refuse_text,
    same,
)
from sql.functions.function import FAULTS
from sql.functions.registry import NAMES, TypeProblem
from sql.functions.rules import aggregate_result, assignable, common_type
from sql.functions.values import fit_real
from sql.functions.writing import longest
from sql.types import (
    BIGINT,
    DATE,
    DOUBLE,
    INTEGER,
    REAL,
    SMALLINT,
    TIME,
    TIMESTAMP,
    Family,
    Kind,
    Type,
    decimal,
    varchar,
)
from tests.sql.functions.calling import POOL, TYPES, at, outcome, type_of

CASTS: list[tuple[str, Any, str, Any]] = [
    ("DECIMAL(2,1)", Decimal("-1.5"), "INTEGER", -2),
    ("DOUBLE", 2.5, "INTEGER", 3),
    ("DOUBLE", 0.49999999999999994, "INTEGER", 0),
    ("DOUBLE", -0.4, "SMALLINT", 0),
    ("VARCHAR(9)", " 12.7 ", "INTEGER", 13),
    ("VARCHAR(9)", "1e2", "BIGINT", 100),
    ("DECIMAL(3,1)", Decimal("4.7"), "DECIMAL(18,0)", Decimal(5)),
    ("DOUBLE", 0.285, "DECIMAL(4,2)", Decimal("0.29")),
    ("DECIMAL(5,2)", Decimal("-0.40"), "DECIMAL(5,0)", Decimal(0)),
    ("REAL", fit_real(0.1), "VARCHAR(20)", "0.1"),
    ("DOUBLE", 16777217.0, "REAL", 16777216.0),
    ("REAL", fit_real(16777217.0), "VARCHAR(20)", "16777216"),
    ("DOUBLE", 1e22, "VARCHAR(20)", "1E22"),
    ("DOUBLE", 12345678.9, "VARCHAR(20)", "12345678.9"),
    ("DECIMAL(5,2)", Decimal("7.50"), "VARCHAR(9)", "7.50"),
    ("INTEGER", -42, "CHAR(5)", "-42  "),
    ("BOOLEAN", True, "VARCHAR(5)", "TRUE"),
    ("VARCHAR(9)", "fAlse ", "BOOLEAN", False),
    ("DATE", at("2008-08-23"), "VARCHAR(10)", "2008-08-23"),
    ("DATE", at("2008-08-23"), "CHAR(12)", "2008-08-23  "),
    ("VARCHAR(20)", "2008-08-23", "DATE", at("2008-08-23")),
    ("VARCHAR(30)", "2008-08-23 11:12:13.5", "TIMESTAMP", at("2008-08-23 11:12:13.5")),
    ("VARCHAR(30)", "2008-08-23", "TIMESTAMP", at("2008-08-23")),
    ("TIMESTAMP", at("2008-08-23 11:12:13"), "VARCHAR(19)", "2008-08-23 11:12:13"),
    ("TIMESTAMP", at("2008-08-23 11:12:13"), "TIME", at("11:12:13")),
    ("TIMESTAMP", at("1969-12-31 23:59:59"), "DATE", at("1969-12-31")),
    ("TIME", at("11:12:13"), "TIMESTAMP", at("1970-01-01 11:12:13")),
    ("VARCHAR(9)", "abcdef", "VARCHAR(3)", "abc"),
    ("CHAR(3)", "ab ", "VARCHAR(2)", "ab"),
    ("INTERVAL MINUTE TO SECOND", 371_000, "VARCHAR(8)", "+6:11"),
    ("INTERVAL DAY TO HOUR", -187_200_000, "VARCHAR(8)", "-2 04"),
    ("INTERVAL DAY TO SECOND", 173_171_500, "VARCHAR(20)", "+2 00:06:11.500"),
    ("INTERVAL YEAR TO MONTH", 52, "VARCHAR(20)", "+4-04"),
    ("INTERVAL MINUTE", 371_000, "BIGINT", 6),
    ("INTERVAL SECOND", -1_290, "BIGINT", -1),
    ("INTERVAL SECOND", 1_250, "DECIMAL(5,1)", Decimal("1.3")),
    ("VARCHAR(8)", "+6:11", "INTERVAL MINUTE TO SECOND", 371_000),
    ("VARBINARY(3)", b"abc", "BINARY(5)", b"abc\0\0"),
]
FAULTY: list[tuple[str, Any, str, Fault]] = [
    ("DATE", at("2008-08-23"), "VARCHAR(9)", Fault.CAST),
    ("TIMESTAMP", at("2008-08-23 11:12:13"), "CHAR(18)", Fault.CAST),
    ("INTEGER", 12345, "VARCHAR(3)", Fault.CAST),
    ("INTEGER", 40_000, "SMALLINT", Fault.ARITHMETIC),
    ("DOUBLE", 1e300, "BIGINT", Fault.ARITHMETIC),
    ("DOUBLE", 1e300, "DECIMAL(18,2)", Fault.ARITHMETIC),
    ("DOUBLE", 1e300, "REAL", Fault.ARITHMETIC),
    ("VARCHAR(9)", "abc", "INTEGER", Fault.CAST),
    ("VARCHAR(9)", "1_000", "DOUBLE", Fault.CAST),
    ("VARCHAR(9)", "nan", "DOUBLE", Fault.CAST),
    ("VARCHAR(9)", "1e99999", "BIGINT", Fault.ARITHMETIC),
    ("VARCHAR(9)", "maybe", "BOOLEAN", Fault.CAST),
    ("VARCHAR(9)", "UNKNOWN", "BOOLEAN", Fault.CAST),
    ("VARCHAR(20)", "2008-02-30", "DATE", Fault.CAST),
    ("VARCHAR(20)", "25:00:00", "TIME", Fault.CAST),
    ("VARCHAR(8)", "6:71", "INTERVAL MINUTE TO SECOND", Fault.CAST),
]
REFUSED = [
    ("TIMESTAMP", "BIGINT", "use UNIX_TIMESTAMP"),
    ("BIGINT", "TIMESTAMP", "use TO_TIMESTAMP"),
    ("BOOLEAN", "INTEGER", "use CASE"),
    ("DATE", "TIME", "cannot be cast"),
    ("TIME", "DATE", "cannot be cast"),
    ("VARBINARY(3)", "VARCHAR(3)", "cannot be cast"),
    ("INTERVAL MONTH", "INTERVAL DAY", "cannot be cast"),
]


def inlined(source: Type, target: Type, value: Any) -> Any:
    """Returns the value that generated code gives, or None if it calls the function."""
    template = cast_inline(source, target)
    return None if template is None else outcome(eval(f"lambda a: {template.format('a')}", dict(NAMES)), [value])


@pytest.mark.parametrize(("source", "value", "target", "expected"), CASTS)
def test_cast_gives_the_value_of_the_reference(source: str, value: Any, target: str, expected: Any) -> None:
    one, other = type_of(source), type_of(target)
    found = cast_to(one, other)(value)
    assert (found, type(found)) == (expected, type(expected))
    assert inlined(one, other, value) in {None, expected}


@pytest.mark.parametrize(("source", "value", "target", "fault"), FAULTY)
def test_cast_that_fails_is_a_fault_of_the_row(source: str, value: Any, target: str, fault: Fault) -> None:
    with pytest.raises(RowError) as found:
        cast_to(type_of(source), type_of(target))(value)
    assert found.value.fault == fault


@pytest.mark.parametrize(("source", "target", "words"), REFUSED)
def test_cast_outside_the_table_is_refused_with_the_mend(source: str, target: str, words: str) -> None:
    with pytest.raises(TypeProblem, match=words):
        cast_to(type_of(source), type_of(target))


def test_insert_cuts_texts_or_refuses_them_as_asked() -> None:
    cuts: list[int] = []

    def count(text: str, length: int) -> str:
        cuts.append(len(text))
        return text[:length]

    store = assign_to(varchar(9), varchar(3), count)
    assert ([store("ab"), store("abcd")], cuts) == (["ab", "abc"], [4])
    with pytest.raises(RowError, match="A text of 4 characters does not fit into 3") as found:
        assign_to(varchar(9), varchar(3), refuse_text)("abcd")
    assert found.value.fault == Fault.COERCION
    assert assign_to(varchar(2), type_of("CHAR(4)"))("ab") == "ab  "


def test_insert_rounds_numbers_and_refuses_types_that_need_a_cast() -> None:
    assert assign_to(DOUBLE, INTEGER)(-1.5) == -2
    assert assign_to(decimal(3, 1), decimal(18))(Decimal("4.7")) == 5
    assert assign_to(SMALLINT, BIGINT) is same
    with pytest.raises(TypeProblem, match=r"write CAST\(… AS INTEGER\)"):
        assign_to(varchar(9), INTEGER)
    assert [assignable(varchar(1), TIMESTAMP), assignable(DATE, TIMESTAMP), assignable(TIME, TIME)] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["SMALLINT", "BIGINT"], "BIGINT"),
        (["INTEGER", "DECIMAL(5,2)"], "DECIMAL(12,2)"),
        (["REAL", "REAL"], "REAL"),
        (["REAL", "DECIMAL(5,2)"], "DOUBLE"),
        (["CHAR(2)", "CHAR(2)"], "CHAR(2)"),
        (["CHAR(2)", "VARCHAR(5)"], "VARCHAR(5)"),
        (["NULL", "TIMESTAMP"], "TIMESTAMP"),
        (["NULL"], "NULL"),
        (["INTERVAL DAY", "INTERVAL HOUR"], "INTERVAL DAY TO HOUR"),
    ],
)
def test_common_type_holds_all(types: list[str], expected: str) -> None:
    assert str(common_type([type_of(each) for each in types])) == expected


@pytest.mark.parametrize(("one", "other"), [("VARCHAR(3)", "INTEGER"), ("DATE", "TIMESTAMP"), ("BOOLEAN", "INTEGER")])
def test_types_without_a_common_type_are_named(one: str, other: str) -> None:
    with pytest.raises(TypeProblem, match="have no common type"):
        common_type([type_of(one), type_of(other)])


@pytest.mark.parametrize(
    ("name", "of", "integer_avg", "expected"),
    [
        ("COUNT", "VARCHAR(3)", "kda", "BIGINT"),
        ("SUM", "SMALLINT", "kda", "BIGINT"),
        ("SUM", "DECIMAL(5,2)", "kda", "DECIMAL(18,2)"),
        ("AVG", "INTEGER", "kda", "INTEGER"),
        ("AVG", "INTEGER", "exact", "DOUBLE"),
        ("AVG", "DECIMAL(5,2)", "kda", "DECIMAL(5,2)"),
        ("MAX", "TIMESTAMP", "kda", "TIMESTAMP"),
        ("STDDEV_SAMP", "INTEGER", "kda", "DOUBLE"),
        ("EVERY", "BOOLEAN", "kda", "BOOLEAN"),
    ],
)
def test_aggregate_has_its_type(name: str, of: str, integer_avg: str, expected: str) -> None:
    assert str(aggregate_result(name, type_of(of), integer_avg)) == expected


@given(st.data())
def test_cast_to_text_and_back_gives_the_value(data: st.DataObject) -> None:
    of, values = data.draw(
        st.sampled_from([
            (BIGINT, st.integers(*BIGINT.bounds)),
            (DOUBLE, st.floats(allow_nan=False, allow_infinity=False)),
            (REAL, st.floats(width=32, allow_nan=False, allow_infinity=False)),
            (decimal(18, 4), st.decimals(-(10**13), 10**13, places=4)),
            (TIMESTAMP, st.integers(at("0001-01-01"), at("9999-12-31"))),
            (TIME, st.integers(0, 86_399_999)),
            (type_of("INTERVAL DAY TO SECOND"), st.integers(-(10**12), 10**12)),
            (type_of("INTERVAL SECOND"), st.integers(-(10**12), 10**12)),
        ])
    )  # fmt: skip
    value = data.draw(values)
    assert cast_to(varchar(60), of)(cast_to(of, varchar(60))(value)) == value


def is_total(source: Type, target: Type) -> bool:
    """Returns whether a CAST, or an INSERT that cuts texts, cannot fail for any value of the source."""
    if cast_to(source, target) is same or source.family == target.family == Family.TEXT:
        return True
    if source.is_numeric and target.kind == Kind.DOUBLE:
        return True
    return target.family == Family.TEXT and target.size >= longest(source)


@given(st.data())
def test_generated_conversion_agrees_and_a_total_one_never_fails(data: st.DataObject) -> None:
    source, target = (data.draw(st.sampled_from(sorted(POOL))) for _ in range(2))
    one, other = TYPES[source], TYPES[target]
    value = data.draw(POOL[source])
    if castable(one, other):
        found = outcome(cast_to(one, other), [value])
        assert inlined(one, other, value) in {None, found}
        assert not (is_total(one, other) and found == "fault")
    if assignable(one, other):
        found = outcome(assign_to(one, other), [value])
        template = assign_inline(one, other)
        assert template is None or outcome(eval(f"lambda a: {template.format('a')}", dict(NAMES)), [value]) == found
        assert not (is_total(one, other) and found == "fault")


@given(st.text(max_size=40), st.sampled_from([INTEGER, DOUBLE, decimal(9, 2), DATE, TIME, TIMESTAMP]))
def test_any_text_is_cast_or_a_fault_of_the_row(text: str, of: Type) -> None:
    try:
        cast_to(varchar(60), of)(text)
    except FAULTS as fault:
        assert isinstance(fault, RowError)
