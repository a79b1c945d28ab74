"""The trees of expressions."""

import pytest

from sql.language import ast
from sql.language.printing import to_text
from sql.types import TIMESTAMP
from tests.sql.language.reading import column, expression, name, number, seconds, text

# An expression, and the same one with all its parentheses.
GROUPED = {
    "a + b * c - d": "((a + (b * c)) - d)",
    "a / b / c": "((a / b) / c)",
    "- a * b": "((- a) * b)",
    "a - -1": "(a - (-1))",
    "a || b + c": "((a || b) + c)",
    "a OR b AND NOT c = d": "(a OR (b AND (NOT (c = d))))",
    "a = b IS NULL": "((a = b) IS NULL)",
    "a + 1 BETWEEN b AND c + 1 AND d": "(((a + 1) BETWEEN b AND (c + 1)) AND d)",
    "a LIKE b || 'x' ESCAPE '!' OR c": "((a LIKE (b || 'x') ESCAPE '!') OR c)",
    "NOT a IN (1, 2) AND b": "((NOT (a IN (1, 2))) AND b)",
    "(a - b) SECOND / 10": "(((a - b) SECOND) / 10)",
    "- (a - b) DAY TO HOUR": "(- ((a - b) DAY TO HOUR))",
    "(a, b) CONTAINS c + d AND e": "(((a, b) CONTAINS (c + d)) AND e)",
}


@pytest.mark.parametrize("short", GROUPED)
def test_operators_bind_as_the_parentheses_say(short: str) -> None:
    assert expression(short) == expression(GROUPED[short])


def test_old_template_of_ten_seconds_is_a_floor_of_a_quotient() -> None:
    epoch = ast.Literal(0, TIMESTAMP)
    difference = ast.Binary("-", column("S", "ROWTIME"), epoch)
    quotient = ast.Binary("/", ast.Qualified(difference, "SECOND", "SECOND"), number(10))
    found = expression("FLOOR((s.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') SECOND / 10 TO SECOND)")
    assert found == ast.Rounding("FLOOR", quotient, "SECOND")


def test_names_are_equal_as_the_dialect_compares_them() -> None:
    assert expression("foo") == expression("FOO") == expression('"FOO"') == column("FOO")
    assert expression('"foo"') == column("foo") != column("FOO")
    assert expression('"a""b"') == column('a"b')
    assert to_text(expression('t.Rec."Column1"')) == 't.Rec."Column1"'


def test_spans_show_the_users_own_words() -> None:
    words = "(a  +  b) * SUM( c ) OVER w"
    found = expression(words)
    assert isinstance(found, ast.Binary)
    shown = [f"SELECT {words} FROM s"[slice(*node.span)] for node in (found, found.left, found.right)]
    assert shown == [words, "a  +  b", "SUM( c ) OVER w"]


def test_chain_of_an_associative_operator_is_balanced_and_keeps_written_parentheses() -> None:
    a, b, c, d = (column(each) for each in "ABCD")
    both = ast.Binary("AND", ast.Binary("AND", a, b), ast.Binary("AND", c, d))
    assert expression("a AND b AND c AND d") == both
    assert to_text(expression("a AND (b AND c)")) == "a AND (b AND c)"


CALLS = {
    "COUNT(*)": ast.Call(name("COUNT"), star=True),
    "count(DISTINCT a)": ast.Call(name("COUNT"), (column("A"),), distinct=True),
    "SUM(ALL a)": ast.Call(name("SUM"), (column("A"),)),
    "f()": ast.Call(name("F")),
    "LAG(a, 1) IGNORE NULLS OVER w": ast.Call(
        name("LAG"), (column("A"), number(1)), ignore_nulls=True, over=ast.WindowRef(name("W"))
    ),
    "NTH_VALUE(a, 2) FROM LAST OVER w": ast.Call(
        name("NTH_VALUE"), (column("A"), number(2)), from_last=True, over=ast.WindowRef(name("W"))
    ),
    "STEP(a BY INTERVAL '10' SECOND)": ast.Step(column("A"), seconds(10)),
    "CEILING(a TO DAY)": ast.Rounding("CEIL", column("A"), "DAY"),
    "EXTRACT(HOUR FROM a)": ast.Extract("HOUR", column("A")),
    "SUBSTRING(a FROM 1 FOR 2)": ast.Substring(column("A"), number(1), number(2)),
    "SUBSTRING(a, 1)": ast.Substring(column("A"), number(1), comma=True),
    "SUBSTRING(a SIMILAR b ESCAPE '#')": ast.SubstringSimilar(column("A"), column("B"), text("#")),
    "POSITION('x' IN a)": ast.Position(text("x"), column("A")),
    "TRIM(a)": ast.Trim("BOTH", None, column("A")),
    "TRIM('0' FROM a)": ast.Trim("BOTH", text("0"), column("A")),
    "TRIM(LEADING FROM a)": ast.Trim("LEADING", None, column("A")),
    "OVERLAY(a PLACING b FROM 1)": ast.Overlay(column("A"), column("B"), number(1)),
    "MONOTONIC(a)": ast.Call(name("MONOTONIC"), (column("A"),)),
    '"FLOOR"(a)': ast.Call(name("FLOOR"), (column("A"),)),
}


@pytest.mark.parametrize("written", CALLS)
def test_call_has_this_tree(written: str) -> None:
    assert expression(written) == CALLS[written]


def test_words_of_functions_are_names_without_a_parenthesis() -> None:
    assert [expression(word) for word in ("step", "date", "second", "period")] == [
        column(word) for word in ("STEP", "DATE", "SECOND", "PERIOD")
    ]


def test_chain_of_periods_compares_each_with_the_one_before() -> None:
    chain = expression("(a, b) PRECEDES (c, d) STRICTLY PRECEDES PERIOD (e, f)")
    assert chain == expression("(a, b) PRECEDES (c, d) AND (c, d) STRICTLY PRECEDES (e, f)")


def test_made_up_names_are_quoted_only_when_they_must_be() -> None:
    texts = [to_text(name(each)) for each in ("PRICE", "price", "ORDER", "VALUE", "ROWTIME", 'a"b')]
    assert texts == ["PRICE", '"price"', '"ORDER"', '"VALUE"', "ROWTIME", '"a""b"']


def test_to_after_a_unit_belongs_to_floor_when_its_unit_is_not_smaller() -> None:
    first = expression("FLOOR(t + INTERVAL '3' SECOND TO MINUTE)")
    second = expression("FLOOR(t + INTERVAL '1:30' HOUR TO MINUTE TO DAY)")
    assert [to_text(each) for each in (first, second)] == [
        "FLOOR((t + INTERVAL '3' SECOND) TO MINUTE)",
        "FLOOR((t + INTERVAL '1:30' HOUR TO MINUTE) TO DAY)",
    ]
    assert [getattr(each, "unit", None) for each in (first, second)] == ["MINUTE", "DAY"]
