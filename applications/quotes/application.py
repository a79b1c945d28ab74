"""Registers the application `quotes`."""

from applications.quotes import processor, sink
from applications.quotes.models import QUOTES, StreamedBar
from applications.quotes.source import SOURCE
from common.later import later
from streams.applications import Application, Navigation
from streams.core.sink import Rows

APPLICATION = Application(
    name=QUOTES,
    title="Quotes",
    decode=processor.decode,
    build=processor.QuotesProcessor,
    sink=Rows(sink.write),
    inherit=processor.inherit,
    set_back=processor.set_back,
    source=SOURCE,
    report_range=later("applications.quotes.report:rows"),
    results=[(StreamedBar, "arrived")],
    retention=later("applications.quotes.retention:outlived"),
    datasets=later("applications.quotes.datasets:declared"),
    urls="applications.quotes.urls",
    navigation=Navigation(
        label="Quotes",
        url="quotes",
        key="u",
        help="go to the quotes",
        about="Years of daily prices, joined with today's trades",
        within=frozenset({"quote"}),
    ),
)
