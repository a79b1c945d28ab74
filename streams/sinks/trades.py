"""Trades' results into the database."""

from streams.clock import to_datetime
from streams.models import TradeMinute
from streams.models.upsert import upsert
from streams.results.trades import TradeRow


def write(stream: str, rows: list[TradeRow]) -> None:
    """Keeps the rows of one stream, inside the caller's transaction."""
    upsert(
        [
            TradeMinute(
                stream=stream,
                minute=to_datetime(row.minute),
                ticker=row.ticker,
                side=row.side,
                **{name: getattr(row.tally, name) for name in row.tally.__struct_fields__},
            )
            for row in rows
        ],
        key=["stream", "minute", "ticker", "side"],
    )
