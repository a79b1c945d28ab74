"""The trees of queries and statements."""

import pytest

from sql.errors import Problem, ScriptError
from sql.language import ast, parse
from sql.language.words import HARD, SOFT, near
from sql.types import DOUBLE, INTEGER, REAL, TIMESTAMP, Kind, Type, decimal, varchar
from tests.sql.language.reading import column, expression, name, number, query, seconds, select

S = ast.NamedSource(name("S"))
LAST_TEN = ast.WindowSpec(frame=ast.Frame(False, ast.Bound("PRECEDING", seconds(10)), ast.Bound("CURRENT ROW")))


def test_select_has_all_its_clauses() -> None:
    found = select(
        "SELECT STREAM DISTINCT a AS x, s.*, * FROM s WHERE b GROUP BY a, b HAVING c "
        "WINDOW w AS (RANGE INTERVAL '10' SECOND PRECEDING) ORDER BY a DESC NULLS FIRST"
    )
    items = (ast.Item(column("A"), name("X")), ast.Star(name("S")), ast.Star())
    assert found == ast.Select(
        items, (S,), stream=True, distinct=True,
        where=column("B"), group=(column("A"), column("B")), having=column("C"),
        windows=(ast.NamedWindow(name("W"), LAST_TEN),),
        order=(ast.OrderKey(column("A"), True, True),),
    )  # fmt: skip


def test_window_of_a_source_stands_before_or_after_its_name() -> None:
    window = "(RANGE INTERVAL '10' SECOND PRECEDING)"
    before, after = select(f"SELECT a FROM s OVER {window} AS t"), select(f"SELECT a FROM s t OVER {window}")
    assert before.sources == after.sources == (ast.NamedSource(name("S"), LAST_TEN, name("T")),)


def test_joins_lean_to_the_left_and_commas_separate_sources() -> None:
    found = select("SELECT a FROM s JOIN t ON b LEFT OUTER JOIN u USING (c, d) CROSS JOIN v, s")
    t, u, v = (ast.NamedSource(name(each)) for each in "TUV")
    first = ast.Join("INNER", S, t, column("B"))
    second = ast.Join("LEFT", first, u, using=(name("C"), name("D")))
    assert found.sources == (ast.Join("CROSS", second, v), S)


def test_table_function_has_its_cursor_and_arguments() -> None:
    found = select("SELECT * FROM TABLE(HOTSPOTS(CURSOR(SELECT * FROM s), 1000, 20)) AS h (a)")
    cursor = ast.Select((ast.Star(),), (S,))
    args = (number(1000), number(20))
    assert found.sources == (ast.FunctionSource(name("HOTSPOTS"), cursor, args, alias=name("H"), columns=(name("A"),)),)


def test_order_after_a_union_sorts_the_whole() -> None:
    one = ast.Select((ast.Item(column("A")),), (S,))
    key = ast.OrderKey(column("A"))
    whole = ast.SetQuery("UNION", True, ast.SetQuery("UNION", True, one, one), one, order=(key,))
    assert query("SELECT a FROM s UNION ALL SELECT a FROM s UNION ALL SELECT a FROM s ORDER BY a") == whole
    inner = query("SELECT a FROM s EXCEPT (SELECT a FROM s ORDER BY a)")
    assert inner == ast.SetQuery("EXCEPT", False, one, ast.Select(one.items, one.sources, order=(key,)))


def test_stagger_and_t_sort_are_told_apart_from_other_clauses() -> None:
    found = select("SELECT a FROM s WINDOWED BY STAGGER (PARTITION BY a, b RANGE INTERVAL '10' SECOND) HAVING c")
    sorted_by_time = select("SELECT a FROM s ORDER BY a WITHIN INTERVAL '10' SECOND, b")
    assert (found.stagger, found.group, found.having) == (
        ast.Stagger((column("A"), column("B")), seconds(10)), (), column("C"),
    )  # fmt: skip
    assert sorted_by_time.order == (ast.Within(column("A"), seconds(10)), ast.OrderKey(column("B")))


def test_parentheses_hold_an_expression_a_query_or_a_union() -> None:
    one = ast.Select((ast.Item(column("A")),), (S,))
    both = ast.SetQuery("UNION", False, one, one)
    assert expression("((SELECT a FROM s))") == ast.ScalarQuery(one)
    assert expression("((SELECT a FROM s) UNION (SELECT a FROM s))") == ast.ScalarQuery(both)
    assert expression("((SELECT a FROM s) + 1)") == ast.Binary("+", ast.ScalarQuery(one), number(1))
    assert expression("a IN ((SELECT a FROM s))") == ast.InList(column("A"), (ast.ScalarQuery(one),))


TYPES = {
    "INT": INTEGER,
    "FLOAT": DOUBLE,
    "FLOAT(24)": REAL,
    "FLOAT(25)": DOUBLE,
    "DOUBLE PRECISION": DOUBLE,
    "DECIMAL": decimal(18, 0),
    "NUMERIC(9)": decimal(9, 0),
    "DEC(5, 2)": decimal(5, 2),
    "CHAR": Type(Kind.CHAR, 1),
    "CHARACTER VARYING(4)": varchar(4),
    "VARCHAR": varchar(65_535),
    "BINARY VARYING(3)": Type(Kind.VARBINARY, 3),
    "TIMESTAMP(3)": TIMESTAMP,
}


@pytest.mark.parametrize("written", TYPES)
def test_type_has_this_meaning(written: str) -> None:
    (statement,) = parse(f"CREATE STREAM s (a {written} NOT NULL, b {written})").statements
    columns = (ast.ColumnDef(name("A"), TYPES[written], True), ast.ColumnDef(name("B"), TYPES[written]))
    assert statement == ast.CreateStream(name("S"), columns)


def test_pump_has_its_insert_and_its_state() -> None:
    (statement,) = parse("CREATE OR REPLACE PUMP p STOPPED AS INSERT INTO main.t (a, b) SELECT a FROM s").statements
    insert = ast.Insert(name("T"), (name("A"), name("B")), ast.Select((ast.Item(column("A")),), (S,)))
    assert statement == ast.CreatePump(name("P"), insert, started=False, replace=True)


def test_warnings_and_faults_are_told_in_the_order_of_the_text() -> None:
    with pytest.raises(ScriptError) as caught:
        parse("SELECT value FROM s;\nSELECT FROM s;\nSELECT user FROM s, t.u;\nSELECT a")
    assert caught.value.problems == [
        Problem(1, 8, 'value is a reserved word; quote it where it is a name, as in "VALUE".', warning=True),
        Problem(2, 8, "A value is missing before FROM."),
        Problem(3, 8, 'user is a reserved word; quote it where it is a name, as in "USER".', warning=True),
        Problem(3, 21, "t is ignored: a name is u alone here.", warning=True),
        Problem(4, 9, "The statement ends too early: FROM is missing."),
    ]


def test_misspelt_words_are_found_unless_they_are_far_off() -> None:
    words = frozenset({"SELECT", "INSERT"})
    assert [near(word, words) for word in ("SELCT", "INSRET", "DELETE", "SELECT", "X" * 5_000)] == [
        "SELECT", "INSERT", "", "", "",
    ]  # fmt: skip


def test_no_word_is_both_needed_by_the_grammar_and_free() -> None:
    assert frozenset() == HARD & SOFT
