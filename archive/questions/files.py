"""Writes the answer of a question as pieces of a CSV or Parquet file, each after its length in four bytes.

child.py writes a length of zero after the last piece, and then one JSON object, `request.End`.
"""

import csv
import io
import struct
import sys
from collections.abc import Iterable
from typing import Any, BinaryIO

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from archive.questions.request import End, Request
from common.spreadsheets import cell

LENGTH = struct.Struct(">I")
PIECE = 20_000  # rows


def write(found: duckdb.DuckDBPyConnection, request: Request) -> End:
    """Writes the file. An answer beyond the bound of rows or bytes is cut, which the end says."""
    reader: pa.RecordBatchReader = found.to_arrow_reader(PIECE)
    pieces = _Pieces(sys.stdout.buffer, request.answer)
    writer = (_Csv if request.form == "csv" else _Parquet)(pieces, reader.schema)
    rows = 0
    for batch in reader:
        left = batch.slice(0, request.rows - rows)
        writer.write(left)
        rows += left.num_rows
        if left.num_rows < batch.num_rows or pieces.full:
            return End(cut=True, rows=rows)
    writer.close()
    return End(rows=rows)


class _Pieces(io.RawIOBase):
    """Is a file whose bytes go into a pipe, as pieces."""

    def __init__(self, pipe: BinaryIO, most: int) -> None:
        super().__init__()
        self._pipe, self._most, self._written = pipe, most, 0

    @property
    def full(self) -> bool:
        return self._written > self._most

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: bytes) -> int:  # type: ignore[override]
        content = memoryview(data).cast("B")
        if content.nbytes:
            self._pipe.write(LENGTH.pack(content.nbytes))
            self._pipe.write(content)
            self._written += content.nbytes
        return content.nbytes


class _Csv:
    def __init__(self, pieces: _Pieces, schema: pa.Schema) -> None:
        self._pieces = pieces
        self._put([schema.names])

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [column.to_pylist() for column in batch.columns]
        self._put(zip(*columns, strict=True))

    def close(self) -> None:
        pass

    def _put(self, rows: Iterable[Iterable[Any]]) -> None:
        text = io.StringIO()
        csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
        self._pieces.write(text.getvalue().encode())


def _cell(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict):
        return cell(msgspec.json.encode(value, enc_hook=str).decode())
    return cell(value)


class _Parquet:
    def __init__(self, pieces: _Pieces, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(pa.PythonFile(pieces, "w"), schema, compression="zstd")

    def write(self, batch: pa.RecordBatch) -> None:
        self._writer.write_batch(batch)

    def close(self) -> None:
        self._writer.close()
