"""Registers the application `trades`."""

from datetime import timedelta
from functools import partial

from django.conf import settings

from applications.market import processor, report, sink
from applications.market import topics as snapshots
from applications.market.datasets import MINUTES, TABLE
from applications.market.metrics import windows_closed
from applications.market.models import TRADES, TradeMinute
from applications.market.observing import observe
from applications.market.retention import outlived
from applications.market.rollups import LADDER
from applications.market.source import SOURCE
from dashboard.steps.building import with_tables
from streams.applications import Application, Navigation, Topic
from streams.core.sink import Rows
from streams.models.rollups import Roller

SECOND = timedelta(seconds=1)
BOTH = with_tables(LADDER, TABLE)

APPLICATION = Application(
    name=TRADES,
    title="Trades",
    decode=processor.decode,
    build=lambda state: processor.TradesProcessor(state, settings.TICKERS_MOST),
    sink=Rows(sink.write),
    inherit=processor.inherit,
    set_back=processor.set_back,
    source=SOURCE,
    report=report.trades,
    closing=report.MinuteReports,
    deliver=partial(Roller, BOTH),
    results=[(TradeMinute, "minute")],
    windows_closed=windows_closed,
    retention=outlived,
    topics={
        "market": Topic(build=snapshots.market),
        "market-history": Topic(build=snapshots.market_history, every=SECOND),
        "ticker": Topic(build=snapshots.ticker, every=SECOND, many=snapshots.tickers),
    },
    datasets=[MINUTES],
    observe=observe,
    urls="applications.market.urls",
    navigation=Navigation(
        label="Market",
        url="market",
        key="m",
        help="go to the market",
        about="Trades as they arrive, minute by minute",
        within=frozenset({"ticker", "ticker-by-name", "market-search"}),
    ),
)
