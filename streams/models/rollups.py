"""Keeps sums over longer steps beside the rows of minutes or seconds, so that a year costs about what a day does.

A commit that changes rows adds a mark for each minute that it touched, in the same transaction. A worker takes marks
every few seconds and builds the steps around them anew, from absolute values: the first step from the rows, each longer
one from the step below. It is not done in the commit itself, since the row of a day would then be written with every
batch, by every worker, and each would wait for the others. Marks are only ever added and deleted, so nobody waits.

Building a step twice changes nothing. A replay or a late record marks its minutes again.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import Error, connection, models, transaction
from django.db.models import Max
from msgspec import Struct

from common.database_errors import renewed_connection
from streams.core import clock
from streams.models import zoned_days
from streams.models.progress import progress_of
from streams.models.statements import insert

MARKS = 200  # minutes of one part
TAKEN = 2_000  # marks of one part
REBUILT = 10_800  # seconds: no longer step is built from rows, or from steps that go as early as they do
MARGIN = timedelta(hours=1)  # rows go while steps are built
SETTLES = timedelta(minutes=2)  # marks that are younger are taken within seconds
PAUSE = 5.0  # seconds between two parts
DAYS = 0.2  # seconds in which days of zones are stored after a part, at least one
# Seconds after its start in which a worker stores no day: while workers are reloaded one by one, those of an earlier
# version build shorter steps and know nothing of days.
WAITS = 600.0
LOOK = 60.0  # seconds until a look for days of zones after one that found none
REACH = 400  # days back from now that are stored for a zone: the longest range
DUTY = 10  # a part that took t seconds is followed by a rest of at least DUTY × t
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

logger = logging.getLogger(__name__)


class RollupMark(models.Model):
    """Says that rows of one minute changed since the longer steps around it were built."""

    application = models.CharField(max_length=64)
    stream = models.CharField(max_length=128)
    minute = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["application", "stream", "minute"], name="marks_by_minute")]


class RollupLock(models.Model):
    """Lets one process at a time build the steps of a stream: an older sum must not replace a newer one."""

    application = models.CharField(max_length=64)
    stream = models.CharField(max_length=128)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "stream"], name="one_rollup_lock")]


class Ladder(Struct, frozen=True):
    """Describes the steps of an application's results, in seconds: each is a multiple of the one before."""

    application: str
    steps: Sequence[int]
    # Called in a transaction with a stream, a step and the beginnings of such steps. Stores their sums, from the rows
    # for the first step, else from the step below.
    build: Callable[[str, int, Sequence[datetime]], None]
    # True: while records come, the first step is only built once it is over, since many rows would be read again.
    over: bool = False
    # Returns the time before which rows may have been removed: the steps of which they were a part stay as they are.
    kept_since: Callable[[], datetime] = lambda: EPOCH
    # True: `build` also takes the days of zones, under the length that zoned_days.step_of gives them.
    zoned: bool = False


def mark(application: str, stream: str, moments: Iterable[datetime]) -> None:
    """Marks the minutes of the moments as changed, in the caller's transaction."""
    minutes = sorted({floor(moment, 60) for moment in moments})
    insert(RollupMark, ("application", "stream", "minute"), [(application, stream, minute) for minute in minutes])


def floor(moment: datetime, step: int) -> datetime:
    """Returns the beginning of the step, in seconds since 1970, that a moment falls into."""
    seconds = (moment - EPOCH) // timedelta(seconds=1)
    return EPOCH + timedelta(seconds=seconds // step * step)


def waits(application: str, stream: str, start: datetime, end: datetime, now: datetime) -> bool:
    """Returns whether rows between two times are not yet in the longer steps, although they are older than SETTLES."""
    marks = RollupMark.objects.filter(application=application, stream=stream)
    return marks.filter(minute__gte=start, minute__lt=min(end, now - SETTLES)).exists()


def changed_minutes(application: str, stream: str, start: int, end: int, most: int) -> list[int] | None:
    """Returns the minutes between two times that longer steps do not have yet, in order; all in milliseconds.

    None if they are more than `most`.
    """
    marks = RollupMark.objects.filter(application=application, stream=stream)
    within = marks.filter(minute__gte=floor(clock.to_datetime(start), 60), minute__lt=clock.to_datetime(end))
    found = list(within.order_by("minute").values_list("minute", flat=True).distinct()[: most + 1])
    return None if len(found) > most else [clock.from_datetime(minute) for minute in found]


def roll(ladder: Ladder, stream: str, most: int = MARKS, *, ends: bool = True) -> int:
    """Builds the steps around the newest marked minutes anew. Returns the number of minutes; 0 for no work.

    With `ends`, no record comes for now, so a step that is not over is built too.
    """
    names = {"application": ladder.application, "stream": stream}
    marks = RollupMark.objects.filter(**names)
    if not marks.exists():
        return 0
    RollupLock.objects.get_or_create(application=ladder.application, stream=stream)
    with transaction.atomic():
        if not _locked(names):
            return 0
        if ladder.over and not ends:
            newest = marks.aggregate(newest=Max("minute"))["newest"]
            marks = marks.filter(minute__lt=floor(newest, ladder.steps[0])) if newest else marks
        # By the index, however many marks there are; one minute has as many marks as commits changed it.
        minutes = list(marks.order_by("-minute").values_list("minute", flat=True).distinct()[:most])
        taken = list(marks.filter(minute__in=minutes).order_by("-minute").values_list("pk", "minute")[:TAKEN])
        _build(ladder, stream, {minute for _, minute in taken})
        RollupMark.objects.filter(pk__in=[pk for pk, _ in taken]).delete()
    return len(minutes)


def store_day(ladder: Ladder, stream: str) -> bool:
    """Stores the newest day of a zone that is over, asked for and not stored. Returns False if there is none."""
    names = {"application": ladder.application, "stream": stream}
    complete = progress_of(**names).watermark if ladder.zoned else None
    if complete is None:
        return False
    end = int(complete.timestamp())
    first = (end // zoned_days.DAY - REACH) * zoned_days.DAY
    # Days whose steps are still built from marks would be stored again and again.
    if RollupMark.objects.filter(**names, minute__lt=complete - timedelta(days=1)).exists():
        return False
    if zoned_days.missing(**names, first=first, end=end) is None:
        return False
    RollupLock.objects.get_or_create(application=ladder.application, stream=stream)
    with transaction.atomic():
        start = zoned_days.missing(**names, first=first, end=end) if _locked(names) else None
        if start is None:
            return False
        ladder.build(stream, zoned_days.step_of(start), [clock.to_datetime(start * clock.SECOND)])
        zoned_days.note_kept(**names, start=start)
    return True


def _locked(names: dict[str, str]) -> bool:
    """Takes the lock of a stream until the transaction ends; on SQLite the transaction itself is the lock."""
    skips = connection.features.has_select_for_update_skip_locked
    return bool(list(RollupLock.objects.select_for_update(skip_locked=skips).filter(**names)))


def _build(ladder: Ladder, stream: str, minutes: Iterable[datetime]) -> None:
    since = ladder.kept_since() + MARGIN
    whole = [minute for minute in minutes if floor(minute, REBUILT) >= since]
    zoned_days.drop(ladder.application, stream, whole)
    for step in ladder.steps:
        ladder.build(stream, step, sorted({floor(minute, step) for minute in whole}))


class Roller:
    """Builds the steps of a stream part by part, between the commits of a worker (streams.declarations.Delivery)."""

    def __init__(self, ladder: Ladder, stream: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ladder = ladder
        self._stream = stream
        self._monotonic = monotonic
        self._next = 0.0
        self._look = monotonic() + WAITS

    def __call__(self) -> bool:
        """Builds a part if it is time for one. Never asks to be called again at once: records go first."""
        began = self._monotonic()
        if began >= self._next:
            self._part(ends=False)
            self._days(began)
            self._next = began + max(PAUSE, DUTY * (self._monotonic() - began))
        return False

    def close(self) -> None:
        """Builds one more part, so that the steps are complete after a worker that has caught up."""
        self._part()

    def _part(self, *, ends: bool = True) -> None:
        with self._patiently():
            roll(self._ladder, self._stream, ends=ends)

    def _days(self, began: float) -> None:
        until = self._monotonic() + DAYS
        with self._patiently():
            while began >= self._look:
                if not store_day(self._ladder, self._stream):
                    self._look = began + LOOK
                elif self._monotonic() >= until:
                    break

    @contextmanager
    def _patiently(self) -> Iterator[None]:
        try:
            with renewed_connection():
                yield
        except Error as error:  # the marks stay
            logger.warning("The sums of %s on %s wait: %s", self._ladder.application, self._stream, error)
