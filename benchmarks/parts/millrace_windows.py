"""Millrace's windows over trades in memory: COUNT → {"seconds", "counted"}."""

import json
import sys
from random import Random
from time import perf_counter

from applications.market.generator import Trades
from applications.market.processor import TradesProcessor, decode
from streams.core.records import Batch
from streams.engine.producer import RECORDS_A_PUT

START = 1_800_000_000_000  # milliseconds
RECORDS_A_MILLISECOND = 250


def main(records: int) -> None:
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
    began = perf_counter()
    tallies = windows(batches)
    print(json.dumps({"seconds": perf_counter() - began, "counted": sum(tallies.values())}))


def windows(batches: list[Batch]) -> dict[tuple[int, str, str], int]:
    processor = TradesProcessor()
    counted: dict[tuple[int, str, str], int] = {}
    for batch in batches:
        good, events, dead = decode(batch)
        assert not dead
        processor.add(good, events)
        processor.advance(batch.arrived)
        counted.update({(row.minute, row.ticker, row.side): row.tally.trades for row in processor.take() or []})
        processor.changes()
    return counted


main(int(sys.argv[1]))
