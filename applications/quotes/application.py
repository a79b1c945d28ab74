"""Registers the application `quotes`."""

from applications.quotes import processor, sink
from applications.quotes.models import QUOTES, StreamedBar
from applications.quotes.retention import outlived
from streams.applications import Application
from streams.core.sink import Rows

APPLICATION = Application(
    name=QUOTES,
    title="Quotes",
    decode=processor.decode,
    build=processor.QuotesProcessor,
    sink=Rows(sink.write),
    inherit=processor.inherit,
    set_back=processor.set_back,
    results=[(StreamedBar, "arrived")],
    retention=outlived,
)
