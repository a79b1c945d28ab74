"""Regular expressions of Java: constructs that are written anew or refused by name, replacement, and bounds of time."""

import time

import pytest

from sql.errors import RowError
from sql.functions.regex import compile_java, replace_java
from sql.functions.registry import TypeProblem
from sql.types import INTEGER, VARCHAR
from tests.sql.functions.calling import call, outcome

MATCHES = [
    (r"\p{Alpha}+", "abcXYZ", True),
    (r"\p{Alpha}+", "é", False),
    (r"\P{Digit}", "x", True),
    (r"[\p{Lower}_]+", "a_b", True),
    (r"[^\p{Punct}]+", "a-b", False),
    (r"\p{Lu}\p{IsLatin}", "Éé", True),
    (r"\Qa.b*\E+", "a.b**", True),
    (r"\Qa.b", "axb", False),
    (r"[\Q^]\E]+", "]^", True),
    (r"A\x42\x{43}\0104", "ABCD", True),
    ("\\u0041\\t\\e", "A\t\x1b", True),
    (r"\h\v\R", "\xa0\x0b\r\n", True),
    (r"(?<day>\d+)/(?i)JAN", "31/jan", True),
    (r"a\.b\-c\/", "a.b-c/", True),
    (r"[]a]+", "]a", True),
    (r"\Aab\z", "ab", True),
    (r"(?s)a.b", "a\nb", True),
    (r"a.b", "a\nb", False),
    (r"^(?!foo).*bar$", "a bar", True),
    (r"^(?!foo).*bar$", "foo bar", False),
    (r"^(?=.*\d)(?=.*[a-z])\S+$", "abc1", True),
    (r"(?>a+)b", "aaab", True),
    (r"a++a", "aaa", False),
    (r"(?x) a b # note", "ab", True),
]
REFUSED = [
    ("[a-z&&[^b]]", "an intersection of classes"),
    ("[a[b]]", "a class inside a class"),
    (r"\Ga", r"\\G, the end of the last match"),
    (r"\X", "a grapheme"),
    (r"\p{javaMirrored}", r"\\p{javaMirrored}, which is not supported"),
    (r"\y", r"\\y, which is not supported"),
    (r"[\P{Alpha}]", "a negated class inside a class"),
    ("(?U)a", "the flag U"),
    ("(a", "is wrong: missing \\)"),
    ("a{2}{3}*)", "is wrong"),
    ("[a", "does not end"),
    ("a\\", "ends with a backslash"),
    (r"(.*)\1", "could take too long"),
    (r"(a+)+(?=b)", "could take too long"),
    (r"(a|b)*+c\1", "could take too long"),
    (r"(\p{L}{0,30}a){9}!", "is wrong: it is too large"),
    (r"(?=\p{L})a", "together with look-around"),
    ("a" * 5000, "at most 4096"),
]
REPLACED = [
    (("Mary had a little lamb", "[aeiou]", "", 1, 0), "Mry hd  lttl lmb"),
    (("abcabc", "b", "X", 1, 1), "aXcabc"),
    (("abcabc", "b", "X", 1, 2), "abcaXc"),
    (("abcabc", "b", "X", 3, 0), "abcaXc"),
    (("abcabc", "b", "X", 3, 2), "abcabc"),
    (("abc", "b", "X", 4, 0), "abc"),
    (("abc", "b", "X", 99, 0), "abc"),
    (("2016-07", r"(\d+)-(\d+)", "$2/$1", 1, 0), "07/2016"),
    (("2016-07", r"(?<y>\d+)-(\d+)", r"\$${y}\\", 1, 0), "$2016\\"),
    (("abc", "x*", "-", 1, 0), "-a-b-c-"),
    (("abc", "(b)", "$12", 1, 0), "ab2c"),
    (("ab", "(x)?b", "[$1]", 1, 0), "a[]"),
    (("é.é", r"\.", "😀", 1, 0), "é😀é"),
]
LONG = 65_535
# Patterns that backtracking engines take exponential or high polynomial time for.
EVIL = [
    "(a+)+$", "(a|aa)+$", "(a|a)*b", "(.*a){20}b", "(.*)*x", "(a?){500}a{500}b", "(.{0,255}x){3}", ".{0,1000}x",
    "((a{0,10}){0,10}){0,10}b", "a*a*a*a*a*b", "(x+x+)+y", "([a-zA-Z]+)*!", "(.*,){30}P", "^(?!b).*c$", "(a*)*(a*)*b",
    "^(?=.*b)(?=.*c).*$", "(?i)(é|a)*b",
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "text", "expected"), MATCHES)
def test_java_expression_matches_whole_text(pattern: str, text: str, expected: bool) -> None:
    assert (compile_java(pattern, whole=True).fullmatch(text) is not None) == expected


@pytest.mark.parametrize(("pattern", "words"), REFUSED)
def test_construct_is_refused_by_name_before_the_rows(pattern: str, words: str) -> None:
    with pytest.raises(TypeProblem, match=words):
        call("REGEX_REPLACE", "a", pattern, "", 1, 0, types=[VARCHAR] * 3 + [INTEGER] * 2)


@pytest.mark.parametrize(("values", "expected"), REPLACED)
def test_replacement_begins_and_counts_as_asked(values: tuple[object, ...], expected: str) -> None:
    assert [call("REGEX_REPLACE", *values), call("REGEX_REPLACE", *values, constant=False)] == [expected] * 2


@pytest.mark.parametrize(("start", "occurrence"), [(0, 0), (1, -1)])
def test_start_and_occurrence_out_of_range_are_a_fault_of_the_row(start: int, occurrence: int) -> None:
    with pytest.raises(RowError, match="takes a start from 1 and an occurrence from 0"):
        call("REGEX_REPLACE", "abc", "b", "X", start, occurrence)


def test_replacement_without_its_group_is_refused() -> None:
    with pytest.raises(TypeProblem, match="has a \\$ without a group"):
        call("REGEX_REPLACE", "abc", "b", "$", 1, 0)
    with pytest.raises(TypeProblem, match="names group 2; the pattern has 1"):
        call("REGEX_REPLACE", "abc", "(b)", "$2", 1, 0)
    with pytest.raises(TypeProblem, match="names the group x, which the pattern does not have"):
        call("REGEX_REPLACE", "abc", "(b)", "${x}", 1, 0)
    assert outcome(replace_java, ("abc", "(b)", "$2", 1, 0)) == "fault"


@pytest.mark.parametrize("pattern", EVIL)
def test_expression_takes_about_a_second_on_64_kilobytes_or_refuses_them(pattern: str) -> None:
    regex = compile_java(pattern)
    longest = min(LONG, regex.longest)
    for text in ("a" * longest, "a" * (longest - 1) + "!", "é" * longest, "a," * (longest // 2)):
        begun = time.process_time()
        regex.search(text)
        regex.fullmatch(text)
        assert time.process_time() - begun < 2.5  # a slow machine has its share of that


@pytest.mark.parametrize("pattern", ["x*y|x", "(.*y)|x", "[^y]*y|x"])
def test_quadratic_replacement_is_stopped_within_a_second(pattern: str) -> None:
    begun = time.process_time()
    with pytest.raises(RowError, match="found too many matches in a text of 65535 characters"):
        call("REGEX_REPLACE", "x" * LONG, pattern, "-", 1, 0)
    assert time.process_time() - begun < 1.5


def test_many_matches_of_a_plain_class_are_replaced() -> None:
    assert call("REGEX_REPLACE", "x " * (LONG // 2), r"\s+", "", 1, 0) == "x" * (LONG // 2)


def test_expression_of_many_instructions_takes_shorter_texts() -> None:
    regex = compile_java(".{0,1000}x")
    assert (3_000 < regex.longest < 4_000, compile_java(r"(\\d+)-(\\w+)").longest > LONG) == (True, True)
    with pytest.raises(RowError, match="A text of 65535 characters is too long for this pattern"):
        regex.search("a" * LONG)


def test_text_beyond_64_kilobytes_is_kept_from_the_backtracking_engine() -> None:
    with pytest.raises(RowError, match="is too long for this pattern"):
        compile_java("^(?!b).*c$").search("a" * 65_537)
