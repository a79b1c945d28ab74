"""The functions of text: the examples of the language reference."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.errors import RowError
from sql.functions.registry import TypeProblem
from sql.types import INTEGER, VARCHAR
from tests.sql.functions.calling import call, result_type, type_of

EXAMPLES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("||", ("SQL", "stream"), "SQLstream"),
    ("||", ("SQL", ""), "SQL"),
    ("SUBSTRING_FROM", ("123456789", 3, 4), "3456"),
    ("SUBSTRING_FROM", ("123456789", 17, 4), ""),
    ("SUBSTRING_FROM", ("123456789", -1, 4), "12"),
    ("SUBSTRING_FROM", ("123456789", 6, 0), ""),
    ("SUBSTRING_FROM", ("123456789", 8, 4), "89"),
    ("SUBSTRING_FROM", ("123456789", 5), "56789"),
    ("SUBSTRING_FROM", ("123456789", 0, 3), "12"),
    ("SUBSTRING_FROM", ("123456789", -9, 4), ""),
    ("SUBSTRING_FROM", ("TECHNOLOGY", "L[A-Z]*"), "LOGY"),
    ("SUBSTRING_FROM", ("TECHNOLOGY", "X"), None),
    ("SUBSTRING_FROM", ("TECHNOLOGY", "[A-Z]{3}"), "TEC"),
    ("SUBSTRING", ("123456789", 3, 4), "3456"),
    ("SUBSTRING", ("123456789", 17, 4), None),
    ("SUBSTRING", ("123456789", 9), "9"),
    ("SUBSTRING_SIMILAR", ("123456789", '23#"456#"78', "#"), None),
    ("SUBSTRING_SIMILAR", ("123456789", '%3#"4_6#"78%', "#"), "456"),
    ("SUBSTRING_SIMILAR", ("a%1", 'a!"!%!"_', "!"), "%"),
    ("OVERLAY", ("12345", "foo", 1), "foo45"),
    ("OVERLAY", ("12345", "foo", 0), "foo345"),
    ("OVERLAY", ("12345", "foo", -2), "foo12345"),
    ("OVERLAY", ("12345", "foo", 4), "123foo"),
    ("OVERLAY", ("12345", "foo", 17), "12345foo"),
    ("OVERLAY", ("12345", "foo", 2, 0), "1foo2345"),
    ("OVERLAY", ("12345", "foo", 2, 2), "1foo45"),
    ("OVERLAY", ("12345", "foo", 2, 9), "1foo"),
    ("POSITION", ("findme", "1234findmeXXX"), 5),
    ("POSITION", ("findme", "1234not-hereXXX"), 0),
    ("POSITION", ("1", ""), 0),
    ("POSITION", ("", "1"), 1),
    ("POSITION", ("", ""), 1),
    ("TRIM", ("BOTH", " ", "  Trim front and back  "), "Trim front and back"),
    ("TRIM", ("BOTH", "t", "that did it!"), "hat did it!"),
    ("TRIM", ("BOTH", "a", "a"), ""),
    ("TRIM", ("LEADING", "a", "aaa..a"), "..a"),
    ("TRIM", ("TRAILING", "a", "aaa..a"), "aaa.."),
    ("INITCAP", ("Each FIRST lEtTeR is cAPITALIZED",), "Each First Letter Is Capitalized"),
    ("UPPER", ("abcDEFgHi123",), "ABCDEFGHI123"),
    ("LOWER", ("abcDEFgHi123",), "abcdefghi123"),
    ("CHAR_LENGTH", ("one",), 3),
    ("CHAR_LENGTH", ("",), 0),
    ("CHARACTER_LENGTH", ("é😀",), 2),
]
FAULTY: list[tuple[str, tuple[Any, ...]]] = [
    ("OVERLAY", ("12345", "foo", 2, -1)),
    ("SUBSTRING_FROM", ("12345", 2, -1)),
    ("SUBSTRING", ("12345", 2, -1)),
]


@pytest.mark.parametrize(("name", "values", "expected"), EXAMPLES)
def test_function_gives_the_result_of_the_reference(name: str, values: tuple[Any, ...], expected: Any) -> None:
    assert call(name, *values) == expected
    if name != "TRIM":  # its mode is always constant
        assert call(name, *values, constant=False) == expected


@pytest.mark.parametrize(("name", "values"), FAULTY)
def test_a_length_below_zero_is_a_fault_of_the_row(name: str, values: tuple[Any, ...]) -> None:
    with pytest.raises(RowError, match="-1 characters"):
        call(name, *values)


@pytest.mark.parametrize(
    ("name", "types", "expected"),
    [
        ("||", ("CHAR(2)", "CHAR(3)"), "CHAR(5)"),
        ("||", ("CHAR(2)", "VARCHAR(3)"), "VARCHAR(5)"),
        ("||", ("VARCHAR(65535)", "VARCHAR(3)"), "VARCHAR(65535)"),
        ("||", ("VARBINARY(2)", "BINARY(3)"), "VARBINARY(5)"),
        ("UPPER", ("VARCHAR(7)",), "VARCHAR(7)"),
        ("SUBSTRING_FROM", ("VARCHAR(7)", "INTEGER"), "VARCHAR(7)"),
        ("SUBSTRING_FROM", ("BINARY(7)", "INTEGER"), "VARBINARY(7)"),
        ("OVERLAY", ("VARCHAR(7)", "VARCHAR(2)", "INTEGER"), "VARCHAR(9)"),
        ("POSITION", ("VARCHAR(7)", "VARCHAR(2)"), "INTEGER"),
    ],
)
def test_result_has_its_type(name: str, types: tuple[str, ...], expected: str) -> None:
    assert result_type(name, *types) == expected


@pytest.mark.parametrize(
    ("name", "types", "constants", "words"),
    [
        ("UPPER", ("INTEGER",), None, "The first argument of UPPER must be a text, not INTEGER; CAST it"),
        ("UPPER", (), None, "UPPER takes 1 argument, not 0"),
        ("OVERLAY", ("VARCHAR(7)", "VARCHAR(2)"), None, "OVERLAY takes 3 to 4 arguments, not 2"),
        ("||", ("VARCHAR(7)", "INTEGER"), None, r"write CAST\(… AS VARCHAR\(20\)\)"),
        ("TRIM", ("VARCHAR(4)", "VARCHAR(2)", "VARCHAR(9)"), ["BOTH", "ab", None], "one character"),
        ("SUBSTRING_FROM", ("VARCHAR(4)", "VARCHAR(2)"), [None, "("], "is wrong: missing \\)"),
    ],
)
def test_wrong_argument_is_refused_by_name(
    name: str, types: tuple[str, ...], constants: list[Any] | None, words: str
) -> None:
    with pytest.raises(TypeProblem, match=words):
        result_type(name, *types, constants=constants)


@given(st.text(max_size=8), st.integers(-4, 10), st.integers(0, 10))
def test_substring_takes_the_characters_whose_places_are_asked(text: str, start: int, length: int) -> None:
    expected = "".join(char for place, char in enumerate(text, 1) if start <= place < start + length)
    assert call("SUBSTRING_FROM", text, start, length) == expected


@given(st.text(max_size=8), st.text(max_size=4), st.integers(1, 10), st.integers(0, 10))
def test_overlay_agrees_with_substrings(text: str, other: str, start: int, length: int) -> None:
    head = call("SUBSTRING_FROM", text, 1, start - 1)
    tail = call("SUBSTRING_FROM", text, start + length)
    assert call("OVERLAY", text, other, start, length) == head + other + tail


def test_char_compares_without_blanks_at_its_end_and_varchar_with_them() -> None:
    fixed, loose = [type_of("CHAR(3)")] * 2, [VARCHAR] * 2
    assert [call("=", "a", "a  ", types=fixed), call("=", "a", "a  ", types=loose)] == [True, False]
    assert [call("<", "a ", "a\t", types=fixed), call("<>", "a", "a ", types=fixed)] == [False, False]
    assert call("IS_DISTINCT_FROM", None, 1, types=[INTEGER, INTEGER]) is True
    assert call("IS_DISTINCT_FROM", None, None, types=[INTEGER, INTEGER]) is False


def test_a_text_is_no_longer_than_its_type() -> None:
    eight = type_of("VARCHAR(8)")
    assert call("UPPER", "ßßßßßßßß", types=[eight]) == "SSSSSSSS"
    assert call("LOWER", "İİİİİİİİ", types=[eight]) == "i̇i̇i̇i̇"
    assert call("INITCAP", "ßßßßßßßß", types=[eight]) == "SSßßßßßß"
    assert call("UPPER", "straße", types=[eight]) == "STRASSE"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("||", ("a" * 40_000, "b" * 40_000)),
        ("OVERLAY", ("a" * 65_535, "b" * 60_000, 65_530)),
        ("REGEX_REPLACE", ("a" * 60_000, "a", "$0$0$0$0$0$0$0$0$0$0", 1, 0)),
    ],
)
def test_a_result_is_cut_to_the_longest_varchar(name: str, values: tuple[Any, ...]) -> None:
    types = [VARCHAR if isinstance(value, str) else INTEGER for value in values]
    assert len(call(name, *values, types=types)) == 65_535
