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
from applications.market.datasets import TABLE  # noqa: E402 - Django is set up only now
from applications.market.delivering import BOTH  # noqa: E402 - Django is set up only now
from applications.market.models import TradeMinute, TradeStep  # noqa: E402 - Django is set up only now
from dashboard.boards import store  # noqa: E402 - Django is set up only now
from dashboard.steps import building  # noqa: E402 - Django is set up only now
from dashboard.steps.models import RowStep  # noqa: E402 - Django is set up only now
from streams.models import Lease, zoned_days  # noqa: E402 - Django is set up only now
from streams.models.rollups import mark, roll, store_day  # noqa: E402 - Django is set up only now

NOW = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
TICKER = "AMZN"
PAGES = {"market": "/market/", "ticker": f"/market/{TICKER}/", "json": "/market/trades.json"}
PAGES |= {"board": "/boards/year/", "data": "/boards/year/data.json"}
# In the days of a zone in which clocks change: a year has runs of days of 24, 23, 24, 25 and 24 hours.
ZONE = "America/New_York"
ZONED = {f"{name}-zoned": address for name, address in PAGES.items()}
TICKERS = [f"T{place}" for place in range(10)]
PANEL = '[[panels]]\ndata = "trades/minutes"\nfunction = "{}"\ncolumn = "{}"\nkind = "{}"\nby = "{}"\n'
PANELS = [("sum", "trades", "number", ""), ("mean", "value", "lines", "ticker")]
PANELS += [("sum", "value", "bars", "side"), ("max", "high", "top", "ticker")]
RANGES = ("24h", "7d", "30d", "365d")
LOOKS = 10  # at each range, in turns
BATCH = 2000  # rows
SHORT, SHORT_STEP = 60, 1800  # days that are stored in steps shorter than so many seconds: enough for their ranges
DAY = 86_400  # seconds
MONTH = 30 * DAY
STORED = {1800: 8, 10_800: SHORT, DAY: 10**6}  # days of the steps of boards
MINUTE: dict[str, Any] = {"trades": 5, "shares": 50, "cents": 500_000, "largest": 9, "last_sequence": "1"}
MINUTE |= dict.fromkeys(("low", "high", "first", "last"), 10)


def main() -> None:
    days = int(sys.argv[1])
    fill(days)
    client = Client()
    ada = User.objects.create_user("ada")
    client.force_login(ada)
    store.make('title = "Year"\n' + "".join(PANEL.format(*each) for each in PANELS), ada.pk)
    store_zone(client, days)
    looks: dict[str, list[float]] = {f"{of} {text}": [] for of in PAGES | ZONED for text in RANGES}
    for _ in range(LOOKS):
        for name, values in looks.items():
            of, text = name.split()
            zone = f"&zone={ZONE}" if of in ZONED else ""
            values.append(look(client, f"{(PAGES | ZONED)[of]}?range={text}{zone}"))
    print(json.dumps({"looks": looks, "roll": live_part()}))


def fill(days: int) -> None:
    """Stores every step but the minutes, of a ticker and of all tickers."""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.DEBUG = False  # Django would keep the text of each statement, and quote each of its values
    TradeMinute.objects.create(stream="trades", minute=NOW - timedelta(days=1), ticker=TICKER, side="BUY", **MINUTE)
    for step in rollups.STEPS[1:]:
        for ticker in (TICKER, rollups.ALL):
            kept = min(days, SHORT) if step < SHORT_STEP else days
            TradeStep.objects.bulk_create(_steps(kept, step, ticker), batch_size=BATCH)
    fill_board(days)


def fill_board(days: int) -> None:
    """Stores the minutes of two days, and the steps that a worker made of as many minutes of all days."""
    for start in (NOW - timedelta(days=2), NOW - timedelta(days=1)):
        rows = [
            TradeMinute(stream="trades", minute=start + timedelta(minutes=minute), ticker=ticker, side=side, **MINUTE)
            for minute in range(24 * 60) for ticker in TICKERS for side in ("BUY", "SELL")
        ]  # fmt: skip
        TradeMinute.objects.bulk_create(rows, batch_size=BATCH)
    mark("trades", "trades", [NOW - timedelta(minutes=back + 1) for back in range(2880)])
    while roll(BOTH, "trades"):
        pass
    day = int((NOW - timedelta(days=1)).timestamp())
    made = list(RowStep.objects.filter(dataset="trades/minutes", start__gte=day - MONTH))
    month = [row for row in made if row.step == MONTH]
    for _ in range(1, days // 30):
        for row in month:
            row.pk, row.start = None, row.start - MONTH
        RowStep.objects.bulk_create(month)
    made = [row for row in made if row.step != MONTH and row.start >= day]
    for back in range(2, days):
        for row in made:
            row.pk, row.start = None, row.start - DAY
        RowStep.objects.bulk_create([row for row in made if back < STORED[row.step]], batch_size=BATCH)


def store_zone(client: Client, days: int) -> None:
    """Stores the days of the zone: as a worker does once a page has asked for them."""
    Lease.objects.create(application="trades", stream="trades", shard="0", checkpoint="1", watermark=NOW)
    look(client, f"{PAGES['json']}?range=365d&zone={ZONE}")
    while store_day(rollups.LADDER, "trades"):
        pass
    newest = int((NOW - timedelta(days=2)).timestamp())  # of the minutes that are stored
    for phase in {start % DAY for start in zoned_days.ZonedDay.objects.values_list("start", flat=True)}:
        step = zoned_days.step_of(phase)
        building.build_steps(TABLE, "trades", step, [datetime.fromtimestamp(newest + phase, UTC)])
        made = list(RowStep.objects.filter(dataset="trades/minutes", step=step))
        for _ in range(2, days):
            for row in made:
                row.pk, row.start = None, row.start - DAY
            RowStep.objects.bulk_create(made, batch_size=BATCH)


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
