"""Fills a site with 50 minutes of trades and of a panel without code, and makes a board of them: prints its topic.

Trades: 20 tickers, each bought and sold in each minute. The panel: the mean of 20 devices, every 10 seconds.
The board `wall` has 12 panels of both, of the last hour, so that for 10 minutes no row leaves it. The rows end now.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

from applications.market.models import TradeMinute  # noqa: E402 - Django is set up only now
from dashboard.boards import store, topics  # noqa: E402 - Django is set up only now
from sql.live.models import SqlApplication, SqlOutput, SqlRow  # noqa: E402 - Django is set up only now
from streams.models import Lease, TopicVersion  # noqa: E402 - Django is set up only now

PANEL, STREAM = "mean-temperature", "sensors"
MINUTES, STEP, KEYS = 50, 10, 20  # of trades; seconds of the panel's windows; tickers and devices
VALUES: dict[str, Any] = {"trades": 5, "shares": 50, "cents": 500_000, "largest": 9, "last_sequence": "1"}
VALUES |= dict.fromkeys(("low", "high", "first", "last"), 10)
SENSORS, TRADES = f'data = "{PANEL}/PANEL"', 'data = "trades/minutes"'
TEMPERATURE, COUNT = 'column = "mean_temperature"', 'column = "trades"'
PANELS = [
    f'kind = "number"\nsize = "S"\n{TRADES}\nfunction = "sum"\n{COUNT}',
    f'kind = "number"\nsize = "S"\n{SENSORS}\nfunction = "mean"\n{TEMPERATURE}',
    f'kind = "number"\nsize = "S"\n{SENSORS}\nfunction = "max"\n{TEMPERATURE}\nwindow = "1m"',
    f'kind = "number"\nsize = "S"\n{SENSORS}\nfunction = "distinct"\ncolumn = "device"',
    f'kind = "lines"\n{SENSORS}\nfunction = "mean"\n{TEMPERATURE}\nby = "device"',
    f'kind = "lines"\n{TRADES}\nfunction = "sum"\n{COUNT}\nby = "ticker"',
    f'kind = "lines"\nsize = "wide"\n{SENSORS}\nfunction = "max"\n{TEMPERATURE}',
    f'kind = "bars"\n{TRADES}\nfunction = "sum"\n{COUNT}\nby = "side"',
    f'kind = "top"\n{SENSORS}\nfunction = "mean"\n{TEMPERATURE}\nby = "device"',
    f'kind = "top"\n{TRADES}\nfunction = "sum"\ncolumn = "value"\nby = "ticker"',
    f'kind = "table"\n{SENSORS}\nmost = 10',
    'kind = "text"\ntext = "Trades and temperatures."',
]


def main() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    trades(now.replace(second=0))
    panel(now - timedelta(seconds=now.second % STEP))
    for application, stream in (("trades", "trades"), (PANEL, STREAM)):
        Lease.objects.create(application=application, stream=stream, shard="s0", checkpoint="latest", watermark=now)
    text = 'title = "Wall"\n' + "".join(f"\n[[panels]]\n{each}\n" for each in PANELS)
    print(json.dumps({"topic": topics.name_of(store.make(text, None)), "changes": ["trades", f"{PANEL}@{STREAM}"]}))


def trades(last: datetime) -> None:
    TradeMinute.objects.bulk_create(
        (
            TradeMinute(stream="trades", minute=last - timedelta(minutes=back), ticker=f"T{key}", side=side, **VALUES)
            for back in range(MINUTES)
            for key in range(KEYS)
            for side in ("BUY", "SELL")
        ),
        batch_size=1000,
    )
    TopicVersion.objects.get_or_create(topic="trades")


def panel(last: datetime) -> None:
    application = SqlApplication.objects.create(name=PANEL, stream=STREAM)
    columns = [["device", "VARCHAR(16)"], ["mean_temperature", "DOUBLE"]]
    output = SqlOutput.objects.create(application=application, name="PANEL", columns=columns)
    data = [json.dumps({"device": f"oven-{key}", "mean_temperature": 180.25 + key}) for key in range(KEYS)]
    times = [last - timedelta(seconds=STEP * back) for back in range(MINUTES * 60 // STEP)]
    rows = (
        SqlRow(output=output, stream=STREAM, rowtime=at, ordinal=key, data=each)
        for at in reversed(times)
        for key, each in enumerate(data)
    )
    SqlRow.objects.bulk_create(rows, batch_size=1000)
    TopicVersion.objects.get_or_create(topic=f"{PANEL}@{STREAM}")


main()
