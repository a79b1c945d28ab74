"""Checks GROUP BY, STAGGER, DISTINCT, ORDER BY and HAVING: scripts that keep the rules, and scripts that break one."""

import pytest

from sql.plan.expressions import Field, RowTime
from sql.plan.nodes import Aggregate, Column, Distinct, Filter, Order, Period, Project, Stagger
from sql.types import BIGINT, varchar
from tests.sql.analysis.applications import nodes, problems, told

T = "FROM TRADES_001 AS t"
MINUTE = "FLOOR(t.ROWTIME TO MINUTE)"
VALID = [
    f"COUNT(*) {T} GROUP BY {MINUTE}",
    f"{MINUTE}, SECTOR, COUNT(*) {T} GROUP BY {MINUTE}, SECTOR",
    f"UPPER(SECTOR) || 'x', {MINUTE} + INTERVAL '1' SECOND, ROWTIME {T} GROUP BY SECTOR, {MINUTE}",
    f"SECTOR {T} GROUP BY t.SECTOR, {MINUTE}",
    f"FLOOR(APPROXIMATE_ARRIVAL_TIME TO DAY) {T} GROUP BY FLOOR(APPROXIMATE_ARRIVAL_TIME TO DAY), {MINUTE}",
    f"FLOOR(MADE_AT TO MINUTE), COUNT(*) {T} GROUP BY FLOOR(MADE_AT TO MINUTE), {MINUTE}",
    f"MONOTONIC(MADE_AT), COUNT(*) {T} GROUP BY MONOTONIC(MADE_AT)",
    f'SUM("price") / COUNT(*), CURRENT_TIMESTAMP {T} GROUP BY {MINUTE} HAVING COUNT(*) > 1 AND {MINUTE} IS NOT NULL',
    f"SECTOR, SUM(QTY) {T} GROUP BY {MINUTE}, SECTOR ORDER BY {MINUTE}, SUM(QTY) DESC",
    f"SECTOR, SUM(QTY) AS total {T} GROUP BY {MINUTE}, SECTOR ORDER BY ROWTIME, total DESC NULLS LAST, 1",
    f"COUNT(DISTINCT SECTOR), EVERY(QTY > 1), FIRST_VALUE(ID) {T} GROUP BY {MINUTE}",
    f'"ticker", MADE_AT, COUNT(*) {T} WINDOWED BY STAGGER (PARTITION BY "ticker", MADE_AT RANGE INTERVAL \'1\' MINUTE)',
    f"DISTINCT {MINUTE}, SECTOR {T}",
    f"SECTOR {T} ORDER BY {MINUTE}, SECTOR",
    f"SECTOR {T} ORDER BY t.ROWTIME",
]
NO_TIME = (
    "GROUP BY on a stream needs a time that never falls, so that groups end; add FLOOR(T.ROWTIME TO MINUTE) or"
    " STEP(T.ROWTIME BY INTERVAL '10' SECOND)."
)
INVALID = [
    (f"COUNT(*) {T} GROUP BY ¦SECTOR", NO_TIME),
    (
        f"COUNT(*) {T} GROUP BY FLOOR(¦ROWTIME TO MINUTE)",
        "ROWTIME alone is the row time of the result, which GROUP BY does not know yet; write T.ROWTIME.",
    ),
    (
        f"COUNT(*) {T} GROUP BY {MINUTE}, ¦FLOOR(t.ROWTIME TO HOUR)",
        "GROUP BY can have only one expression of ROWTIME; leave the coarser one out.",
    ),
    (f"¦SECTOR {T} GROUP BY {MINUTE}", "SECTOR is neither in GROUP BY nor inside an aggregate such as MAX(SECTOR)."),
    (
        f"¦t.ROWTIME {T} GROUP BY {MINUTE}",
        "t.ROWTIME is the row time of one row, and this SELECT gives groups; write ROWTIME for the result's row"
        " time, or repeat the expression of GROUP BY.",
    ),
    (
        f"COUNT(*) {T} WHERE ¦COUNT(*) > 1 GROUP BY {MINUTE}",
        "COUNT collects rows, and WHERE looks at one; use HAVING, or nest the SELECT and filter outside.",
    ),
    (
        f"SUM(¦AVG(QTY)) {T} GROUP BY {MINUTE}",
        "AVG cannot stand in the argument of SUM; nest the SELECT, and collect its rows outside.",
    ),
    (f"ID {T} HAVING ¦ID > 1", "HAVING needs GROUP BY or WINDOWED BY; use WHERE for single rows."),
    (
        f"¦SUM(QTY) {T}",
        "SUM collects rows: it needs OVER (…), or GROUP BY with a time, such as FLOOR(s.ROWTIME TO MINUTE).",
    ),
    (f"¦LAG(QTY) {T} GROUP BY {MINUTE}", "LAG needs OVER (…): it looks at the rows of a window."),
    (f"¦SUM(SECTOR) {T} GROUP BY {MINUTE}", "SUM needs a number, not VARCHAR(16); CAST it to DOUBLE or DECIMAL."),
    (f"¦SUM(*) {T} GROUP BY {MINUTE}", "SUM needs a value; COUNT alone takes *."),
    (
        f"DISTINCT SECTOR {T}",
        "SELECT DISTINCT on a stream needs a time that never falls among its columns, so that it can forget rows;"
        " add FLOOR(s.ROWTIME TO MINUTE) or STEP(s.ROWTIME BY INTERVAL '10' SECOND).",
    ),
    (
        f"SECTOR {T} ORDER BY ¦SECTOR",
        "ORDER BY on a stream sorts the rows of one time: write a time that never falls first, such as ORDER BY"
        " FLOOR(T.ROWTIME TO MINUTE), …",
    ),
    (
        f"SECTOR {T} ORDER BY ¦{MINUTE} DESC, SECTOR",
        "The time that stands first in ORDER BY can only rise; leave DESC out.",
    ),
    (
        f"SECTOR {T} ORDER BY ¦t.ROWTIME WITHIN INTERVAL '1' MINUTE",
        "ORDER BY … WITHIN, which sorts by another time than ROWTIME, is not supported.",
    ),
    (
        f"COUNT(*) {T} WINDOWED BY STAGGER (PARTITION BY SECTOR RANGE ¦INTERVAL '1' YEAR)",
        "STAGGER needs a constant INTERVAL of days, hours, minutes or seconds as RANGE.",
    ),
]


@pytest.mark.parametrize("rest", VALID)
def test_script_that_keeps_the_rules_runs(rest: str) -> None:
    assert problems(f"SELECT STREAM {rest}") == []


@pytest.mark.parametrize(("rest", "sentence"), INVALID)
def test_script_that_breaks_a_rule_is_told_so(rest: str, sentence: str) -> None:
    text, expected = told(f"{'' if '¦' in rest else '¦'}SELECT STREAM {rest}", sentence)
    assert problems(text) == expected


def test_row_of_a_group_is_time_keys_and_calls() -> None:
    node = nodes(f"SELECT STREAM COUNT(*), SECTOR {T} GROUP BY SECTOR, {MINUTE}", Aggregate)[0]
    assert [(each.name, each.type) for each in node.columns[1:]] == [("KEY_1", varchar(16)), ("COUNT_1", BIGINT)]
    assert isinstance(node.keys[0], Field)


def test_equal_calls_are_computed_once() -> None:
    node = nodes(f"SELECT STREAM COUNT(*), COUNT( * ) {T} GROUP BY {MINUTE} HAVING COUNT(*) > 1", Aggregate)[0]
    assert len(node.calls) == 1


def test_count_of_a_column_that_is_never_null_counts_rows() -> None:
    calls = nodes(f"SELECT STREAM COUNT(ID), COUNT(QTY) {T} GROUP BY {MINUTE}", Aggregate)[0].calls
    assert [len(each.args) for each in calls] == [0, 1]


def test_clauses_stand_in_their_order() -> None:
    text = (
        f"SELECT STREAM SECTOR {T} WHERE ID > 1 GROUP BY {MINUTE}, SECTOR HAVING COUNT(*) > 1 ORDER BY {MINUTE}, SECTOR"
    )
    kinds = [type(each) for each in nodes(text, object)]  # type: ignore[arg-type]
    assert kinds[1:] == [Filter, Aggregate, Filter, Order, Project]


def test_order_of_groups_sorts_those_that_leave_together() -> None:
    text = f"SELECT STREAM SECTOR {T} GROUP BY {MINUTE}, SECTOR ORDER BY {MINUTE}, COUNT(*) DESC"
    order = nodes(text, Order)[0]
    assert (order.period, order.keys[0].descending, order.keys[0].nulls_first) == (None, True, True)


def test_order_of_rows_sorts_those_of_a_step() -> None:
    assert nodes(f"SELECT STREAM SECTOR {T} ORDER BY {MINUTE}, SECTOR", Order)[0].period == Period(size=60_000)


def test_sorted_rows_are_computed_before_they_wait() -> None:
    text = f'SELECT STREAM ROWTIME, ID {T} ORDER BY {MINUTE}, "price" DESC'
    below, above = nodes(text, Project)[:2]
    assert [type(each) for each in below.items] == [RowTime, Field, Field]
    assert [type(each) for each in above.items] == [Field, Field]


def test_sorted_rows_keep_the_times_that_a_step_has_in_common() -> None:
    inner = f"SELECT STREAM ROWTIME AS r, {MINUTE} AS m, ID {T} ORDER BY {MINUTE}, ID"
    text = f"SELECT STREAM COUNT(*) FROM ({inner}) AS d GROUP BY FLOOR(d.m TO HOUR)"
    assert nodes(text, Aggregate)[0].period == Period(size=3_600_000, offset=1)
    assert len(problems(text.replace("d.m", "d.r"))) == 1


def test_order_by_time_alone_is_left_out() -> None:
    assert nodes(f"SELECT STREAM SECTOR {T} ORDER BY {MINUTE}", Order) == []


def test_distinct_forgets_rows_with_the_step_of_its_time() -> None:
    assert nodes(f"SELECT STREAM DISTINCT {MINUTE}, SECTOR {T}", Distinct)[0].period == Period(size=60_000)


def test_stagger_has_its_keys_and_length() -> None:
    text = f"SELECT STREAM SECTOR, COUNT(*) {T} WINDOWED BY STAGGER (PARTITION BY SECTOR RANGE INTERVAL '90' SECOND)"
    node = nodes(text, Stagger)[0]
    assert (node.length, len(node.keys), node.columns[0]) == (90_000, 1, Column("KEY_0", varchar(16)))


def test_bare_row_time_of_groups_is_that_of_the_row_that_leaves() -> None:
    items = nodes(f"SELECT STREAM ROWTIME, {MINUTE} {T} GROUP BY {MINUTE}", Project)[0].items
    assert [type(each) for each in items] == [RowTime, Field]
