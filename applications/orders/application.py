"""Registers the application `orders`."""

from functools import partial

from django.conf import settings

from applications.orders import deliveries, lines, processor, report, sink
from applications.orders import topics as snapshots
from applications.orders.datasets import ALARMS, SECONDS
from applications.orders.metrics import windows_closed
from applications.orders.models import DEFAULT_THRESHOLD, ORDERS, AlarmEpisode, SiteCount
from applications.orders.observing import episodes, observe
from applications.orders.retention import outlived
from applications.orders.source import SOURCE
from streams.applications import Application, Navigation, Topic

APPLICATION = Application(
    name=ORDERS,
    title="Orders",
    decode=processor.decode,
    build=lambda state: processor.OrdersProcessor(
        state, DEFAULT_THRESHOLD, settings.SITES_MOST, keeps_lines=lines.are_kept()
    ),
    configuration=sink.thresholds,
    sink=sink.OrdersSink(),
    inherit=processor.inherit,
    set_back=processor.set_back,
    source=SOURCE,
    report=report.orders,
    deliver=deliveries.deliveries,
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
        pages=frozenset({"threshold", "alarms", "order-lines", "site-remove"}),
        within=frozenset({"alarm"}),
    ),
)
