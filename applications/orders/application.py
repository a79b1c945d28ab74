"""Orders: what the application registers."""

from functools import partial

from django.conf import settings

from applications.orders.metrics import windows_closed
from applications.orders.retention import outlived
from applications.orders.source import SOURCE
from dashboard.pages import orders as snapshots
from streams import reports
from streams.applications import Application, Navigation, Topic
from streams.models import AlarmEpisode, SiteCount
from streams.models.orders import DEFAULT_THRESHOLD, ORDERS
from streams.processors import orders
from streams.sink import Rows
from streams.sinks import orders as sink

APPLICATION = Application(
    name=ORDERS,
    title="Orders",
    decode=orders.decode,
    build=lambda state: orders.OrdersProcessor(state, DEFAULT_THRESHOLD, settings.SITES_MOST),
    configuration=sink.thresholds,
    sink=Rows(sink.write),
    inherit=orders.inherit,
    set_back=orders.set_back,
    source=SOURCE,
    report=reports.orders,
    results=[(SiteCount, "newest"), (AlarmEpisode, "started")],
    windows_closed=windows_closed,
    retention=outlived,
    topics={
        "orders": Topic(build=snapshots.orders),
        "orders-history": Topic(build=snapshots.orders_history),
        "site": Topic(build=snapshots.site, many=partial(snapshots.many, snapshots.site)),
        "site-history": Topic(build=snapshots.site_history, many=partial(snapshots.many, snapshots.site_history)),
    },
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
