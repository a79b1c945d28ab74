"""Fields of sampled records, against a naive count, and within bounds that no record moves."""

import json
from collections import defaultdict
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.core.filters import kind
from streams.core.records import Record
from streams.core.sampling import DEEPEST, EXAMPLE, FIELDS, LARGEST, NAME, RECORDS, SAMPLE_BYTES, Sample, sample

NAMES = st.text("abé", min_size=1, max_size=3)
LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
VALUES = st.recursive(LEAVES, lambda inner: st.dictionaries(NAMES, inner, max_size=3), max_leaves=8)


def record(data: bytes) -> Record:
    return (0, 0, "s", "k", data)


def paths(value: Any, prefix: str = "", depth: int = 1) -> dict[str, str]:
    """Returns the kind of each field, the naive way."""
    found: dict[str, str] = {}
    for name, inner in value.items() if isinstance(value, dict) else ():
        path = f"{prefix}{name}"
        deeper = isinstance(inner, dict) and inner and depth < DEEPEST
        found |= paths(inner, f"{path}.", depth + 1) if deeper else {path: kind(inner)}
    return found


@given(st.lists(VALUES, max_size=12))
def test_fields_agree_with_a_naive_count(values: list[Any]) -> None:
    wanted: dict[str, list[str]] = defaultdict(list)
    for value in values:
        for name, its_kind in paths(value).items():
            wanted[name].append(its_kind)
    found = sample([record(json.dumps(value).encode()) for value in values])
    assert (found.read, found.json, found.more) == (len(values), len(values), False)
    assert {each.name: (set(each.kinds), round(each.share * found.read)) for each in found.fields} == {
        name: (set(kinds), len(kinds)) for name, kinds in wanted.items()
    }


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_bytes_are_counted_by_kind(datas: list[bytes]) -> None:
    found = sample(map(record, datas))
    assert found.json + found.text + found.binary + found.large == found.read == len(datas)


def test_sample_says_which_records_it_cannot_look_into() -> None:
    datas = [b'{"a": 1}', b"GET /", b"\xff", b'"' + b"x" * LARGEST + b'"']
    assert sample(map(record, datas))._replace(fields=()) == Sample(4, 1, 1, 1, 1)


def test_hostile_records_stay_within_the_bounds() -> None:
    wide = json.dumps({f"f{number}": number for number in range(3000)}).encode()
    long = json.dumps({"x" * 500: 1, "text": "y" * 500}).encode()
    deep = b'{"a":' * 500 + b"1" + b"}" * 500
    found = sample(map(record, [wide, long, deep, b'{"a": "\\ud800"}', b'{"\\u202e": 1e400}', b"[" * 900 + b"]" * 900]))
    assert (found.read, len(found.fields), found.more) == (6, FIELDS, True)
    assert max(len(each.name) for each in found.fields) <= NAME * 6
    assert max(len(each.example) for each in found.fields) <= EXAMPLE * 6 + 1


def test_sample_ends_after_some_records_or_bytes() -> None:
    endless = iter(lambda: record(b"{}"), None)
    assert sample(endless).read == RECORDS
    large = iter(lambda: record(b" " * (LARGEST - 2) + b"{}"), None)
    assert sample(large).read == SAMPLE_BYTES // LARGEST


def test_first_seen_value_is_the_example_without_control_characters() -> None:
    [field] = sample([record(b'{"a": "\\u202eno"}'), record(b'{"a": 2}')]).fields
    assert (field.kinds, field.example, field.share) == (("text", "number"), '"\\u202eno"', 1.0)
