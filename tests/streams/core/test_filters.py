"""Filters of records are typed: true finds true, > 80 finds numbers, and nothing a sender chooses raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core import filters, showing

RECORD = {
    "ok": True,
    "temperature": 81.5,
    "name": "boiler 7",
    "seven": 7,
    "text": "7",
    "none": None,
    "tags": ["hot", 7, True],
    "inner": {"list": [{"c": "deep"}], "x.y": 1},
    "a.b": "dotted",
}


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("ok", "=", "true", True),
        ("ok", "=", "True", False),
        ("ok", "=", "1", False),
        ("temperature", ">", "80", True),
        ("temperature", ">", "81.5", False),
        ("temperature", ">=", "81.5", True),
        ("temperature", "<", "1e2", True),
        ("temperature", ">", "abc", False),
        ("seven", "=", "7", True),
        ("seven", "=", "7.0", True),
        ("seven", "=", '"7"', False),
        ("text", "=", '"7"', True),
        ("text", "=", "7", False),
        ("seven", "!=", "8", True),
        ("none", "=", "null", True),
        ("name", "=", "boiler 7", True),
        ("name", "contains", "7", True),
        ("name", "<", "c", True),
        ("tags", "contains", "hot", True),
        ("tags", "contains", "true", True),
        ("tags", "contains", "cold", False),
        ("tags[1]", "=", "7", True),
        ("inner.list[0].c", "=", "deep", True),
        ("a.b", "=", "dotted", True),
    ],
)
def test_a_field_is_compared_by_its_type(field: str, operator: str, value: str, expected: bool) -> None:
    asked = filters.condition(field, operator, value)
    assert asked is not None
    assert asked.takes(asked.find(RECORD)) == expected


@pytest.mark.parametrize("field", ["temprature", "inner.list[1]", "ok.x", "tags.x", "inner[0]", "[0]", "a..b"])
def test_absent_field_is_missing(field: str) -> None:
    asked = filters.condition(field, "=", "1")
    assert asked is not None
    assert asked.find(RECORD) is filters.MISSING


@pytest.mark.parametrize(
    ("field", "operator", "value", "sentence"),
    [
        ("a", "~", "1", "'~' is no operator: choose one of = != > >= < <= contains"),
        ("", "=", "1", "Name the field, or choose contains to search whole records"),
        ("a", ">", "true", "> compares numbers, and text with text; 'true' is neither"),
    ],
)
def test_filter_without_meaning_is_refused(field: str, operator: str, value: str, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:
        filters.condition(field, operator, value)
    assert str(refused.value) == sentence


def test_fields_of_a_record_are_listed_with_their_kinds() -> None:
    known: dict[str, str] = {}
    filters.fields(RECORD, known)
    assert known == {
        "ok": "true/false", "temperature": "number", "name": "text", "seven": "number", "text": "text", "none": "null",
        "tags[0]": "text", "inner.list[0].c": "text", "inner.x.y": "number", "a.b": "text",
    }  # fmt: skip


def test_fields_of_a_record_are_listed_in_part_when_many() -> None:
    known: dict[str, str] = {}
    filters.fields({str(number): number for number in range(100_000)}, known)
    assert len(known) == filters.MOST_FIELDS


@given(data=st.binary(max_size=60), field=st.text(max_size=20), operator=st.sampled_from(filters.OPERATORS))
def test_filter_never_fails_on_any_record_or_field(data: bytes, field: str, operator: str) -> None:
    value = showing.value_of(data)
    asked = filters.condition(field, "contains" if not field else operator, data.decode(errors="replace") or "x")
    assert asked is not None
    assert asked.takes(asked.find(value)) in (True, False)
