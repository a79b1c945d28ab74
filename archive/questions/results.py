"""Copies the newest rows of a dataset into a Parquet file for a question."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from streams.core import clock
from streams.declarations import Column, Dataset, Question
from streams.models.readers import streams_of

END = 253_370_764_800_000  # milliseconds: the year 9999
TIME = pa.timestamp("ms", tz="UTC")
OWN = {"_stream": pa.string(), "_time": TIME}
TYPES = {"number": pa.float64(), "text": pa.string(), "time": TIME}


def write(found: Dataset, folder: Path, most: int) -> Path:
    """Writes the newest rows of each stream, `most` of all, and returns the file's path."""
    place = folder / f"results-{len(list(folder.iterdir()))}.parquet"
    columns = [each for each in found.columns if each.name not in OWN]
    schema = pa.schema([*OWN.items(), *((each.name, TYPES[each.kind]) for each in columns)])
    with pq.ParquetWriter(place, schema) as writer:
        for stream in streams_of(found.application):
            rows = _rows(found, stream, columns, most)
            most -= len(rows)
            if rows:
                writer.write_table(_arrow(schema, stream, columns, rows))
    return place


def _rows(found: Dataset, stream: str, columns: Sequence[Column], most: int) -> list[tuple[int, Sequence[Any]]]:
    assert found.cells
    asked = Question(stream=stream, start=0, end=END, most=most)
    return list(islice(found.cells(asked, [each.name for each in columns]), most)) if most else []


def _arrow(
    schema: pa.Schema, stream: str, columns: Sequence[Column], rows: Sequence[tuple[int, Sequence[Any]]]
) -> pa.Table:
    values = ([_value(each.kind, cells[place]) for _, cells in rows] for place, each in enumerate(columns))
    arrays = [[stream] * len(rows), [time for time, _ in rows], *values]
    return pa.table(
        [pa.array(column, type_) for column, type_ in zip(arrays, schema.types, strict=True)], schema=schema
    )


def _value(kind: str, value: Any) -> Any:
    """Returns a cell as its column takes it; null for one of another kind."""
    if value is None:
        return None
    if kind == "text":
        return str(value)
    if kind == "number":
        return float(value) if isinstance(value, int | float) or hasattr(value, "as_tuple") else None
    if isinstance(value, datetime):
        return clock.from_datetime(value if value.tzinfo else value.replace(tzinfo=UTC))
    try:
        return clock.from_iso(value) if isinstance(value, str) else int(value)
    except (TypeError, ValueError):
        return None
