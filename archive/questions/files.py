"""Writes the answer of a question as pieces of a CSV or Parquet file, each after its length in four bytes.

child.py writes a length of zero after the last piece, and then one JSON object, `request.End`.
"""

import csv
import io
import sys
from collections.abc import Iterable
from typing import Any, BinaryIO

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from archive.questions.request import LENGTH, End, Request
from common.spreadsheets import cell
from common.text import one_line

PIECE = 20_000  # rows


def write(found: duckdb.DuckDBPyConnection, request: Request) -> End:
    """Writes the file. An answer beyond the bound of rows or bytes is cut, which the end says."""
    pieces = _Pieces(sys.stdout.buffer, request.answer)
    if request.form == "csv":
        return _csv(found, pieces, request.rows)
    try:
        return _parquet(found, pieces, request.rows)
    except pa.ArrowException as error:
        said = one_line(str(error), 300)
        return End(error=f"The answer does not go into a Parquet file: {said}. Cast the column, or take CSV.")


def _csv(found: duckdb.DuckDBPyConnection, pieces: "_Pieces", most: int) -> End:
    _put(pieces, [[name for name, *_ in found.description or ()]])
    rows = 0
    while taken := found.fetchmany(min(PIECE, most - rows + 1)):
        if rows + len(taken) > most or pieces.full:
            return End(cut=True, rows=most)
        _put(pieces, taken)
        rows += len(taken)
    return End(rows=rows)


def _put(pieces: "_Pieces", rows: Iterable[Iterable[Any]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    pieces.write(text.getvalue().encode())


def _cell(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict):
        return cell(msgspec.json.encode(value, enc_hook=str).decode())
    return cell(value)


def _parquet(found: duckdb.DuckDBPyConnection, pieces: "_Pieces", most: int) -> End:
    reader: pa.RecordBatchReader = found.to_arrow_reader(PIECE)
    writer = pq.ParquetWriter(pa.PythonFile(pieces, "w"), reader.schema, compression="zstd")
    rows = 0
    for batch in reader:
        rows += batch.num_rows
        if rows > most or pieces.full:
            return End(cut=True, rows=most)
        writer.write_batch(batch)
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
