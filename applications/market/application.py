"""The market: what it registers."""

from datetime import timedelta

from django.conf import settings

from applications.market.metrics import windows_closed
from applications.market.retention import outlived
from applications.market.source import SOURCE
from dashboard.pages import trades as snapshots
from streams import reports
from streams.applications import Application, Navigation, Search, Topic
from streams.models import TradeMinute
from streams.models.trades import TRADES
from streams.processors import trades
from streams.sink import Rows
from streams.sinks import trades as sink

SECOND = timedelta(seconds=1)

APPLICATION = Application(
    name=TRADES,
    title="Trades",
    decode=trades.decode,
    build=lambda state: trades.TradesProcessor(state, settings.TICKERS_MOST),
    sink=Rows(sink.write),
    inherit=trades.inherit,
    set_back=trades.set_back,
    source=SOURCE,
    report=reports.trades,
    closing=reports.MinuteReports,
    results=[(TradeMinute, "minute")],
    windows_closed=windows_closed,
    retention=outlived,
    topics={
        "market": Topic(build=snapshots.market),
        "market-history": Topic(build=snapshots.market_history, every=SECOND),
        "ticker": Topic(build=snapshots.ticker, every=SECOND, many=snapshots.tickers),
    },
    urls="applications.market.urls",
    navigation=Navigation(
        label="Market",
        url="market",
        key="m",
        help="go to the market",
        about="Trades as they arrive, minute by minute",
        within=frozenset({"ticker", "ticker-by-name", "market-search"}),
    ),
    search=Search(label="Find a ticker", placeholder="Ticker", url="market-search"),
)
