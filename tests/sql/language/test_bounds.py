"""No text can exhaust the parser or a walk of its tree."""

import sys
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.errors import ScriptError
from sql.language import parse
from sql.language.height import height
from sql.language.printing import to_text

DEEP = "The nesting is too deep here: 200 levels are the most."
CHAIN = "This statement has a chain or a nesting of more than 200 levels; split it."
NODES = "This statement has more than 20,000 expressions; split it."
# Each repeats until the text is full: what begins, what ends, and the sentence.
NESTED = {
    "parentheses": ("(", ")", DEEP),
    "calls": ("f(", ")", DEEP),
    "calls over windows": ("f() OVER (PARTITION BY ", ")", DEEP),
    "forms": ("FLOOR(", ")", DEEP),
    "cases": ("CASE WHEN ", " THEN 1 END", DEEP),
    "signs": ("- ", "", DEEP),
    "negations": ("NOT ", "", DEEP),
    "lists": ("1 IN (", ")", DEEP),
    "patterns": ("1 LIKE (", ")", DEEP),
    "periods": ("(1, 2) CONTAINS (", ")", DEEP),
    "queries": ("(SELECT ", " FROM s)", DEEP),
    "subqueries": ("(SELECT 1 FROM ", ")", DEEP),
    "sums": ("", " + 1", CHAIN),
    "comparisons": ("", " = 1", CHAIN),
    "tests": ("", " IS NULL", CHAIN),
    "units": ("", " DAY", CHAIN),
}


def sentences(text: str) -> list[str]:
    """Returns the sentences of the faults that the parser finds."""
    try:
        parse(text)
    except ScriptError as error:
        return [problem.sentence for problem in error.problems]
    return []


@pytest.mark.parametrize("kind", NESTED)
@pytest.mark.parametrize("times", [250, 3_000])
def test_nesting_is_refused_when_it_is_too_deep(kind: str, times: int) -> None:
    begin, end, sentence = NESTED[kind]
    inner = "s" if kind == "subqueries" else "1"
    text = f"{begin * times}{inner}{end * times}"
    assert sentences(f"SELECT * FROM {text}" if kind == "subqueries" else f"SELECT {text} FROM s") == [sentence]


@pytest.mark.parametrize(("chain", "most"), [(" UNION ALL SELECT a FROM s", CHAIN), (" CROSS JOIN s", CHAIN)])
def test_chain_of_queries_is_refused_when_it_is_too_long(chain: str, most: str) -> None:
    assert sentences("SELECT a FROM s" + 190 * chain) == []
    assert sentences("SELECT a FROM s" + 2_000 * chain) == [most]


@pytest.mark.parametrize("op", ["AND", "OR", "||"])
def test_long_chain_of_an_associative_operator_is_a_low_tree(op: str) -> None:
    (statement,) = parse(f"SELECT {f' {op} '.join(['a'] * 9_000)} FROM s").statements
    assert height(statement) < 25
    assert parse(to_text(statement)).statements == (statement,)


@pytest.mark.parametrize("text", ["1" + " + 1" * 20_000, "a IN (1" + ",1" * 20_000 + ")"])
def test_more_than_20_000_expressions_are_refused(text: str) -> None:
    assert sentences(f"SELECT {text} FROM s") == [NODES]


def test_deepest_tree_is_walked_within_the_usual_stack() -> None:
    (first,) = parse("SELECT a" + " + 1" * 190 + " FROM s").statements
    (second,) = parse("SELECT a" + " + 1" * 190 + " FROM s").statements
    assert (first == second, hash(first) == hash(second), sys.getrecursionlimit()) == (True, True, 1_000)
    assert "1 + 1" in to_text(first)
    assert len(repr(first)) > 1_000


def test_script_is_refused_when_it_is_too_long() -> None:
    assert sentences("-" * 102_400) == []
    assert sentences("-" * 102_401) == ["The script has 102,401 characters; 102,400 are the most."]


def test_names_have_at_most_128_characters() -> None:
    long = "A name has at most 128 characters; this one has more."
    quoted = "This name has 129 characters; a name has at most 128."
    assert sentences(f'SELECT {"a" * 128}, "{"b" * 128}" FROM s') == []
    assert sentences(f'SELECT {"a" * 129} FROM s; SELECT "{"b" * 129}" FROM s') == [long, quoted]


def test_only_the_first_hundred_faults_are_listed() -> None:
    found = sentences("SELECT ;" * 1_000)
    assert (len(found), found[-1]) == (101, "More than 100 faults were found; the others are left out.")


HOSTILE = [
    "SELECT (;",
    "CREATE STREAM s (a INT) ",
    "SELECT a FROM s; WHERE ",
    "'",
    '"',
    "/*",
    "?",
    "ä",
    "0",
    "„",
    "x''",
    "u&'",
    ";",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_repeated_piece_is_read_in_time_that_grows_with_its_length(piece: str) -> None:
    begin = perf_counter()
    sentences((piece * 102_400)[:102_400])
    assert perf_counter() - begin < 10  # about one second; quadratic work takes minutes


_PIECES = """
    SELECT STREAM a FROM s WHERE ( ) , ; . * + - 1 2.5 'x' "q" CREATE PUMP p AS INSERT INTO GROUP BY FLOOR TO HOUR STEP
    INTERVAL '1' DAY OVER W WINDOW RANGE PRECEDING CASE WHEN THEN END NOT NULL IN LIKE AND OR JOIN ON UNION ALL IS
    WINDOWED STAGGER PARTITION TABLE CURSOR VALUES ORDER {d } X'00' LIMIT REATE PERIOD CONTAINS u&'\\0' -- /* */ % ' "
"""
PIECES = _PIECES.split()


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
@settings(max_examples=40)
def test_random_text_raises_no_other_error(text: str) -> None:
    sentences(text)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
@settings(max_examples=60)
def test_random_tokens_raise_no_other_error_and_survive_writing(text: str) -> None:
    try:
        statements = parse(text).statements
    except ScriptError:
        return
    assert parse(";".join(map(to_text, statements))).statements == statements
