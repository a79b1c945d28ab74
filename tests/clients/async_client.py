"""async-kinesis with its own defaults: python async_client.py URL STREAM. Needs build/clients on the path."""

import asyncio
import json
import sys

from kinesis import Consumer, Producer  # type: ignore[import-not-found]


async def main(url: str, stream: str) -> None:
    options = {"endpoint_url": url, "region_name": "eu-west-1"}
    async with Producer(stream, **options, create_stream=True, buffer_time=0.05) as producer:
        for number in range(3):
            await producer.put({"number": number})
        await producer.flush()
    found: list[int] = []
    async with Consumer(stream, **options, shard_fetch_rate=5) as consumer:
        while len(found) < 3:
            async for record in consumer:
                found.append(record["number"])
                if len(found) == 3:
                    break
    print(json.dumps(found))


asyncio.run(main(*sys.argv[1:]))
