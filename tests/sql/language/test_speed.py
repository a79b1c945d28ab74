"""Texts as long as a script may be are read in a time that grows with their length alone."""

import time

import pytest

from sql.errors import ScriptError
from sql.language import parse

LONG = 100_000


@pytest.mark.parametrize(
    "text", ["(" * LONG, "(" * 199 + "SELECT " + "a," * 40_000, "((((SELECT 1 FROM t) UNION " * 3_000]
)
def test_nested_text_is_refused_in_a_second(text: str) -> None:
    started = time.process_time()
    with pytest.raises(ScriptError, match="nesting is too deep"):
        parse("SELECT STREAM " + text)
    assert time.process_time() - started < 3  # it was a quarter; looking ahead from each parenthesis took a minute
