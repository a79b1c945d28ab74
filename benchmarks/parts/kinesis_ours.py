"""Millrace's own Kinesis stream: MODE URL STREAM COUNT → {"seconds", "cpu", "records", "units", "data"}.

MODE: `put`, `put-packed` (aggregated), `read`. Records start and end as objects: encoding and decoding are timed.
`units` are the PUT payload units that Amazon would charge for the requests that were sent, `data` its bytes.
"""

import json
import sys
from typing import Any

import msgspec

from applications.market.processor import decode
from benchmarks.parts.trades import Spent, begin, rows, spent
from streams.backends import aggregating
from streams.backends.aggregating import AggregatingStream
from streams.backends.base import Stream
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.kinesis.url import Place, connect
from streams.core.records import TRIM_HORIZON, Batch, Position, after
from streams.engine.producer import RECORDS_A_PUT

UNIT = 25 * 1024  # bytes of data; each record begins one of its own
PAGE = 10_000  # records


class Bill:
    """Counts the requests that boto3 sends."""

    def __init__(self, client: Any) -> None:
        self.units = self.data = 0
        client.meta.events.register("provide-client-params.kinesis.PutRecords", self._add)

    def _add(self, params: dict[str, Any], **_: Any) -> None:
        for record in params["Records"]:
            size = len(record["Data"])
            self.units += -(-size // UNIT)
            self.data += size


def main(mode: str, url: str, name: str, count: int) -> None:
    client = connect(Place("eu-west-1", url))
    stream = KinesisStream(name, client)
    bill = Bill(client)
    if mode == "read":
        stream.describe()
        found = read(stream, count)
    else:
        packed = mode == "put-packed"  # each as `manage.py produce` does it
        most = aggregating.RECORDS_A_PUT if packed else RECORDS_A_PUT
        found = put(AggregatingStream(stream) if packed else stream, rows(count), most)
    print(json.dumps(found | {"records": count, "units": bill.units, "data": bill.data}))


def put(stream: Stream, trades: list[dict[str, Any]], most: int) -> Spent:
    encode = msgspec.json.Encoder().encode
    began = begin()
    for first in range(0, len(trades), most):
        stream.put([(row["tickerSymbol"], encode(row)) for row in trades[first : first + most]])
    return spent(began)


def read(stream: Stream, count: int) -> Spent:
    """Until so many records are decoded."""
    places: dict[str, Position] = {shard.id: TRIM_HORIZON for shard in stream.describe().shards}
    began = begin()
    while count > 0:
        for shard, place in places.items():
            for batch in stream.read(shard, place, PAGE).batches:
                places[shard] = after(batch.sequences[-1])
                count -= decoded(batch)
    return spent(began)


def decoded(batch: Batch) -> int:
    _, events, dead = decode(batch)
    assert not dead
    return len(events)


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
