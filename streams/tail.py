"""A stream's records as rows, all shards merged by time."""

import base64
import heapq
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from streams.clock import to_iso
from streams.records import Position, after
from streams.stream.base import Stream

LIMIT = 5000  # records a read

Record = tuple[int, int, str, str, bytes]  # arrived, sequence, shard, partition key, data


def held(stream: Stream, start: Position) -> Iterator[Record]:
    """Every record from a position to the tip, by arrival and sequence number."""
    return heapq.merge(*(_shard(stream, shard.id, start) for shard in stream.describe().shards))


def followed(stream: Stream, start: Position, pause: Callable[[], None]) -> Iterator[Record]:
    """As held(), and then whatever arrives, without end; `pause` is called when there is nothing."""
    places = {shard.id: start for shard in stream.describe().shards}
    while True:
        for record in heapq.merge(*(_shard(stream, shard, place) for shard, place in places.items())):
            places[record[2]] = after(record[1])
            yield record
        pause()


def _shard(stream: Stream, shard: str, position: Position) -> Iterator[Record]:
    while batches := stream.read(shard, position, LIMIT).batches:
        for batch in batches:
            for sequence, key, data in zip(batch.sequences, batch.keys, batch.datas, strict=True):
                yield batch.arrived, sequence, shard, key, data
        position = after(batches[-1].sequences[-1])


def row(record: Record) -> dict[str, Any]:
    """For people and scripts: `data` is the parsed JSON, or `data_base64` where it is none."""
    arrived, sequence, shard, key, data = record
    found = {"shard": shard, "sequence": str(sequence), "partition_key": key, "arrived": to_iso(arrived)}
    try:
        return found | {"data": msgspec.json.decode(data)}
    except (msgspec.DecodeError, RecursionError):
        return found | {"data_base64": base64.b64encode(data).decode()}


def in_words(record: Record) -> str:
    """One line for people."""
    arrived, _, shard, key, data = record
    return f"{to_iso(arrived)} {shard} {key} {data.decode(errors='backslashreplace')}"
