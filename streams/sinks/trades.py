"""Trades' results into the database."""

from itertools import islice

from django.db import transaction

from streams.clock import MINUTE, to_datetime
from streams.models import Ticker, TradeMinute
from streams.models.upsert import upsert
from streams.results.trades import TradeRow

HOUR = 60 * MINUTE
ROWS = 500  # names of one question: SQLite takes some thousands of parameters


class _Remembered:
    """The tickers that this process knows to have a row, for an hour of the trades' own time.

    The janitor removes the row of a ticker only when no minute of it is left, which none of this hour can be.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._hour = 0

    def missing(self, rows: list[TradeRow]) -> set[str]:
        """Returns the tickers of the rows that are not known to have a row."""
        hour = rows[-1].minute // HOUR
        if hour != self._hour:
            self._hour = hour
            self.names.clear()
        return {row.ticker for row in rows} - self.names


_remembered = _Remembered()
forget = _remembered.names.clear  # for tests, whose rows are rolled back


def write(rows: list[TradeRow]) -> None:
    """Writes the rows inside the caller's transaction."""
    _add_tickers(_remembered.missing(rows))
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


def _add_tickers(names: set[str]) -> None:
    """Makes the rows that are missing. What is rolled back is not remembered."""
    if not names:
        return
    rest = iter(sorted(names))
    while piece := list(islice(rest, ROWS)):
        known = set(Ticker.objects.filter(name__in=piece).values_list("name", flat=True))
        Ticker.objects.bulk_create([Ticker.of(name) for name in piece if name not in known], ignore_conflicts=True)
    transaction.on_commit(lambda: _remembered.names.update(names))
