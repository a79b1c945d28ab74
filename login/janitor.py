"""Removes expired rows, beside running workers and pages; retention.py of each app has the rules."""

import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Model, QuerySet

from accounts import retention as people
from dashboard import retention as boards
from monitoring import retention as processes
from streams import applications, wiring
from streams.core.records import StreamError
from streams.models import DeadLetter, Lease
from streams.operations import retention as pipe

BATCH = 1000  # rows of a transaction: it takes some milliseconds, and writers wait for it on SQLite


def not_growing() -> dict[type[Model], str]:
    """Returns the models that are in no rule, each with the reason."""
    provided = [each.not_growing for each in applications.provided()]
    rooms = (people, pipe, processes, boards)
    return reduce(or_, [*(dict(each) for each in provided), *(dict(room.NOT_GROWING) for room in rooms)])


class Removal(NamedTuple):
    """Counts the rows of a table that were removed, or with a dry run would be."""

    table: str
    rows: int


def rules(now: datetime) -> dict[type[Model], QuerySet[Any]]:
    """Returns, for each model that grows, the rows that may go."""
    return people.outlived(now) | pipe.outlived(now) | processes.outlived(now) | boards.outlived(now)


def clean(
    now: datetime, tell: Callable[[str], object], *, dry_run: bool = False, pause: Callable[[float], None] = time.sleep
) -> Iterator[Removal]:
    """Cleans table after table. Rests after each batch as long as the batch took, so that others get their turn.

    `tell` gets a sentence for rows that stay longer than the settings say.
    """
    for model, rows in rules(now).items():
        yield Removal(model._meta.label, rows.count() if dry_run else _remove(rows, pause))
    yield _retire(now, tell, dry_run=dry_run)
    for sentence in pipe.held_back(now):
        tell(sentence)


def _retire(now: datetime, tell: Callable[[str], object], *, dry_run: bool) -> Removal:
    """Removes leases of recreated streams and of ended shards, if the stream can be asked."""
    count = pipe.retire_former(now, dry_run=dry_run)
    for stream in Lease.objects.order_by("stream").values_list("stream", flat=True).distinct():
        try:
            listed: Collection[str] = [shard.id for shard in wiring.open_stream(stream).describe().shards]
        except StreamError as error:
            tell(f"The leases on {stream} stay: {error}")
            continue
        count += pipe.retire_leases(now, stream, listed, dry_run=dry_run)
    return Removal(Lease._meta.label, count)


def _remove(rows: QuerySet[Any], pause: Callable[[float], None]) -> int:
    """Removes the rows in batches. The DELETE repeats the filter, so rows used again since the SELECT stay."""
    count = 0
    while chosen := list(rows.values_list("pk", flat=True)[:BATCH]):
        began = time.monotonic()
        with transaction.atomic():
            removed = rows.filter(pk__in=chosen).delete()[0]
            if rows.model is DeadLetter:
                pipe.note_removed(removed)
        count += removed
        pause(time.monotonic() - began)
    return count
