"""Checks which changes of a script change an operator's fingerprint, and so end its state."""

import pytest

from sql.plan.fingerprints import fingerprint
from sql.plan.nodes import Aggregate, Node, Project, StreamJoin, walk
from sql.schema.columns import Column, Schema
from sql.types import INTEGER
from tests.sql.analysis.applications import COLUMNS, nodes, plan

MINUTE = "FLOOR(t.ROWTIME TO MINUTE)"
SCRIPT = f'SELECT STREAM "ticker", COUNT(*) AS n FROM TRADES_001 AS t WHERE ID > 1 GROUP BY "ticker", {MINUTE}'


def of(text: str, kind: type[Node] = Aggregate, schema: tuple[Column, ...] = COLUMNS) -> str:
    return fingerprint(nodes(text, kind, schema=Schema(schema))[0])


SAME = [
    SCRIPT.replace(" ", "\n  "),
    SCRIPT.replace("AS n", "AS other_name"),
    SCRIPT.replace("AS t", "AS u").replace("t.ROWTIME", "u.ROWTIME"),
    SCRIPT.replace('SELECT STREAM "ticker"', 'SELECT STREAM UPPER("ticker")'),
    f"{SCRIPT} HAVING COUNT(*) > 3",
    f"CREATE STREAM A (X INTEGER); {SCRIPT}",
]
CHANGED = [
    SCRIPT.replace("ID > 1", "ID > 2"),
    SCRIPT.replace("COUNT(*)", "COUNT(SECTOR)"),
    SCRIPT.replace("COUNT(*)", "COUNT(DISTINCT SECTOR)"),
    SCRIPT.replace("MINUTE", "HOUR"),
    SCRIPT.replace('GROUP BY "ticker"', 'GROUP BY "ticker", SECTOR'),
    SCRIPT.replace("WHERE ID > 1 ", ""),
]


@pytest.mark.parametrize("text", SAME)
def test_change_of_words_or_of_later_operators_keeps_the_fingerprint(text: str) -> None:
    assert of(text) == of(SCRIPT)


@pytest.mark.parametrize("text", CHANGED)
def test_change_of_the_operator_or_of_its_input_changes_the_fingerprint(text: str) -> None:
    assert of(text) != of(SCRIPT)


def test_change_of_the_schema_changes_the_fingerprint() -> None:
    assert of(SCRIPT, schema=(*COLUMNS, Column("MORE", INTEGER))) != of(SCRIPT)


def test_fingerprint_is_the_same_in_every_process() -> None:
    assert of(SCRIPT) == "b7f52158b9cde9e0f80bd6bbe03a3bb3"


def test_texts_that_look_like_parts_of_a_plan_do_not_meet() -> None:
    texts = ["'1'", "1", "'1),Const'", "1.0", "TRUE", "'TRUE'", "NULL"]
    found = {of(f"SELECT STREAM {each} FROM TRADES_001", Project) for each in texts}
    assert len(found) == len(texts)


def test_sides_of_a_join_are_told_apart() -> None:
    window = "OVER (RANGE INTERVAL '1' MINUTE PRECEDING)"
    one = f"SELECT STREAM a.ID FROM TRADES_001 AS a {window} JOIN TRADES_001 AS b ON a.ID = b.ID"
    other = f"SELECT STREAM a.ID FROM TRADES_001 AS a JOIN TRADES_001 AS b {window} ON a.ID = b.ID"
    assert of(one, StreamJoin) != of(other, StreamJoin)


def test_memo_gives_the_fingerprints_of_a_whole_tree() -> None:
    memo: dict[int, str] = {}
    root = plan(SCRIPT).peeks[0].root
    fingerprint(root, memo)
    assert memo == {id(each): fingerprint(each) for each in walk(root)}
