"""Operators in Flink SQL: each row of the table of fidelity, with a fragment of a script."""

import pytest

from sql.flink.calls import NULLS
from sql.flink.queries import CHANGING, DISTINCT, JOINED, LATE, LOOKUP, ORDERED, PEERS, SIDE, STAGGERED
from tests.sql.flink.scripts import MINUTE, TUMBLE, exported, statement, words

BY_MINUTE = "GROUP BY FLOOR(TRADES_001.ROWTIME TO MINUTE)"
WINDOWS = "GROUP BY window_start, window_end, window_time"
OVER = 'OVER (PARTITION BY "ticker" ROWS 2 PRECEDING)'
FRAME = "OVER (PARTITION BY c0 ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"
LAG = "LAG({}, 1) OVER (PARTITION BY c0 ORDER BY ts)"
NOW = "CAST(ts AS TIMESTAMP(3))"
LAST_MINUTE = "RANGE INTERVAL '1' MINUTE PRECEDING"
TICKERS = "CURSOR(SELECT STREAM \"ticker\" FROM TRADES_001), 'ticker'"
PRICES = 'CURSOR(SELECT STREAM "price" FROM TRADES_001)'
EXACT = [
    ("A VARCHAR(8)", '"ticker" FROM TRADES_001 WHERE "price" > 5', ["FROM ( SCAN ) WHERE (c2 > 5)"]),
    ("A BIGINT", "COUNT(*) FROM TRADES_001 GROUP BY STEP(TRADES_001.ROWTIME BY INTERVAL '10' SECOND)",
     [TUMBLE.format("INTERVAL '10' SECOND(2)"), WINDOWS, "window_time AS ts", "VIEW `P 1` AS SCAN;"]),
    ("A BIGINT", "COUNT(*) FROM TRADES_001 GROUP BY FLOOR((TRADES_001.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') SECOND"
     " / 10 TO SECOND)", [TUMBLE.format("INTERVAL '10' SECOND(2)")]),
    ("A TIMESTAMP, B BIGINT", f"FLOOR(MADE_AT TO HOUR), COUNT(*) FROM TRADES_001 {BY_MINUTE}, FLOOR(MADE_AT TO HOUR)",
     [TUMBLE.format(MINUTE), f"{WINDOWS}, FLOOR(c5 TO HOUR)"]),
    ("A DOUBLE", f'SUM("price") FROM TRADES_001 {BY_MINUTE} HAVING COUNT(*) > 2', ["WHERE (c2 > 2)"]),
    ("A BIGINT", f"SUM(QTY) FROM TRADES_001 {BY_MINUTE}", ["SUM(CAST(c3 AS BIGINT)) AS c1"]),
    ("A INTEGER", f"AVG(QTY) FROM TRADES_001 {BY_MINUTE}", ["AVG(c3) AS c1"]),
    ("A DECIMAL(10,2)", f"AVG(FEE) FROM TRADES_001 {BY_MINUTE}", ["CAST(AVG(c4) AS DECIMAL(10,2)) AS c1"]),
    ("A BIGINT", f'COUNT(DISTINCT "ticker") FROM TRADES_001 {BY_MINUTE}', ["COUNT(DISTINCT c0) AS c1"]),
    ("A BIGINT", f"NUMBER_OF_DISTINCT_ITEMS FROM TABLE(COUNT_DISTINCT_ITEMS_TUMBLING({TICKERS}, 60))",
     ["SELECT COUNT(DISTINCT c0) AS c0", TUMBLE.format(MINUTE)]),
    ("A DOUBLE", f'AVG("price") {OVER} FROM TRADES_001', [f"SELECT *, AVG(c2) {FRAME} AS c8 FROM ( SCAN )"]),
    ("A DOUBLE, B DOUBLE", f'AVG("price") {OVER}, MAX("price") OVER (ROWS 9 PRECEDING) FROM TRADES_001',
     ["MAX(c2) OVER (ORDER BY ts ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS c9 FROM ( SELECT *, AVG(c2)"]),
    ("A DOUBLE", f"STDDEV_POP(QTY) {OVER} FROM TRADES_001", [f"STDDEV_POP(CAST(c3 AS DOUBLE)) {FRAME}"]),
    ("A DOUBLE", f'LAST_VALUE("price") IGNORE NULLS {OVER} FROM TRADES_001', [f"LAST_VALUE(c2) {FRAME}"]),
    ("A DOUBLE", f'LAG("price") {OVER} FROM TRADES_001',
     [f"CASE WHEN {LAG.format(NOW)} IS NOT NULL THEN {LAG.format('c2')} ELSE CAST(NULL AS DOUBLE) END"]),
    ("A DOUBLE", f'LAG("price", 1, 0) OVER (PARTITION BY "ticker" {LAST_MINUTE}) FROM TRADES_001',
     [f"CASE WHEN {LAG.format(NOW)} >= ts - {MINUTE} THEN {LAG.format('c2')} ELSE CAST(0.0 AS DOUBLE) END"]),
    ("A DOUBLE", f'LAG("price", 3) {OVER} FROM TRADES_001', ["SELECT *, CAST(NULL AS DOUBLE) AS c8"]),
    ("A VARCHAR(16)", '"ticker" FROM TRADES_001 UNION ALL SELECT STREAM SECTOR FROM TRADES_001', ["UNION ALL"]),
]  # fmt: skip
JOIN = "FROM TRADES_001 OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS A {} TRADES_001 {} AS B ON A.ID = B.ID"
NEAR = [
    ("A BIGINT", f'COUNT(*) OVER (PARTITION BY "ticker" {LAST_MINUTE}) FROM TRADES_001', PEERS,
     [f"COUNT(*) OVER (PARTITION BY c0 ORDER BY ts RANGE BETWEEN {MINUTE} PRECEDING AND CURRENT ROW)"]),
    ("A BIGINT", f"COUNT(*) OVER ({LAST_MINUTE}) FROM TRADES_001", PEERS, ["OVER (ORDER BY ts RANGE"]),
    ("A TIMESTAMP", f"ROWTIME FROM TRADES_001 {BY_MINUTE}", LATE, ["SELECT CAST(ts AS TIMESTAMP(3)) AS c0"]),
    ("A BIGINT", f"COUNT(*) FROM TRADES_001 {BY_MINUTE} ORDER BY FLOOR(TRADES_001.ROWTIME TO MINUTE), COUNT(*) DESC",
     ORDERED, [WINDOWS]),
    ("A DOUBLE", f'FIRST_VALUE("price") {OVER} FROM TRADES_001', NULLS, [f"FIRST_VALUE(c2) {FRAME}"]),
    ("A VARCHAR(8)", "A.\"ticker\" " + JOIN.format("JOIN", "OVER (RANGE INTERVAL '10' SECOND PRECEDING)"), JOINED,
     [") AS l INNER JOIN (", f"BETWEEN r.ts - {MINUTE} AND r.ts + INTERVAL '10' SECOND(2)", "GREATEST(l.ts, r.ts)"]),
    ("A VARCHAR(8)", "A.\"ticker\" " + JOIN.format("LEFT JOIN", ""), JOINED,
     [") AS l LEFT JOIN (", f"l.ts BETWEEN r.ts - {MINUTE} AND r.ts + INTERVAL '0' SECOND"]),
    ("A VARCHAR(40)", 'C.COMPANY FROM TRADES_001 AS S LEFT JOIN COMPANIES AS C ON S."ticker" = C.SYMBOL', LOOKUP,
     ["LEFT JOIN `COMPANIES` FOR SYSTEM_TIME AS OF l.pt AS r ON l.c0 = r.`SYMBOL`"]),
    ("A TIMESTAMP, B VARCHAR(8)", 'DISTINCT FLOOR(TRADES_001.ROWTIME TO MINUTE), "ticker" FROM TRADES_001', DISTINCT,
     [TUMBLE.format(MINUTE), f"{WINDOWS}, c0, c1"]),
    ("A VARCHAR(1024), B DOUBLE", f"ITEM, ITEM_COUNT FROM TABLE(TOP_K_ITEMS_TUMBLING({TICKERS}, 3, 60))",
     "Of items that are equally common, Flink may choose another.",
     ["ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY c1 DESC) AS n", "WHERE n <= 3"]),
]  # fmt: skip
CANNOT = [
    ("A BIGINT", "COUNT(*) FROM TRADES_001 GROUP BY FLOOR(TRADES_001.ROWTIME TO MONTH)", "Groups that last a month"),
    ("A BIGINT", "COUNT(*) FROM TRADES_001 GROUP BY MONOTONIC(MADE_AT)", CHANGING),
    ("A VARCHAR(8)", '"ticker" FROM TRADES_001 WINDOWED BY STAGGER (PARTITION BY "ticker" RANGE INTERVAL \'1\' MINUTE)',
     STAGGERED),
    ("A BOOLEAN", f'EVERY("price" > 3) FROM TRADES_001 {BY_MINUTE}', "EVERY has no counterpart."),
    ("A DOUBLE", f'NTH_VALUE("price", 2) {OVER} FROM TRADES_001', "NTH_VALUE has no counterpart."),
    ("A DOUBLE", f'LAG("price") IGNORE NULLS {OVER} FROM TRADES_001', "LAG … IGNORE NULLS has no counterpart."),
    ("A DOUBLE", "EXP_AVG(\"price\", INTERVAL '10' SECOND) OVER (RANGE INTERVAL '30' SECOND PRECEDING) FROM TRADES_001",
     "EXP_AVG has no counterpart."),
    ("A DOUBLE", f"ANOMALY_SCORE FROM TABLE(RANDOM_CUT_FOREST({PRICES}))",
     "RANDOM_CUT_FOREST has no counterpart in SQL."),
    ("A VARCHAR(99)", f"HOTSPOTS_RESULT FROM TABLE(HOTSPOTS({PRICES}, 100, 1.0, 5))",
     "HOTSPOTS has no counterpart in SQL."),
    ("A VARCHAR(99)", "T.R.COLUMN1 FROM (SELECT STREAM REGEX_LOG_PARSE(LINE, '(.*) x') AS R FROM TRADES_001) AS T",
     "T.R.COLUMN1 has no counterpart."),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "query", "parts"), EXACT)
def test_a_query_is_exact(columns: str, query: str, parts: list[str]) -> None:
    found = statement(columns, query)
    assert (found.level.name, found.sentences) == ("EXACT", ())
    assert [part for part in parts if part not in words(found)] == []


@pytest.mark.parametrize(("columns", "query", "sentence", "parts"), NEAR)
def test_a_query_is_near(columns: str, query: str, sentence: str, parts: list[str]) -> None:
    found = statement(columns, query)
    assert (found.level.name, found.sentences) == ("NEAR", (sentence,))
    assert [part for part in parts if part not in words(found)] == []


@pytest.mark.parametrize(("columns", "query", "sentence"), CANNOT)
def test_a_query_cannot_be_written(columns: str, query: str, sentence: str) -> None:
    found = statement(columns, query)
    assert (found.level.name, found.sql, len(found.sentences)) == ("CANNOT", "", 1)
    assert found.sentences[0].startswith(sentence)


CHAIN = """CREATE STREAM FIRST_STEP (A BIGINT); CREATE PUMP P1 AS INSERT INTO FIRST_STEP SELECT STREAM {};
CREATE STREAM SECOND_STEP (A BIGINT); CREATE PUMP P2 AS INSERT INTO SECOND_STEP SELECT STREAM A FROM FIRST_STEP;"""


def test_a_chain_notes_the_times_between_its_steps() -> None:
    first, second = exported(CHAIN.format(f"COUNT(*) FROM TRADES_001 {BY_MINUTE}")).pumps
    assert (first.sentences, second.sentences) == ((LATE,), ())
    first, _ = exported(CHAIN.format("A.ID " + JOIN.format("JOIN", ""))).pumps
    assert (first.sentences, "l.ts AS ts" in first.sql) == ((JOINED, SIDE), True)
    first, second = exported(CHAIN.format("A.ID " + JOIN.format("FULL JOIN", "OVER (ROWS 1 PRECEDING)"))).pumps
    assert (first.level.name, second.sentences) == ("CANNOT", ("It reads FIRST_STEP, which cannot be computed.",))
