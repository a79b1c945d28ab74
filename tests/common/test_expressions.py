"""Tests the expressions of people: what they match is what `re` matches, and no text keeps them busy."""

import re
import time
from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.backtracking import is_linear
from common.expressions import MOST_LENGTH, compiled

SLOW = [  # each takes `re` many years for LINE
    "(a+)+b", "(a|a)*b", "(a|aa)+b", "(?:a*)*b", "(?:a*a*)*b", "a*a*a*a*a*b", "(.*)(.*)(.*)(.*)(.*)x", r"(\w+\s?)*b",
    "(?:a?){50}a{50}b", "(?:a|a.)(?:a|a.)(?:a|a.)(?:a|a.)(?:a|a.)(?:a|a.)(?:a|a.)(?:a|a.)b", "(?i)a*A*a*A*a*b",
    "(?=a*a*a*a*a*b)a", "(?:a+b?)+c", r"(?:\w|\d|a)+-",
]  # fmt: skip
LINE = b"a" * 60_000
ATOMS = st.sampled_from(["a", "b", "é", ".", "[ab]", "[^a]", r"\w", r"\s", "(?=a)", "(?!b+)"])


def _grown(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeated = st.tuples(part, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?"])).map(
        lambda it: f"(?:{it[0]}){it[1]}"
    )
    return (
        repeated
        | st.lists(part, max_size=4).map("".join)
        | st.lists(part, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})")
    )


@given(st.recursive(ATOMS, _grown, max_leaves=8), st.binary(max_size=9), st.text("ab \n", max_size=9), st.booleans())
def test_expression_matches_as_re_does(text: str, other: bytes, subject: str, searched: bool) -> None:
    try:
        found = compiled(text, searched=searched)
    except ValueError:
        return
    oracle = re.compile(text.encode())
    for data in (subject.encode(), other.replace(b"\v", b"")):
        for name in ("match", "fullmatch", "search"):
            ours, theirs = getattr(found, name)(data), getattr(oracle, name)(data)
            assert (ours and (ours.span(), tuple(ours.groups()))) == (theirs and (theirs.span(), theirs.groups()))


@pytest.mark.parametrize("text", SLOW)
def test_expression_takes_linear_time_or_is_refused(text: str) -> None:
    began = time.process_time()
    try:
        found = compiled(text)
    except ValueError:
        return
    assert (found.fullmatch(LINE), found.match(LINE + b"!") and "match") in [(None, None), (None, "match")]
    assert time.process_time() - began < 1


@given(st.recursive(ATOMS, _grown, max_leaves=12).filter(lambda text: is_linear(text.encode())))
def test_linear_form_takes_little_time_in_re(text: str) -> None:
    matched = re.compile(text.encode()).fullmatch
    began = time.process_time()
    for line in (b"a" * 3000 + b"!", b"ab" * 1500 + b"!", b"b " * 1500 + b"\n"):
        matched(line)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("text", [
    r"^(?!\s|Caused by)", r'(\S+) (\S+) \[([^\]]+)\] "([^"]*)" (\d+|-)(?: .*)?',
    r"\d{4}-\d\d-\d\dT", r"(?P<word>\w+) .*",
])  # fmt: skip
def test_common_expressions_are_run_by_re(text: str) -> None:
    assert isinstance(compiled(text), re.Pattern)


@pytest.mark.parametrize(("text", "why"), [
    ("(", "Python's re cannot read it"), ("x" * (MOST_LENGTH + 1), "more than 10,000"), (r"(a+)+\1", "leave out"),
    ("(?:(?:(?:a{1,9}b){1,9}c){1,99}d)*e", "leave out"), ("(a*)*", "leave out"), ("(?:ab{,3})+", "leave out"),
    ("(?:a[[:alpha:]])+", "leave out"), ("(?=(a+)+b)a", "leave out"), ("(" * 400 + ")" * 400, "cannot read it"),
])  # fmt: skip
def test_expression_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        compiled(text)


@pytest.mark.parametrize(("text", "by_re"), [
    (r"user=(\w+)", True), ("ab*", True), ("(?:x|y)a{2}", True), ("", True), ("a+b", False), ("(a+)b?", False),
    ("a*b*", False),
])  # fmt: skip
def test_search_is_run_by_re_if_no_start_can_cost_more_than_its_form(text: str, by_re: bool) -> None:
    assert isinstance(compiled(text, searched=True), re.Pattern) == by_re


def test_letters_of_a_search_are_found_in_the_midst() -> None:
    found = compiled(rf"user=([{ascii_letters}]+)", searched=True).search(b"a user=bob b")
    assert (found.group(1), found.span()) == (b"bob", (2, 10))
