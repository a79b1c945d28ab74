"""DAYS: stores the longer steps of so many days of trades, and times the queries of pages; prints JSON."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import process_time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

from django.test import RequestFactory  # noqa: E402 - Django is set up only now

from applications.market import history, rollups  # noqa: E402 - Django is set up only now
from applications.market.models import TradeMinute, TradeStep  # noqa: E402 - Django is set up only now
from dashboard import periods  # noqa: E402 - Django is set up only now
from streams.models.rollups import mark, roll  # noqa: E402 - Django is set up only now

NOW = datetime(2026, 11, 27, tzinfo=UTC)
TICKER = "AMZN"
RANGES = ("24h", "7d", "30d", "365d")
LOOKS = 30  # at each range, in turns
BATCH = 2000  # rows
DAY = 86_400  # seconds


def main() -> None:
    days = int(sys.argv[1])
    fill(days)
    looks: dict[str, list[float]] = {f"{of} {text}": [] for of in ("market", "ticker") for text in RANGES}
    for _ in range(LOOKS):
        for name, values in looks.items():
            values.append(look(*name.split()))
    print(json.dumps({"looks": looks, "roll": live_part()}))


def fill(days: int) -> None:
    """Stores every step but the minutes, of a ticker and of all tickers."""
    for step in rollups.STEPS[1:]:
        for ticker in (TICKER, rollups.ALL):
            TradeStep.objects.bulk_create(_steps(days, step, ticker), batch_size=BATCH)


def _steps(days: int, step: int, ticker: str) -> Iterator[TradeStep]:
    names = ("bought", "sold", "bought_shares", "sold_shares", "billions", "cents")
    counts = dict.fromkeys(names, 10 * step)
    prices = dict.fromkeys(("low", "high", "first", "last"), 100.5 if ticker else None)
    for back in range(days * DAY // step):
        at = NOW - timedelta(seconds=step * (back + 1))
        yield TradeStep(stream="trades", step=step, start=at, ticker=ticker, **counts, **prices)


def look(of: str, text: str) -> float:
    """Returns the seconds of CPU of all queries for the charts and the table of a range, and of their columns.

    SQLite works in this process, and a busy machine does not change them.
    """
    began = process_time()
    period = periods.read(RequestFactory().get("/market/", {"range": text}), NOW)
    history.table(history.history("trades", rollups.ALL if of == "market" else TICKER, period))
    return process_time() - began


def live_part() -> list[float]:
    """Returns the CPU seconds in which a worker builds the steps around a minute of 20 tickers, each time anew."""
    values = {"trades": 5, "shares": 50, "cents": 500_000, "low": 9, "high": 11, "first": 10, "last": 10, "largest": 9}
    rows = [
        TradeMinute(stream="live", minute=NOW, ticker=f"T{place}", side=side, last_sequence="1", **values)
        for place in range(20)
        for side in ("BUY", "SELL")
    ]
    TradeMinute.objects.bulk_create(rows)
    seconds = []
    for _ in range(LOOKS):
        mark("trades", "live", [NOW])
        began = process_time()
        roll(rollups.LADDER, "live")
        seconds.append(process_time() - began)
    return seconds


main()
