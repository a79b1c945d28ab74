"""Tests the forms of text from outside, for any text: lone surrogates, control characters, and any length."""

import json

from hypothesis import given
from hypothesis import strategies as st

from common.text import clause, cut, escaped, one_line, only_ascii, quoted, shortened, storable

ANY = st.text(st.characters(exclude_categories=[]), max_size=60) | st.text(
    "a\0\n\x1b\u202e\ud800\U000e0041é…", max_size=60
)
MOST = st.integers(1, 80)


def is_harmless(text: str) -> bool:
    return all(character.isprintable() or character in "\u00a0\u202f\u3000" for character in text)


@given(ANY)
def test_escapes_are_those_of_json(text: str) -> None:
    text = text.replace("\\", "/").replace('"', "'")
    read = json.loads(f'"{escaped(text)}"')
    assert (read.encode("utf-16-be", "surrogatepass"), is_harmless(escaped(text))) == (
        text.encode("utf-16-be", "surrogatepass"),
        True,
    )


@given(ANY, MOST)
def test_line_of_a_log_is_harmless_and_bounded(text: str, most: int) -> None:
    line = one_line(text, most)
    assert (is_harmless(line), len(line) <= most) == (True, True)


@given(ANY, MOST)
def test_storable_text_is_utf_8_without_nul_and_bounded(text: str, most: int) -> None:
    stored = storable(text, most)
    assert (b"\0" in stored.encode(), len(stored) <= most) == (False, True)
    assert (storable(text) == text) == all(one != "\0" and not "\ud800" <= one <= "\udfff" for one in text)


@given(ANY, MOST)
def test_ascii_text_is_printable_and_bounded(text: str, most: int) -> None:
    plain = only_ascii(text, most)
    assert (plain.isascii(), plain.isprintable(), len(plain) <= most) == (True, True, True)


@given(ANY, MOST)
def test_cut_text_is_the_beginning_and_a_mark(text: str, most: int) -> None:
    assert cut(text, most) == (text if len(text) <= most else text[: most - 1] + "…")


def test_escapes_are_the_same_for_every_purpose() -> None:
    text = "\0\ud800"
    assert {escaped(text), one_line(text, 99), storable(text, 99), only_ascii(text, 99)} == {"\\u0000\\ud800"}


def test_sentence_about_a_long_text_is_short() -> None:
    assert quoted("a\x1b" * 100, 3) == r"'a\x1ba…'"
    assert shortened("begin" + "x" * 99 + "end", 10) == "begin…xxend"
    assert clause("It  broke.\n ") == "It broke"
