"""Tells how far behind each application was on a stream, minute by minute, from the rows that workers left."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from streams.core import clock
from streams.core.facts import History
from streams.models import LagMinute

MOST_READERS = 8  # applications with a curve


class _Row(NamedTuple):
    watermark: datetime | None
    lag: float | None


def lags(stream: str, history: History, first: int, waiting: Collection[str]) -> dict[str, list[float | None]]:
    """Returns seconds by application, for each minute from `first` (since 1970) to the last whole one.

    A minute without a row had no worker. The lag then grew from the last watermark if records waited: those that
    arrived in a later minute or, of an application in `waiting`, those that wait still. None where that is not known.
    """
    rows = _rows(stream, first, history.until)
    arrivals = [minute.minute for minute in history.minutes]
    return {
        application: _curve(rows[application], history, first, arrivals, waits=application in waiting)
        for application in sorted(rows)[:MOST_READERS]
    }


def _rows(stream: str, first: int, until: int) -> dict[str, dict[int, _Row]]:
    """Returns the rows by application and minute, and of each application the last one before `first`."""
    start, end = (clock.to_datetime(minute * clock.MINUTE) for minute in (first, until))
    found: dict[str, dict[int, _Row]] = defaultdict(dict)
    mine = LagMinute.objects.filter(stream=stream, minute__lt=end)
    for application in sorted(set(mine.values_list("application", flat=True).distinct()))[:MOST_READERS]:
        before = mine.filter(application=application, minute__lt=start).order_by("-minute")[:1]
        for row in [*before, *mine.filter(application=application, minute__gte=start).order_by("minute")]:
            found[application][clock.from_datetime(row.minute) // clock.MINUTE] = _Row(row.watermark, row.lag)
    return found


def _curve(
    rows: dict[int, _Row], history: History, first: int, arrivals: list[int], *, waits: bool
) -> list[float | None]:
    found: list[float | None] = []
    last = next((row for minute, row in rows.items() if minute < first), None)
    newest = max(rows)
    for minute in range(first, history.until):
        if minute in rows:
            last = rows[minute]
            found.append(last.lag)
            continue
        if last is None or last.watermark is None:
            found.append(None)
            continue
        reached = clock.from_datetime(last.watermark) // clock.MINUTE
        # The watermark may have gone back, as after a backup was restored.
        later = bisect_right(arrivals, minute) > bisect_right(arrivals, reached)
        if later or (waits and minute > newest):
            found.append(round(((minute + 1) * clock.MINUTE - clock.from_datetime(last.watermark)) / clock.SECOND, 1))
        else:  # nothing came, as far as arrivals are known
            found.append(None if history.since is None or history.since > reached + 1 else 0.0)
    return found
