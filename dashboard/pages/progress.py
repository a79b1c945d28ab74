"""How far an application's workers are, and the forms that times have on the wire."""

from datetime import datetime, timedelta
from typing import NamedTuple

from streams import clock
from streams.models import Lease
from streams.models.progress import how_far, skews


class Progress(NamedTuple):
    """`newest`: arrival of the newest applied record. `clock`: everything that arrived before this is applied."""

    newest: datetime | None
    clock: datetime | None

    def has_closed(self, end: datetime) -> bool:
        """Whether a window that ended at `end` can no longer grow."""
        return self.clock is not None and self.clock >= end


def progress(application: str) -> Progress:
    return Progress(*how_far(Lease.objects.filter(application=application)))


def own_time(application: str, now: datetime) -> datetime:
    """Now by the own time of the streams that an application reads, as far as a worker that lives knows it."""
    ahead = [skew for (name, _), skew in skews().items() if name == application]
    return now + timedelta(milliseconds=min(ahead, key=abs, default=0))


def iso(moment: datetime | None) -> str | None:
    """As 2026-11-22T14:03:07.250Z; None stays None."""
    return None if moment is None else clock.to_iso(clock.from_datetime(moment))
