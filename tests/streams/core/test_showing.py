"""Bytes that somebody else chose, shown: never an error, never more than was asked for, never a control character."""

import json
import tracemalloc

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.text import escaped
from streams.core import showing

MIB = 1 << 20
DEEP = b"[" * 900 + b"1," * 500_000 + b"1" + b"]" * 900
WIDE = b"[" + b"[]," * 340_000 + b"[]]"
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
hostile = st.one_of(
    st.binary(max_size=200),
    values.map(lambda value: json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")),
    st.integers(900, 1100).map(lambda depth: b"[" * depth + b"]" * depth),
)


@given(data=hostile)
@example(b'{"note":"caf\xe9"}')
@example(b"[" * 953 + b"]" * 953)
@example(b"[" * 400_000)
@example(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)
@example(b"1" * 5000)
@example(b"[1e9999,NaN]")
@example('"\x9b\u202e\x7f"'.encode())
def test_any_bytes_are_shown_without_an_error_or_a_control_character(data: bytes) -> None:
    line = showing.json_line(showing.member(data))
    layout = showing.laid_out(data)
    assert "data" in msgspec.json.decode(line, type=dict[str, msgspec.Raw]) or b"data_base64" in line.encode()
    assert line.isascii() or escaped(line) == line
    assert escaped(showing.in_line(data)) == showing.in_line(data)
    assert escaped(layout.text or "", "\n\t") == (layout.text or "")
    showing.value_of(data)


@given(value=values)
def test_json_is_laid_out_as_msgspec_does(value: object) -> None:
    data = json.dumps(value).encode()
    expected = msgspec.json.format(data, indent=2).decode()
    assert showing.laid_out(data) == ("JSON", expected, False)


@given(value=values, most=st.integers(1, 200))
def test_truncated_json_is_a_prefix_of_the_whole(value: object, most: int) -> None:
    data = json.dumps(value, ensure_ascii=False).encode(errors="replace")
    whole, part = showing.laid_out(data), showing.laid_out(data, most)
    assert (whole.text or "").startswith((part.text or "").rstrip())
    assert part.cut == (part.text != whole.text)


@given(value=values)
def test_json_line_holds_the_record_unchanged(value: object) -> None:
    data = json.dumps(value).encode()
    assert json.loads(showing.json_line({"a": 1, **showing.member(data)})) == {"a": 1, "data": value}


@pytest.mark.parametrize("data", [DEEP, WIDE, b'"' + b"x" * MIB, b"\xff" * MIB, b"[" * MIB])
def test_a_large_record_is_shown_in_little_memory(data: bytes) -> None:
    tracemalloc.start()
    showing.laid_out(data)
    showing.in_line(data)
    showing.member(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * MIB


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日本", "plain é 日本"),
        ("\x1b]0;owned\x07", "\\u001b]0;owned\\u0007"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x7f\x9b", "\\u007f\\u009b"),
        ("\u202e\u2066\u200b\u2028", "\\u202e\\u2066\\u200b\\u2028"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\udb40\\udc41"),
    ],
)
def test_control_and_format_characters_are_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown
