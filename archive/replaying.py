"""Reads the archive as a source again: records in the order of arrival, with their original stamps."""

import heapq
from collections.abc import Iterator
from datetime import datetime
from itertools import chain, groupby
from operator import attrgetter

from archive.files import Archived, read
from archive.models import ArchivedFile
from archive.sink import kinds_of
from archive.stores.base import FileStore
from streams.core.clock import from_datetime


def replay(
    stream: str, store: FileStore, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Archived]:
    """Yields records by arrival, then by sequence number; undecodable ones too. `until` is exclusive.

    At most one hour of each shard is in memory. Raises StoreError, DamagedFileError.
    """
    files = ArchivedFile.objects.filter(stream=stream, removed=False)
    if since:
        files = files.filter(newest__gte=since)
    if until:
        files = files.filter(oldest__lt=until)
    start = from_datetime(since) if since else 0
    end = from_datetime(until) if until else None
    kinds = kinds_of(stream)
    ordered = files.order_by("hour", "identity", "shard", "first")
    for _, hour in groupby(ordered.iterator(), attrgetter("hour")):
        shards = [list(rows) for _, rows in groupby(hour, attrgetter("identity", "shard"))]
        lanes = [_lane(rows, store, kinds) for rows in shards]
        for record in heapq.merge(*lanes, key=lambda each: (each.arrived, each.sequence)):
            if record.arrived >= start and (end is None or record.arrived < end):
                yield record


def _lane(rows: list[ArchivedFile], store: FileStore, kinds: dict[str, str]) -> Iterator[Archived]:
    """Yields the records of one shard and hour in order; those that could not be decoded come in their place."""
    by_folder: dict[str, list[ArchivedFile]] = {}
    for row in rows:
        by_folder.setdefault(row.path.partition("/dt=")[0], []).append(row)
    lanes = (_records(each, store, kinds) for each in by_folder.values())
    return heapq.merge(*lanes, key=attrgetter("sequence"))


def _records(rows: list[ArchivedFile], store: FileStore, kinds: dict[str, str]) -> Iterator[Archived]:
    return chain.from_iterable(read(store.get(row.path), kinds) for row in rows)
