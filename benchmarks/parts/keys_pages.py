"""Writes rows of so many tickers and sites, and asks for the pages: → seconds of each of 5 asks, and bytes."""

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any

import django

ASKS = 5
BATCH = 5000


def main(keys: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
    django.setup()
    from django.utils import timezone  # noqa: PLC0415 - Django is set up only now

    from dashboard import topics  # noqa: PLC0415

    now = timezone.now()
    fill(keys, now)
    asked: dict[str, Callable[[], Any]] = {f"page {path}": page(path) for path in PATHS}
    for topic in ("market", "market-history", "orders", "orders-history"):
        found = topics.find(topic)
        assert found
        asked[f"snapshot {topic}"] = partial(snapshot, found.build, now)
    seconds: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    for name, ask in asked.items():
        for _ in range(ASKS):
            began = perf_counter()
            sizes[name] = len(ask())
            seconds.setdefault(name, []).append(perf_counter() - began)
    print(json.dumps({"seconds": seconds, "bytes": sizes}))


def snapshot(build: Callable[[datetime], Any], now: datetime) -> bytes:
    return json.dumps(build(now)).encode()


PATHS = ("/market/", "/market/search?q=ZZZ", "/orders/", "/orders/?q=s1&page=2", "/orders/alarms/")


def page(path: str) -> Callable[[], bytes]:
    from django.test import Client  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415

    browser = Client(headers={"host": "localhost"})
    user, _ = User.objects.get_or_create(username="benchmark")
    browser.force_login(user)
    return lambda: browser.get(path).content


def fill(keys: int, now: datetime) -> None:
    """The open minute and the last one of each ticker, a count and an alarm of each site."""
    from django.conf import settings  # noqa: PLC0415

    from applications.market.models import Ticker, TradeMinute  # noqa: PLC0415
    from applications.orders.models import AlarmEpisode, Site, SiteCount  # noqa: PLC0415
    from streams.models import Lease  # noqa: PLC0415

    minute = now.replace(second=0, microsecond=0)
    for name in ("trades", "orders"):
        Lease.objects.create(application=name, stream=name, shard="s", checkpoint="latest", watermark=now, newest=now)
    write(Ticker, (Ticker.of(f"T{n}") for n in range(keys)))
    figures = {"trades": 1, "shares": 1, "cents": 1, "low": 1, "high": 1, "first": 1, "last": 1, "largest": 1}
    write(
        TradeMinute,
        (
            TradeMinute(
                minute=minute - timedelta(minutes=back), ticker=f"T{n}", side=side, last_sequence=f"{n}", **figures
            )
            for n in range(min(keys, settings.TICKERS_MOST))  # more are not counted in a minute
            for side in ("BUY", "SELL")
            for back in range(2)
        ),
    )
    write(Site, (Site(name=f"s{n}") for n in range(keys)))
    write(SiteCount, (SiteCount(site=f"s{n}", lines=n % 40, as_of=now, newest=now) for n in range(keys)))
    alarm = {"threshold": 30, "peak": 41, "lines": 1, "notifications": 1, "suppressed": 0}
    write(AlarmEpisode, (AlarmEpisode(site=f"s{n}", sequence="1", started=now, **alarm) for n in range(0, keys, 4)))


def write(model: Any, rows: Any) -> None:
    model.objects.bulk_create(rows, batch_size=BATCH)


main(int(sys.argv[1]))
