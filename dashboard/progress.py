"""Tells how far an application's workers are on a stream, and writes times in their forms on the wire."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone

from dashboard import clock_note
from dashboard.backlogs import backlogs
from streams.core import clock
from streams.models import Member
from streams.models.database_time import ahead_for_sure
from streams.models.progress import NEAR, skews


def workers() -> dict[str, dict[str, int]]:
    """Counts the workers that live, by application and stream, by the database's clock, as workers see one another."""
    counts: dict[str, dict[str, int]] = {}
    living = Member.objects.filter(expires__gte=Now()).values_list("application", "stream")
    for application, stream in living.order_by("application", "stream"):
        streams = counts.setdefault(application, {})
        streams[stream] = streams.get(stream, 0) + 1
    return counts


def pulse(now: datetime) -> dict[str, Any]:
    """Builds the topic `pulse`: the live workers. It is built by time, since a worker that ends changes no version.

    Beside them stand the streams that a reader read to their end before it left, the milliseconds by which streams are
    ahead of this machine's clock, and a sentence while a clock is off, else "": a page without sockets hears no
    heartbeat and learns of it here.
    """
    living = workers()
    drained: dict[str, list[str]] = {}
    pairs = ((application, stream) for application, streams in living.items() for stream in streams)
    for application, stream in backlogs.drained(pairs):
        drained.setdefault(application, []).append(stream)
    return {"workers": living, "drained": drained, "ahead": _ahead(), "clock_note": clock_note.note()}


def _ahead() -> dict[str, dict[str, int]]:
    """Returns by how many milliseconds streams are ahead of this machine's clock, where it is more than 2 s.

    A page judges by the stream's own time how old its figures are: a clock that is off must not make them stale.
    """
    found: dict[str, dict[str, int]] = {}
    own = ahead_for_sure(timezone.now)
    for (application, stream), skew in skews().items():
        if abs(skew - own) > NEAR * clock.SECOND:
            found.setdefault(application, {})[stream] = skew - own
    return found


def own_time(application: str, stream: str, now: datetime) -> datetime:
    """Returns now by the own time of a stream, as a live worker of the application has measured it."""
    return now + timedelta(milliseconds=skews().get((application, stream), 0))
