"""Shows one alarm episode: its facts, the curve around it, and the link to the records that raised it."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from applications.orders.models import ORDERS, AlarmEpisode
from applications.orders.topics import WINDOW_SECONDS, Points, episode, points
from dashboard import links
from dashboard.progress import own_time
from streams.core import clock
from streams.core.clock import iso
from streams.models.readers import progress_of

BEFORE, AFTER, MOST = 2 * clock.MINUTE, clock.MINUTE, 30 * clock.MINUTE  # of the curve
SPAN = WINDOW_SECONDS * clock.SECOND  # of a row of the table


class Span(NamedTuple):
    """Holds a row of the table; `lines` is the highest count, or None if it is unknown."""

    start: str
    lines: int | None
    threshold: int


def alarm(found: AlarmEpisode, now: datetime) -> dict[str, Any]:
    """Returns EPISODE of docs/protocol.md with its stream, its curve and `reached`, the time up to which it is known.

    `cut` is true if the alarm continued after the curve, which has at most MOST.
    """
    start = clock.from_datetime(found.started) // clock.SECOND * clock.SECOND - BEFORE
    reached = _reached(found, now)
    wanted = clock.from_datetime(found.ended) + AFTER if found.ended else reached
    end = min(wanted, reached, start + MOST) // clock.SECOND * clock.SECOND
    curve = points(found.stream, [found.site], start, end, otherwise=found.threshold)[found.site]
    return {
        **episode(found),
        "stream": found.stream,
        "reached": iso(clock.to_datetime(reached)),
        "curve": curve if any(count is not None for _, count, _ in curve) else [],
        "cut": start + MOST < (clock.from_datetime(found.ended) if found.ended else reached),
    }


def _reached(found: AlarmEpisode, now: datetime) -> int:
    """Returns the time, in milliseconds, up to which the counts are known: at least the alarm's own times."""
    own = own_time(ORDERS, found.stream, now)
    applied = min(progress_of(ORDERS, found.stream).watermark or own, own)
    return clock.from_datetime(max(applied, found.ended or found.started))


def spans(curve: Points) -> list[Span]:
    """Returns the curve as a table, oldest first: a row for each 15 s, and a new one when the threshold changed."""
    rows: dict[tuple[int, int], Span] = {}
    for second, count, threshold in curve:
        at, held = second or 0, threshold or 0
        place = at // SPAN, held
        row = rows.get(place) or Span(clock.to_iso(at), None, held)
        highest = max((each for each in (row.lines, count) if each is not None), default=None)
        rows[place] = row._replace(lines=highest)
    return list(rows.values())


def records_url(found: AlarmEpisode) -> str:
    """Returns the address of the records that raised the alarm: those of the site from the window's start on."""
    since = iso(found.started - timedelta(seconds=WINDOW_SECONDS)) or ""
    return links.to_records(found.stream, **{"from": since, "key": found.site})
