"""Joins the small files of an hour into larger ones, with one transaction that swaps the rows."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.utils import timezone

from archive.files import digest_of, folder_of, joined, lines_of, name_of
from archive.lines import path_beside
from archive.models import ArchivedFile
from archive.processor import Place
from archive.sink import kinds_of
from archive.stores.base import FileStore
from streams.core.clock import from_datetime

MOST = 1_000_000  # records of a file


def compact(stream: str, store: FileStore) -> Iterator[ArchivedFile]:
    """Joins files, and yields the row of each that was made. Raises StoreError, DamagedFileError.

    The larger file is stored first; the rows are swapped in one transaction, which marks the small files; the sweep
    removes them, and waits for a table of Iceberg that names them. Files that a crash leaves over are named by `archive
    verify` and removed by `archive clean`.
    """
    files = ArchivedFile.objects.filter(stream=stream, removed=False, kind=ArchivedFile.RECORDS)
    of = attrgetter("hour", "identity", "shard")
    for _, group in groupby(files.order_by("hour", "identity", "shard", "first"), of):
        for part in _parts(list(group)):
            yield _joined(part, store)


def _parts(rows: list[ArchivedFile]) -> Iterator[list[ArchivedFile]]:
    """Yields neighbours of two or more files that have at most MOST records together."""
    part: list[ArchivedFile] = []
    for row in rows:
        if part and sum(each.records for each in part) + row.records > MOST:
            if len(part) > 1:
                yield part
            part = []
        part.append(row)
    if len(part) > 1:
        yield part


def _joined(rows: list[ArchivedFile], store: FileStore) -> ArchivedFile:
    contents = [store.get(each.path) for each in rows]
    content, beside = joined(contents), _lines(rows, contents, store)
    first, last = rows[0], rows[-1]
    place = Place(first.stream, first.identity, first.shard)
    name = name_of(place, int(first.first), int(last.last))
    made = ArchivedFile(
        **place._asdict(),
        path=f"{folder_of(place.stream, ArchivedFile.RECORDS, from_datetime(first.hour))}/{name}",
        hour=first.hour,
        first=first.first,
        last=last.last,
        oldest=first.oldest,
        newest=last.newest,
        records=sum(each.records for each in rows),
        size=len(content),
        digest=digest_of(content),
        lines=digest_of(beside) if beside else "",
    )
    store.put(made.path, content)
    if beside:
        store.put(path_beside(made.path), beside)
    with transaction.atomic():
        marked = ArchivedFile.objects.filter(pk__in=[each.pk for each in rows], removed=False).update(
            removed=True, marked=timezone.now()
        )
        if marked != len(rows):
            raise RuntimeError("A file was removed meanwhile.")  # the transaction is rolled back
        made.save()
    return made


def _lines(rows: list[ArchivedFile], contents: list[bytes], store: FileStore) -> bytes:
    """Returns the lines of JSON of all files, if one has some; those that the others lack are made."""
    if not any(each.lines for each in rows):
        return b""
    kinds = kinds_of(rows[0].stream)
    pairs = zip(rows, contents, strict=True)
    return b"".join(
        store.get(path_beside(each.path)) if each.lines else lines_of(content, kinds, each.shard)
        for each, content in pairs
    )
