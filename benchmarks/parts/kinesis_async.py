"""async-kinesis: MODE URL STREAM COUNT → {"seconds", "cpu", "records"}. Needs build/bench-peers on the path.

MODE: `put` (JSON, a record each), `put-lines` (JSON lines, many a record, no keys), `put-lines-keyed`, `read`,
`read-lines`. Its own throttles, which keep to Amazon's limits, are opened; it asks each shard five times a second, as
Amazon allows, not once as by default.
"""

import asyncio
import json
import sys
from typing import Any

from kinesis import Consumer, JsonLineProcessor, JsonProcessor, Producer  # type: ignore[import-not-found]

from benchmarks.parts.trades import Spent, begin, rows, spent

OPEN = 1 << 30
READS = 5  # a second, of a shard


async def put(stream: str, options: dict[str, Any], trades: list[dict[str, Any]], *, keyed: bool) -> Spent:
    """Until all are sent. Its lines share a record only while one partition key follows itself."""
    limits = {"put_rate_limit_per_shard": OPEN, "put_bandwidth_limit_per_shard": OPEN}
    producer = Producer(stream, **options, **limits)
    async with producer:
        began = begin()
        for row in trades:
            await producer.put(row, row["tickerSymbol"] if keyed else None)
        await producer.flush()
        return spent(began)


async def read(stream: str, options: dict[str, Any], count: int) -> Spent:
    """Until so many records have come."""
    async with Consumer(stream, **options, shard_fetch_rate=READS) as consumer:
        began = begin()
        while count > 0:
            async for _ in consumer:
                count -= 1
                if not count:
                    break
        return spent(began)


def main(mode: str, url: str, stream: str, count: int) -> None:
    processor = JsonLineProcessor() if "-lines" in mode else JsonProcessor()
    options = {"endpoint_url": url, "region_name": "eu-west-1", "processor": processor}
    if mode.startswith("put"):
        found = asyncio.run(put(stream, options, rows(count), keyed=mode != "put-lines"))
    else:
        found = asyncio.run(read(stream, options, count))
    print(json.dumps(found | {"records": count}))


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
