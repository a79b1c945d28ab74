"""Checks the types and the meaning of expressions, and the forms that are refused."""

from typing import Any

import pytest

from sql.plan import expressions
from sql.plan.expressions import (
    Apply,
    Case,
    Coalesce,
    Const,
    Convert,
    Expr,
    Field,
    In,
    InTable,
    Junction,
    Not,
    RowTime,
    StartTime,
    Truth,
)
from sql.plan.nodes import Filter, Project
from sql.types import BIGINT, BOOLEAN, DATE, DOUBLE, INTEGER, Type, decimal, interval, varchar
from tests.sql.analysis.applications import Switches, nodes, plan, problems, told, warnings


def item(expression: str, **changes: Any) -> Expr:
    """Returns the typed expression of a SELECT's only item."""
    found: Expr = nodes(f"SELECT STREAM {expression} FROM TRADES_001", Project, **changes)[0].items[0]
    return found


TYPES = [
    ("QTY + 1", INTEGER),
    ("QTY + 3000000000", BIGINT),
    ('QTY / "price"', DOUBLE),
    ("FEE * 2.5", decimal(12, 3)),
    ("SECTOR || 'x'", varchar(17)),
    ("CHAR_LENGTH(SECTOR)", INTEGER),
    ("ID > 3 AND SECTOR IS NULL", BOOLEAN),
    ("CASE WHEN ID = 1 THEN QTY ELSE FEE END", decimal(12, 2)),
    ("COALESCE(SECTOR, LINE)", varchar(200)),
    ("NULLIF(QTY, 0)", INTEGER),
    ("CAST(MADE_AT AS DATE)", DATE),
    ("(ROWTIME - MADE_AT) MINUTE", interval("MINUTE")),
    ("UNIX_TIMESTAMP(MADE_AT)", BIGINT),
    ("EXTRACT(HOUR FROM MADE_AT)", BIGINT),
]


@pytest.mark.parametrize(("expression", "of"), TYPES)
def test_expression_has_its_type(expression: str, of: Type) -> None:
    assert item(expression).type == of


FOLDED = [
    ("1 + 2 * 3", 7),
    ("'a' || 'b'", "ab"),
    ("CAST('2024-02-29' AS DATE)", 1_709_164_800_000),
    ("UPPER('x') = 'X'", True),
    ("-(5)", -5),
    ("INTERVAL '1' MINUTE + INTERVAL '30' SECOND", 90_000),
]


@pytest.mark.parametrize(("expression", "value"), FOLDED)
def test_constant_is_computed_once(expression: str, value: object) -> None:
    found = item(expression)
    assert isinstance(found, Const)
    assert found.value == value


def test_constant_that_fails_is_left_to_fail_in_each_row_and_doubted() -> None:
    assert isinstance(item("1 / 0"), Apply)
    assert warnings("SELECT STREAM 1 / 0 FROM TRADES_001") == [
        "1:15: warning: 1 / 0 fails in every row: it divides by zero."
    ]


SHAPES: list[tuple[str, type[Expr]]] = [
    ("ID IN (1, 2)", In),
    ("ID NOT IN (1, 2)", Not),
    ("ID BETWEEN 1 AND 3", Junction),
    ("ID BETWEEN SYMMETRIC 3 AND 1", Junction),
    ("SECTOR LIKE 'a%' ESCAPE '!'", Apply),
    ("SECTOR NOT SIMILAR TO '%x'", Not),
    ("ID IS NOT DISTINCT FROM QTY", Not),
    ("(ID > 1) IS NOT TRUE", Not),
    ("CASE ID WHEN 1 THEN 'a' END", Case),
    ("COALESCE(QTY, 0)", Coalesce),
    ("NULLIF(QTY, ID)", Case),
    ('"ticker" IN (SELECT SYMBOL FROM COMPANIES)', InTable),
    ("(MADE_AT, MADE_AT) OVERLAPS (MADE_AT, MADE_AT)", Apply),
    ("TRIM(LEADING 'x' FROM SECTOR)", Apply),
    ("OVERLAY(SECTOR PLACING 'x' FROM 2 FOR 3)", Apply),
    ("SUBSTRING(SECTOR FROM 2), ", Apply),
]


@pytest.mark.parametrize(("expression", "kind"), SHAPES)
def test_expression_has_its_shape(expression: str, kind: type[Expr]) -> None:
    assert isinstance(item(expression.rstrip(", ")), kind)


def test_conditions_of_one_kind_are_joined_into_one() -> None:
    found = item("ID = 1 AND (ID = 2 AND ID = 3) AND (ID = 4 OR ID = 5)")
    assert isinstance(found, Junction)
    assert (len(found.args), found.any, found.nullable) == (4, False, False)


def test_unknown_is_null() -> None:
    found = item("(QTY > 1) IS UNKNOWN")
    assert isinstance(found, expressions.Test)
    assert (found.truth, found.nullable) == (Truth.NULL, False)


def test_values_of_a_case_are_held_alike() -> None:
    found = item("CASE WHEN ID = 1 THEN QTY ELSE FEE END")
    assert isinstance(found, Case)
    assert [type(each) for each in (found.branches[0][1], found.otherwise)] == [Convert, Convert]


def test_expression_keeps_the_users_words_and_their_place() -> None:
    found = item("  QTY   + 1")
    assert (found.written, found.span) == ("QTY   + 1", (16, 25))


def test_current_timestamp_is_the_time_of_the_row_or_of_the_start() -> None:
    assert isinstance(item("CURRENT_TIMESTAMP"), RowTime)
    assert isinstance(item("CURRENT_TIMESTAMP", switches=Switches(current_timestamp="start")), StartTime)
    assert isinstance(item("CURRENT_ROW_TIMESTAMP", switches=Switches(current_timestamp="start")), RowTime)


REFUSED = [
    ("¦TIMESTAMP_TO_CHAR(MADE_AT, 'yyyy')", "The pattern comes first: TIMESTAMP_TO_CHAR('yyyy-MM-dd HH:mm:ss', t)."),
    ("¦CHAR_TO_TIMESTAMP(SECTOR, 'yyyy')", "The pattern comes first: CHAR_TO_TIMESTAMP('yyyy-MM-dd HH:mm:ss', s)."),
    ("¦YEAR(MADE_AT)", "YEAR is not a function of Kinesis Analytics SQL; use EXTRACT(YEAR FROM t)."),
    ("¦CURRENT_TIMESTAMP()", "CURRENT_TIMESTAMP takes no parentheses; write CURRENT_TIMESTAMP alone."),
    ("¦COUNTT(*)", "There is no function COUNTT; did you mean COUNT?"),
    ("¦QTY + SECTOR", "+ cannot add INTEGER and VARCHAR(16); CAST the text to a number first."),
    ("¦QTY AND ID", "AND needs conditions, not INTEGER."),
    ("¦CAST(MADE_AT AS INTEGER)", "TIMESTAMP cannot be cast to INTEGER; use UNIX_TIMESTAMP, which gives milliseconds."),
    (
        "¦CASE WHEN ID > 3 THEN 'a' ELSE 5 END",
        "VARCHAR(1) and INTEGER have no common type; CAST one to the other's type.",
    ),
    ("¦FLOOR(MADE_AT)", "FLOOR of TIMESTAMP needs a unit: FLOOR(… TO MINUTE)."),
    (
        "¦DATEDIFF(MADE_AT, MADE_AT)",
        "DATEDIFF is not a function of Kinesis Analytics SQL; use TSDIFF(a, b) or (a - b) SECOND.",
    ),
    ("¦UPPERR(SECTOR)", "There is no function UPPERR; did you mean UPPER?"),
    ("¦XYZZY(SECTOR)", "There is no function XYZZY."),
    ("¦UPPER(DISTINCT SECTOR)", "UPPER collects no rows and takes neither *, DISTINCT nor IGNORE NULLS."),
    ("¦ID IN (SELECT ID FROM TRADES_001)", "IN (SELECT …) works on a reference table alone; join the streams instead."),
    (
        "¦EXISTS (SELECT SYMBOL FROM COMPANIES)",
        "EXISTS (SELECT …) is known in the form EXISTS (SELECT * FROM table WHERE table.column = value) of a reference"
        " table alone; join the table or the streams instead.",
    ),
    (
        "¦(SELECT COMPANY FROM COMPANIES)",
        "A SELECT inside an expression is not supported; join the reference table in FROM.",
    ),
    (
        "¦ID AS ROWTIME",
        "… AS ROWTIME would give rows another row time, and only the row time itself can have that name; give the"
        " column another name and group by MONOTONIC(…) of it.",
    ),
    (
        "¦RANDOM_CUT_FOREST(1)",
        "RANDOM_CUT_FOREST gives rows; write it in FROM:"
        " FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM … FROM …), …)).",
    ),
]


@pytest.mark.parametrize(("expression", "sentence"), REFUSED)
def test_expression_without_meaning_is_refused(expression: str, sentence: str) -> None:
    text, expected = told(f"SELECT STREAM {expression} FROM TRADES_001", sentence)
    assert problems(text) == expected


def test_where_takes_conditions_alone() -> None:
    text, expected = told("SELECT STREAM ID FROM TRADES_001 WHERE ¦ID + 1", "WHERE needs a condition, not INTEGER.")
    assert problems(text) == expected
    assert len(nodes("SELECT STREAM ID FROM TRADES_001 WHERE NULL", Filter)) == 1


def test_function_of_the_script_is_put_in_place_of_its_call() -> None:
    text = "CREATE FUNCTION f (x INTEGER) RETURNS BIGINT RETURN x * 2; SELECT STREAM f(ID + 1) FROM TRADES_001"
    found = nodes(text, Project)[0].items[0]
    assert isinstance(found, Convert)
    assert isinstance(found.arg, Apply)
    assert (found.type, found.arg.function, isinstance(found.arg.args[0], Field)) == (BIGINT, "*", False)


TOO_LARGE = "The script is too large: its plan has more than 20000 parts."
FUNCTIONS = [
    ("RETURN x * 2; SELECT STREAM f(¦FEE) FROM TRADES_001", "F takes INTEGER as X, not DECIMAL(10,2); CAST it."),
    ("RETURN x * 2; SELECT STREAM ¦f() FROM TRADES_001", "F takes 1 argument, not 0."),
    ("RETURN ¦y * 2; SELECT STREAM f(1) FROM TRADES_001", "Column Y not found."),
    (
        "RETURN ¦x || 'a'; SELECT STREAM f(1) FROM TRADES_001",
        "|| joins texts, not INTEGER; write CAST(… AS VARCHAR(20)).",
    ),
]


@pytest.mark.parametrize(("rest", "sentence"), FUNCTIONS)
def test_function_of_the_script_is_checked(rest: str, sentence: str) -> None:
    text, expected = told(f"CREATE FUNCTION f (x INTEGER) RETURNS INTEGER {rest}", sentence)
    assert problems(text) == expected


def test_function_that_returns_null_on_null_input_is_a_case() -> None:
    text = (
        "CREATE FUNCTION f (x INTEGER) RETURNS INTEGER RETURNS NULL ON NULL INPUT RETURN COALESCE(x, 1);"
        " SELECT STREAM f(QTY) FROM TRADES_001"
    )
    assert isinstance(nodes(text, Project)[0].items[0], Case)


def test_functions_that_grow_without_end_are_stopped() -> None:
    lines = ["CREATE FUNCTION f0 (x INTEGER) RETURNS INTEGER RETURN x + x;"]
    lines += [
        f"CREATE FUNCTION f{n} (x INTEGER) RETURNS INTEGER RETURN f{n - 1}(x) + f{n - 1}(x);" for n in range(1, 40)
    ]
    found = problems("\n".join([*lines, "SELECT STREAM f39(ID) FROM TRADES_001"]))
    assert found[0].endswith(TOO_LARGE)


def test_functions_that_are_put_into_each_other_are_bounded() -> None:
    begin = "CREATE FUNCTION f (x INTEGER) RETURNS INTEGER RETURN x"
    deep = f"{begin}{' + 1' * 90}; SELECT STREAM f(f(f(ID))) FROM TRADES_001"
    wide = f"{begin} + x; SELECT STREAM {'f(' * 40}1 + ID{')' * 40} FROM TRADES_001"
    assert problems(deep)[0].endswith("The expression is nested more than 200 times.")
    assert problems(wide)[0].endswith(TOO_LARGE)


@pytest.mark.parametrize(
    "form", ["NULLIF({}, 1)", "CASE {} WHEN 1 THEN 1 WHEN 2 THEN 2 END", "({} BETWEEN TRUE AND TRUE)"]
)
def test_forms_that_have_a_part_twice_are_bounded(form: str) -> None:
    text = "TRUE" if "TRUE" in form else "ID"
    for _ in range(40):
        text = form.format(text)
    assert problems(f"SELECT STREAM {text} FROM TRADES_001")[0].endswith(TOO_LARGE)


def test_deep_expression_is_typed() -> None:
    assert isinstance(item("(" * 90 + "ID" + " + 1)" * 90), Apply)


def test_exists_is_in_that_is_never_unknown() -> None:
    ways = (
        "EXISTS (SELECT * FROM COMPANIES AS c WHERE c.SYMBOL = t.SECTOR)",
        "EXISTS (SELECT 1 FROM COMPANIES WHERE t.SECTOR = COMPANIES.SYMBOL)",
        "(t.SECTOR IN (SELECT SYMBOL FROM COMPANIES)) IS TRUE",
    )
    roots = [plan(f"SELECT STREAM ID FROM TRADES_001 AS t WHERE {each}").peeks[0].root for each in ways]
    assert roots[0] == roots[1] == roots[2]
    for query in (
        "SELECT 1 FROM COMPANIES WHERE SYMBOL = SYMBOL",
        "SELECT COUNT(*) FROM COMPANIES WHERE SYMBOL = SECTOR",
    ):
        [sentence] = problems(f"SELECT STREAM ID FROM TRADES_001 WHERE EXISTS ({query})")
        assert "EXISTS (SELECT …) is known in the form" in sentence
