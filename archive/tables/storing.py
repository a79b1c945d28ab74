"""Stores tables: the Parquet files of an import, the transaction that ends it, and the removal of files that went.

The row of a file is written first, then the file. Until the transaction at the end, questions see the former table. A
crash leaves files of rows that are `making` or `gone`; `sweep` removes both.
"""

import hashlib
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from archive.models import ArchivedFile, FileTable, TablePart
from archive.stores.base import FileStore

GROUP = 100_000  # rows of a row group
GROUP_BYTES = 64 << 20  # of a row group before it is packed
PART_BYTES = 32 << 20  # of a file, after which the next one begins
LONGEST_IMPORT = timedelta(days=1)  # files of an import that did not end by then are left over
PREFIX = "tables/"
TAKEN = ("records", "errors")  # a stream named tables has these folders


class TableError(Exception):
    """Means that a table cannot be made or changed as asked; the message is a sentence for people."""


class PartWriter:
    """Writes rows as Parquet files of bounded size, in the memory of one row group and one file."""

    def __init__(self, store: FileStore, table: str, kind: str, run: str, schema: pa.Schema) -> None:
        """`run` names the import; the paths of its files begin with it."""
        self.rows = 0
        self._store = store
        self._table, self._kind, self._run, self._schema = table, kind, run, schema
        self._parts = 0
        self._held: list[pa.RecordBatch] = []
        self._sink: pa.BufferOutputStream | None = None
        self._writer: pq.ParquetWriter | None = None
        self._written = 0  # rows in the file

    def add(self, batch: pa.RecordBatch) -> None:
        """Adds rows. Raises StoreError."""
        self.rows += len(batch)
        self._held.append(batch)
        if sum(map(len, self._held)) >= GROUP or sum(each.nbytes for each in self._held) >= GROUP_BYTES:
            self._group()

    def close(self) -> None:
        """Stores the last file. A table of no rows has one file too, since readers need its columns."""
        if self._held or (self._kind == TablePart.ROWS and not self._parts and not self._writer):
            self._group()
        if self._writer:
            self._store_part()

    def _group(self) -> None:
        if self._writer is None:
            self._sink = pa.BufferOutputStream()
            self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")
        rows = pa.Table.from_batches(self._held, self._schema)
        self._held.clear()
        self._writer.write_table(rows, row_group_size=GROUP)
        self._written += len(rows)
        if self._sink and self._sink.tell() >= PART_BYTES:
            self._store_part()

    def _store_part(self) -> None:
        assert self._writer and self._sink
        self._writer.close()
        content = bytes(self._sink.getvalue())
        self._writer = self._sink = None
        path = f"{PREFIX}{self._table}/{self._run}/{self._kind}-{self._parts:05}.parquet"
        part = TablePart.objects.create(table=self._table, kind=self._kind, path=path)
        self._store.put(path, content)
        part.rows, part.size, part.digest = self._written, len(content), hashlib.sha256(content).hexdigest()
        part.save(update_fields=["rows", "size", "digest"])
        self._parts += 1
        self._written = 0


def refuse_taken(name: str) -> None:
    """Raises TableError for the name of an archived stream, which wins in a question."""
    if name in TAKEN or ArchivedFile.objects.filter(stream__iexact=name).exists():
        raise TableError(f"{name} is the name of an archived stream or of its folders; name the table otherwise.")


def keep(table: FileTable, run: str, *, append: bool) -> FileTable:
    """Ends an import in one transaction: its files are the table's from now on. Returns the table.

    Raises TableError where another import changed the table meanwhile in a way that does not fit.
    """
    with transaction.atomic():
        refuse_taken(table.name)
        row = FileTable.objects.select_for_update().filter(name=table.name).first()
        parts = TablePart.objects.filter(table=table.name)
        if append and (row is None or row.columns != table.columns):
            raise TableError(f"{table.name} was replaced or removed by someone else meanwhile; nothing was added.")
        if not append:
            parts.filter(state=TablePart.KEPT).update(state=TablePart.GONE)
        parts.filter(path__startswith=f"{PREFIX}{table.name}/{run}/").update(state=TablePart.KEPT)
        row = row or FileTable(name=table.name)
        row.columns, row.source, row.made_by = table.columns, table.source, table.made_by
        for kind, name in ((TablePart.ROWS, "rows"), (TablePart.ERRORS, "bad")):
            kept = parts.filter(state=TablePart.KEPT, kind=kind)
            setattr(row, name, kept.aggregate(sum=Sum("rows"))["sum"] or 0)
        row.size = parts.filter(state=TablePart.KEPT).aggregate(sum=Sum("size"))["sum"] or 0
        row.save()
    return row


def abandon(store: FileStore, name: str, run: str) -> None:
    """Removes the files of an import that ends without a table. Raises StoreError."""
    _remove(store, TablePart.objects.filter(path__startswith=f"{PREFIX}{name}/{run}/", state=TablePart.MAKING))


def remove(store: FileStore, name: str) -> bool:
    """Removes a table; returns whether it was there. Raises StoreError."""
    with transaction.atomic():
        found, _ = FileTable.objects.filter(name=name).delete()
        TablePart.objects.filter(table=name, state=TablePart.KEPT).update(state=TablePart.GONE)
    _remove(store, TablePart.objects.filter(table=name, state=TablePart.GONE))
    return bool(found)


def sweep(store: FileStore, now: datetime) -> int:
    """Removes the files that were replaced or left over; returns how many. Raises StoreError."""
    left = Q(state=TablePart.MAKING, made__lt=now - LONGEST_IMPORT)
    return _remove(store, TablePart.objects.filter(Q(state=TablePart.GONE) | left))


def _remove(store: FileStore, parts: QuerySet[TablePart]) -> int:
    found = list(parts)
    for part in found:
        store.remove(part.path)
        part.delete()
    return len(found)
