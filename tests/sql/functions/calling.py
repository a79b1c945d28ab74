"""Calls functions as the interpreter and as generated code do, and holds the two to one answer."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from sql.functions.calendar import midnight
from sql.functions.function import FAULTS
from sql.functions.registry import NAMES, find
from sql.types import BOOLEAN, INTEGER, Kind, Type, decimal, interval

UNTYPED = re.compile(r"(?P<name>[A-Z]+)(?:\((?P<size>\d+)(?:,(?P<scale>\d+))?\)| (?P<unit>[A-Z ]+))?")


def type_of(text: str) -> Type:
    """Returns the type of a text such as DECIMAL(5,2) or INTERVAL DAY TO SECOND."""
    found = UNTYPED.fullmatch(text)
    assert found is not None, text
    return Type(Kind(found["name"]), int(found["size"] or 0), int(found["scale"] or 0), found["unit"] or "")


def literal(value: Any) -> Type:
    """Returns the type of a literal of the dialect."""
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, str):
        return Type(Kind.CHAR, len(value))
    if isinstance(value, Decimal):
        _, digits, exponent = value.as_tuple()
        return decimal(max(len(digits), -int(exponent)), -int(exponent))
    return INTEGER if isinstance(value, int) else Type(Kind.DOUBLE)


def generated(name: str, types: Sequence[Type], constants: Sequence[object]) -> Callable[..., Any] | None:
    """Returns the function that generated code is, or None where it calls the bound function."""
    function = find(name)
    assert function is not None, name
    template = function.template(types, constants)
    if template is None:
        return None
    places = [f"a{place}" for place in range(len(types))]
    return eval(f"lambda {', '.join(places)}: {template.format(*places)}", dict(NAMES))  # type: ignore[no-any-return]


def outcome(work: Callable[..., Any], values: Sequence[Any]) -> Any:
    """Returns the result, or the word `fault` for a row's fault."""
    try:
        return work(*values)
    except FAULTS:
        return "fault"


def call(name: str, *values: Any, types: Sequence[Type] | None = None, constant: bool = True) -> Any:
    """Returns the result on values of the types, or of literals; generated code must agree."""
    types = types or [literal(value) for value in values]
    constants = list(values) if constant else [None] * len(values)
    function = find(name)
    assert function is not None, name
    function.result(types, constants)
    bound = function.bind(types, constants)
    inline = generated(name, types, constants)
    if inline is not None:
        assert outcome(inline, values) == outcome(bound, values), (name, types, values)
    return bound(*values)


def result_type(name: str, *types: str, constants: Sequence[object] | None = None) -> str:
    function = find(name)
    assert function is not None, name
    return str(function.result([type_of(each) for each in types], constants or [None] * len(types)))


def at(text: str) -> int:
    """Returns the milliseconds since 1970 of `2016-09-23 04:29:26.234`, of a date, or of a time since midnight."""
    date, _, clock = text.partition(" ") if "-" in text else ("1970-01-01", "", text)
    start = midnight(*map(int, date.split("-")))
    hours, minutes, seconds = (clock or "0:0:0").split(":")
    return start + int(hours) * 3_600_000 + int(minutes) * 60_000 + round(Decimal(seconds) * 1000)


SECOND, MINUTE, HOUR, DAY = (interval(unit) for unit in ("SECOND", "MINUTE", "HOUR", "DAY"))
# Values of each type, for property tests.
POOL: dict[str, st.SearchStrategy[Any]] = {
    "TINYINT": st.integers(-128, 127),
    "INTEGER": st.integers(-(2**31), 2**31 - 1) | st.integers(-3, 3),
    "BIGINT": st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3),
    "DECIMAL(18,4)": st.decimals(-(10**13), 10**13, places=4),
    "DECIMAL(3,2)": st.decimals(-9, 9, places=2),
    "REAL": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "DOUBLE": st.floats(allow_nan=False, allow_infinity=False) | st.just(0.0),
    "CHAR(3)": st.text("ab ", min_size=3, max_size=3),
    "VARCHAR(9)": st.text("aB é1%_", max_size=9),
    "BOOLEAN": st.booleans(),
    "DATE": st.integers(0, 20_000).map(lambda days: days * 86_400_000),
    "TIME": st.integers(0, 86_399_999),
    "TIMESTAMP": st.integers(at("0001-01-01"), at("9999-12-31")),
    "INTERVAL DAY TO SECOND": st.integers(-(10**12), 10**12),
    "INTERVAL MONTH": st.integers(-1_000, 1_000),
}
TYPES = {text: type_of(text) for text in POOL}
