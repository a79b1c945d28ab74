from datetime import UTC, datetime
from threading import Thread

import pytest
from django.db import connection
from django.db.models import Max, Sum
from django.test.utils import CaptureQueriesContext

from applications.market.models import TradeMinute
from streams.models.kept import MOST_SHAPES, Kept, over_all

MINUTES = [datetime(2026, 11, 28, 9, minute, tzinfo=UTC) for minute in range(3)]
FIGURES = {"trades": 2, "shares": 3, "cents": 4, "largest": 1, "low": 1, "high": 2, "first": 1, "last": 2}


@pytest.fixture
def rows(db: None) -> None:
    for stream in ("trades", "it's"):
        for minute in MINUTES:
            TradeMinute.objects.create(
                stream=stream, ticker="ABC", minute=minute, side="BUY", last_sequence="1", **FIGURES
            )


def test_kept_question_answers_as_its_queryset_does(rows: None) -> None:
    def build(stream: str, minutes: list[datetime], least: int) -> object:
        found = TradeMinute.objects.filter(stream=stream, minute__in=minutes, trades__gte=least).order_by("minute")
        return found.values_list("minute", "ticker", "low")

    kept = Kept(build)  # type: ignore[arg-type]
    for values in (("trades", MINUTES[:2], 1), ("it's", MINUTES[:1], 2), ("trades", MINUTES, 3), ("%s", MINUTES, 0)):
        assert kept.rows(*values) == list(build(*values))  # type: ignore[call-overload]


def test_kept_question_is_one_query_and_is_built_once(rows: None) -> None:
    built: list[None] = []

    def build(stream: str) -> object:
        built.append(None)
        return TradeMinute.objects.filter(stream=stream).order_by("-minute").values_list("minute")[:1]

    kept = Kept(build)  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as queries:
        assert [kept.first(stream) for stream in ("trades", "it's", "none")] == [MINUTES[-1], MINUTES[-1], None]
    assert (len(queries), len(built)) == (3, 1)


def test_figures_over_all_rows_are_one_row_also_without_rows(rows: None) -> None:
    kept = Kept(lambda stream: over_all(TradeMinute.objects.filter(stream=stream), Max("minute"), Sum("trades")))
    assert kept.rows("trades") == [(MINUTES[-1], 6)]
    assert kept.rows("none") == [(None, None)]


def test_shapes_that_are_kept_are_bounded(rows: None) -> None:
    kept = Kept(lambda names: TradeMinute.objects.filter(ticker__in=names).values_list("ticker"))
    for number in range(1, MOST_SHAPES + 3):
        kept.built([str(each) for each in range(number)])
    assert len(kept._built) == MOST_SHAPES


def test_kept_question_serves_another_thread(rows: None) -> None:
    kept = Kept(lambda stream: TradeMinute.objects.filter(stream=stream).values_list("minute"))
    kept.built("trades")
    found: list[bool] = []

    def ask() -> None:
        found.append(kept.built("it's") is kept.built("trades"))

    thread = Thread(target=ask)
    thread.start()
    thread.join(60)
    assert found == [True]
