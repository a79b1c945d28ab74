"""Tells how far an application's workers are on a stream, and writes times in their forms on the wire."""

from datetime import datetime, timedelta
from typing import Any

from dashboard import clock_note
from dashboard.backlogs import backlogs
from dashboard.held.looks import once
from streams.models.progress import Progress, living, progress_of, skews


def workers() -> dict[str, dict[str, int]]:
    """Counts the workers that live, by application and stream, by the database's clock, as workers see one another."""
    counts: dict[str, dict[str, int]] = {}
    for application, stream, _ in once(living, living):
        streams = counts.setdefault(application, {})
        streams[stream] = streams.get(stream, 0) + 1
    return counts


def pulse(now: datetime) -> dict[str, Any]:
    """Builds the topic `pulse`: the live workers. It is built by time, since a worker that ends changes no version.

    Beside them stand the streams that a reader read to their end before it left, and a sentence while a clock is off,
    else "": a page without sockets hears no heartbeat and learns of it here.
    """
    counts = workers()
    drained: dict[str, list[str]] = {}
    pairs = ((application, stream) for application, streams in counts.items() for stream in streams)
    for application, stream in backlogs.drained(pairs):
        drained.setdefault(application, []).append(stream)
    return {"workers": counts, "drained": drained, "clock_note": clock_note.note()}


def reached(application: str, stream: str) -> Progress:
    """Returns how far the workers of an application are on a stream: within one look the same for all topics."""
    return once((Progress, application, stream), lambda: progress_of(application, stream))


def own_time(application: str, stream: str, now: datetime) -> datetime:
    """Returns now by the own time of a stream, as a live worker of the application has measured it."""
    return now + timedelta(milliseconds=skews(once(living, living)).get((application, stream), 0))
