"""manage.py quotes: asks providers for daily bars, and reads them from files."""

import json as jsonlib
from argparse import ArgumentParser
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Count, Max, Min

from applications.quotes import importing, storing
from applications.quotes.callers import PROVIDERS, caller_of
from applications.quotes.fetching import Fetched, fetch
from applications.quotes.importing import Line
from applications.quotes.models import Bar
from applications.quotes.options import day, ticker
from applications.quotes.ranges import Days
from common.text import counted
from streams.core.records import StreamError
from streams.management.plain import PlainCommand, UsageError
from streams.sources.base import SourceError

BACK = timedelta(days=30 * 366)  # without --from
LINES_A_BATCH = 5000  # of a file, in one transaction
TOLD = 3  # bad lines


class Command(PlainCommand):
    help = "Keeps daily bars of prices: asks providers for the missing days, or reads them from files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(required=True, metavar="VERB", dest="verb")
        add = verbs.add_parser("fetch", help="ask a provider for the days that are not kept yet").add_argument
        add("tickers", type=ticker, nargs="+", metavar="TICKER")
        add("--from", dest="since", type=day, metavar="DAY", help="as 2000-01-31 (default: 30 years before --to)")
        add("--to", dest="until", type=day, metavar="DAY", help="this day included (default: today)")
        add("--provider", choices=[*PROVIDERS], default="stooq", help="default: stooq")
        add("--again", action="store_true", help="ask for known days, too, as after a split")
        add("--json", action="store_true", help="one JSON object for each ticker")
        add = verbs.add_parser(
            "import", help="read a CSV export of Stooq or Yahoo, or a table with tickers"
        ).add_argument
        add("file", type=Path, metavar="FILE")
        add("--ticker", type=ticker, metavar="T", help="of a file that has no column for it")
        add = verbs.add_parser("list", help="the tickers with bars").add_argument
        add("--json", action="store_true", help="one JSON object for each ticker")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"_{verb}")(**options)
        except SourceError as error:
            raise UsageError(str(error)) from None

    def _fetch(self, tickers: list[str], provider: str, *, again: bool, json: bool, **days: Any) -> None:
        now = datetime.now(UTC)
        asked, caller = _asked(now.date(), **days), caller_of(provider)
        states: dict[str, Fetched] = {}
        for state in fetch(caller, tickers, asked, now, again=again):
            if state.done:
                states[state.ticker] = state
                self._tell(state, as_json=json)
            self._show(f"{counted(len(states), 'ticker')} done, {counted(caller.requests, 'request')}, {state.ticker}")
        self._show("")
        kept = counted(sum(state.bars for state in states.values()), "bar")
        if not json:
            self.stdout.write(f"Kept {kept} of {asked} in {counted(caller.requests, 'request')}.")
        if failed := [ticker for ticker, state in states.items() if state.failure]:
            raise StreamError(f"{len(failed):,} of {counted(len(states), 'ticker')} failed: {', '.join(failed[:20])}.")

    def _tell(self, state: Fetched, *, as_json: bool) -> None:
        self._show("")
        if as_json:
            row = {
                "ticker": state.ticker,
                "bars": state.bars,
                "requests": state.requests,
                "failure": state.failure or None,
            }
            self.stdout.write(jsonlib.dumps(row))
        elif not state.failure:
            known = "" if state.requests else "; all of these days are known"
            self.stdout.write(f"{state.ticker}: {counted(state.bars, 'bar')}{known}.")
        for note in state.notes:
            self.stderr.write(note, str)
        if state.failure:
            self.stderr.write(f"{state.ticker}: {state.failure}", str)

    def _show(self, text: str) -> None:
        """Draws the progress on its own line of a terminal; in a pipe nothing."""
        if self.stderr.isatty():
            self.stderr.draw(f"\r\x1b[K{text}")

    def _import(self, file: Path, ticker: str | None, **_: Any) -> None:
        kept = bad = 0
        for batch in importing.batches(importing.read(file, ticker or ""), LINES_A_BATCH):
            faults = [line for line in batch if line.fault]
            for line in faults[: max(0, TOLD - bad)]:
                self.stderr.write(f"Line {line.number:,}: {line.fault}.", str)
            bad += len(faults)
            kept += _keep(batch)
        left = f"; {counted(bad, 'line')} left out" if bad else ""
        self.stdout.write(f"Kept {counted(kept, 'bar')} of {file.name}{left}.")
        if bad and not kept:
            raise StreamError(f"No line of {file.name} is a bar.")

    def _list(self, *, json: bool, **_: Any) -> None:
        found = Bar.objects.values("ticker").annotate(bars=Count("pk"), first=Min("day"), last=Max("day"))
        for row in found.order_by("ticker"):
            if json:
                self.stdout.write(jsonlib.dumps(row, default=str))
            else:
                self.stdout.write(f"{row['ticker']}: {counted(row['bars'], 'bar')}, {row['first']} to {row['last']}.")


def _asked(today: date, *, since: date | None, until: date | None, **_: Any) -> Days:
    """Returns the days that the options name; no later day than today has a bar. Raises UsageError for none."""
    last = min(until or today, today)
    asked = Days(since or last - BACK, last)
    if asked.first > asked.last:
        raise UsageError(f"No day is from {asked.first} to {asked.last}: --from is after --to, or in the future.")
    return asked


def _keep(batch: list[Line]) -> int:
    """Stores the bars of some lines; of one day, the last line counts. Returns how many lines were bars."""
    found: dict[str, dict[date, Any]] = {}
    for line in batch:
        if line.bar:
            found.setdefault(line.ticker, {})[line.bar.day] = line.bar
    for name, bars in found.items():
        storing.store(name, list(bars.values()), "file")
    return sum(line.bar is not None for line in batch)
