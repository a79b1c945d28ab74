"""aiokpl, which puts as Amazon's KPL does, in aggregates: python kpl_client.py URL STREAM COUNT."""

import asyncio
import json
import os
import sys

from aiokpl import Config, Producer  # type: ignore[import-not-found]


async def main(url: str, stream: str, count: int) -> None:
    config = Config(
        region="eu-west-1",
        endpoint_url=url,
        aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
    )
    async with Producer(config) as producer:
        puts = [
            await producer.put_record(stream=stream, partition_key=f"key-{number}", data=b"%d" % number)
            for number in range(count)
        ]
        await producer.flush()
        results = [await asyncio.wait_for(put.wait(), 60) for put in puts]
    print(json.dumps(sum(result.success for result in results)))


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
