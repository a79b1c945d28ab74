"""Registers the application `trades`."""

from datetime import timedelta

from django.conf import settings

from applications.market import processor, sink
from applications.market.models import TRADES, TradeMinute
from applications.market.source import SOURCE
from common.later import later
from streams.applications import Application, Navigation, Topic
from streams.core.sink import Rows

SECOND = timedelta(seconds=1)

APPLICATION = Application(
    name=TRADES,
    title="Trades",
    decode=processor.decode,
    build=lambda state: processor.TradesProcessor(state, settings.TICKERS_MOST),
    sink=Rows(sink.write),
    inherit=processor.inherit,
    set_back=processor.set_back,
    source=SOURCE,
    report=later("applications.market.report:trades"),
    closing=later("applications.market.report:MinuteReports"),
    deliver=later("applications.market.delivering:roller"),
    results=[(TradeMinute, "minute")],
    windows_closed=later("applications.market.metrics:windows_closed"),
    retention=later("applications.market.retention:outlived"),
    topics={
        "market": Topic(build=later("applications.market.topics:market")),
        "market-history": Topic(build=later("applications.market.topics:market_history"), every=SECOND),
        "ticker": Topic(
            build=later("applications.market.topics:ticker"),
            every=SECOND,
            many=later("applications.market.topics:tickers"),
        ),
    },
    datasets=later("applications.market.datasets:declared"),
    observe=later("applications.market.observing:observe"),
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
