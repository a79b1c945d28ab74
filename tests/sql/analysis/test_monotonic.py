"""Checks which expressions end groups, and by which steps of row time, against a count over many times."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.functions import registry
from sql.functions.calendar import civil
from sql.functions.casting import cast_to
from sql.plan.expressions import Apply, Const, Convert, Expr, RowTime
from sql.plan.nodes import Aggregate, Period
from tests.sql.analysis.applications import nodes, problems

STEPS = [
    ("t.ROWTIME", Period(size=1)),
    ("CURRENT_ROW_TIMESTAMP", Period(size=1)),
    ("FLOOR(t.ROWTIME TO SECOND)", Period(size=1_000)),
    ("FLOOR(t.ROWTIME TO MONTH)", Period(unit="MONTH")),
    ("FLOOR(FLOOR(t.ROWTIME TO MINUTE) TO YEAR)", Period(unit="YEAR")),
    ("CEIL(t.ROWTIME TO MINUTE)", Period(size=60_000, offset=1)),
    ("STEP(t.ROWTIME BY INTERVAL '90' SECOND)", Period(size=90_000)),
    ("STEP(t.ROWTIME + INTERVAL '30' SECOND BY INTERVAL '1' MINUTE)", Period(size=60_000, offset=30_000)),
    ("STEP(t.ROWTIME BY INTERVAL '1' MINUTE) + INTERVAL '10' SECOND", Period(size=60_000)),
    ("FLOOR((t.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') SECOND / 10 TO SECOND)", Period(size=10_000)),
    ("FLOOR((t.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') MINUTE / 5 TO MINUTE)", Period(size=300_000)),
    ("(t.ROWTIME - TIMESTAMP '1970-01-01 00:00:05') MINUTE", Period(size=60_000, offset=5_000)),
    ("UNIX_TIMESTAMP(t.ROWTIME) / 1000 / 60", Period(size=60_000)),
    ("STEP(UNIX_TIMESTAMP(t.ROWTIME) BY 5000)", Period(size=5_000)),
    ("CAST(t.ROWTIME AS DATE)", Period(size=86_400_000)),
    ("TO_TIMESTAMP(UNIX_TIMESTAMP(t.ROWTIME) / 60000 * 60000)", Period(size=60_000)),
]
BY_CHANGE = [  # they run one way, and no step of row time is known
    "MONOTONIC(MADE_AT)",
    "-UNIX_TIMESTAMP(t.ROWTIME)",
    "MONOTONIC(FLOOR(MADE_AT TO MINUTE)) + INTERVAL '1' HOUR",
    "STEP(STEP(t.ROWTIME BY INTERVAL '2' SECOND) BY INTERVAL '3' SECOND)",
    "SUBSTRING(MONOTONIC(LINE) FROM 1 FOR 4)",
    "(t.ROWTIME - TIMESTAMP '2090-01-01 00:00:00') MINUTE",
]
UNKNOWN = [
    "MADE_AT",
    "FLOOR(MADE_AT TO MINUTE)",
    "APPROXIMATE_ARRIVAL_TIME",
    "EXTRACT(HOUR FROM t.ROWTIME)",
    "MOD(UNIX_TIMESTAMP(t.ROWTIME), 10)",
    "UNIX_TIMESTAMP(t.ROWTIME) - UNIX_TIMESTAMP(t.ROWTIME)",
    "TIMESTAMP_TO_CHAR('yyyy', t.ROWTIME)",
    "10 / UNIX_TIMESTAMP(t.ROWTIME)",
    "5",
]


def grouped(expression: str) -> str:
    return f"SELECT STREAM COUNT(*) FROM TRADES_001 AS t GROUP BY {expression}"


@pytest.mark.parametrize(("expression", "period"), STEPS)
def test_expression_of_the_row_time_has_steps(expression: str, period: Period) -> None:
    assert nodes(grouped(expression), Aggregate)[0].period == period


@pytest.mark.parametrize("expression", BY_CHANGE)
def test_expression_that_runs_one_way_ends_groups_by_change(expression: str) -> None:
    assert nodes(grouped(expression), Aggregate)[0].period is None


@pytest.mark.parametrize("expression", UNKNOWN)
def test_expression_that_may_fall_ends_no_groups(expression: str) -> None:
    assert len(problems(grouped(expression))) == 1


def value_at(expr: Expr, time: int) -> Any:
    """Returns the value of an expression of constants and the row time."""
    match expr:
        case Const():
            return expr.value
        case RowTime():
            return time
        case Convert():
            return cast_to(expr.arg.type, expr.type)(value_at(expr.arg, time))
        case Apply():
            constants = [each.value if isinstance(each, Const) else None for each in expr.args]
            function = registry.find(expr.function)
            assert function
            return function.bind([each.type for each in expr.args], constants)(
                *(value_at(each, time) for each in expr.args)
            )
    raise AssertionError(expr)


def step_at(period: Period, time: int) -> Any:
    """Returns the step of a period in which a time lies."""
    if period.unit:
        return civil(time)[: 1 if period.unit == "YEAR" else 2]
    return (time - period.offset) // period.size


WRAPS = st.sampled_from(
    [
        *(f"{kind}({{}} TO {unit})" for kind in ("FLOOR", "CEIL") for unit in ("SECOND", "MINUTE", "HOUR", "DAY")),
        *(f"STEP({{}} BY INTERVAL '{count}' SECOND)" for count in (1, 2, 7, 60)),
        "({} + INTERVAL '3' SECOND)",
        "({} - INTERVAL '1' MINUTE)",
        "TO_TIMESTAMP(UNIX_TIMESTAMP({}) / 1500 * 1500)",
        "TO_TIMESTAMP(STEP(UNIX_TIMESTAMP({}) * 3 BY 4000) / 3)",
        "TO_TIMESTAMP(UNIX_TIMESTAMP({}) + 250)",
        "(TIMESTAMP '1970-01-01 00:00:00' + ({} - TIMESTAMP '1970-01-01 00:00:01') MINUTE)",
        "(TIMESTAMP '1970-01-01 00:00:00' + FLOOR(({} - TIMESTAMP '1970-01-01 00:00:00') SECOND / 10 TO SECOND))",
        "FLOOR({} TO MONTH)",
    ]
)
AROUND = st.integers(0, 400_000)
BASES = st.sampled_from([1_700_000_000_000, 1_709_164_790_000])


@cache
def aggregate(wraps: tuple[str, ...]) -> Aggregate:
    text = "t.ROWTIME"
    for wrap in wraps:
        text = wrap.format(text)
    return nodes(grouped(text), Aggregate)[0]  # type: ignore[no-any-return]


@given(st.lists(WRAPS, min_size=1, max_size=4), BASES, st.lists(AROUND, min_size=2, max_size=6))
def test_steps_are_those_of_the_value(wraps: list[str], base: int, around: list[int]) -> None:
    found = aggregate(tuple(wraps))
    if found.period is None:
        return
    times = [base + each for each in around]
    times += [time + 1 for time in times]
    for one in times:
        for other in times:
            same = value_at(found.value, one) == value_at(found.value, other)
            assert same == (step_at(found.period, one) == step_at(found.period, other))


@given(st.lists(WRAPS, min_size=1, max_size=4), BASES, st.lists(AROUND, min_size=2, max_size=6))
def test_value_never_falls(wraps: list[str], base: int, around: list[int]) -> None:
    found = aggregate(tuple(wraps))
    values = [value_at(found.value, base + each) for each in sorted(around)]
    assert values == sorted(values)


def test_time_of_an_inner_group_ends_outer_groups_with_its_last_row() -> None:
    inner = "SELECT STREAM FLOOR(t.ROWTIME TO MINUTE) AS m FROM TRADES_001 AS t GROUP BY FLOOR(t.ROWTIME TO MINUTE)"
    text = f"SELECT STREAM COUNT(*) FROM ({inner}) AS d GROUP BY FLOOR(d.m TO HOUR)"
    assert [each.period for each in nodes(text, Aggregate)] == [Period(size=60_000), Period(size=3_600_000, offset=1)]


def test_value_of_steps_is_computed_from_the_row_time_alone() -> None:
    inner = "SELECT STREAM STEP(ROWTIME BY INTERVAL '7' SECOND) AS w, ID FROM TRADES_001"
    middle = f"SELECT STREAM w AS v, MAX(ID) AS ID FROM ({inner}) AS d GROUP BY w"
    outer = f"SELECT STREAM COUNT(*) FROM ({middle}) AS e GROUP BY STEP(e.v BY INTERVAL '14' SECOND)"
    steps = nodes(outer, Aggregate)
    ends = range(1_700_000_001_000, 1_700_000_050_000, 7_000)
    assert [value_at(steps[0].value, end - 1) for end in ends] == [end - 7_000 for end in ends]
    assert [value_at(steps[1].value, end) for end in ends] == [(end - 7_000) // 14_000 * 14_000 for end in ends]


LOST = [  # inner queries in which w no longer moves with the row time
    "SELECT STREAM MONOTONIC(MADE_AT) AS m, w FROM (SELECT STREAM ROWTIME AS w, MADE_AT FROM TRADES_001) AS d"
    " WINDOWED BY STAGGER (PARTITION BY MONOTONIC(MADE_AT), w RANGE INTERVAL '1' MINUTE)",
    "SELECT STREAM w FROM (SELECT STREAM ROWTIME AS w FROM TRADES_001) AS d GROUP BY STEP(w BY INTERVAL '1' MINUTE), w",
    "SELECT STREAM a.w FROM (SELECT STREAM ROWTIME AS w, ID FROM TRADES_001) AS a OVER (ROWS 3 PRECEDING)"
    " JOIN TRADES_001 AS b ON a.ID = b.ID",
    "SELECT STREAM w FROM TRADES_001 AS b LEFT JOIN (SELECT STREAM ROWTIME AS w, ID FROM TRADES_001) AS a"
    " OVER (ROWS 3 PRECEDING) ON a.ID = b.ID",
    "SELECT STREAM ROWTIME AS w FROM TRADES_001 UNION ALL SELECT STREAM MADE_AT FROM TRADES_001",
]


@pytest.mark.parametrize("inner", LOST)
def test_time_of_rows_that_leave_later_ends_no_groups(inner: str) -> None:
    assert len(problems(f"SELECT STREAM COUNT(*) FROM ({inner}) AS e GROUP BY FLOOR(e.w TO HOUR)")) == 1


KEPT = [
    "SELECT STREAM ROWTIME AS w FROM TRADES_001 UNION ALL SELECT STREAM ROWTIME FROM TRADES_001",
    "SELECT STREAM a.w FROM (SELECT STREAM ROWTIME AS w, ID FROM TRADES_001) AS a"
    " JOIN TRADES_001 AS b OVER (ROWS 3 PRECEDING) ON a.ID = b.ID",
    "SELECT STREAM a.w FROM (SELECT STREAM ROWTIME AS w, LINE FROM TRADES_001) AS a LEFT JOIN COMPANIES AS c"
    " ON a.LINE = c.SYMBOL",
    "SELECT STREAM w FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM ROWTIME AS w, ID FROM TRADES_001)))",
    "SELECT STREAM w, COUNT(*) OVER (ROWS 3 PRECEDING) FROM (SELECT STREAM ROWTIME AS w FROM TRADES_001)",
    "SELECT STREAM ROWTIME AS w FROM TRADES_001 WINDOWED BY STAGGER (PARTITION BY ID RANGE INTERVAL '1' MINUTE)",
]


@pytest.mark.parametrize("inner", KEPT)
def test_time_of_rows_that_leave_at_once_ends_groups(inner: str) -> None:
    text = f"SELECT STREAM COUNT(*) FROM ({inner}) AS e GROUP BY FLOOR(e.w TO HOUR)"
    assert nodes(text, Aggregate)[0].period == Period(size=3_600_000)


def test_row_time_keeps_its_steps_through_a_subquery_and_its_alias() -> None:
    inner = "SELECT STREAM DISTINCT ROWTIME AS w, SECTOR FROM TRADES_001"
    text = f"SELECT STREAM COUNT(*) FROM ({inner}) AS d GROUP BY STEP(d.w BY INTERVAL '10' SECOND)"
    assert nodes(text, Aggregate)[0].period == Period(size=10_000)
