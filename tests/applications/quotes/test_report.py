"""`manage.py report quotes` tells the days and the last close of each ticker."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.management import call_command

from applications.quotes import report
from applications.quotes.models import Bar, StreamedBar
from streams.applications import Asked
from streams.core.records import StreamError

PRICES = {"open": 10.0, "high": 20.0, "low": 9.0, "adj_close": 5.5}
Days = Iterable[tuple[int, float]]  # days of January 2020, with their closes


def keep(ticker: str, days: Days) -> None:
    Bar.objects.bulk_create(Bar(ticker=ticker, day=date(2020, 1, day), close=close, **PRICES) for day, close in days)


def stream(name: str, ticker: str, days: Days) -> None:
    arrived = datetime(2026, 11, 27, tzinfo=UTC)
    words: dict[str, Any] = {"stream": name, "ticker": ticker, "arrived": arrived, "sequence": "1"}
    StreamedBar.objects.bulk_create(
        StreamedBar(day=datetime(2020, 1, day, tzinfo=UTC), close=close, **words, **PRICES) for day, close in days
    )


def row(ticker: str, stream: str | None, first: int, last: int, days: int, close: float) -> dict[str, Any]:
    edges = {"first": f"2020-01-{first:02}", "last": f"2020-01-{last:02}"}
    return {"ticker": ticker, "stream": stream, **edges, "days": days, "close": close}


@pytest.fixture
def stored(db: None) -> None:
    keep("MSFT", [(8, 12.5), (6, 11)])
    keep("AAPL", [(7, 13), (3, 14)])
    stream("quotes", "AAPL", [(6, 15)])
    stream("old", "MSFT", [(2, 16), (3, 17)])


@pytest.mark.usefixtures("stored")
def test_report_has_a_row_for_each_ticker_of_the_kept_bars_and_of_each_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [row("AAPL", None, 3, 7, 2, 13), row("MSFT", None, 6, 8, 2, 12.5)]
    old = row("MSFT", "old", 2, 3, 2, 17)
    for at_once in (500, 1):
        monkeypatch.setattr(report, "AT_ONCE", at_once)
        assert list(report.rows(Asked())) == [*kept, row("AAPL", "quotes", 6, 6, 1, 15), old]
    assert list(report.rows(Asked(stream="old"))) == [old]


@pytest.mark.usefixtures("stored")
def test_report_counts_only_the_days_that_are_asked_for() -> None:
    asked = Asked(since=datetime(2020, 1, 2, 1, tzinfo=UTC), until=datetime(2020, 1, 6, 0, 1, tzinfo=UTC))
    kept = [row("AAPL", None, 3, 3, 1, 14), row("MSFT", None, 6, 6, 1, 11)]
    assert list(report.rows(asked)) == [*kept, row("AAPL", "quotes", 6, 6, 1, 15), row("MSFT", "old", 3, 3, 1, 17)]
    newest = [row("MSFT", None, 8, 8, 1, 12.5), row("AAPL", "quotes", 6, 6, 1, 15), row("MSFT", "old", 3, 3, 1, 17)]
    assert list(report.rows(Asked(minutes=1440))) == newest


@pytest.mark.usefixtures("stored")
def test_report_for_people_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MOST", 3)
    with pytest.raises(StreamError, match=r"There are more than 3 tickers: choose a --stream, or take --json[.]"):
        list(report.rows(Asked(flat=True)))
    assert len(list(report.rows(Asked()))) == 4


@pytest.mark.usefixtures("stored")
def test_command_prints_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("report", "quotes", "--stream", "old")
    assert capsys.readouterr().out.splitlines() == [
        "ticker  stream  first       last        days  close",
        "MSFT    old     2020-01-02  2020-01-03     2  17.00",
    ]
