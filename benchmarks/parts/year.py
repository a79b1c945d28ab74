"""DAYS: stores the longer steps of so many days of trades, and times the pages that show them; prints JSON."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django is set up only now
from django.test import Client  # noqa: E402 - Django is set up only now

from accounts.models import User  # noqa: E402 - Django is set up only now
from applications.market import rollups  # noqa: E402 - Django is set up only now
from applications.market.models import TradeMinute, TradeStep  # noqa: E402 - Django is set up only now
from streams.models.rollups import mark, roll  # noqa: E402 - Django is set up only now

NOW = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
TICKER = "AMZN"
PAGES = {"market": "/market/", "ticker": f"/market/{TICKER}/", "json": "/market/trades.json"}
RANGES = ("24h", "7d", "30d", "365d")
LOOKS = 10  # at each range, in turns
BATCH = 2000  # rows
SHORT, SHORT_STEP = 60, 1800  # days that are stored in steps shorter than so many seconds: enough for their ranges
DAY = 86_400  # seconds
MINUTE: dict[str, Any] = {"trades": 5, "shares": 50, "cents": 500_000, "largest": 9, "last_sequence": "1"}
MINUTE |= dict.fromkeys(("low", "high", "first", "last"), 10)


def main() -> None:
    days = int(sys.argv[1])
    fill(days)
    client = Client()
    client.force_login(User.objects.create_user("ada"))
    looks: dict[str, list[float]] = {f"{of} {text}": [] for of in PAGES for text in RANGES}
    for _ in range(LOOKS):
        for name, values in looks.items():
            of, text = name.split()
            values.append(look(client, f"{PAGES[of]}?range={text}"))
    print(json.dumps({"looks": looks, "roll": live_part()}))


def fill(days: int) -> None:
    """Stores every step but the minutes, of a ticker and of all tickers."""
    settings.ALLOWED_HOSTS = ["testserver"]
    TradeMinute.objects.create(stream="trades", minute=NOW - timedelta(days=1), ticker=TICKER, side="BUY", **MINUTE)
    for step in rollups.STEPS[1:]:
        for ticker in (TICKER, rollups.ALL):
            kept = min(days, SHORT) if step < SHORT_STEP else days
            TradeStep.objects.bulk_create(_steps(kept, step, ticker), batch_size=BATCH)


def _steps(days: int, step: int, ticker: str) -> Iterator[TradeStep]:
    names = ("bought", "sold", "bought_shares", "sold_shares", "billions", "cents")
    counts = dict.fromkeys(names, 10 * step)
    prices = dict.fromkeys(("low", "high", "first", "last"), 100.5 if ticker else None)
    for back in range(days * DAY // step):
        at = NOW - timedelta(seconds=step * (back + 1))
        yield TradeStep(stream="trades", step=step, start=at, ticker=ticker, **counts, **prices)


def look(client: Client, address: str) -> float:
    """Returns the seconds of CPU of an answer; SQLite works in this process. Raises RuntimeError for a refusal."""
    began = process_time()
    status = client.get(address).status_code
    if status != 200:
        raise RuntimeError(f"{address} answered {status}")
    return process_time() - began


def live_part() -> list[float]:
    """Returns the CPU seconds in which a worker builds the steps around a minute of 20 tickers, each time anew."""
    rows = [
        TradeMinute(stream="live", minute=NOW, ticker=f"T{place}", side=side, **MINUTE)
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
