"""Makes the Parquet files of gathered records, and reads them again. Pure: bytes in and out."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from archive import columns
from archive.columns import ERROR, INT64, OWN
from archive.lines import packed
from archive.processor import Place
from common.text import one_line
from streams.core.clock import MINUTE, to_datetime
from streams.core.processor import SEQUENCE_DIGITS, padded
from streams.core.records import Batch

HOUR = 60 * MINUTE
GROUP = 100_000  # rows of a row group
TIME = pa.timestamp("ms", tz="UTC")
SUB = pa.int32()
SUB_BITS = b"millrace.sub_bits"  # in a file's metadata: how many low bits of a record's place are its `_sub`


class DamagedFileError(ValueError):
    """Means that bytes are no file of the archive."""


class Archived(NamedTuple):
    """Holds one record of a file."""

    arrived: int  # milliseconds
    sequence: str  # padded; with the place within an aggregate in its low bits, as the checkpoint has it
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
    lines: bytes = b""  # the same records as lines of JSON, packed; empty if none are wanted
    lines_digest: str = ""


def make(
    place: Place,
    batches: Sequence[Batch],
    known: Mapping[str, str],
    *,
    keep_all: bool = False,
    sub_bits: int = 0,
    with_lines: bool = False,
) -> tuple[list[Made], dict[str, str]]:
    """Returns the files of gathered records, one for each hour and reason of failure, and the kinds of new columns.

    The name of a file follows from its place in the stream: the same records again give the same name. So many low bits
    of a sequence number as `sub_bits` says are the place of the record within an aggregate.
    """
    kinds, new = dict(known), dict[str, str]()
    made: list[Made] = []
    sources: list[_Rows] = []
    for hour, group in groupby(batches, lambda batch: batch.arrived // HOUR * HOUR):
        rows = _rows(group)
        decoded = columns.decode(rows.datas, kinds, keep_all=keep_all)
        new |= decoded.kinds
        kinds |= decoded.kinds
        good = rows.pick(at for at in range(len(rows.datas)) if at not in decoded.refused) if decoded.refused else rows
        if good.datas:
            fields = {"_raw": pa.array(decoded.raw, pa.binary()), **decoded.columns}
            made.append(_made(place, "records", hour, good, fields, sub_bits))
            sources.append(good)
        for reason in sorted(set(decoded.refused.values())):
            bad = rows.pick(at for at, why in decoded.refused.items() if why == reason)
            fields = {"_raw": pa.array(bad.datas, pa.binary()), ERROR: pa.repeat(reason, len(bad.datas))}
            made.append(_made(place, f"errors/{reason}", hour, bad, fields, sub_bits))
            sources.append(bad)
    if with_lines:
        made = [_with_lines(each, place.shard, rows, sub_bits) for each, rows in zip(made, sources, strict=True)]
    return made, new


def read(content: bytes, kinds: Mapping[str, str]) -> Iterator[Archived]:
    """Yields the records of a file in their order. Raises DamagedFileError."""
    table = table_of(content)
    fields = {name: table[name].to_pylist() for name in table.column_names if name not in (*OWN, ERROR)}
    datas = columns.objects(fields, kinds, table["_raw"].to_pylist())
    arrived = table["_arrived"].cast(pa.int64()).to_pylist()
    yield from map(Archived, arrived, places(table), table["_key"].to_pylist(), datas)


def lines_of(content: bytes, kinds: Mapping[str, str], shard: str) -> bytes:
    """Returns the lines of JSON of a file's records, packed. Raises DamagedFileError."""
    table = table_of(content)
    at = zip(map(int, table["_sequence"].to_pylist()), table["_sub"].to_pylist(), strict=True)
    found = zip(read(content, kinds), at, strict=True)
    return packed(shard, ((each.arrived, *place, each.key, each.data) for each, place in found))


def digest_of(content: bytes) -> str:
    """Returns the SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def places(table: pa.Table) -> list[str]:
    """Returns the places of a file's records in the stream: each of another (sequence, sub) has another, in order."""
    sequences: list[str] = table["_sequence"].to_pylist()
    if not (bits := int((table.schema.metadata or {}).get(SUB_BITS, 0))):
        return sequences
    pairs = zip(sequences, table["_sub"].to_pylist(), strict=True)
    return [padded(int(sequence) << bits | sub) for sequence, sub in pairs]


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


class _Rows(NamedTuple):
    """Holds records as columns of equal length."""

    arrived: list[int]
    sequences: list[int]
    keys: list[str]
    datas: list[bytes]

    def pick(self, at: Iterable[int]) -> "_Rows":
        chosen = list(at)
        return _Rows(*([column[each] for each in chosen] for column in self))  # type: ignore[arg-type]


def _rows(batches: Iterable[Batch]) -> _Rows:
    rows = _Rows([], [], [], [])
    for batch in batches:
        rows.arrived.extend([batch.arrived] * len(batch.keys))
        rows.sequences.extend(batch.sequences)
        rows.keys.extend(batch.keys)
        rows.datas.extend(batch.datas)
    return rows


def _own(shard: str, rows: _Rows, sub_bits: int) -> dict[str, pa.Array]:
    below = (1 << sub_bits) - 1
    return {
        "_arrived": pa.array(rows.arrived, pa.int64()).cast(TIME),
        "_shard": pa.repeat(shard, len(rows.keys)),
        "_sequence": _padded([number >> sub_bits for number in rows.sequences] if sub_bits else rows.sequences),
        "_sub": pa.array([number & below for number in rows.sequences] if sub_bits else [0] * len(rows.keys), SUB),
        "_key": pa.array(rows.keys, pa.string()),
    }


def _padded(numbers: Sequence[int]) -> pa.Array:
    """Returns numbers as `padded` writes them. PyArrow does that five times as fast, for numbers of 63 bits."""
    if max(numbers) < INT64:
        return pc.utf8_lpad(pa.array(numbers, pa.int64()).cast(pa.string()), SEQUENCE_DIGITS, "0")
    return pa.array(list(map(padded, numbers)), pa.string())


def _made(place: Place, kind: str, hour: int, rows: _Rows, fields: Mapping[str, pa.Array], sub_bits: int) -> Made:
    first, last = rows.sequences[0], rows.sequences[-1]
    table = pa.table({**_own(place.shard, rows, sub_bits), **fields})
    content = _written(table.replace_schema_metadata({SUB_BITS: str(sub_bits)}))
    return Made(
        path=f"{folder_of(place.stream, kind, hour)}/{name_of(place, first, last)}",
        kind=kind.partition("/")[0],
        hour=hour,
        oldest=rows.arrived[0],
        newest=rows.arrived[-1],
        first=first,
        last=last,
        records=len(rows.datas),
        size=len(content),
        digest=digest_of(content),
        content=content,
    )


def _with_lines(made: Made, shard: str, rows: _Rows, sub_bits: int) -> Made:
    below = (1 << sub_bits) - 1
    placed = ((number >> sub_bits, number & below) for number in rows.sequences)
    content = packed(
        shard,
        (
            (at, *place, key, data)
            for at, place, key, data in zip(rows.arrived, placed, rows.keys, rows.datas, strict=True)
        ),
    )
    return made._replace(lines=content, lines_digest=digest_of(content))


def _written(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=GROUP)
    return bytes(sink.getvalue())
