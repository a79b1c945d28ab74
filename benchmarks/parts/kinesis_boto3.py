"""boto3 written the plain way, as tutorials do: MODE URL STREAM COUNT → {"seconds", "cpu", "records"}.

MODE: `one` (put_record for each), `many` (put_records, 500 at a time, no retries), `read` (get_records, json.loads).
"""

import json
import sys
from typing import Any

import boto3

from benchmarks.parts.trades import begin, rows, spent

MOST = 500  # records a request


def main(mode: str, url: str, stream: str, count: int) -> None:
    client = boto3.client("kinesis", region_name="eu-west-1", endpoint_url=url)
    trades = [] if mode == "read" else rows(count)
    began = begin()
    if mode == "read":
        read(client, stream, count)
    elif mode == "one":
        for row in trades:
            client.put_record(StreamName=stream, **record(row))
    else:
        for first in range(0, count, MOST):
            client.put_records(StreamName=stream, Records=[record(row) for row in trades[first : first + MOST]])
    print(json.dumps(spent(began) | {"records": count}))


def record(row: dict[str, Any]) -> dict[str, Any]:
    return {"PartitionKey": row["tickerSymbol"], "Data": json.dumps(row).encode()}


def read(client: Any, stream: str, count: int) -> None:
    iterators = [
        client.get_shard_iterator(StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        for shard in client.list_shards(StreamName=stream)["Shards"]
    ]
    ahead = [iterator["ShardIterator"] for iterator in iterators]
    while count > 0:
        answers = [client.get_records(ShardIterator=iterator) for iterator in ahead]
        ahead = [answer["NextShardIterator"] for answer in answers]
        count -= sum(len([json.loads(one["Data"]) for one in answer["Records"]]) for answer in answers)


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
