"""Deletes an application with its versions, rows, views and leases."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from dashboard.steps.models import RowStep
from sql.live import files, row_views
from sql.live.deploying import existing
from sql.live.models import SqlApplication, SqlRow
from streams.coordination.leases import living_owners
from streams.core.records import StreamError
from streams.models import Lease, RollupMark, TopicVersion, ZonedDay
from streams.operations.retention import forget_reader, refuse_to_forget

PATIENCE = 12.0  # seconds: twice as long as `consume --all` takes to see that an application is gone
BATCH = 5_000  # rows of a transaction


def delete(name: str, who: str, tell: Callable[[int], object] = lambda rows: None) -> int:
    """Deletes an application; `tell` hears how many rows are gone so far. Returns the number of its rows.

    Dead letters stay until they are old, as those of any application. Raises FolderError for an unknown name, and
    StreamError while a worker runs it.
    """
    application = existing(name)
    streams = sorted({*Lease.objects.filter(application=name).values_list("stream", flat=True)})
    _stop_workers(application, streams)
    row_views.drop(application.outputs.exclude(view=None).values_list("view", flat=True))
    count = _remove(SqlRow.objects.filter(output__application=application), tell)
    ZonedDay.objects.filter(application=name).delete()
    RowStep.objects.filter(dataset__startswith=f"{name}/").delete()
    with transaction.atomic():
        RollupMark.objects.filter(application=name).delete()
        for stream in streams:
            forget_reader(name, stream, who)
        digests = {each for held in application.versions.values_list("files", flat=True) for each in held.values()}
        TopicVersion.objects.filter(topic__in=[name, *(f"{name}@{stream}" for stream in streams)]).delete()
        application.delete()
        files.forget(digests)
    return count


def _stop_workers(application: SqlApplication, streams: Sequence[str]) -> None:
    """Waits until no worker has a lease. Those of `consume --all` end by themselves, others must be stopped before.

    Raises StreamError while one goes on; nothing is changed then.
    """
    mine = SqlApplication.objects.filter(pk=application.pk)
    mine.update(active=0)
    deadline = time.monotonic() + PATIENCE
    while living_owners(application=application.name) and time.monotonic() < deadline:
        time.sleep(0.1)
    try:
        for stream in streams:
            refuse_to_forget(application.name, stream)
    except StreamError:
        mine.update(active=application.active)
        raise


def _remove(rows: QuerySet[Any], tell: Callable[[int], object]) -> int:
    count = 0
    while chosen := list(rows.values_list("pk", flat=True)[:BATCH]):
        count += rows.model._default_manager.filter(pk__in=chosen).delete()[0]
        tell(count)
    return count
