"""Kept bars become records, and records become rows: each once."""

import json
from datetime import UTC, date, datetime

import pytest

from applications.quotes import sink
from applications.quotes.datasets import DAYS
from applications.quotes.models import Bar, StreamedBar
from applications.quotes.processor import FIRST_DAY, QuotesProcessor, decode
from applications.quotes.source import NO_MORE, NOTHING, KeptBars
from streams.core.clock import from_iso
from streams.core.records import Batch
from streams.core.state import EMPTY
from streams.declarations import Question
from tests.commands import exit_code
from tests.commands import own_store as own_store

NOW = from_iso("2026-11-27T12:00:00Z")
QUOTE = {"Date": "2020-01-06", "High": 12.0, "Low": 9.0, "Open": 10.0, "Close": 11, "Adj Close": 5.5}
TODAY = date(2020, 1, 8)


def keep(ticker: str, *days: int) -> None:
    Bar.objects.bulk_create(
        Bar(ticker=ticker, day=date(2020, 1, day), open=10, high=12, low=9, close=11, adj_close=5.5, source="file")
        for day in days
    )


def opened(clock: list[float], *tickers: str, since: date = FIRST_DAY, once: bool = False) -> KeptBars:
    return KeptBars(since, list(tickers), once=once, today=lambda: TODAY, monotonic=lambda: clock[0])


@pytest.mark.django_db
def test_kept_bars_are_put_by_day_under_their_tickers() -> None:
    keep("MSFT", 6, 7, 8)  # the 8th is today: it may still change
    keep("AAPL", 5, 6)
    found = opened([0.0]).take(10)
    days = [(ticker, json.loads(data)["Date"][-2:]) for ticker, data in found]
    assert days == [("AAPL", "05"), ("AAPL", "06"), ("MSFT", "06"), ("MSFT", "07")]
    assert json.loads(found[1][1]) == QUOTE
    assert [ticker for ticker, _ in opened([0.0], "AAPL", since=date(2020, 1, 6)).take(10)] == ["AAPL"]


@pytest.mark.django_db
def test_source_waits_for_later_days_and_says_so() -> None:
    clock = [0.0]
    source = opened(clock)
    assert (source.take(5), source.notes(), source.ended()) == ([], [NOTHING], False)
    keep("AAPL", 6)
    assert source.take(5) == []  # not yet time to look
    clock[0] += 10
    assert (len(source.take(5)), source.notes()) == (1, [NO_MORE])
    keep("AAPL", 7)
    clock[0] += 10
    assert (len(source.take(5)), source.notes(), source.ended()) == (1, [], False)
    once = opened(clock, once=True)
    assert (len(once.take(2)), once.ended(), once.take(2), once.ended()) == (2, False, [], True)


def batch(*pairs: tuple[str, object], first: int = 1) -> Batch:
    keys, datas = [key for key, _ in pairs], [json.dumps(data).encode() for _, data in pairs]
    return Batch(NOW, range(first, first + len(pairs)), keys, datas)


@pytest.mark.parametrize(
    ("key", "change", "says"),
    [
        ("aapl", {}, "The partition key 'aapl' is not a ticker: 1 to 16 of A-Z, 0-9 and . ^ = & _ -."),
        ("AAPL", {"Close": -1}, "Expected `float` > 0.0 - at `$.Close`"),
        ("AAPL", {"High": "NaN"}, "Expected `float`, got `str` - at `$.High`"),
        ("AAPL", {"High": 8}, "Open 10.0 and Close 11.0 must lie from Low 9.0 to High 8.0."),
        ("AAPL", {"Date": "1492-10-12"}, "Date is 1492-10-12; it must be from 1800-01-01 to 2199-12-31."),
    ],
)
def test_record_that_is_no_bar_is_a_dead_letter_with_the_reason(key: str, change: dict[str, object], says: str) -> None:
    good, quotes, dead = decode(batch(("AAPL", QUOTE), (key, QUOTE | change), ("MSFT", QUOTE)))
    assert (good.sequences, good.keys, len(quotes)) == ([1, 3], ["AAPL", "MSFT"], 2)
    assert [(each.sequence, each.error) for each in dead] == [(2, says)]


@pytest.mark.django_db
def test_later_record_of_a_day_replaces_the_earlier_one() -> None:
    processor = QuotesProcessor(EMPTY)
    for first, close in ((1, 11.0), (5, 10.5), (9, 10.0)):
        good, quotes, _ = decode(batch(("AAPL", QUOTE | {"Close": close}), first=first))
        assert processor.add(good, quotes) == ()
        if first != 1:
            sink.write("quotes", processor.take() or [])
    assert processor.take() is None
    [row] = StreamedBar.objects.all()
    assert (row.day, row.close, int(row.sequence)) == (datetime(2020, 1, 6, tzinfo=UTC), 10.0, 9)


@pytest.mark.django_db
def test_boards_draw_the_bars_of_a_stream_by_their_days() -> None:
    processor = QuotesProcessor(EMPTY)
    days = [QUOTE | {"Date": f"2020-01-{day:02}", "Close": day} for day in (9, 10, 11)]
    good, quotes, dead = decode(batch(*[(ticker, day) for ticker in ("A", "B") for day in days]))
    processor.add(good, quotes)
    sink.write("quotes", processor.take() or [])
    asked = Question(
        stream="quotes",
        start=from_iso("2020-01-09"),
        end=from_iso("2020-01-12"),
        step=DAYS.step,
        function="mean",
        column="close",
        by="ticker",
    )
    found = DAYS.series(asked)
    assert (dead, [(line.name, line.values) for line in found.lines]) == (
        [],
        [("A", [9.0, 10.0, 11.0]), ("B", [9.0, 10.0, 11.0])],
    )
    assert DAYS.values("ticker", "quotes", "B", 5) == ["B"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("own_store")
def test_kept_bars_come_back_as_rows_of_the_stream(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(20):
        keep(f"T{number}", *range(1, 29))
    assert exit_code("streams", "create", "quotes", "--shards", "2") == 0
    assert exit_code("produce", "quotes", "--rate", "0", "--once") == 0
    assert "Sent 560 records to quotes" in capsys.readouterr().out
    assert exit_code("consume", "quotes", "--until-caught-up") == 0
    names = ["ticker", "day__date", "open", "high", "low", "close", "adj_close"]
    rows = StreamedBar.objects.order_by("ticker", "day").values_list(*names)
    assert list(rows) == list(Bar.objects.order_by("ticker", "day").values_list("ticker", "day", *names[2:]))
