"""Proves an archive: each record of the range once, each file as it was written."""

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote

from django.db.models import Count, Sum

from archive.files import DamagedFileError, digest_of, places, prefix_of, table_of
from archive.lines import path_beside
from archive.models import ArchivedFile, ArchivedGone
from archive.stores.base import FileStore, MissingFileError
from archive.sweeping import known_paths
from streams.core.processor import padded
from streams.models import Lease

NAME = re.compile(r"/([^/]+)-([0-9]+)-([0-9]+)-([0-9a-f]{8})(?:\.parquet|\.ndjson\.gz)$")


class Finding(NamedTuple):
    """Describes one fault: the file or the shard, and the sentence."""

    place: str
    says: str
    harmless: bool = False  # nothing is lost or wrong


class Proved(NamedTuple):
    """Counts the files and records of a stream's archive."""

    files: int
    records: int
    size: int  # bytes


def verify(stream: str, store: FileStore, application: str) -> Iterator[Finding]:
    """Yields the faults of a stream's archive. Raises StoreError where the store does not answer."""
    files = list(ArchivedFile.objects.filter(stream=stream, removed=False).order_by("identity", "shard", "first"))
    for each in files:
        yield from _of_file(each, store)
        if each.lines:
            yield from _of_lines(each, store)
    yield from _overlaps(files)
    yield from _missing_records(stream, application)
    known = known_paths(stream)
    extra = (path for path in store.paths(prefix_of(stream)) if path not in known)
    yield from (_extra(path, files) for path in sorted(extra))


def _extra(path: str, files: list[ArchivedFile]) -> Finding:
    """Judges a file without a row: if all records of its range are in other files, a crash left it over."""
    if found := NAME.search(path):
        shard, first, last, made = unquote(found[1]), padded(int(found[2])), padded(int(found[3])), found[4]
        rows = [each for each in files if each.shard == shard and each.path.endswith(f"-{made}.parquet")]
        if any(each.first <= first for each in rows) and any(each.last >= last for each in rows):
            return Finding(path, "a crash left this file over; its records are in other files", harmless=True)
    return Finding(path, "the manifest does not name this file")


def proved(stream: str) -> Proved:
    """Returns the numbers of a stream's archive, as its manifest has them."""
    files = ArchivedFile.objects.filter(stream=stream, removed=False)
    counts = {"files": Count("pk"), "records": Sum("records", default=0), "size": Sum("size", default=0)}
    return Proved(**files.aggregate(**counts))


def _of_file(row: ArchivedFile, store: FileStore) -> Iterator[Finding]:
    try:
        content = store.get(row.path)
    except MissingFileError:
        yield Finding(row.path, "the file is missing")
        return
    if digest_of(content) != row.digest:
        yield Finding(row.path, "the file is not as it was written: its SHA-256 differs")
        return
    try:
        sequences = places(table_of(content))
    except (DamagedFileError, KeyError):
        yield Finding(row.path, "the file cannot be read")
        return
    if len(sequences) != row.records:
        yield Finding(row.path, f"the file has {len(sequences)} records, the manifest says {row.records}")
    if not all(before < after for before, after in pairwise(sequences)):
        yield Finding(row.path, "a record stands twice, or out of order")
    if sequences and (sequences[0], sequences[-1]) != (row.first, row.last):
        yield Finding(row.path, "the file begins or ends with other records than the manifest says")


def _of_lines(row: ArchivedFile, store: FileStore) -> Iterator[Finding]:
    path = path_beside(row.path)
    try:
        content = store.get(path)
    except MissingFileError:
        yield Finding(path, "the file is missing")
        return
    if digest_of(content) != row.lines:
        yield Finding(path, "the file is not as it was written: its SHA-256 differs")
    elif (found := gzip.decompress(content).count(b"\n")) != row.records:
        yield Finding(path, f"the file has {found} lines, the manifest says {row.records} records")


def _overlaps(files: list[ArchivedFile]) -> Iterator[Finding]:
    """Yields files of records that overlap the file before; files of undecodable records lie within their ranges."""
    records = [each for each in files if each.kind == ArchivedFile.RECORDS]
    for before, after in pairwise(records):
        if (before.identity, before.shard) == (after.identity, after.shard) and after.first <= before.last:
            yield Finding(after.path, f"its records overlap those of {before.path}")


def _missing_records(stream: str, application: str) -> Iterator[Finding]:
    """Yields shards with more or fewer records in files than were applied, less those removed by age."""
    applied = Lease.objects.filter(application=application, stream=stream).values("shard").annotate(n=Sum("applied"))
    held = ArchivedFile.objects.filter(stream=stream, removed=False).values("shard").annotate(n=Sum("records"))
    kept = Counter({each["shard"]: each["n"] for each in held})
    kept.update(dict(ArchivedGone.objects.filter(stream=stream).values_list("shard", "records")))
    for each in applied:
        if (found := kept[each["shard"]]) != each["n"]:
            yield Finding(each["shard"], f"{each['n']} records were archived, the manifest has {found}")
