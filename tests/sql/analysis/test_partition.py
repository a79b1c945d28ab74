"""Checks the proof that each shard can be computed alone."""

import pytest

from sql.analysis.partition import carried
from tests.sql.analysis.applications import plan, problems

MINUTE = "FLOOR(t.ROWTIME TO MINUTE)"
RANGE = "RANGE INTERVAL '1' MINUTE PRECEDING"
OVER = f"OVER ({RANGE})"
ALONE = [
    "SELECT STREAM ID FROM TRADES_001 WHERE ID > 3",
    'SELECT STREAM COMPANY FROM TRADES_001 AS t JOIN COMPANIES AS c ON t."ticker" = c.SYMBOL',
    f'SELECT STREAM COUNT(*) FROM TRADES_001 AS t GROUP BY "ticker", {MINUTE}',
    f'SELECT STREAM COUNT(*) FROM TRADES_001 AS t GROUP BY SECTOR, "ticker", {MINUTE}',
    f'SELECT STREAM COUNT(*) OVER (PARTITION BY "ticker" {RANGE}) FROM TRADES_001',
    "SELECT STREAM COUNT(*) FROM TRADES_001 WINDOWED BY STAGGER (PARTITION BY \"ticker\" RANGE INTERVAL '1' MINUTE)",
    f'SELECT STREAM DISTINCT "ticker", {MINUTE} FROM TRADES_001 AS t',
    f'SELECT STREAM a.ID FROM TRADES_001 AS a {OVER} JOIN TRADES_001 AS b ON a."ticker" = b."ticker" AND a.ID > b.ID',
    f"SELECT STREAM COUNT(*) FROM TRADES_001 AS t GROUP BY PARTITION_KEY, {MINUTE}",
    f'SELECT STREAM COUNT(*) FROM (SELECT STREAM ID, "ticker" AS k FROM TRADES_001) AS t GROUP BY k, {MINUTE}',
    f'SELECT STREAM MAX(n) FROM (SELECT STREAM "ticker" AS k, COUNT(*) AS n FROM TRADES_001 AS t GROUP BY "ticker"'
    f", {MINUTE})"
    " AS t GROUP BY k, FLOOR(t.ROWTIME TO HOUR)",
]
TOGETHER = [
    (f"SELECT STREAM COUNT(*) FROM TRADES_001 AS t GROUP BY {MINUTE}", 'GROUP BY without "ticker"'),
    (f'SELECT STREAM COUNT(*) FROM TRADES_001 AS t GROUP BY UPPER("ticker"), {MINUTE}', 'GROUP BY without "ticker"'),
    (
        'SELECT STREAM COUNT(*) FROM TRADES_001 AS t GROUP BY MONOTONIC(MADE_AT), "ticker"',
        "groups end when their MONOTONIC value changes, which a row of any shard may do",
    ),
    (
        "SELECT STREAM SUM(ID) OVER (ROWS 3 PRECEDING) FROM TRADES_001",
        'SUM(ID) OVER (ROWS 3 PRECEDING) without "ticker" in PARTITION BY',
    ),
    (
        "SELECT STREAM COUNT(*) FROM TRADES_001 WINDOWED BY STAGGER (PARTITION BY ID RANGE INTERVAL '1' MINUTE)",
        'WINDOWED BY STAGGER without "ticker"',
    ),
    (f"SELECT STREAM DISTINCT ID, {MINUTE} FROM TRADES_001 AS t", 'SELECT DISTINCT without "ticker"'),
    (
        f"SELECT STREAM a.ID FROM TRADES_001 AS a {OVER} JOIN TRADES_001 AS b ON a.ID = b.ID",
        'the join does not compare "ticker" of both sides',
    ),
    (
        f'SELECT STREAM "ticker" FROM TRADES_001 AS t ORDER BY {MINUTE}, "ticker"',
        "ORDER BY sorts rows of all shards",
    ),
    (
        "SELECT STREAM ITEM FROM TABLE(TOP_K_ITEMS_TUMBLING(CURSOR(SELECT STREAM * FROM TRADES_001), 'ticker', 3, 60))",
        "the function counts the items of all shards",
    ),
    (
        'SELECT STREAM "ticker" FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM * FROM TRADES_001)))',
        "the function learns from the rows of all shards",
    ),
]


def pump(query: str) -> str:
    return f"CREATE STREAM A (X INTEGER);\nCREATE PUMP P AS INSERT INTO A SELECT STREAM 1 FROM ({query}) AS d;"


@pytest.mark.parametrize("query", ALONE)
def test_shards_are_computed_alone_if_the_key_is_among_the_keys(query: str) -> None:
    assert plan(pump(query), partition_key="ticker").proof.per_shard


@pytest.mark.parametrize(("query", "reason"), TOGETHER)
def test_shards_are_computed_together_for_an_operator_without_the_key(query: str, reason: str) -> None:
    found = plan(pump(query), partition_key="ticker").proof
    assert (found.per_shard, found.sentences) == (False, (f"Pump P, line 2, needs the whole stream: {reason}.",))


def test_shards_are_computed_together_if_no_key_is_named() -> None:
    query = f'SELECT STREAM COUNT(*) FROM TRADES_001 AS t GROUP BY "ticker", {MINUTE}'
    assert plan(pump(query)).proof.sentences == (
        "The application names no partition_key, so that rows with equal keys may be in several shards.",
        "Pump P, line 2, needs the whole stream: GROUP BY over rows of all shards.",
    )


def test_shards_without_state_are_computed_alone_even_if_no_key_is_named() -> None:
    assert plan(pump("SELECT STREAM ID FROM TRADES_001")).proof.per_shard


CHAIN = """
CREATE STREAM B (K VARCHAR(8), N INTEGER);
CREATE STREAM A (X BIGINT);
CREATE PUMP P AS INSERT INTO B SELECT STREAM "ticker", ID FROM TRADES_001;
CREATE PUMP Q AS INSERT INTO A SELECT STREAM COUNT(*) FROM B AS t GROUP BY K, FLOOR(t.ROWTIME TO MINUTE);
"""


def test_key_is_followed_through_streams() -> None:
    assert plan(CHAIN, partition_key="ticker").proof.per_shard


def test_streams_say_which_columns_hold_the_key() -> None:
    held = carried(plan(CHAIN, partition_key="ticker"), "ticker")
    assert (held["B"], held["A"]) == (frozenset({0}), frozenset())


def test_key_is_lost_if_one_pump_puts_another_value_in_its_place() -> None:
    script = f"{CHAIN}CREATE PUMP R AS INSERT INTO B SELECT STREAM SECTOR, ID FROM TRADES_001;"
    assert not plan(script, partition_key="ticker").proof.per_shard


def test_key_that_a_column_checks_for_null_is_kept() -> None:
    assert plan(CHAIN.replace("VARCHAR(8)", "VARCHAR(9) NOT NULL"), partition_key="ticker").proof.per_shard


def test_key_that_is_cut_by_a_column_is_lost() -> None:
    assert not plan(CHAIN.replace("VARCHAR(8)", "VARCHAR(2)"), partition_key="ticker").proof.per_shard


def test_several_inputs_are_computed_together() -> None:
    assert not plan(CHAIN, partition_key="ticker", parallelism=2).proof.per_shard


def test_lease_for_each_shard_is_refused_without_a_proof() -> None:
    expected = (
        "0:1: The application asks for a lease for each shard, and cannot have it. The application names no"
        " partition_key, so that rows with equal keys may be in several shards."
    )
    assert problems(CHAIN, parallel=True) == [expected]
