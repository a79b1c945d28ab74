"""Makes the Parquet files of gathered records, and reads them again. Pure: bytes in and out."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, repeat
from typing import NamedTuple
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from archive import columns
from archive.columns import ERROR, OWN, Decoded
from archive.processor import Place
from common.text import one_line
from streams.core.clock import MINUTE, to_datetime
from streams.core.processor import padded
from streams.core.records import Batch

HOUR = 60 * MINUTE
GROUP = 100_000  # rows of a row group
TIME = pa.timestamp("ms", tz="UTC")


class DamagedFileError(ValueError):
    """Means that bytes are no file of the archive."""


class Archived(NamedTuple):
    """Holds one record of a file."""

    arrived: int  # milliseconds
    sequence: str  # padded
    key: str
    data: bytes


class Made(NamedTuple):
    """Holds a file that was made, and the facts of its row in the manifest."""

    path: str
    kind: str  # of models.ArchivedFile
    hour: int  # milliseconds, as the next two
    oldest: int
    newest: int
    first: int  # sequence numbers
    last: int
    records: int
    size: int  # bytes
    digest: str  # SHA-256 in hex
    content: bytes


def make(
    place: Place, batches: Sequence[Batch], known: Mapping[str, str], *, keep_all: bool = False
) -> tuple[list[Made], dict[str, str]]:
    """Returns the files of gathered records, one for each hour and reason of failure, and the kinds of new columns.

    The name of a file follows from its place in the stream: the same records again give the same name.
    """
    kinds, new = dict(known), dict[str, str]()
    made: list[Made] = []
    for hour, group in groupby(batches, lambda batch: batch.arrived // HOUR * HOUR):
        rows = _rows(list(group))
        decoded = columns.decode([data for *_, data in rows], kinds, keep_all=keep_all)
        new |= decoded.kinds
        kinds |= decoded.kinds
        good = [row for at, row in enumerate(rows) if at not in decoded.refused]
        if good:
            made.append(_made(place, "records", hour, good, _table(place.shard, good, decoded)))
        for reason in sorted(set(decoded.refused.values())):
            bad = [rows[at] for at, why in decoded.refused.items() if why == reason]
            made.append(_made(place, f"errors/{reason}", hour, bad, _errors(place.shard, bad, reason)))
    return made, new


def read(content: bytes, kinds: Mapping[str, str]) -> Iterator[Archived]:
    """Yields the records of a file in their order. Raises DamagedFileError."""
    table = table_of(content)
    held = {name: table[name].to_pylist() for name in table.column_names}
    own = {name: held.pop(name) for name in (*OWN, ERROR) if name in held}
    datas = columns.objects(held, kinds, own["_raw"])
    arrived = [int(time.timestamp() * 1000) for time in own["_arrived"]]
    for each in zip(arrived, own["_sequence"], own["_key"], datas, strict=True):
        yield Archived(*each)


def table_of(content: bytes) -> pa.Table:
    """Returns the table of a file. Raises DamagedFileError."""
    try:
        return pq.read_table(pa.BufferReader(content), partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise DamagedFileError(one_line(str(error))) from error


def joined(contents: Sequence[bytes]) -> bytes:
    """Returns one file with the rows of several, in that order. Raises DamagedFileError."""
    return _written(pa.concat_tables([table_of(each) for each in contents], promote_options="default"))


def folder_of(stream: str, kind: str, hour: int) -> str:
    """Returns the folder of an hour, partitioned as Hive names it."""
    at = to_datetime(hour)
    return f"{prefix_of(stream)}{kind}/dt={at:%Y-%m-%d}/hr={at:%H}"


def prefix_of(stream: str) -> str:
    """Returns the beginning of the paths of all files of a stream."""
    return f"{quote(stream, safe='')}/"


def name_of(place: Place, first: int, last: int) -> str:
    """Returns the name of a file by its range of sequence numbers, which begin anew where a stream was made anew."""
    made = hashlib.sha256(place.identity.encode()).hexdigest()[:8]
    return f"{quote(place.shard, safe='')}-{first}-{last}-{made}.parquet"


_Row = tuple[int, int, str, bytes]  # arrived, sequence, key, data


def _rows(batches: Sequence[Batch]) -> list[_Row]:
    return [row for batch in batches for row in zip(repeat(batch.arrived), batch.sequences, batch.keys, batch.datas)]


def _table(shard: str, rows: Sequence[_Row], decoded: Decoded) -> pa.Table:
    raw = pa.array(decoded.raw, pa.binary())
    return pa.table({**_own(shard, rows), "_raw": raw, **decoded.columns})


def _errors(shard: str, rows: Sequence[_Row], reason: str) -> pa.Table:
    raw = pa.array([data for *_, data in rows], pa.binary())
    return pa.table({**_own(shard, rows), "_raw": raw, ERROR: pa.array([reason] * len(rows), pa.string())})


def _own(shard: str, rows: Sequence[_Row]) -> dict[str, pa.Array]:
    arrived, sequences, keys, _ = zip(*rows, strict=True)
    return {
        "_arrived": pa.array(arrived, pa.int64()).cast(TIME),
        "_shard": pa.array([shard] * len(rows), pa.string()),
        "_sequence": pa.array(list(map(padded, sequences)), pa.string()),
        "_key": pa.array(keys, pa.string()),
    }


def _made(place: Place, kind: str, hour: int, rows: Sequence[_Row], table: pa.Table) -> Made:
    first, last = rows[0][1], rows[-1][1]
    content = _written(table)
    return Made(
        path=f"{folder_of(place.stream, kind, hour)}/{name_of(place, first, last)}",
        kind=kind.partition("/")[0],
        hour=hour,
        oldest=rows[0][0],
        newest=rows[-1][0],
        first=first,
        last=last,
        records=len(rows),
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
    )


def _written(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=GROUP)
    return bytes(sink.getvalue())
