"""Writes the bars of a stream into the table, inside the transaction of the worker's commit."""

from datetime import UTC, datetime

from applications.quotes.models import StreamedBar
from applications.quotes.processor import BarRow
from streams.core.clock import to_datetime
from streams.models.upsert import upsert


def write(stream: str, rows: list[BarRow]) -> None:
    """Stores the bars of one stream, inside the caller's transaction."""
    upsert([_stored(stream, row) for row in rows], key=["stream", "ticker", "day"])


def _stored(stream: str, row: BarRow) -> StreamedBar:
    quote = row.quote
    return StreamedBar(
        stream=stream,
        ticker=row.ticker,
        day=datetime(quote.day.year, quote.day.month, quote.day.day, tzinfo=UTC),
        open=quote.open,
        high=quote.high,
        low=quote.low,
        close=quote.close,
        adj_close=quote.adj_close,
        arrived=to_datetime(row.arrived),
        sequence=row.sequence,
    )
