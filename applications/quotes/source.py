"""Opens the source of kept bars for `manage.py produce quotes`."""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import msgspec
from django.db import DatabaseError
from django.db.models import Q

from applications.quotes.models import QUOTES, Bar
from applications.quotes.options import day, ticker
from applications.quotes.processor import FIRST_DAY, Quote
from common.running import to_run
from streams.applications import SourceKind
from streams.core.records import Entry
from streams.sources.base import LiveSource

EACH = 0.8  # seconds from one record to the next without --rate
PAGE = 1000  # bars that are read at a time
READ_AGAIN = 10.0  # seconds until new bars are looked for, after the newest was put
NOTHING = f"No bar is kept yet, so nothing can be put until there is one: {to_run(QUOTES, 'fetch', 'AAPL')}"
NO_MORE = "Every kept bar is put; later days follow as soon as they are fetched or imported."
_encode = msgspec.json.Encoder().encode


class KeptBars(LiveSource):
    """Reads kept bars in the order of their days, then waits for later days.

    A bar of today may still change, so it is put tomorrow.
    """

    skipped = 0

    def __init__(
        self,
        since: date,
        tickers: list[str],
        *,
        once: bool = False,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._last = (since, "")
        self._tickers = tickers
        self._once = once
        self._today = today
        self._monotonic = monotonic
        self._page: Iterator[Bar] = iter(())
        self._next_read = float("-inf")
        self._over = self._put = False
        self._notes: list[str] = []
        self._told = ""

    def take(self, limit: int) -> list[Entry]:
        found: list[Entry] = []
        while len(found) < limit and (bar := next(self._page, None) or self._read()):
            self._last, self._put = (bar.day, bar.ticker), True
            found.append((bar.ticker, _record(bar)))
        return found

    def ended(self) -> bool:
        return self._once and self._over

    def accept(self, most: int) -> None:
        """Does nothing: a bar is smaller than any stream's largest record."""

    def notes(self) -> list[str]:
        found, self._notes = self._notes, []
        return found

    def end(self) -> list[str]:
        return self.notes()

    def _read(self) -> Bar | None:
        """Reads the next page and returns its first bar; None if there is none, or it is not yet time to look."""
        if self.ended() or self._monotonic() < self._next_read:
            return None
        try:
            self._page = iter(list(self._following()[:PAGE]))
        except DatabaseError as error:
            self._tell(f"The kept bars cannot be read, and are tried again: {error}")
            self._next_read = self._monotonic() + READ_AGAIN
            return None
        found = next(self._page, None)
        self._over = found is None
        if self._over:
            self._next_read = self._monotonic() + READ_AGAIN
            self._tell(NO_MORE if self._put else NOTHING)
        return found

    def _following(self) -> Any:
        first, ticker = self._last
        later = Q(day__gt=first) | Q(day=first, ticker__gt=ticker)
        found = Bar.objects.filter(later, day__gte=first, day__lt=self._today()).order_by("day", "ticker")
        return found.filter(ticker__in=self._tickers) if self._tickers else found

    def _tell(self, note: str) -> None:
        if note != self._told:
            self._told = note
            self._notes.append(note)


def _record(bar: Bar) -> bytes:
    return _encode(Quote(bar.day, bar.high, bar.low, bar.open, bar.close, bar.adj_close))


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--from", dest="since", type=day, default=FIRST_DAY, metavar="DAY", help="begin at this day, as 2000-01-31")
    add("--ticker", type=ticker, action="append", default=[], metavar="T", help="only this one; may be repeated")
    add("--once", action="store_true", help="end after the newest kept bar")


def _open(options: Mapping[str, Any], rng: Random, start: int) -> KeptBars:
    return KeptBars(options.get("since", FIRST_DAY), options.get("ticker", []), once=options.get("once", False))


SOURCE = SourceKind(
    name=QUOTES,
    help="daily bars of prices that are kept here",
    open=_open,
    add_options=add_options,
    rate=1 / EACH,
    makes_up=False,
)
