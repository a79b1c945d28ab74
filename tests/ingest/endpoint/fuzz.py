"""Makes requests that are nearly right, and sends them: python -m tests.ingest.endpoint.fuzz SECONDS [SEED].

An answer of status 500 is a fault of ours; so is an answer that its own protocol cannot read.
"""

import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cbor2

from ingest.endpoint.operations.unsupported import NAMES
from ingest.endpoint.validation import Blob, Choice, Fields, Flag, Items, Pairs, Text, Time, Whole
from tests.ingest.endpoint import raw
from tests.ingest.endpoint.serving import client_of, serving
from tests.ingest.endpoint.test_model import FIELDS

JSON, CBOR, RPC = "application/x-amz-json-1.1", "application/x-amz-cbor-1.1", "application/cbor"
ALLOWED = {200, 400, 403, 404, 408, 413, 431}
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63), 1.5, 1e308, -0.0, 1e15, "", "x", "é" * 300, "\u0000"),
    *("\U0001f600", "x" * 5000, [], {}, [None], {"": None}, {"a": {"b": {"c": [1]}}}, [[]] * 10, "0" * 40, "9" * 130),
    *(
        "stream-0",
        "arn:aws:kinesis:eu-west-1:000000000000:stream/stream-0",
        "../..",
        "-",
        "%",
        "AAAA",
        "=" * 4,
        "shardId-",
    ),
]


class Fuzz:
    """Makes requests by chance. It keeps tokens that it was handed, to hand them back, whole and broken."""

    def __init__(self, url: str, seed: int) -> None:
        self.url = url
        self.chance = random.Random(seed)
        self.handed = ["AAAA"]
        self.found: Counter[tuple[str, int]] = Counter()

    def step(self) -> None:
        """Sends one request. Raises AssertionError for an answer that there should not be."""
        chance = self.chance
        operation = chance.choice([*FIELDS, *FIELDS, *FIELDS, *sorted(NAMES), "Nonsense", ""])
        kind = chance.choice([JSON, JSON, CBOR, RPC])
        value = self.value(FIELDS[operation]) if operation in FIELDS else chance.choice(ODD)
        body = self.broken(encoded(value, kind))
        headers, path = {"Content-Type": kind, "X-Amz-Target": raw.PREFIX + operation}, "/"
        if kind == RPC:
            headers |= {"smithy-protocol": "rpc-v2-cbor"}
            path = f"/service/Kinesis_20131202/operation/{operation}"
        reply = raw.send(self.url, raw.signed(self.url, body, headers, path), path)
        self.found[operation, reply.status] += 1
        shown = f"{operation} {kind} {body[:500]!r}: {reply}"[:2000]
        assert reply.status in ALLOWED, shown
        if "eventstream" not in reply.headers["content-type"] and reply.body:
            answer = json.loads(reply.body) if kind == JSON else cbor2.loads(reply.body, semantic_decoders=TIMES)
            assert reply.status == 200 or answer["__type"], shown
            self.keep(answer)

    def make_streams(self) -> None:
        """Makes the streams that there are not: some requests delete one."""
        client = client_of(self.url)
        for name in {f"stream-{number}" for number in range(3)} - set(client.list_streams()["StreamNames"]):
            client.create_stream(StreamName=name, ShardCount=2)

    def keep(self, answer: Any) -> None:
        if isinstance(answer, dict):
            for name in ("ShardIterator", "NextShardIterator", "NextToken", "ConsumerARN"):
                if isinstance(answer.get(name), str):
                    self.handed = [*self.handed[-20:], answer[name]]

    def value(self, kind: Any) -> Any:
        """Returns a value of a kind, sometimes another one."""
        chance = self.chance
        if chance.random() < 0.04:
            return chance.choice(ODD)
        match kind:
            case Fields(kinds, required):
                names = [name for name in kinds if name in required or chance.random() < 0.5]
                return {name: self.named(name, kinds[name]) for name in names if chance.random() > 0.02}
            case Choice(values):
                return chance.choice(values)
            case Items(member, _, _):
                return [self.value(member) for _ in range(chance.choice([0, 1, 1, 2, 5]))]
            case Pairs(key, value, _, _):
                return {str(self.value(key)): self.value(value) for _ in range(chance.choice([0, 1, 2]))}
            case Blob():
                return chance.randbytes(chance.choice([0, 1, 10, 1000]))
            case Whole(least, most):
                return chance.choice([least or 0, most or 9, 1, 2, chance.randint(-5, 50)])
            case Flag():
                return chance.random() < 0.3
            case Time():
                return time.time() + chance.choice([0, -10, 10, -1e6])
        return self.text(kind)

    def named(self, name: str, kind: Any) -> Any:
        """Returns a value that often fits: the name of something that there is."""
        chance = self.chance
        if chance.random() < 0.15:
            return self.value(kind)
        stream = f"stream-{chance.randrange(4)}"
        arn = f"arn:aws:kinesis:eu-west-1:000000000000:stream/{stream}"
        fitting = {
            "StreamName": stream,
            "StreamARN": arn,
            "ResourceARN": arn,
            "ConsumerARN": f"{arn}/consumer/c:1",
            "ShardId": f"shardId-{chance.randrange(5):012}",
            "ShardToSplit": f"shardId-{chance.randrange(5):012}",
            "ShardToMerge": f"shardId-{chance.randrange(5):012}",
            "AdjacentShardToMerge": f"shardId-{chance.randrange(5):012}",
            "ShardIterator": chance.choice(self.handed),
            "NextToken": chance.choice(self.handed),
            "NewStartingHashKey": str(chance.randrange(2**128)),
        }
        return fitting.get(name) or self.value(kind)

    def text(self, kind: Text) -> str:
        chance = self.chance
        return chance.choice(["k", "0", "1", str(chance.randrange(2**60)), chance.choice(self.handed), "a b", "é"])

    def broken(self, body: bytes) -> bytes:
        """Returns the body, sometimes with a part cut off, doubled or changed."""
        chance = self.chance
        if not body or chance.random() < 0.8:
            return body
        place = chance.randrange(len(body))
        return chance.choice(
            [body[:place], body + body, body[:place] + chance.randbytes(3) + body[place:], body[place:]]
        )


def encoded(value: Any, kind: str) -> bytes:
    if kind == JSON:
        return json.dumps(value, default=lambda data: __import__("base64").b64encode(data).decode()).encode()
    return cbor2.dumps(value)


TIMES = {1: lambda value, _: value}


def main(seconds: float, seed: int) -> None:
    with TemporaryDirectory() as folder, serving(Path(folder) / "streams.sqlite3", LASTS=0.0) as url:
        fuzz, ends = Fuzz(url, seed), time.monotonic() + seconds
        while time.monotonic() < ends:
            fuzz.make_streams()
            for _ in range(200):
                fuzz.step()
        print(sum(fuzz.found.values()), "requests;", dict(sorted(fuzz.found.items())))  # noqa: T201 - by hand


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
