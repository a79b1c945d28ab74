"""Writes the results of trades into the database."""

from collections import defaultdict
from itertools import islice

from django.db import transaction

from applications.market.models import TRADES, Ticker, TradeMinute
from applications.market.results import TradeRow
from streams.core.clock import MINUTE, to_datetime
from streams.models.rollups import mark
from streams.models.upsert import upsert

HOUR = 60 * MINUTE
ROWS = 500  # names in one query: SQLite accepts some thousands of parameters


class _Remembered:
    """Remembers the tickers of one stream with an existing row, for an hour of the trades' own time.

    The janitor removes the row of a ticker only if no minute of it is left; a ticker of this hour has one.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._hour = 0

    def missing(self, rows: list[TradeRow]) -> set[str]:
        """Returns the tickers of the rows that are not known to have a row."""
        if not rows:
            return set()
        hour = rows[-1].minute // HOUR
        if hour != self._hour:
            self._hour = hour
            self.names.clear()
        return {row.ticker for row in rows} - self.names


_remembered: defaultdict[str, _Remembered] = defaultdict(_Remembered)  # by stream
forget = _remembered.clear  # for tests, whose rows are rolled back


def write(stream: str, rows: list[TradeRow]) -> None:
    """Stores the rows of one stream, inside the caller's transaction."""
    _add_tickers(stream, _remembered[stream].missing(rows))
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
    mark(TRADES, stream, [to_datetime(minute) for minute in {row.minute for row in rows}])


def _add_tickers(stream: str, names: set[str]) -> None:
    """Creates the missing rows of tickers. Rolled-back ones are not remembered."""
    if not names:
        return
    rest = iter(sorted(names))
    while piece := list(islice(rest, ROWS)):
        known = set(Ticker.objects.filter(stream=stream, name__in=piece).values_list("name", flat=True))
        new = [Ticker.of(name, stream) for name in piece if name not in known]
        Ticker.objects.bulk_create(new, ignore_conflicts=True)
    transaction.on_commit(lambda: _remembered[stream].names.update(names))
