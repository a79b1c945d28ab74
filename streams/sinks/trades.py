"""Trades' results into the database."""

from streams.clock import to_datetime
from streams.models import TradeMinute
from streams.models.upsert import upsert
from streams.results.trades import TradeRow


def write(rows: list[TradeRow]) -> None:
    """Inside the caller's transaction."""
    upsert(
        [
            TradeMinute(
                minute=to_datetime(row.minute),
                ticker=row.ticker,
                side=row.side,
                **{name: getattr(row.tally, name) for name in row.tally.__struct_fields__},
            )
            for row in rows
        ],
        key=["minute", "ticker", "side"],
    )
