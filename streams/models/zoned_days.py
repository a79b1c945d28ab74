"""Says of which days of zones the sums are stored, so that a year of such days costs what one of UTC does.

A day of a zone begins at a phase: so many seconds after 00:00 UTC. Its sums stand beside those of the longer steps, as
a step of `step_of` seconds. They are stored once the day is over, and count only while a row here says so: whatever
builds a shorter step anew deletes that row in the same transaction, and the day is added up from shorter steps until
a worker has stored it again. So a day never differs from its hours.

Days are stored for the phases that somebody asked for lately, since each adds a row for each day and key.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.db import Error, models, transaction
from django.db.models import Count, F, Max, Min
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone

from streams.models.kept import Kept

DAY, QUARTER = 86_400, 900  # seconds; no zone is off UTC by a part of a quarter of an hour
MANY = 30  # days of a question from which on it is worth to store them
ASKED = timedelta(days=60)  # a phase that was not asked for in so long is not stored any more


class ZonedDay(models.Model):
    """Says that the sums of a day of a zone are stored, for all results of an application."""

    application = models.CharField(max_length=64)
    stream = models.CharField(max_length=128)
    start = models.BigIntegerField()  # seconds since 1970

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "stream", "start"], name="one_zoned_day")]
        indexes = [models.Index(fields=["start"], name="zoned_days_by_age")]


class AskedPhase(models.Model):
    """Stores when somebody last asked for many days that begin at a phase. They are at most DAY ÷ QUARTER."""

    phase = models.PositiveIntegerField(primary_key=True)
    asked = models.DateTimeField()


def step_of(start: int) -> int:
    """Returns the length under which the sums of a day that begins at a time are stored, all in seconds."""
    return DAY + start % DAY


def phase_of(step: int) -> int:
    """Returns the phase of the days that are stored under a length; 0 if that is no such length."""
    return step - DAY if DAY < step < 2 * DAY else 0


def kept(application: str, stream: str, edges: Sequence[int]) -> set[int]:
    """Returns the beginnings of the days between edges whose sums are stored; notes which phases are asked for."""
    days = [start for start, end in pairwise(edges) if end - start == DAY and start % DAY]
    if not days:
        return set()
    if len(days) >= MANY:
        _note({start % DAY for start in days} & set(range(0, DAY, QUARTER)))
    return _stored_in_runs(application, stream, days[0], days[-1] + 1) & set(days)


def drop(application: str, stream: str, minutes: Iterable[datetime]) -> None:
    """Says that no day around minutes is stored any more, in the transaction that builds their steps anew."""
    for day in sorted({int(minute.timestamp()) // DAY * DAY for minute in minutes}):
        around = ZonedDay.objects.filter(start__gt=day - DAY, start__lt=day + DAY)
        around.filter(application=application, stream=stream).delete()


def missing(application: str, stream: str, first: int, end: int) -> int | None:
    """Returns the beginning of the newest day from `first` and before `end` that is asked for and not stored."""
    wanted = sorted(AskedPhase.objects.filter(asked__gt=timezone.now() - ASKED).values_list("phase", flat=True))
    known = _stored(application, stream, first, end) if wanted else set()
    days = (day + phase for day in range(end // DAY * DAY, first - 1, -DAY) for phase in reversed(wanted))
    return next((start for start in days if start + DAY <= end and start not in known), None)


def note_kept(application: str, stream: str, start: int) -> None:
    """Says that the sums of a day are stored, in the transaction that stores them."""
    ZonedDay.objects.create(application=application, stream=stream, start=start)


_starts = Kept(
    lambda application, stream, first, end: ZonedDay.objects.filter(
        application=application, stream=stream, start__gte=first, start__lt=end
    ).values_list("start")
)


_runs = Kept(
    lambda application, stream, first, end: (
        ZonedDay.objects.filter(application=application, stream=stream, start__gte=first, start__lt=end)
        .annotate(phase=F("start") % DAY)
        .order_by()
        .values("phase")
        .annotate(first=Min("start"), last=Max("start"), days=Count("pk"))
        .values_list("first", "last", "days")
    )
)


def _stored(application: str, stream: str, first: int, end: int) -> set[int]:
    return set(_starts.column(application, stream, first, end))


def _stored_in_runs(application: str, stream: str, first: int, end: int) -> set[int]:
    """Returns the same. If no day of a phase is missing, as a rule, it reads one row for the phase, not one a day."""
    found = set[int]()
    for since, until, days in _runs.rows(application, stream, first, end):
        if (until - since) // DAY + 1 != days:
            return _stored(application, stream, first, end)
        found.update(range(since, until + 1, DAY))
    return found


_noted: dict[int, date] = {}  # the day on which this process noted each phase last


def _note(phases: Iterable[int]) -> None:
    now = timezone.now()
    for phase in {phase for phase in phases if _noted.get(phase) != now.date()}:
        with suppress(Error), transaction.atomic():  # without it a page is shown all the same, and others note it
            AskedPhase.objects.update_or_create(phase=phase, defaults={"asked": now})
        _noted[phase] = now.date()


def forget_noted() -> None:
    """Forgets which phases this process has noted, for tests."""
    _noted.clear()


@receiver(post_migrate)
def _forget_all(sender: Any, apps: Any = apps, **_: Any) -> None:
    """Takes back all days at an upgrade: an earlier version may have built shorter steps since, and left them."""
    if sender.label == ZonedDay._meta.app_label:
        with suppress(LookupError):  # the way back past the migration that made the table
            apps.get_model(ZonedDay._meta.label).objects.all().delete()
