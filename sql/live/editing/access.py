"""Decides which people may write SQL applications, and bounds their runs: one at a time, and so many in a minute."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.guards import person
from accounts.models import User
from sql.live.models import SqlUse

PERMISSION = "sql.may_edit"
RUNS = 60  # of a person in a minute
BUSY = timedelta(seconds=20)  # after which a run is taken to have died with its process
View = Callable[..., HttpResponse]


class TooManyError(Exception):
    """Says in a sentence why a run is not begun."""


def may_edit(user: User) -> bool:
    """Returns whether a user may write SQL applications: staff, and those to whom staff gave the right."""
    return user.is_active and (user.is_staff or user.has_perm(PERMISSION))


def editors_only(view: View) -> View:
    """Makes a view that answers 403 to people who may not write SQL applications."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_edit(person(request)):
            raise PermissionDenied("Only people who may write SQL applications may see this page.")
        return view(request, *args, **kwargs)

    return guarded


@contextmanager
def one_run(user: User) -> Iterator[None]:
    """Holds the only run of a person. Raises TooManyError."""
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    SqlUse.objects.get_or_create(user=user, defaults={"minute": minute, "busy": now - BUSY})
    SqlUse.objects.filter(user=user).exclude(minute=minute).update(minute=minute, runs=0)
    mine = SqlUse.objects.filter(user=user)
    until = now + BUSY
    if not mine.filter(busy__lte=now, runs__lt=RUNS).update(busy=until, runs=F("runs") + 1):
        if mine.filter(runs__gte=RUNS).exists():
            raise TooManyError(f"You have had {RUNS} runs in this minute; go on in the next one.")
        raise TooManyError("A run of yours is under way; wait until it has ended.")
    try:
        yield
    finally:
        mine.filter(busy=until).update(busy=now)
