"""TOML of people is read in bounded time, and each text that cannot be read has one kind of error."""

import pytest

from common.toml import TomlError, parsed


def test_text_is_parsed_to_its_values() -> None:
    assert parsed('a = 1\n[b]\nc = "x"') == {"a": 1, "b": {"c": "x"}}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a = 1\nb = ]", 2, "Invalid value"),
        ("a = 1\nb =", 2, "Invalid value"),
        ("a = 2026-02-30", 1, "Invalid date or datetime"),
        ("a = " + "9" * 5000, 0, "it has a number of more than 4,300 digits"),
        ("a = " + "[" * 20_000, 0, "it is nested too deeply"),
        ("a = 1\n" + "a." * 100_000 + "a = 1", 2, "line 2 has more than 500 dots; write others as \\u002e"),
    ],
    ids=range(6),
)
def test_error_says_why_and_where(text: str, line: int, says: str) -> None:
    with pytest.raises(TomlError) as told:
        parsed(text)
    assert (told.value.says, told.value.line) == (says, line)
