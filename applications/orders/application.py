"""Registers the application `orders`."""

from django.conf import settings

from applications.orders import lines, processor, sink
from applications.orders.models import DEFAULT_THRESHOLD, ORDERS, AlarmEpisode, SiteCount
from common.later import later
from streams.applications import Application, Navigation, SourceKind, Topic

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
    source=SourceKind(
        name=ORDERS,
        help="order lines of web shops, made up or a replay of the Online Retail file",
        open=later("applications.orders.source:open_source"),
        add_options=later("applications.orders.source:add_options"),
        has_pace=True,
    ),
    report=later("applications.orders.report:orders"),
    deliver=later("applications.orders.deliveries:deliveries"),
    results=[(SiteCount, "newest"), (AlarmEpisode, "started")],
    windows_closed=later("applications.orders.metrics:windows_closed"),
    retention=later("applications.orders.retention:outlived"),
    topics={
        "orders": Topic(build=later("applications.orders.topics:orders")),
        "orders-history": Topic(build=later("applications.orders.topics:orders_history")),
        "site": Topic(build=later("applications.orders.topics:site"), many=later("applications.orders.topics:sites")),
        "site-history": Topic(
            build=later("applications.orders.topics:site_history"),
            many=later("applications.orders.topics:site_histories"),
        ),
    },
    datasets=later("applications.orders.datasets:declared"),
    observe=later("applications.orders.observing:observe"),
    episodes=later("applications.orders.observing:episodes"),
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
