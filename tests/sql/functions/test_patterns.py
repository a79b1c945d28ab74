"""LIKE and SIMILAR TO: the examples of the language reference, and a naive matcher."""

from functools import lru_cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.functions.registry import TypeProblem
from sql.types import VARCHAR
from tests.sql.functions.calling import call

LIKES = [
    ("a", "a", "", True),
    ("a", "A", "", False),
    ("a", "b", "", False),
    ("ab", "a_", "", True),
    ("ab", "a%", "", True),
    ("ab", r"a\_", "\\", False),
    ("ab", r"a\%", "\\", False),
    ("a_", r"a\_", "\\", True),
    ("a%", r"a\%", "\\", True),
    ("a", "a_", "", False),
    ("a", "a%", "", True),
    ("abcd", "a_", "", False),
    ("abcd", "a%", "", True),
    ("", "", "", True),
    ("1a", "_a", "", True),
    ("123aXYZ", "%a%", "", True),
    ("123aXYZ", "_%_a%_", "", True),
    ("a\nb", "a_b", "", True),
    ("a.b", "a.b", "", True),
    ("axb", "a.b", "", False),
    ("aba", "ab%ba", "", False),
    ("éa", "_a", "", True),
]
SIMILARS = [
    ("a", "a", True),
    ("a", "A", False),
    ("ab", "a_", True),
    ("ab", "a%", True),
    ("abcd", "a_", False),
    ("abcd", "a%", True),
    ("", "", True),
    ("123aXYZ", "_%_a%_", True),
    ("abcd", "(ab|cd)*", True),
    ("abcd", "(ab|cd){1}", False),
    ("xxx", "x{2,3}", True),
    ("x", "x{2,}", False),
    ("colour", "colou?r", True),
    ("b", "[a-c]", True),
    ("d", "[^a-c]", True),
    ("b", "[a-e^c]", True),
    ("c", "[a-e^c]", False),
    ("5x", "[[:DIGIT:]][[:alpha:]]", True),
    ("a.c", "a.c", True),
    ("abc", "a.c", False),
    ("]", "[]]", True),
    ("-", "[a-]", True),
    ("a$^", "a$^", True),
]
WRONG = [
    ("(a", "a parenthesis that does not end"),
    ("a)", "a parenthesis that does not begin"),
    ("[a", "a bracket that does not end"),
    ("[z-a]", "which is empty"),
    ("[[:FOO:]]", "the class"),
    ("a{x}", "a brace that is no count"),
    ("*a", "is wrong"),
    ("a{2000}", "is wrong"),
]


@pytest.mark.parametrize(("text", "pattern", "escape", "expected"), LIKES)
def test_like_gives_the_answer_of_the_reference(text: str, pattern: str, escape: str, expected: bool) -> None:
    values = (text, pattern, escape) if escape else (text, pattern)
    assert [call("LIKE", *values), call("LIKE", *values, constant=False)] == [expected, expected]


@pytest.mark.parametrize(("text", "pattern", "expected"), SIMILARS)
def test_similar_to_matches_the_whole_text(text: str, pattern: str, expected: bool) -> None:
    assert [call("SIMILAR_TO", text, pattern), call("SIMILAR_TO", text, pattern, constant=False)] == [expected] * 2


def test_an_escape_makes_the_signs_of_similar_to_plain() -> None:
    assert call("SIMILAR_TO", "a%(b)", "a!%!(_!)", "!") is True
    assert call("SIMILAR_TO", "ax(b)", "a!%!(_!)", "!") is False


@pytest.mark.parametrize(("pattern", "words"), WRONG)
def test_wrong_pattern_is_refused_before_the_rows(pattern: str, words: str) -> None:
    with pytest.raises(TypeProblem, match=words):
        call("SIMILAR_TO", "a", pattern, types=[VARCHAR, VARCHAR])


def test_escape_of_two_characters_and_escape_at_the_end_are_refused() -> None:
    with pytest.raises(TypeProblem, match="ESCAPE takes one character"):
        call("LIKE", "a", "a", "!!")
    with pytest.raises(TypeProblem, match="ends with the escape"):
        call("LIKE", "a", "a!", "!")


def naive_like(text: str, pattern: str) -> bool:
    """Tries every length for each %."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(naive_like(text[start:], pattern[1:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in {"_", text[0]} and naive_like(text[1:], pattern[1:])


@given(st.text("ab_%", max_size=8), st.text("ab_%", max_size=8))
def test_like_agrees_with_a_naive_matcher(text: str, pattern: str) -> None:
    assert call("LIKE", text, pattern) == naive_like(text, pattern)


# A pattern as a tree: the text of a sign, or an operation on patterns.
SIGNS = st.sampled_from(["a", "b", "_", "%", "[ab]", "[^a]", "[a-c^b]"])
TREES = st.recursive(
    SIGNS,
    lambda inner: (
        st.tuples(st.sampled_from(["", "|"]), inner, inner)
        | st.tuples(st.sampled_from(["*", "+", "?", "{2}", "{1,2}"]), inner)
    ),
    max_leaves=5,
)
ALPHABET = "abc"
TEXTS = frozenset("".join(chars) for length in range(5) for chars in product(ALPHABET, repeat=length))
LETTERS = {"a": "a", "b": "b", "_": ALPHABET, "[ab]": "ab", "[^a]": "bc", "[a-c^b]": "ac"}


def written(tree: object) -> str:
    """Returns a tree as a pattern."""
    if isinstance(tree, str):
        return tree
    assert isinstance(tree, tuple)
    if len(tree) == 3:
        return f"({written(tree[1])}{tree[0]}{written(tree[2])})"
    return f"({written(tree[1])}){tree[0]}"


@lru_cache(4096)
def language(tree: object) -> frozenset[str]:
    """Returns the short texts that a tree matches: the naive matcher, which makes all of them."""
    if isinstance(tree, str):
        return TEXTS if tree == "%" else frozenset(LETTERS[tree])
    assert isinstance(tree, tuple)
    if len(tree) == 3:
        one, other = language(tree[1]), language(tree[2])
        return one | other if tree[0] == "|" else joined(one, other)
    inner = language(tree[1])
    least, most = {"*": (0, 4), "+": (1, 4), "?": (0, 1), "{2}": (2, 2), "{1,2}": (1, 2)}[tree[0]]
    found, power = frozenset[str](), frozenset({""})
    for count in range(most + 1):
        found |= power if count >= least else frozenset()
        power = joined(power, inner)
    return found


def joined(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    return frozenset(a + b for a in one for b in other if len(a) + len(b) <= 4)


@given(TREES)
def test_similar_to_agrees_with_a_naive_matcher(tree: object) -> None:
    pattern = written(tree)
    assert {text for text in TEXTS if call("SIMILAR_TO", text, pattern)} == set(language(tree))
