"""Any request to the door is answered in words, and its records are those that a plain reader of Python's own finds."""

import csv
import gzip
import io
import json
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.http import reading
from ingest.http.keys import FieldKeys, RandomKeys
from ingest.http.refusals import RefusedError
from streams.backends.limits import MAX_RECORD
from tests.ingest.http.conftest import Send

NAMES = ["Content-Encoding", "X-Partition-Key", "Idempotency-Key", "Content-Length", "Content-Type", "Expect"]
KINDS = [*reading.READERS, "", "text/html", "application/json; charset=utf-7", "application/json; charset=\x01"]
PIECES = st.sampled_from(
    [
        *(
            b"[",
            b"]",
            b"{",
            b"}",
            b",",
            b'"',
            b"\n",
            b"\r",
            b"\0",
            b"\xff",
            b"\xef\xbb\xbf",
            b'{"a":1}',
            b'{"a":{"b":"x"}}',
        ),
        *(
            b"1e999",
            b"-",
            b"\\ud800",
            b'"\\ud800"',
            b"nul",
            b"null",
            b"[" * 2000,
            b'{"a":' * 2000,
            b"," * 3000,
            b"9" * 400,
        ),
    ]
)
BODIES = st.lists(PIECES, max_size=12).map(b"".join) | st.binary(max_size=200)
PACKED = st.sampled_from(
    [
        bytes,
        gzip.compress,
        zstandard.compress,
        lambda body: gzip.compress(body)[:-5],
        lambda body: zstandard.compress(body)[:-2],
    ]
)
TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=300)


@pytest.mark.django_db(transaction=True)
def test_no_request_makes_a_server_error_and_each_answer_is_in_words(send: Send) -> None:
    @settings(max_examples=150, deadline=None)
    @given(
        body=BODIES,
        pack=PACKED,
        kind=st.sampled_from(KINDS) | TEXT,
        headers=st.dictionaries(
            st.sampled_from(NAMES), st.sampled_from(["gzip", "zstd", "a", "-1", "9" * 5000]) | TEXT
        ),
        query=st.sampled_from(
            ["", "?key=a", "?key=a.b", "?key=" + "a." * 500, "?key=%00", "?key=%ff", "?outcomes=no&key="]
        ),
    )
    def try_one(body: bytes, pack: Any, kind: str, headers: dict[str, str], query: str) -> None:
        answer = send(pack(body), kind, query, headers=headers)
        assert answer.status_code in (200, 400, 413, 414, 415, 422), answer.content[:300]
        if answer.headers["Content-Type"].startswith("application/json"):
            told = answer.json()
            assert told.get("error") if answer.status_code != 200 else told["records"] > 0

    try_one()


def plain(line: bytes) -> bool:
    """Returns whether Python's own reader takes the line; NaN and Infinity are no JSON."""
    try:
        json.loads(line.decode(), parse_constant=lambda name: int(name))
        line.decode().encode("utf-8")
    except (ValueError, RecursionError):
        return False
    return "\\ud" not in line.decode().lower()


LINES = st.sampled_from(
    [
        b"{}",
        b'{"a": 1}',
        b"[1, 2]",
        b"7",
        b"null",
        b'"x"',
        b"",
        b"  ",
        b"{",
        b'{"a":}',
        b"NaN",
        b"01",
        b"\xff",
        b"{} {}",
    ]
)


@settings(max_examples=200)
@given(st.lists(LINES, max_size=12), st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_lines_are_taken_as_a_plain_reader_takes_them(lines: list[bytes], end: bytes, last: bool) -> None:
    found = reading.read("application/x-ndjson", end.join(lines) + end * last, RandomKeys(), MAX_RECORD)
    kept = {number: line for number, line in enumerate(lines, 1) if line.strip()}
    assert dict(zip(found.lines, found.datas, strict=True)) == {at: line for at, line in kept.items() if plain(line)}
    assert list(found.faults) == [at for at, line in kept.items() if not plain(line)]
    order = [line for line, _ in reading.outcomes_in_order(found)]
    assert order == sorted(kept)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text('ab\u00e9"\\', max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b", "c.d"]), inner, max_size=2),
    max_leaves=6,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(["a", "b"]), VALUES), st.sampled_from(["a", "a.b", "b.0", "a.c\\.d"]))
def test_key_of_a_field_is_that_of_a_plain_reader(record: dict[str, Any], path: str) -> None:
    value: Any = record
    for step in path.replace("\\.", "\0").split("."):
        try:
            value = value[int(step) if isinstance(value, list) else step.replace("\0", ".")]
        except (LookupError, TypeError, ValueError):
            value = None
    if isinstance(value, str):
        expected = [value] if value else []
    else:
        expected = [] if value is None or isinstance(value, dict | list) else [json.dumps(value)]
    body = json.dumps([record]).encode()
    found = reading.read("application/json", body, FieldKeys(path), MAX_RECORD)
    assert (found.keys, len(found.faults)) == (expected, 1 - len(expected))


@settings(max_examples=100)
@given(st.lists(st.lists(st.text('a1,"\n \u00e9', max_size=4), min_size=2, max_size=3), max_size=5))
def test_csv_is_taken_as_pythons_own_reader_takes_it(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["x", "y"], *rows])
    found = reading.read("text/csv", out.getvalue().encode(), RandomKeys(), MAX_RECORD)
    good = [dict(zip("xy", row, strict=True)) for row in rows if len(row) == 2]
    told = [{name: str(value) for name, value in json.loads(data).items()} for data in found.datas]
    assert (told, len(found.faults)) == (good, len(rows) - len(good))


@pytest.mark.parametrize("levels", [100, 200_000])
def test_deep_nesting_is_refused_or_taken_but_never_crashes(levels: int) -> None:
    body = b"[" * levels + b"]" * levels
    found = reading.read("application/x-ndjson", body + b"\n{}", RandomKeys(), MAX_RECORD)
    assert [line for line in found.lines if line == 2] == [2]
    try:
        assert reading.read("application/json", body, RandomKeys(), MAX_RECORD).datas
    except RefusedError as refused:
        assert "too many levels" in str(refused)
