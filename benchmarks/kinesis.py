"""Producers and consumers of Kinesis, on an emulator of it: ours, async-kinesis 3.0.1, and boto3 written plainly.

MiniStack runs on this machine, in a process of its own, and does its part of the work within the time: so only ratios
mean anything. Each part is a process of its own (benchmarks/parts/kinesis_*.py) and says how long it took, from its
connected client until the last record: from objects to a put that returned, and from reading to objects. The rounds
alternate, each on streams of its own, of four shards. "By its own CPU time" leaves out the emulator, and neighbours.
"The emulator alone" is a bare HTTP client with our requests made beforehand, that looks at no record, one
request at a time: a client could hardly be faster.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import found_by
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.kinesis.url import Place, connect
from tests import emulators
from tests.deployment import ROOT

PEERS = ROOT / "build" / "bench-peers"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "emulated", "AWS_SECRET_ACCESS_KEY": "emulated"}
REGION = "eu-west-1"
ROUNDS = 3
SHARDS = 4
MANY = 200_000

# What is measured: its name, a module of benchmarks.parts, its mode, the stream, records. Writers come before readers.
PARTS = [
    ("put: Millrace, plain", "kinesis_ours", "put", "plain", 20_000),
    ("put: Millrace, aggregated", "kinesis_ours", "put-packed", "packed", MANY),
    ("put: emulator alone, aggregated", "kinesis_bare", "put-packed", "bare", MANY),
    ("put: async-kinesis, JSON", "kinesis_async", "put", "json", 20_000),
    ("put: async-kinesis, JSON lines", "kinesis_async", "put-lines", "lines", MANY),
    ("put: async-kinesis, JSON lines by key", "kinesis_async", "put-lines-keyed", "keyed", 20_000),
    ("put: boto3, put_record", "kinesis_boto3", "one", "one", 1_000),
    ("put: boto3, put_records", "kinesis_boto3", "many", "many", 20_000),
    ("read: Millrace, plain", "kinesis_ours", "read", "plain", 20_000),
    ("read: Millrace, aggregated", "kinesis_ours", "read", "packed", MANY),
    ("read: emulator alone, plain", "kinesis_bare", "read", "plain", 20_000),
    ("read: emulator alone, aggregated", "kinesis_bare", "read", "packed", MANY),
    ("read: async-kinesis, JSON", "kinesis_async", "read", "plain", 20_000),
    ("read: async-kinesis, JSON lines", "kinesis_async", "read-lines", "lines", MANY),
    ("read: boto3, get_records", "kinesis_boto3", "read", "plain", 20_000),
]
RATIOS = [
    ("put: plain ÷ async-kinesis, JSON", "put: Millrace, plain", "put: async-kinesis, JSON", None),
    ("put: aggregated ÷ JSON lines", "put: Millrace, aggregated", "put: async-kinesis, JSON lines", 5),
    ("put: aggregated ÷ JSON lines by key", "put: Millrace, aggregated", "put: async-kinesis, JSON lines by key", None),
    ("put: emulator alone ÷ JSON lines", "put: emulator alone, aggregated", "put: async-kinesis, JSON lines", None),
    ("put: plain ÷ put_record", "put: Millrace, plain", "put: boto3, put_record", None),
    ("put: plain ÷ put_records", "put: Millrace, plain", "put: boto3, put_records", None),
    ("put: aggregated ÷ put_records", "put: Millrace, aggregated", "put: boto3, put_records", None),
    ("read: aggregated ÷ JSON lines", "read: Millrace, aggregated", "read: async-kinesis, JSON lines", 10),
    ("read: plain ÷ async-kinesis, JSON", "read: Millrace, plain", "read: async-kinesis, JSON", 10),
    ("read: emulator alone ÷ async-kinesis, JSON", "read: emulator alone, plain", "read: async-kinesis, JSON", None),
    ("read: plain ÷ get_records", "read: Millrace, plain", "read: boto3, get_records", None),
]

Found = dict[str, list[dict[str, Any]]]  # by name, what each round found


def run(options: Options) -> Iterator[Figure]:
    if not emulators.MINISTACK.is_dir():
        print("\nkinesis was not run: build/ministack is absent; `make check` installs it.")
        return
    if not PEERS.is_dir():
        print("\nasync-kinesis was not run: build/bench-peers is absent; `make bench-peers` installs it.")
    os.environ.update(CREDENTIALS)  # for the parts too; the emulator takes any
    with emulators.ministack() as url:
        found: Found = defaultdict(list)
        for _ in options.rounds(ROUNDS):
            measure(url, options, found)
    yield from rates(found)
    yield from units(found)


def measure(url: str, options: Options, found: Found) -> None:
    """One round of all parts."""
    mark = uuid4().hex[:8]
    client = connect(Place(REGION, url))
    for stream in {stream for _, _, _, stream, _ in PARTS}:
        KinesisStream(f"{stream}-{mark}", client).create(SHARDS)
    for name, part, mode, stream, count in PARTS:
        if part == "kinesis_async" and not PEERS.is_dir():
            continue
        path = {"PYTHONPATH": str(PEERS)} if part == "kinesis_async" else {}
        words = (mode, url, f"{stream}-{mark}", str(options.amount(count)))
        found[name].append(found_by(part, *words, environment=os.environ | path))


def rates(found: Found) -> Iterator[Figure]:
    clock, cpu = (
        {name: [one["records"] / one[of] for one in rounds] for name, rounds in found.items()}
        for of in ("seconds", "cpu")
    )
    yield from (Figure(name, "records/s", values) for name, values in clock.items())
    for name, ours, theirs, bound in RATIOS:
        if theirs in clock:
            aim = None if bound is None else Aim(bound, at_least=True)
            yield Figure(name, "×", _ratio(clock[ours], clock[theirs]), aim)
            if "alone" not in ours:
                yield Figure("- by its own CPU time", "×", _ratio(cpu[ours], cpu[theirs]))


def _ratio(ours: list[float], theirs: list[float]) -> list[float]:
    return [our / their for our, their in zip(ours, theirs, strict=True)]


def units(found: Found) -> Iterator[Figure]:
    """PUT payload units, from the requests that were sent."""
    names = ("put: Millrace, plain", "put: Millrace, aggregated")
    plain, packed = ([one["units"] / one["records"] * 1e6 for one in found[name]] for name in names)
    yield Figure("units a million trades, plain", "", plain)
    yield Figure("units a million trades, aggregated", "", packed)
    fewer = [one / other for one, other in zip(plain, packed, strict=True)]
    yield Figure("units: plain ÷ aggregated", "×", fewer, Aim(50, at_least=True))
