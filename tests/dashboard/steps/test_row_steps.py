"""A dataset answers the same from stored steps as from its rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from msgspec.structs import replace

from applications.market import sink
from applications.market.application import APPLICATION
from applications.market.datasets import TABLE
from applications.market.models import TradeMinute
from applications.market.results import Tally, TradeRow
from applications.market.rollups import LADDER
from dashboard import retention
from dashboard.datasets import Table
from dashboard.steps import building, reading
from dashboard.steps.building import with_tables
from dashboard.steps.models import RowStep
from streams.core.clock import MINUTE, from_datetime, to_datetime
from streams.declarations import Line, Question
from streams.models import RollupMark
from streams.models.rollups import EPOCH, roll
from tests.dashboard.rows import at

DAY = 86_400_000
FIRST = from_datetime(at()) // DAY * DAY
BOTH = replace(with_tables(LADDER, TABLE), kept_since=lambda: EPOCH)
tallies = st.builds(
    lambda trades, low: Tally(trades, 9 * trades, 100 * low, low / 4, low / 2, low / 4, low / 2, low, f"{low:020d}"),
    st.integers(1, 50), st.integers(1, 400),
)  # fmt: skip
rows = st.builds(
    lambda minute, ticker, side, tally: TradeRow(FIRST + minute * MINUTE, ticker, side, tally),
    st.one_of(st.integers(0, 70), st.integers(0, 3 * 1440)), st.sampled_from("ABC"),
    st.sampled_from(["BUY", "SELL"]), tallies,
)  # fmt: skip
questions = st.builds(
    lambda function, column, by, where, hours, start, length: Question(
        stream="s", function=function, column="" if function == "count" else column,
        by=by, where={"ticker": where} if where else {}, step=hours * 1_800_000,
        start=FIRST + start * hours * 1_800_000, end=FIRST + start * hours * 1_800_000 + length * 7 * MINUTE, most=2,
    ),
    st.sampled_from(["count", "sum", "mean", "min", "max", "last"]), st.sampled_from(["trades", "value", "low"]),
    st.sampled_from(["", "ticker", "side"]), st.lists(st.sampled_from("AB"), unique=True),
    st.sampled_from([1, 2, 6, 48]), st.integers(0, 3), st.integers(1, 400),
)  # fmt: skip


def plain(table: Table) -> Table:
    return replace(table, steps=None)


def near(lines: list[Line]) -> Any:
    return [(line.name, pytest.approx(line.values), pytest.approx(line.whole)) for line in lines]


class Exactness(TestCase):
    @settings(max_examples=12 if settings().max_examples > 10 else 3)  # few on database servers
    @given(history=st.lists(st.lists(rows, max_size=8), max_size=5), asked=st.lists(questions, min_size=1, max_size=4))
    def test_answers_equal_those_from_rows(self, history: list[list[TradeRow]], asked: list[Question]) -> None:
        sink.forget()
        for commit in history:
            sink.write("s", list({row[:3]: row for row in commit}.values()))
            if not commit:
                while roll(BOTH, "s", most=3):
                    pass
        for question in asked:
            expected, found = plain(TABLE).series(question), TABLE.series(question)
            assert (found.since, found.more) == (expected.since, expected.more)
            # Of lines with equal figures, databases and this program may take another.
            assert [line.whole for line in found.lines] == pytest.approx([line.whole for line in expected.lines])
            if len({line.whole for line in TABLE.series(replace(question, most=9)).lines}) >= 3 or not question.by:
                assert [(line.name, line.values, line.whole) for line in found.lines] == near(expected.lines)


def three_days() -> None:
    sink.forget()
    for day in range(3):
        tally = Tally.of(10.0, 5 + day)
        sink.write("s", [TradeRow(FIRST + day * DAY + 60 * MINUTE, name, "BUY", tally) for name in "AB"])


def days(**more: Any) -> Question:
    asked: dict[str, Any] = {"function": "sum", "column": "shares", "step": DAY} | more
    return Question(stream="s", start=FIRST, end=FIRST + 3 * DAY, **asked)


@pytest.mark.django_db
def test_answer_reads_steps_and_only_the_rows_of_minutes_that_changed_since() -> None:
    three_days()
    assert reading.answer(TABLE, days()) is not None
    while roll(BOTH, "s"):
        pass
    TradeMinute.objects.filter(minute__lt=to_datetime(FIRST + DAY)).delete()
    sink.write("s", [TradeRow(FIRST + DAY + 60 * MINUTE, "B", "BUY", Tally.of(10.0, 30))])
    [line] = TABLE.series(days()).lines
    assert (line.values, line.whole) == ([10, 36, 14], 60)
    assert [line.values for line in TABLE.series(days(by="ticker")).lines] == [[5, 30, 7], [5, 6, 7]]
    assert TABLE.series(days(function="distinct", column="ticker")).lines == [Line("", [2, 2, 2], 2)]


@pytest.mark.django_db
def test_answer_reads_rows_where_a_step_has_too_many_texts_or_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "KEYS", 1)
    three_days()
    roll(BOTH, "s")
    assert (reading.answer(TABLE, days()) is None, reading.answer(TABLE, days(by="ticker")) is None) == (False, True)
    monkeypatch.setattr(building, "READ", 1)
    sink.write("s", [TradeRow(FIRST + 61 * MINUTE, "A", "BUY", Tally.of(10.0, 5))])
    roll(BOTH, "s")
    assert reading.answer(TABLE, days()) is None


@pytest.mark.django_db
def test_steps_outlive_rows_and_do_not_change_any_more_once_rows_went() -> None:
    three_days()
    roll(BOTH, "s")
    TradeMinute.objects.all().delete()
    late = to_datetime(FIRST + 60 * MINUTE)
    RollupMark.objects.create(application=LADDER.application, stream="s", minute=late)
    assert roll(replace(BOTH, kept_since=lambda: late), "s") == 1
    assert TABLE.series(days()).lines[0].values == [10, 12, 14]
    with override_settings(RETENTION_STEPS=2):
        now = to_datetime(FIRST + 3 * DAY)
        retention.outlived(now)[RowStep].delete()
        assert TABLE.series(days()).lines[0].values == [None, 12, 14]
    with override_settings(RETENTION_STEPS=0):
        assert not retention.outlived(now + timedelta(days=9999))[RowStep].exists()


def test_worker_of_the_market_builds_the_steps_of_its_dataset() -> None:
    assert APPLICATION.deliver
    roller: Any = APPLICATION.deliver("s")
    assert roller._ladder.build.__qualname__.startswith("with_tables")
