"""Checks joins of streams and of reference tables, and the functions that give rows."""

import pytest

from sql.plan.expressions import Field, RowTime
from sql.plan.nodes import DistinctCount, Forest, Frame, Hotspots, LookupJoin, Project, StreamJoin, TopItems
from tests.sql.analysis.applications import nodes, plan, problems, told, warnings

OVER = "OVER (RANGE INTERVAL '1' MINUTE PRECEDING)"
PAIR = f'FROM TRADES_001 AS a {OVER} JOIN TRADES_001 AS b ON a."ticker" = b."ticker"'
LOOKUP = 'FROM TRADES_001 AS t LEFT JOIN COMPANIES AS c ON t."ticker" = c.SYMBOL'
REFUSED = [
    (
        "a.ID FROM TRADES_001 AS a JOIN ¦TRADES_001 AS b ON a.ID = b.ID",
        "A join of streams needs a window, so that it knows how long rows wait for each other: write OVER (RANGE"
        " INTERVAL '1' MINUTE PRECEDING) after one of them.",
    ),
    (
        'ID FROM ¦TRADES_001 AS a RIGHT JOIN COMPANIES AS c ON a."ticker" = c.SYMBOL',
        "RIGHT JOIN would give rows of the reference table that match no row and have no time; let the stream's rows"
        " stand: LEFT JOIN the table onto the stream.",
    ),
    ("* FROM ¦COMPANIES", "A reference table alone gives no rows; join it with a stream: FROM s JOIN t ON …."),
    ("* FROM ¦COMPANIES AS a, COMPANIES AS b", "Two reference tables give no rows; join a stream first."),
    (
        f"* FROM TRADES_001 {OVER.replace('(', '¦(')}",
        "OVER after a source belongs to a join of streams; for a function write COUNT(*) OVER (…).",
    ),
    (
        f"* FROM TRADES_001 AS t {OVER} JOIN ¦TRADES_001 AS t ON 1 = 1",
        "FROM names T twice; give one an alias: … AS B.",
    ),
    (
        "a.ID FROM TRADES_001 AS a OVER ¦(PARTITION BY ID ROWS 3 PRECEDING) JOIN TRADES_001 AS b ON a.ID = b.ID",
        "The window of a join takes no PARTITION BY; the condition after ON says which rows belong together.",
    ),
    (
        "a.ID FROM TRADES_001 AS a OVER ¦() JOIN TRADES_001 AS b ON a.ID = b.ID",
        "The window of a join would keep all rows for ever; write RANGE INTERVAL '1' MINUTE PRECEDING.",
    ),
    (f"a.ID FROM TRADES_001 AS a {OVER} JOIN TRADES_001 AS b ON ¦a.ID + b.ID", "ON needs a condition, not INTEGER."),
    (
        f"a.ID FROM TRADES_001 AS a {OVER} JOIN TRADES_001 AS b USING (¦nope)",
        "Column NOPE of USING is not on both sides.",
    ),
]


@pytest.mark.parametrize(("rest", "sentence"), REFUSED)
def test_join_that_cannot_be_computed_is_refused(rest: str, sentence: str) -> None:
    text, expected = told(f"SELECT STREAM {rest}", sentence)
    assert problems(text) == expected


def test_join_of_streams_finds_rows_by_its_equalities() -> None:
    node = nodes(f'SELECT STREAM a.ID {PAIR} AND a."price" > b."price" AND UPPER(b.SECTOR) = a.SECTOR', StreamJoin)[0]
    assert (node.left_frame, node.right_frame, len(node.keys)) == (Frame(partition=(), range=60_000), None, 2)
    assert node.condition is not None


def test_side_with_a_window_keeps_its_own_row_time() -> None:
    items = nodes(f"SELECT STREAM a.ROWTIME, b.ROWTIME, ROWTIME {PAIR}", Project)[-1].items
    assert [type(each) for each in items] == [Field, RowTime, RowTime]


def test_side_without_a_match_may_be_null() -> None:
    columns = plan(f"SELECT STREAM a.ID, b.ID {PAIR.replace('JOIN', 'LEFT JOIN')}").peeks[0].root.columns
    assert [each.nullable for each in columns] == [False, True]


def test_lookup_finds_rows_of_the_table_by_a_column() -> None:
    node = nodes(f"SELECT STREAM t.ID, c.COMPANY {LOOKUP} AND t.ID > 3", LookupJoin)[0]
    assert ([slot for _, slot in node.keys], node.outer, node.condition is not None) == ([0], True, True)


def test_table_may_stand_on_the_left() -> None:
    text = 'SELECT STREAM * FROM COMPANIES AS c RIGHT JOIN TRADES_001 AS t ON c.SYMBOL = t."ticker"'
    assert nodes(text, LookupJoin)[0].outer
    assert [each.name for each in plan(text).peeks[0].root.columns][:3] == ["SYMBOL", "COMPANY", "ticker"]


def test_where_of_a_list_of_sources_is_the_condition_of_the_join() -> None:
    text = 'SELECT STREAM t.ID FROM TRADES_001 AS t, COMPANIES AS c WHERE t."ticker" = c.SYMBOL AND t.ID > 1'
    assert len(nodes(text, LookupJoin)[0].keys) == 1
    assert warnings(text) == []


def test_using_gives_its_columns_once() -> None:
    text = f"SELECT STREAM ID, * FROM TRADES_001 AS a {OVER} JOIN TRADES_001 AS b USING (ID)"
    names = [each.name for each in plan(text).peeks[0].root.columns]
    assert (names.count("ID"), names.count("SECTOR")) == (2, 2)


DOUBTS = [
    (
        "t.ID FROM ¦TRADES_001 AS t JOIN COMPANIES AS c ON t.SECTOR < c.SYMBOL",
        "Each row is compared with every row of the table COMPANIES, which takes time; join by an equality with a"
        " column of the table.",
    ),
    (
        f"a.ID FROM ¦TRADES_001 AS a {OVER} JOIN TRADES_001 AS b ON a.ID = 1",
        "No condition links the two streams, so that every row meets every row; add ON a.k = b.k.",
    ),
]


@pytest.mark.parametrize(("rest", "sentence"), DOUBTS)
def test_costly_join_is_doubted(rest: str, sentence: str) -> None:
    text, expected = told(f"SELECT STREAM {rest}", f"warning: {sentence}")
    assert warnings(text) == expected


ROWS = 'CURSOR(SELECT STREAM "price", ID, SECTOR FROM TRADES_001)'


def test_functions_that_give_rows_take_their_parameters() -> None:
    top = nodes(f"SELECT STREAM * FROM TABLE(TOP_K_ITEMS_TUMBLING({ROWS}, 'sector', 10, 60))", TopItems)[0]
    count = nodes(f"SELECT STREAM * FROM TABLE(COUNT_DISTINCT_ITEMS_TUMBLING({ROWS}, 'price', 5))", DistinctCount)[0]
    forest = nodes(f"SELECT STREAM * FROM TABLE(RANDOM_CUT_FOREST({ROWS}, 10, 20, 30, 4))", Forest)[0]
    spots = nodes(f"SELECT STREAM * FROM TABLE(HOTSPOTS({ROWS}, 1000, 0.2, 17))", Hotspots)[0]
    assert (top.slot, top.most, top.period.size, count.slot, count.period.size) == (2, 10, 60_000, 0, 5_000)
    assert (forest.slots, forest.trees, forest.sample, forest.decay, forest.shingle) == ((0, 1), 10, 20, 30, 4)
    assert (spots.slots, spots.window, spots.radius, spots.least) == ((0, 1), 1_000, 0.2, 17)


def test_explained_forest_has_defaults_and_its_columns() -> None:
    text = f"SELECT STREAM * FROM TABLE(RANDOM_CUT_FOREST_WITH_EXPLANATION({ROWS}, 100, 256, 100000, 1, TRUE)) AS f"
    node = nodes(text, Forest)[0]
    assert (node.trees, node.sample, node.decay, node.shingle, node.directed) == (100, 256, 100_000, 1, True)
    assert [each.name for each in node.columns] == ["price", "ID", "SECTOR", "ANOMALY_SCORE", "ANOMALY_EXPLANATION"]


FUNCTIONS = [
    (
        f"TABLE(RANDOM_CUT_FOREST({ROWS}, ¦0))",
        "RANDOM_CUT_FOREST: the first argument after CURSOR, numberOfTrees, is a whole number from 1 to 1000.",
    ),
    (f"¦TABLE(RANDOM_CUT_FOREST({ROWS}, 10, 100, 50))", "RANDOM_CUT_FOREST: subSampleSize must be below timeDecay."),
    (f"TABLE(RANDOM_CUT_FOREST({ROWS}, 1, 10, 11, 1, ¦2))", "RANDOM_CUT_FOREST takes 4 arguments after CURSOR."),
    (
        f"TABLE(HOTSPOTS({ROWS}, 100, ¦-1, 2))",
        "HOTSPOTS: the second argument after CURSOR, scanRadius, is a number above 0.",
    ),
    (
        f"TABLE(HOTSPOTS({ROWS}, 100, 1, ¦101))",
        "HOTSPOTS: the third argument after CURSOR, minimumNumberOfPointsInACluster, is a whole number from 2 to 100.",
    ),
    (
        f"TABLE(TOP_K_ITEMS_TUMBLING({ROWS}, ¦'prize', 1, 1))",
        'TOP_K_ITEMS_TUMBLING: column "prize" not found; did you mean "price"?',
    ),
    (
        f"TABLE(TOP_K_ITEMS_TUMBLING({ROWS}, 'price', 1, ¦3601))",
        "TOP_K_ITEMS_TUMBLING: the third argument after CURSOR, the window's seconds, is a whole number"
        " from 1 to 3600.",
    ),
    (
        f"TABLE(¦GROUP_RANK({ROWS}, 1))",
        "GROUP_RANK is not supported; use ORDER BY within a window, or TOP_K_ITEMS_TUMBLING.",
    ),
    (f"TABLE(¦HOTSPOT({ROWS}, 1))", "There is no function HOTSPOT that gives rows; did you mean HOTSPOTS?"),
    (
        "¦TABLE(HOTSPOTS(CURSOR(SELECT STREAM SECTOR, FEE FROM TRADES_001), 100, 1, 2))",
        "HOTSPOTS needs 1 to 30 columns of numbers, not 0; CAST FEE to DOUBLE.",
    ),
]


@pytest.mark.parametrize(("call", "sentence"), FUNCTIONS)
def test_function_with_wrong_parameters_is_refused(call: str, sentence: str) -> None:
    text, expected = told(f"SELECT STREAM * FROM {call}", sentence)
    assert problems(text) == expected
