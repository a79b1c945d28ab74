"""Runs a sliding window of an hour at 1,000 records a second: SECONDS → its commits, memory and time to load."""

import json
import os
import sys
from pathlib import Path
from random import Random
from time import perf_counter

from applications.market.generator import Trades
from benchmarks.parts.sql_scripts import program
from sql.engine.engine import Engine
from streams.core.records import Batch
from streams.core.segments import SegmentId
from streams.core.state_log import StateLog

START = 1_800_000_000_000  # milliseconds
RATE = 1_000  # records a second
A_BATCH = 4  # milliseconds between two batches of as many records
SEED = 1


def main(seconds: int) -> None:
    stored: dict[SegmentId, bytes] = {}
    log = StateLog(lambda segments: [(segment, stored[segment]) for segment in segments])
    log.load(b"")
    engine = program("hour").start()
    entries = Trades(Random(SEED)).take(60 * RATE)
    before = resident()
    times, sizes, head = list[float](), list[int](), b""
    for second in range(seconds):
        add_second(engine, entries, second)
        began = perf_counter()
        engine.take()
        write = log.write(engine.changes(), START + 1000 * second)
        times.append(1000 * (perf_counter() - began))
        head = write.head
        sizes.append(len(head) + sum(map(len, write.added.values())))
        stored.update(write.added)
        for segment in write.removed:
            del stored[segment]
    memory = resident() - before - sum(map(len, stored.values()))
    began = perf_counter()
    program("hour").start(StateLog(lambda segments: [(each, stored[each]) for each in segments]).load(head))
    load = perf_counter() - began
    measured = seconds // 4
    told = {"milliseconds": times[-measured:], "bytes": sizes[-measured:], "memory": memory, "load": load}
    print(json.dumps({**told, "rows": min(seconds, 3600) * RATE}))


def resident() -> int:
    """Returns the bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def add_second(engine: Engine, entries: list[tuple[str, bytes]], second: int) -> None:
    """Adds the records of a second."""
    for at in range(0, 1000, A_BATCH):
        first = (second % 60) * RATE + at
        piece = entries[first : first + A_BATCH]
        time = START + 1000 * second + at
        batch = Batch(time, range(at, at + A_BATCH), [key for key, _ in piece], [data for _, data in piece])
        engine.add(batch, batch.datas)


main(int(sys.argv[1]))
