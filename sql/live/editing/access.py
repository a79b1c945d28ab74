"""Decides which people may write SQL applications, and bounds their runs: one at a time, and so many in a minute."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from accounts.guards import has_right, only
from accounts.models import User
from common.lasting import over
from sql.live.models import SqlUse

PERMISSION = "sql.may_edit"
RUNS = 60  # of a person in a minute
BUSY = timedelta(seconds=20)  # after which a run is taken to have died with its process


class TooManyError(Exception):
    """Says in a sentence why a run is not begun."""


may_edit = has_right(PERMISSION)
editors_only = only(may_edit, "Only people who may write SQL applications may see this page.")


@contextmanager
def one_run(user: User) -> Iterator[None]:
    """Holds the only run of a person. Raises TooManyError."""
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    SqlUse.objects.get_or_create(user=user, defaults={"minute": minute, "busy": now - BUSY})
    SqlUse.objects.filter(user=user).exclude(minute=minute).update(minute=minute, runs=0)
    mine = SqlUse.objects.filter(user=user)
    until = now + BUSY
    if not mine.filter(over("busy", BUSY, now), runs__lt=RUNS).update(busy=until, runs=F("runs") + 1):
        if mine.filter(runs__gte=RUNS).exists():
            raise TooManyError(f"You have had {RUNS} runs in this minute; go on in the next one.")
        raise TooManyError("A run of yours is under way; wait until it has ended.")
    try:
        yield
    finally:
        mine.filter(busy=until).update(busy=now)
