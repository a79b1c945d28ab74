"""Registers the application `orders`."""

from functools import partial

from django.conf import settings

from applications.orders import processor, report, sink
from applications.orders import topics as snapshots
from applications.orders.datasets import ALARMS, SECONDS, TABLE
from applications.orders.metrics import windows_closed
from applications.orders.models import DEFAULT_THRESHOLD, ORDERS, AlarmEpisode, SiteCount
from applications.orders.observing import episodes, observe
from applications.orders.retention import outlived
from applications.orders.rollups import LADDER
from applications.orders.source import SOURCE
from dashboard.steps.building import beside
from streams.applications import Application, Navigation, Topic
from streams.core.sink import Rows
from streams.models.rollups import Roller

APPLICATION = Application(
    name=ORDERS,
    title="Orders",
    decode=processor.decode,
    build=lambda state: processor.OrdersProcessor(state, DEFAULT_THRESHOLD, settings.SITES_MOST),
    configuration=sink.thresholds,
    sink=Rows(sink.write),
    inherit=processor.inherit,
    set_back=processor.set_back,
    source=SOURCE,
    report=report.orders,
    deliver=partial(Roller, beside(LADDER, TABLE)),
    results=[(SiteCount, "newest"), (AlarmEpisode, "started")],
    windows_closed=windows_closed,
    retention=outlived,
    topics={
        "orders": Topic(build=snapshots.orders),
        "orders-history": Topic(build=snapshots.orders_history),
        "site": Topic(build=snapshots.site, many=partial(snapshots.many, snapshots.site)),
        "site-history": Topic(build=snapshots.site_history, many=partial(snapshots.many, snapshots.site_history)),
    },
    datasets=[SECONDS, ALARMS],
    observe=observe,
    episodes=episodes,
    urls="applications.orders.urls",
    navigation=Navigation(
        label="Orders",
        url="orders",
        key="o",
        help="go to the orders",
        about="Each site's order rate and its alarms",
        pages=frozenset({"threshold", "alarms", "site-remove"}),
    ),
)
