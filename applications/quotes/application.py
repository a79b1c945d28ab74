"""Registers the application `quotes`."""

from applications.quotes import processor, report, sink
from applications.quotes.datasets import DAYS
from applications.quotes.models import QUOTES, StreamedBar
from applications.quotes.retention import outlived
from applications.quotes.source import SOURCE
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
    report_range=report.rows,
    results=[(StreamedBar, "arrived")],
    retention=outlived,
    datasets=[DAYS],
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
