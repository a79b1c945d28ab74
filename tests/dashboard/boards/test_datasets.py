"""Datasets answer as a naive computation over the same rows does."""

import json
from collections.abc import Callable
from datetime import timedelta
from statistics import fmean

import pytest

from applications.market.datasets import MINUTES
from applications.market.models import TradeMinute
from dashboard import datasets
from dashboard.datasets import Table, of_stream, own
from sql.live.datasets import datasets as outputs
from sql.live.models import SqlApplication, SqlOutput, SqlRow
from streams import applications
from streams.core import clock
from streams.declarations import FUNCTIONS, Dataset, Question
from tests.dashboard.rows import at, trades

pytestmark = pytest.mark.django_db
START, STEP = clock.from_datetime(at()), 120_000
ROWS = [
    (minute, ticker, 3 * minute + place) for minute in range(6) for place, ticker in enumerate(("AAA", "BBB", "CCC"))
]
ORACLE: dict[str, Callable[[list[int]], float]] = {
    "count": len,
    "sum": sum,
    "mean": fmean,
    "min": min,
    "max": max,
    "last": lambda numbers: numbers[-1],
    "p95": lambda numbers: sorted(numbers)[-(-95 * len(numbers) // 100) - 1],
    "distinct": lambda numbers: len(set(numbers)),
}


@pytest.fixture
def output() -> Dataset:
    application = SqlApplication.objects.create(name="mine", stream="s")
    columns = [["TICKER", "VARCHAR(8)"], ["TRADES", "INTEGER"], ['odd"name', "INTEGER"]]
    made = SqlOutput.objects.create(application=application, name="OUT", columns=columns)
    for place, (minute, ticker, count) in enumerate(ROWS):
        data = json.dumps({"TICKER": ticker, "TRADES": count})
        SqlRow.objects.create(output=made, stream="trades", rowtime=at(minute), ordinal=place, data=data)
    [found] = outputs()
    return found


@pytest.fixture
def minutes() -> Dataset:
    for minute, ticker, count in ROWS:
        trades(at(minute), ticker, "BUY", count)
    return MINUTES


def asked(function: str, **more: object) -> Question:
    return Question(stream="trades", start=START, end=START + 3 * STEP, step=STEP, function=function, **more)  # type: ignore[arg-type]


def expected(function: str, ticker: str | None) -> tuple[list[float], float]:
    rows = [(minute, count) for minute, name, count in ROWS if ticker in (None, name)]
    steps = [[count for minute, count in rows if minute // 2 == step] for step in range(3)]
    return [ORACLE[function](numbers) for numbers in steps], ORACLE[function]([count for _, count in rows])


@pytest.mark.parametrize("made", ["minutes", "output"])
def test_series_is_as_a_naive_computation_has_it(made: str, request: pytest.FixtureRequest) -> None:
    found: Dataset = request.getfixturevalue(made)
    upper = made == "output"
    for function in FUNCTIONS:
        whole = found.series(asked(function, column="TRADES" if upper else "trades"))
        assert [(line.values, line.whole) for line in whole.lines] == [expected(function, None)], function
        by = found.series(asked(function, column="TRADES" if upper else "trades", by="TICKER" if upper else "ticker"))
        assert {line.name: (line.values, line.whole) for line in by.lines} == {
            name: expected(function, name) for name in ("AAA", "BBB", "CCC")
        }, function


def test_series_has_the_greatest_lines_and_counts_the_others(minutes: Dataset) -> None:
    found = minutes.series(asked("sum", column="trades", by="ticker", most=2))
    assert ([line.name for line in found.lines], found.more) == (["CCC", "BBB"], 1)


def test_filter_takes_only_its_values(output: Dataset) -> None:
    found = output.series(asked("sum", column="TRADES", where={"TICKER": ["AAA"]}))
    assert [line.values for line in found.lines] == [expected("sum", "AAA")[0]]


def test_column_that_no_path_can_name_is_left_out(output: Dataset) -> None:
    assert [(each.name, each.kind) for each in output.columns] == [("TICKER", "text"), ("TRADES", "number")]


def test_series_says_from_when_on_it_read_the_rows_when_they_are_too_many(minutes: Dataset) -> None:
    table = Table(rows_of=of_stream(TradeMinute), time="minute", columns=own("ticker", "trades"), read=12)
    found = table.series(asked("sum", column="trades"))
    values, _ = expected("sum", None)
    assert (found.since, found.lines[0].values) == (START + STEP, [None, *values[1:]])


def test_rows_come_newest_first_and_say_that_there_are_more(minutes: Dataset) -> None:
    found = minutes.rows(Question(stream="trades", start=START, end=START + 3 * STEP, most=2))
    assert ([(time, row["ticker"]) for time, row in found.rows], found.more) == (
        [(clock.from_datetime(at(5)), "CCC"), (clock.from_datetime(at(5)), "BBB")],
        True,
    )


@pytest.mark.parametrize("made", ["minutes", "output"])
def test_cells_are_values_of_some_columns_newest_first(made: str, request: pytest.FixtureRequest) -> None:
    found: Dataset = request.getfixturevalue(made)
    names = ["TRADES", "TICKER"] if made == "output" else ["trades", "ticker"]
    assert found.cells
    cells = found.cells(Question(stream="trades", start=START, end=START + 3 * STEP, most=2), names)
    newest = clock.from_datetime(at(5))
    assert [(time, list(values)) for time, values in cells] == [(newest, [17, "CCC"]), (newest, [16, "BBB"])]


def test_cells_are_bounded_by_the_rows_that_the_database_reads(minutes: Dataset) -> None:
    table = Table(rows_of=of_stream(TradeMinute), time="minute", columns=own("ticker"), read=4)
    question = Question(stream="trades", start=START, end=START + 3 * STEP, most=100)
    assert len(table.cells(question, ["ticker"])) == 5


def test_values_are_those_of_the_stream_with_the_prefix(output: Dataset, minutes: Dataset) -> None:
    assert output.values("TICKER", "trades", "", 2) == ["AAA", "BBB"]
    assert minutes.values("ticker", "trades", "C", 5) == ["CCC"]
    assert minutes.values("ticker", "other", "", 5) == []


def test_every_registered_dataset_has_a_name_of_its_own() -> None:
    names = [each.name for each in applications.datasets()]
    assert names == [
        "trades/minutes",
        "orders/seconds",
        "orders/alarms",
        "probes/minutes",
        "probes/down",
        "quotes/days",
    ]


def test_series_of_too_many_steps_is_refused(minutes: Dataset) -> None:
    end = START + (datasets.STEPS + 1) * 1000
    with pytest.raises(ValueError, match="A series has 1 to 1000 steps"):
        minutes.series(Question(stream="trades", start=START, end=end, step=1000))


def test_time_before_the_rows_is_empty(minutes: Dataset) -> None:
    before = clock.from_datetime(at() - timedelta(hours=1))
    found = minutes.series(
        Question(stream="trades", start=before, end=before + STEP, step=STEP, function="sum", column="trades")
    )
    assert [(line.values, line.whole) for line in found.lines] == [([None], None)]
