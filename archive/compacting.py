"""Joins the small files of an hour into larger ones, with one transaction that swaps the rows."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.utils import timezone

from archive.files import DamagedFileError, digest_of, folder_of, joined, lines_of, name_of
from archive.lines import path_beside
from archive.models import ArchivedFile
from archive.processor import Place
from archive.sink import kinds_of
from archive.stores.base import FileStore, MissingFileError
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
    contents = [_content(each, store) for each in rows]
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


def _content(row: ArchivedFile, store: FileStore) -> bytes:
    """Returns a file. Raises DamagedFileError unless it is as it was written: a joined file would hide the damage."""
    content = store.get(row.path)
    if digest_of(content) != row.digest:
        raise DamagedFileError(f"{row.path} is not as it was written: its SHA-256 differs.")
    return content


def _lines(rows: list[ArchivedFile], contents: list[bytes], store: FileStore) -> bytes:
    """Returns the lines of JSON of all files, if one has some; those that are lacking or damaged are made."""
    if not any(each.lines for each in rows):
        return b""
    kinds = kinds_of(rows[0].stream)
    pairs = zip(rows, contents, strict=True)
    return b"".join(_kept_lines(row, store) or lines_of(content, kinds, row.shard) for row, content in pairs)


def _kept_lines(row: ArchivedFile, store: FileStore) -> bytes:
    """Returns the lines beside a file; b"" if there are none, or others than were written."""
    if not row.lines:
        return b""
    try:
        content = store.get(path_beside(row.path))
    except MissingFileError:
        return b""
    return content if digest_of(content) == row.lines else b""
