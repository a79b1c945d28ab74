"""Deletes an application with its versions, rows, views and leases."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sql.live import files, row_views
from sql.live.deploying import existing
from sql.live.models import SqlRow
from streams.models import Lease, TopicVersion
from streams.operations.retention import forget_reader, refuse_to_forget

BATCH = 5_000  # rows of a transaction


def delete(name: str, who: str, tell: Callable[[int], object] = lambda rows: None) -> int:
    """Deletes an application; `tell` hears how many rows are gone so far. Returns the number of its rows.

    Dead letters stay until they are old, as those of any application. Raises FolderError for an unknown name, and
    StreamError while a worker runs it.
    """
    application = existing(name)
    streams = sorted({*Lease.objects.filter(application=name).values_list("stream", flat=True)})
    for stream in streams:
        refuse_to_forget(name, stream)
    row_views.drop(application.outputs.exclude(view=None).values_list("view", flat=True))
    count = _remove(SqlRow.objects.filter(output__application=application), tell)
    with transaction.atomic():
        for stream in streams:
            forget_reader(name, stream, who)
        digests = {each for held in application.versions.values_list("files", flat=True) for each in held.values()}
        TopicVersion.objects.filter(topic__in=[name, *(f"{name}@{stream}" for stream in streams)]).delete()
        application.delete()
        files.forget(digests)
    return count


def _remove(rows: QuerySet[Any], tell: Callable[[int], object]) -> int:
    count = 0
    while chosen := list(rows.values_list("pk", flat=True)[:BATCH]):
        count += rows.model._default_manager.filter(pk__in=chosen).delete()[0]
        tell(count)
    return count
