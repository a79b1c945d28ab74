"""Removes files of the archive: those past RETENTION_ARCHIVE, and those that a larger file replaced.

A row is first marked, in a transaction of its own; then its file goes, then the row. A crash between leaves a marked
row, which the next sweep takes up.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from archive.files import folder_of, prefix_of
from archive.models import ArchivedFile, ArchivedGone, TablePart
from archive.stores.base import FileStore, StoreError
from archive.stores.opening import opened
from common.retention import NEVER, kept_since
from streams.coordination.store_errors import translate_errors
from streams.core.clock import from_datetime
from streams.core.commits import StoreDownError
from streams.operations.retention import not_ahead

EVERY = 60.0  # seconds
MOST = 200  # files in one step
FRESH = timedelta(hours=1)


class Sweeper:
    """Is the delivery of `archive` on one stream: it sweeps once a minute, a bounded number of files at a time."""

    def __init__(
        self, stream: str, monotonic: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = timezone.now
    ) -> None:
        self._stream = stream
        self._monotonic = monotonic
        self._now = now
        self._next = 0.0

    def __call__(self) -> bool:
        if self._monotonic() < self._next:
            return False
        try:
            more = translate_errors(sweep)(self._stream, opened(), self._now())
        except (StoreError, StoreDownError):
            more = False  # the sweep is tried again in a minute; nothing reads the marked files meanwhile
        self._next = 0.0 if more else self._monotonic() + EVERY
        return more

    def close(self) -> None:
        """Leaves the rest to the next sweep."""


def sweep(stream: str, store: FileStore, now: datetime) -> bool:
    """Removes up to MOST files of a stream; returns whether more wait. Raises StoreError.

    A file that a table of Iceberg names stays until the table is brought to the manifest, for ARCHIVE_GRACE at most.
    """
    files = ArchivedFile.objects.filter(stream=stream)
    since = kept_since(not_ahead(now), settings.RETENTION_ARCHIVE)
    if since > NEVER:
        _mark(files.filter(removed=False, newest__lt=since), now)
    is_free = Q(registered=False) | Q(marked__lt=now - timedelta(hours=settings.ARCHIVE_GRACE))
    found = list(files.filter(is_free, removed=True)[:MOST])
    for each in found:
        for path in reversed(each.paths):
            store.remove(path)
        each.delete()
    return len(found) == MOST


def _mark(old: QuerySet[ArchivedFile], now: datetime) -> None:
    """Marks the files that are past RETENTION_ARCHIVE, and counts their records as gone."""
    with transaction.atomic():
        for each in old[:MOST]:
            gone, _ = ArchivedGone.objects.get_or_create(stream=each.stream, shard=each.shard)
            if ArchivedFile.objects.filter(pk=each.pk, removed=False).update(removed=True, marked=now):
                ArchivedGone.objects.filter(pk=gone.pk).update(records=F("records") + each.records)


def known_paths(stream: str) -> set[str]:
    """Returns the paths below a stream's folder that rows name; tables of files lie in that of a stream `tables`."""
    own = ArchivedFile.objects.filter(stream=stream).only("path", "lines")
    return {
        *chain.from_iterable(each.paths for each in own),
        *TablePart.objects.filter(path__startswith=prefix_of(stream)).values_list("path", flat=True),
    }


def clean(stream: str, store: FileStore, now: datetime) -> int:
    """Removes files that the manifest does not name, as a crash can leave them; returns how many.

    Files of the last hour stay, since their row may be on its way. Raises StoreError.
    """
    known = known_paths(stream)
    recent = folder_of(stream, "", from_datetime(now - FRESH)).rpartition("/dt=")[2]
    left = [path for path in store.paths(prefix_of(stream)) if path not in known]
    old = [path for path in left if path.rpartition("/dt=")[2][: len(recent)] < recent]
    for path in old:
        store.remove(path)
    return len(old)
