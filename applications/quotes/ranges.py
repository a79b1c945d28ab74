"""Computes with ranges of days: which days are missing, and which days an answer makes known. Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)
DAYS_A_REQUEST = 20 * 366  # an answer to it has a few hundred kilobytes; a killed command loses those not yet stored
SETTLING = timedelta(hours=12)  # after the end of a day everywhere, a provider has its bar
WAITING = timedelta(days=7)  # for the bar of a newest day, which may be a holiday or late


class Days(NamedTuple):
    """Holds the days from `first` to `last`, both inclusive."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def missing(asked: Days, known: Iterable[Days]) -> list[Days]:
    """Returns the parts of the asked days that are not known, in order."""
    found, first = [], asked.first
    for each in sorted(known):
        if each.last < first:
            continue
        if each.first > asked.last:
            break
        if each.first > first:
            found.append(Days(first, each.first - DAY))
        first = each.last + DAY
    return [*found, Days(first, asked.last)] if first <= asked.last else found


def joined(known: Iterable[Days]) -> list[Days]:
    """Returns the same days in the fewest ranges, in order."""
    found: list[Days] = []
    for each in sorted(known):
        if found and each.first <= found[-1].last + DAY:
            found[-1] = Days(found[-1].first, max(found[-1].last, each.last))
        else:
            found.append(each)
    return found


def requests(ranges: Iterable[Days], most: int = DAYS_A_REQUEST) -> Iterator[Days]:
    """Yields the ranges in parts of at most `most` days, the newest first."""
    for each in sorted(ranges, reverse=True):
        last = each.last
        while last >= each.first:
            first = max(each.first, last - DAY * (most - 1))
            yield Days(first, last)
            last = first - DAY


def settled(now: datetime) -> date:
    """Returns the newest day that is over in each time zone and has settled: its bar does not change any more."""
    return (now.astimezone(UTC) - DAY - SETTLING).date()


def known_by(asked: Days, newest: date | None, now: datetime) -> Days | None:
    """Returns the asked days that an answer makes known, or None; `newest` is the day of the newest bar in that answer.

    A day that is not over is not known, since its bar still changes. A day without a bar is known to have none, but
    for the days of the last week after the newest bar: the provider may be late.
    """
    over = settled(now)
    certain = min(asked.last, max(over - WAITING, newest or date.min))
    last = min(certain, over)
    return Days(asked.first, last) if last >= asked.first else None
