"""Removes what has been kept long enough, beside running workers and pages; retention.py of each app says what."""

import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Model, QuerySet

from accounts import retention as people
from monitoring import retention as processes
from streams import wiring
from streams.core.records import StreamError
from streams.models import DeadLetter, Lease
from streams.operations import retention as pipe

BATCH = 1000  # rows of a transaction: some milliseconds, which writers wait for on SQLite
NOT_GROWING = people.NOT_GROWING | pipe.NOT_GROWING | processes.NOT_GROWING


class Removal(NamedTuple):
    """So many rows of a table went, or with a dry run would."""

    table: str
    rows: int


def rules(now: datetime) -> dict[type[Model], QuerySet[Any]]:
    """For each model that grows, the rows that may go."""
    return people.outlived(now) | pipe.outlived(now) | processes.outlived(now)


def clean(
    now: datetime, tell: Callable[[str], object], *, dry_run: bool = False, pause: Callable[[float], None] = time.sleep
) -> Iterator[Removal]:
    """One table after the other; after each batch it rests as long as that took, so that others get their turn.

    `tell` gets a sentence for whatever stays for longer than the settings say.
    """
    for model, rows in rules(now).items():
        yield Removal(model._meta.label, rows.count() if dry_run else _remove(rows, pause))
    yield _retire(now, tell, dry_run=dry_run)
    for sentence in pipe.held_back(now):
        tell(sentence)


def _retire(now: datetime, tell: Callable[[str], object], *, dry_run: bool) -> Removal:
    """Removes leases of streams that were made anew, and of shards that ended, where the stream can be asked."""
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
    """Whatever has been used again since it was chosen stays: the rule is asked again by the statement that removes."""
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
