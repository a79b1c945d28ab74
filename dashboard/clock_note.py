"""Says in a sentence for people that a clock is off."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection
from django.utils import timezone

from dashboard.held.looks import recall
from streams.core import clock
from streams.models.database_time import ahead_for_sure
from streams.models.progress import NEAR, live_workers, skews
from streams.models.readers import readings

_NOTE = "The clock of {host} is off by {much}: it is {way} {other}. Do not trust ages and lags before it is set right."


def note(now: Callable[[], datetime] = timezone.now, *, own: int | None = None) -> str:
    """Returns the sentence, "" where no clock is off by more than 2 s.

    `now` tells the time of this machine, and is asked here: the moment at which a slow page began would look late.
    `own` is by how many milliseconds it is ahead of the database's, for a caller that has asked for it already.
    """
    own = ahead_for_sure(now) if own is None else own
    if _off(own):
        return _in_words("this machine", own, "the database's")
    ahead = skews(recall(live_workers, live_workers)).items()
    (_, stream), skew = max(ahead, key=lambda found: abs(found[1]), default=(("", ""), 0))
    if _off(skew):
        machine = "this machine" if connection.vendor == "sqlite" else "the database's machine"
        return _in_words(machine, -skew, f"the time that the stream {stream} keeps")
    stamps = [stamp for each in recall(readings, readings) for stamp in (each.watermark, each.newest)]
    newest = max((clock.from_datetime(stamp) for stamp in stamps if stamp), default=0)
    behind = clock.from_datetime(now()) + skew - newest
    return (
        _in_words("this machine", behind, "the stamps of records") if newest and behind < -NEAR * clock.SECOND else ""
    )


def _off(milliseconds: int) -> bool:
    return abs(milliseconds) > NEAR * clock.SECOND


def _in_words(machine: str, ahead: int, other: str) -> str:
    way = "ahead of" if ahead > 0 else "behind"
    return _NOTE.format(host=machine, much=_much(abs(ahead) // clock.SECOND), way=way, other=other)


def _much(seconds: int) -> str:
    """Returns the seconds in a unit that is coarse enough not to flicker: 90000 as 25 h."""
    if seconds < 120:
        return f"{seconds} s"
    return f"{round(seconds / 60)} min" if seconds < 7200 else f"{round(seconds / 3600)} h"
