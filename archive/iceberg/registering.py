"""Brings the tables of a stream to the manifest: files that only the manifest names are added, others go.

One snapshot holds all of these changes, so that nobody reads the records of a small file and again those of the larger
file that replaced it. A crash before its commit leaves metadata that no table names, and the next run begins anew. A
row of the manifest notes that a table may name its file; it is written before the table is.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from pyiceberg.catalog import Catalog
from pyiceberg.io.pyarrow import parquet_file_to_data_file
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from archive.iceberg.catalog import translated_errors
from archive.iceberg.expiring import expire
from archive.iceberg.tables import Wanted, ensure_table, wanted, widen
from archive.models import ArchivedFile
from archive.sink import kinds_of
from archive.stores.base import FileStore

AT_ONCE = 500  # rows of one statement
READERS = 8  # threads that read the ends of files, of which S3 answers one in some 50 ms


class Registered(NamedTuple):
    """Counts the files of one table after a run, and the changes of that run."""

    table: str
    files: int  # that it has now
    added: int
    removed: int
    expired: int  # snapshots


def register(stream: str, store: FileStore, catalog: Catalog, keep: int) -> Iterator[Registered]:
    """Registers the files of a stream, and expires all but the newest `keep` snapshots. Raises IcebergError."""
    noted = ArchivedFile.objects.filter(stream=stream)
    for want in wanted(stream, kinds_of(stream)):
        files = noted.filter(kind=want.kind, removed=False).order_by("hour", "path")
        gone = list(noted.filter(kind=want.kind, removed=True, registered=True).values_list("pk", flat=True))
        there = list(files.values_list("pk", "path"))  # after those that are gone, so that no file is in both
        addresses = [_address(store, path) for _, path in there]
        _note([key for key, _ in there], is_named=True)  # first: a table that names a file without a note loses it
        with translated_errors():
            if addresses or catalog.table_exists(want.identifier):
                yield _registered(ensure_table(catalog, want), want, addresses, keep)
        _note(gone, is_named=False)


def _note(keys: list[int], *, is_named: bool) -> None:
    """Notes whether the table may name these files; the sweep waits for those that it may."""
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        ArchivedFile.objects.filter(pk__in=some).exclude(registered=is_named).update(registered=is_named)


def _registered(table: Table, want: Wanted, addresses: list[str], keep: int) -> Registered:
    known = {task.file.file_path: task.file for task in table.scan().plan_files()}
    new = [each for each in addresses if each not in known]
    there = set(addresses)
    gone = [file for path, file in known.items() if path not in there]
    if new or gone:
        _change(table, want, new, gone)
    return Registered(".".join(table.name()), len(addresses), len(new), len(gone), expire(table.refresh(), keep))


def _change(table: Table, want: Wanted, new: list[str], gone: list[DataFile]) -> None:
    with table.transaction() as change:
        widen(change, want)
        metadata = change.table_metadata
        with ThreadPoolExecutor(READERS) as readers:
            files = list(readers.map(lambda each: parquet_file_to_data_file(table.io, metadata, each), new))
        with change.update_snapshot().overwrite() as snapshot:
            for each in files:
                snapshot.append_data_file(each)
            for each in gone:
                snapshot.delete_data_file(each)


def _address(store: FileStore, path: str) -> str:
    """Returns the address of a file, with its scheme, which other software needs to find a folder."""
    url = store.url(path)
    return f"file://{url}" if url.startswith("/") else url
