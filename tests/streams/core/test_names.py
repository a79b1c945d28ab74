"""Which names streams, partition keys, tickers and sites may have."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core import names


@given(st.text(max_size=130))
def test_a_stream_has_a_name_that_kinesis_takes(name: str) -> None:
    assert names.is_stream(name) == bool(re.fullmatch("[a-zA-Z0-9_.-]{1,128}", name, re.ASCII))
    assert (names.stream_fault(name) == "") == names.is_stream(name)


@given(st.text(max_size=260))
def test_a_ticker_or_site_is_printable_and_has_no_space_at_its_ends(name: str) -> None:
    assert names.is_name(name) == (0 < len(name) < 257 and name.isprintable() and name == name.strip(" "))
    assert (names.name_fault(name, "site") == "") == names.is_name(name)


@pytest.mark.parametrize(
    "name", ["BRK/B", "BRK B", "РОСН", "株式", "📈", "BRKb", "^GSPC", "M&M.NS", ".", "..", "a//b", "%2F", "é" * 256]
)
def test_name_in_use_is_accepted(name: str) -> None:
    assert names.name_fault(name, "site") == ""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "site has 1 to 256 characters; this one has 0."),
        ("x" * 257, "site has 1 to 256 characters; this one has 257."),
        ("a\nb", "site has characters that cannot be printed."),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b", "site has characters that cannot be printed."),
        (" a", "site is ' a'; it must have no space at its ends."),
    ],
)
def test_invalid_name_is_refused_with_its_fault(name: str, fault: str) -> None:
    assert names.name_fault(name, "site") == fault


@given(st.text(max_size=256))
def test_folded_name_is_the_same_for_every_case(name: str) -> None:
    assert len(names.folded(name)) <= names.MOST_NAME
    assert names.folded(name) == names.folded(name.casefold())
