"""Runs a script over trades in memory: SHAPE COUNT → {"seconds", "rows"}."""

import json
import sys
from random import Random
from time import perf_counter

from applications.market.generator import Trades
from benchmarks.parts.sql_scripts import program
from streams.core.records import Batch
from streams.engine.producer import RECORDS_A_PUT

START = 1_800_000_000_000  # milliseconds
RECORDS_A_MILLISECOND = 250
RECORDS_A_STEP = 4_096


def main(shape: str, records: int) -> None:
    entries = Trades(Random(1)).take(records)
    batches = [
        Batch(
            START + first // RECORDS_A_MILLISECOND,
            range(first, first + len(piece)),
            [key for key, _ in piece],
            [data for _, data in piece],
        )
        for first in range(0, records, RECORDS_A_PUT)
        if (piece := entries[first : first + RECORDS_A_PUT])
    ]
    engine = program(shape).start()
    began = perf_counter()
    rows = waiting = 0
    for batch in batches:
        dead = engine.add(batch, batch.datas)
        assert not dead
        waiting += len(batch.datas)
        if waiting >= RECORDS_A_STEP:
            waiting = 0
            engine.advance(batch.arrived)
            results = engine.take()
            rows += sum(len(packet.rows) for packet in results.packets) if results else 0
            engine.changes()
    engine.finish()
    engine.take()
    print(json.dumps({"seconds": perf_counter() - began, "rows": rows}))


main(sys.argv[1], int(sys.argv[2]))
