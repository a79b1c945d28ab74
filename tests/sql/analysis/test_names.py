"""Checks how names are found, and the sentences for names that are not."""

import pytest

from sql.plan.expressions import Field, RowTime
from sql.plan.nodes import Project, Scan
from tests.sql.analysis.applications import nodes, plan, problems, told

JOIN = "TRADES_001 AS a OVER (RANGE INTERVAL '1' SECOND PRECEDING) JOIN TRADES_001 AS b ON a.ID = b.ID"
FOUND = [
    'SELECT STREAM "price" FROM TRADES_001',
    "SELECT STREAM sector, SECTOR, Sector FROM trades_001",
    'SELECT STREAM "SECTOR" FROM "TRADES_001"',
    'SELECT STREAM TRADES_001."price" FROM TRADES_001',
    'SELECT STREAM s."price", "S"."ROWTIME" FROM TRADES_001 AS s',
    'SELECT STREAM p FROM (SELECT STREAM "price" FROM TRADES_001) AS d (p)',
    f"SELECT STREAM a.SECTOR, b.SECTOR FROM {JOIN}",
    "SELECT STREAM PARTITION_KEY, SEQUENCE_NUMBER, APPROXIMATE_ARRIVAL_TIME FROM TRADES_001",
    "SELECT STREAM r.COLUMN1 FROM (SELECT STREAM W3C_LOG_PARSE(LINE, 'COMMON') AS r FROM TRADES_001)",
    "SELECT STREAM l.r.COLUMN1 FROM (SELECT STREAM W3C_LOG_PARSE(LINE, 'COMMON') FROM TRADES_001) AS l (r)",
]
NOT_FOUND = [
    ("¦PRICE FROM TRADES_001", 'Column PRICE not found; did you mean "price" (quoted, lower case)?'),
    ("¦price FROM TRADES_001", 'Column PRICE not found; did you mean "price" (quoted, lower case)?'),
    ('¦"sector" FROM TRADES_001', 'Column "sector" not found; did you mean SECTOR (upper case)?'),
    ("¦sectr FROM TRADES_001", "Column SECTR not found; did you mean SECTOR?"),
    (
        'ID FROM TRADES_001 WHERE SECTOR = ¦"FAIL"',
        'Column FAIL not found; there are "ticker", SECTOR, "price", QTY, FEE, MADE_AT, LINE, ID. If it is a text,'
        " put it into single quotes: 'FAIL'.",
    ),
    ('¦x."price" FROM TRADES_001 AS t', "X is not a source of this SELECT; there is T."),
    ('¦TRADES_001."price" FROM TRADES_001 AS t', "TRADES_001 has the alias T here; write T instead."),
    ("1 FROM ¦TRADES_01", "Stream TRADES_01 not found; did you mean TRADES_001?"),
    ('1 FROM ¦"trades_001"', 'Stream "trades_001" not found; did you mean TRADES_001 (upper case)?'),
    (f"¦SECTOR FROM {JOIN}", "Column SECTOR is ambiguous; write A.SECTOR or B.SECTOR."),
    (
        "¦SHARD_ID FROM TRADES_001",
        "SHARD_ID is not available: results must not depend on the shard in which a record lies, since shards are"
        " split and merged; use PARTITION_KEY.",
    ),
    (
        "ID * 2 AS twice FROM TRADES_001 WHERE ¦twice > 3",
        "TWICE is an alias of this SELECT, and its WHERE, GROUP BY and windows do not know it; repeat ID * 2 here,"
        " or nest the SELECT: FROM (SELECT STREAM … AS TWICE …).",
    ),
    (
        "l.r.¦COLUMN99 FROM (SELECT STREAM W3C_LOG_PARSE(LINE, 'REFERER') FROM TRADES_001) AS l (r)",
        "R has no column COLUMN99; did you mean COLUMN2?",
    ),
    (
        "¦x FROM (SELECT STREAM ID AS x, QTY AS x FROM TRADES_001)",
        "Two columns have the name X; give one of them an alias in the inner SELECT.",
    ),
    (
        '1 FROM ¦"error_stream"',
        "error_stream cannot be read by a script; give the application an output of that name.",
    ),
    ("a FROM (SELECT STREAM ID, LINE FROM TRADES_001) AS ¦d (a)", "The alias D names 1 columns, and there are 2."),
]


@pytest.mark.parametrize("text", FOUND)
def test_name_is_found(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(("rest", "problem"), NOT_FOUND)
def test_name_that_is_not_found_is_told_with_the_likeliest(rest: str, problem: str) -> None:
    text, expected = told(f"SELECT STREAM {rest}", problem)
    assert problems(text) == expected


def test_star_leaves_out_row_time_and_the_records_own_columns() -> None:
    columns = plan("SELECT STREAM *, PARTITION_KEY AS k FROM TRADES_001").peeks[0].root.columns
    assert [each.name for each in columns] == [
        "ticker",
        "SECTOR",
        "price",
        "QTY",
        "FEE",
        "MADE_AT",
        "LINE",
        "ID",
        "k".upper(),
    ]


def test_scan_gives_the_records_own_columns_only_when_they_are_used() -> None:
    assert nodes("SELECT STREAM ID FROM TRADES_001", Scan)[0].extras == ()
    assert nodes("SELECT STREAM SEQUENCE_NUMBER FROM TRADES_001", Scan)[0].extras == (
        "PARTITION_KEY",
        "SEQUENCE_NUMBER",
    )


def test_arrival_time_is_the_row_time() -> None:
    items = nodes("SELECT STREAM ROWTIME, APPROXIMATE_ARRIVAL_TIME FROM TRADES_001", Project)[0].items
    assert all(isinstance(each, RowTime) for each in items)


def test_every_problem_of_a_query_is_told_in_the_order_of_the_text() -> None:
    text = "SELECT STREAM nope1, UPPER(nope2) || nope3\nFROM TRADES_001\nWHERE nope4 = 1 OR nope5"
    assert [each.split(": ")[0] for each in problems(text)] == ["1:15", "1:28", "1:38", "3:7", "3:20"]


def test_message_shows_no_invisible_characters() -> None:
    assert problems('SELECT STREAM "\u202eab" FROM TRADES_001')[0].startswith('1:15: Column "�ab" not found')


def test_script_with_very_many_problems_is_given_up() -> None:
    found = problems("".join(f"SELECT STREAM x{number} FROM TRADES_001;\n" for number in range(1_000)))
    assert (len(found), found[-1]) == (201, "201:15: More than 200 problems were found; the others are left out.")


HOSTILE = ["'; DROP TABLE x; --", "__import__('os')", 'a"b', "{0}", "%s", "\\", "ﬁ\u202eevil", "x" * 128, "lambda: 0"]


@pytest.mark.parametrize("name", HOSTILE)
def test_name_that_looks_like_code_is_a_name(name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    text = f"CREATE STREAM {quoted} ({quoted} INTEGER);\nCREATE PUMP {quoted} AS INSERT INTO {quoted} ({quoted})"
    found = plan(f"{text} SELECT STREAM ID AS {quoted} FROM TRADES_001 AS {quoted} WHERE {quoted}.ID = 1;")
    root = found.pumps[0].root
    assert (found.pumps[0].target, root.columns[0].name) == (name, name)
    assert isinstance(root, Project)
    assert isinstance(root.items[0], Field)
