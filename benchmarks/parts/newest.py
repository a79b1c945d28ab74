"""Reading the newest records of a stream that grows: PATH HELD → [{"held", "microseconds": [a record, …]}, …].

It is looked at when it holds a hundredth, a tenth and all of HELD.
"""

import json
import sqlite3
import sys
from pathlib import Path
from random import Random
from time import perf_counter

from applications.market.generator import Trades
from applications.market.processor import decode
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import Entry, after
from streams.engine.producer import RECORDS_A_PUT

PAGE = 4096  # records
LOOKS = 7


def main(path: Path, most: int) -> None:
    stream = EmbeddedStream(path, "trades")
    stream.create()
    [shard] = stream.describe().shards
    entries = Trades(Random(1)).take(RECORDS_A_PUT)
    newest = most // 100
    found = []
    size = 0
    for held in (newest, most // 10, most):
        fill(stream, entries, held - newest - size)
        start = last_sequence(path)
        fill(stream, entries, newest)
        size = held
        found.append({"held": held, "microseconds": [read(stream, shard.id, start, newest) for _ in range(LOOKS)]})
    print(json.dumps(found))


def fill(stream: EmbeddedStream, entries: list[Entry], count: int) -> None:
    while count > 0:
        stream.put(entries[:count])
        count -= len(entries)


def last_sequence(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        [[found]] = connection.execute("SELECT coalesce(max(last_sequence), 0) FROM batches").fetchall()
    connection.close()
    return int(found)


def read(stream: EmbeddedStream, shard: str, start: int, count: int) -> float:
    """Microseconds a record, read and decoded."""
    began, left, place = perf_counter(), count, after(start)
    while batches := stream.read(shard, place, PAGE).batches:
        for batch in batches:
            left -= len(decode(batch)[1])
        place = after(batches[-1].sequences[-1])
    assert not left, left
    return (perf_counter() - began) / count * 1e6


main(Path(sys.argv[1]), int(sys.argv[2]))
