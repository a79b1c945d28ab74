"""Marks the re-shardings of a stream on its time axes, for staff, and outages of its readers, for everybody."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Max

from common.marking import MOST, Mark, Question
from dashboard import links
from streams.core import clock
from streams.models import Audit, LagMinute, Outage
from streams.models.kept import Kept, over_all

ACTS = {"split": "split", "merge": "merged", "reshard": "re-sharded"}
LOOKED_AT = 200  # rows of the audit: it has them of all streams
LEAST = timedelta(minutes=2)  # an outage that goes on is marked from this length on
SAYS = {
    Outage.ABSENT: "{} had no worker for {}",
    Outage.STUCK: "{} did not get on for {}: the stream could not be read, or its records could not be applied",
}

_ACTS = Kept(
    lambda since, until: (
        Audit.objects.filter(action__in=ACTS, at__gte=since, at__lt=until)
        .order_by("-pk")
        .values_list("target", "action", "who", "at")[:LOOKED_AT]
    )
)
_OUTAGES = Kept(
    lambda stream, since, until: (
        Outage.objects.filter(stream=stream, end__gt=since, start__lt=until)
        .order_by("-end")
        .values_list("application", "stream", "kind", "start", "end")[:MOST]
    )
)
_NEWEST_LAG = Kept(lambda: over_all(LagMinute.objects.all(), Max("minute")))
_LAST_LAGS = Kept(
    lambda stream: (
        LagMinute.objects.filter(stream=stream).order_by().values_list("application").annotate(last=Max("minute"))
    )
)


def asks_resharded(stream: str, start: int, end: int) -> list[Question]:
    return [(_ACTS, _times(start, end))]


def asks_outages(stream: str, start: int, end: int) -> list[Question]:
    return [(_OUTAGES, (stream, *_times(start, end))), (_LAST_LAGS, (stream,))]


def _times(start: int, end: int) -> tuple[datetime, datetime]:
    return clock.to_datetime(start), clock.to_datetime(end)


def resharded(stream: str, start: int, end: int) -> Iterator[Mark]:
    """Yields the splits, merges and re-shardings that the audit has of the time."""
    since, until = _times(start, end)
    rows = _ACTS.rows(since, until)
    of_stream = [row for row in rows if row[0].endswith(f" of {stream}") or row[0].startswith(f"{stream}, from ")]
    for target, action, who, at in of_stream[:MOST]:
        text = f"{target}: {ACTS[action]} by {who}"
        yield Mark(clock.from_datetime(at), None, "shards", text, links.to_stream(stream), staff=True)


def outages(stream: str, start: int, end: int) -> Iterator[Mark]:
    """Yields the times in which readers did not get on, of a minute and more, the latest first."""
    since, until = _times(start, end)
    columns = "application", "stream", "kind", "start", "end"
    rows = [Outage(**dict(zip(columns, row, strict=True))) for row in _OUTAGES.rows(stream, since, until)]
    yield from (_outage(row) for row in [*_going_on(stream, since, until), *rows])


def _going_on(stream: str, since: datetime, until: datetime) -> Iterator[Outage]:
    """Yields the outages that no worker has told yet: another's note is at least two minutes younger.

    The clock of this machine alone proves nothing: it may be wrong.
    """
    newest = _NEWEST_LAG.first()
    if newest is None or newest <= since:
        return
    for application, last in _LAST_LAGS.rows(stream):
        began = last + timedelta(minutes=1)
        if newest - last > LEAST and began < until:
            yield Outage(application=application, stream=stream, kind=Outage.ABSENT, start=began, end=newest)


def _outage(row: Outage) -> Mark:
    start, end = (clock.from_datetime(moment) for moment in (row.start, row.end))
    minutes = (end - start) // clock.MINUTE
    lasted = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
    return Mark(start, end, "outage", SAYS[row.kind].format(row.application, lasted), links.to_stream(row.stream))
