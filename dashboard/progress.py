"""Tells how far an application's workers are on a stream, and writes times in their forms on the wire."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from dashboard import clock_note
from dashboard.backlogs import backlogs
from dashboard.held.looks import recall
from dashboard.standing import elsewhere
from streams.api import is_kinesis
from streams.core import clock
from streams.models.database_time import ahead_for_sure
from streams.models.progress import NEAR, Progress, live_workers, progress_of, skews
from streams.models.readers import readings


def workers() -> dict[str, dict[str, int]]:
    """Counts the workers that live, by application and stream, by the database's clock, as workers see one another."""
    counts: dict[str, dict[str, int]] = {}
    for application, stream, _ in recall(live_workers, live_workers):
        streams = counts.setdefault(application, {})
        streams[stream] = streams.get(stream, 0) + 1
    return counts


def pulse(now: datetime) -> dict[str, Any]:
    """Builds the topic `pulse`: the live workers. It is built by time, since a worker that ends changes no version.

    Beside them stand the streams that a reader read to their end before it left, the milliseconds by which streams are
    ahead of this machine's clock, a sentence for streams whose figures are of the other backend, and one while a clock
    is off, else "": a page without sockets hears no heartbeat and learns of it here.
    """
    counts = workers()
    drained: dict[str, list[str]] = {}
    pairs = ((application, stream) for application, streams in counts.items() for stream in streams)
    for application, stream in backlogs.drained(pairs):
        drained.setdefault(application, []).append(stream)
    own = ahead_for_sure(timezone.now)
    told = {"ahead": _ahead(own), "elsewhere": _elsewhere(), "clock_note": clock_note.note(own=own)}
    return {"workers": counts, "drained": drained} | told


def _elsewhere() -> dict[str, dict[str, str]]:
    """Returns the sentences about streams whose figures are of the other backend, by application and stream."""
    found: dict[str, dict[str, str]] = {}
    kinesis = is_kinesis()
    for each in recall(readings, readings):
        if says := elsewhere(each.identity, kinesis=kinesis):
            found.setdefault(each.application, {})[each.stream] = says
    return found


def _ahead(own: int) -> dict[str, dict[str, int]]:
    """Returns by how many milliseconds streams are ahead of this machine's clock, where it is more than 2 s.

    That clock is `own` milliseconds ahead of the database's.

    A page judges by the stream's own time how old its figures are: a clock that is off must not make them stale.
    """
    found: dict[str, dict[str, int]] = {}
    for (application, stream), skew in skews(recall(live_workers, live_workers)).items():
        if abs(skew - own) > NEAR * clock.SECOND:
            found.setdefault(application, {})[stream] = skew - own
    return found


def reached(application: str, stream: str) -> Progress:
    """Returns how far the workers of an application are on a stream: within one look the same for all topics."""
    return recall((Progress, application, stream), lambda: progress_of(application, stream))


def own_time(application: str, stream: str, now: datetime) -> datetime:
    """Returns now by the own time of a stream, as a live worker of the application has measured it."""
    return now + timedelta(milliseconds=skews(recall(live_workers, live_workers)).get((application, stream), 0))
