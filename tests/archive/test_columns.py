"""Columns hold every value of any JSON object, or the record keeps its text."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.columns import decode, objects

NAMES = st.sampled_from(["a", "b", "c", "_raw", "_arrived", "", "é"])
NUMBERS = st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=5))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(NAMES, inner, max_size=2)),
    max_leaves=4,
)
WRITTEN = [
    "1.50",
    "1e2",
    "-0.0",
    "-0",
    "1E5",
    "0.10",
    "100",
    "12345678901234567890.5",
    "0.1",
    "[1.0, 2.00]",
    '{"x": 1.5}',
]
RECORDS = st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=6)


def again(datas: list[bytes], known: dict[str, str]) -> list[Any]:
    """Returns the objects that come out of the columns."""
    decoded = decode(datas, known)
    held = {name: column.to_pylist() for name, column in decoded.columns.items()}
    return [json.loads(text) for text in objects(held, known | decoded.kinds, decoded.raw)]


def without_nulls(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}


def exact(value: Any) -> str:
    return json.dumps(value, sort_keys=True)  # 1, 1.0 and true differ


@given(RECORDS)
@settings(max_examples=200)
def test_columns_give_every_value_back(records: list[dict[str, Any]]) -> None:
    datas = [json.dumps(record).encode() for record in records]
    wanted = [exact(without_nulls(record)) for record in records]
    assert [exact(without_nulls(record)) for record in again(datas, {})] == wanted


@given(st.lists(st.tuples(NAMES, st.sampled_from(WRITTEN)), max_size=4))
def test_columns_give_each_number_back_as_it_was_written(fields: list[tuple[str, str]]) -> None:
    text = "{" + ", ".join(f"{json.dumps(name)}: {number}" for name, number in fields) + "}"
    decoded = decode([text.encode()], {})
    held = {name: column.to_pylist() for name, column in decoded.columns.items()}
    [back] = objects(held, decoded.kinds, decoded.raw)
    assert numbers(back.decode()) == numbers(text)


def numbers(text: str) -> Any:
    return json.loads(text, parse_float=lambda digits: ("float", digits), parse_int=lambda digits: ("int", digits))


def test_decode_keeps_the_text_when_a_value_is_of_another_kind() -> None:
    decoded = decode([b'{"n": 1}', b'{"n": "x"}', b'{"n": 1.0}', b'{"n": 9223372036854775808}'], {"n": "whole"})
    assert decoded.raw == [None, b'{"n": "x"}', b'{"n": 1.0}', b'{"n": 9223372036854775808}']
    assert decoded.columns["n"].to_pylist() == [1, None, None, None]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "not-json"),
        (b"\xff", "not-json"),
        (b"[1]", "not-an-object"),
        (b"7", "not-an-object"),
        (b'{"a":' * 5000, "not-json"),
    ],
)
def test_decode_refuses_what_is_no_object_and_keeps_the_others(data: bytes, reason: str) -> None:
    decoded = decode([b'{"n": 1}', data, b'{"n": 2}'], {})
    assert (decoded.refused, decoded.columns["n"].to_pylist()) == ({1: reason}, [1, 2])


def test_decode_bounds_the_columns_that_senders_choose() -> None:
    datas = [json.dumps({f"f{number}": number for number in range(300)}).encode()]
    decoded = decode(datas, {})
    assert (len(decoded.columns), decoded.raw) == (200, datas)
