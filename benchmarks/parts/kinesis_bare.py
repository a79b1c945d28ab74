"""The emulator alone: MODE URL STREAM COUNT → {"seconds", "cpu", "records"}; a client could hardly be faster.

MODE: `put-packed` sends the requests that ours would, made beforehand, over http.client, one at a time; `read` asks for
all that a stream holds and looks at no record. Nothing is signed: the emulator does not ask for it.
"""

import json
import sys
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import msgspec

from benchmarks.parts.trades import Spent, begin, rows, spent
from streams.backends.aggregating import RECORDS_A_PUT, AggregatingStream
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.kinesis.url import Place, connect
from streams.core.hashing import hash_key
from streams.core.records import Entry

CREDENTIAL = "AWS4-HMAC-SHA256 Credential=emulated/20260101/eu-west-1/kinesis/aws4_request"
Ask = Callable[[str, bytes], bytes]


class Ahead(msgspec.Struct):
    NextShardIterator: str
    MillisBehindLatest: int


class Requests(KinesisStream):
    """Keeps the records that would be put."""

    def __init__(self, name: str, client: Any) -> None:
        super().__init__(name, client)
        self.bodies: list[bytes] = []
        self.shards = self.describe().shards

    def put_located(self, entries: Sequence[Entry]) -> list[str]:
        records = [{"PartitionKey": key, "Data": data} for key, data in entries]
        self.bodies.append(msgspec.json.encode({"StreamName": self.name, "Records": records}))
        return [self._of(hash_key(key)) for key, _ in entries]

    def _of(self, place: int) -> str:
        return next(shard.id for shard in self.shards if shard.hash_start <= place <= shard.hash_end)


def asker(url: str) -> Ask:
    connection = HTTPConnection(urlsplit(url).netloc)

    def ask(operation: str, body: bytes) -> bytes:
        headers = {
            "X-Amz-Target": f"Kinesis_20131202.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": CREDENTIAL,
        }
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        found = answer.read()
        assert answer.status == 200, found
        return found

    return ask


def main(mode: str, url: str, name: str, count: int) -> None:
    client, ask = connect(Place("eu-west-1", url)), asker(url)
    found = put(Requests(name, client), rows(count), ask) if mode == "put-packed" else read(client, name, ask)
    print(json.dumps(found | {"records": count}))


def put(stream: Requests, trades: list[dict[str, Any]], ask: Ask) -> Spent:
    packing = AggregatingStream(stream)
    entries = [(row["tickerSymbol"], msgspec.json.encode(row)) for row in trades]
    for first in range(0, len(entries), RECORDS_A_PUT):
        packing.put(entries[first : first + RECORDS_A_PUT])
    began = begin()
    for body in stream.bodies:
        ask("PutRecords", body)
    return spent(began)


def read(client: Any, name: str, ask: Ask) -> Spent:
    iterators = [
        client.get_shard_iterator(StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        for shard in client.list_shards(StreamName=name)["Shards"]
    ]
    began = begin()
    for iterator in iterators:
        ahead = Ahead(iterator["ShardIterator"], 1)
        while ahead.MillisBehindLatest:
            body = msgspec.json.encode({"ShardIterator": ahead.NextShardIterator, "Limit": 10_000})
            ahead = msgspec.json.decode(ask("GetRecords", body), type=Ahead)
    return spent(began)


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
