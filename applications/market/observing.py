"""Tells the minutes that are final to the rules that watch them."""

from collections.abc import Collection, Iterator

from applications.market.processor import GRACE
from applications.market.results import TradeRow, TradeRows
from streams.core.clock import MINUTE
from streams.observations import Observation

OUTPUT = "minutes"
DELAY = MINUTE + GRACE  # from the start of a minute until no trade can change it any more


def observe(results: TradeRows, outputs: Collection[str]) -> Iterator[Observation]:
    """Yields a row for each ticker and side of the minutes that closed, with the columns of the dataset."""
    if OUTPUT in outputs:
        yield from map(_observation, results.closed)


def _observation(row: TradeRow) -> Observation:
    tally = row.tally
    values = {
        "ticker": row.ticker,
        "side": row.side,
        "trades": tally.trades,
        "shares": tally.shares,
        "value": tally.cents / 100,
        "low": tally.low,
        "high": tally.high,
        "first": tally.first,
        "last": tally.last,
        "largest": tally.largest,
    }
    return Observation(OUTPUT, row.minute, values, tally.last_sequence.lstrip("0"))
