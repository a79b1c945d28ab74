"""Each record is archived once when every worker is killed while the stream is split and merged."""

import json
import os
from base64 import b64decode
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pytest_django import Settings

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.clock import from_iso
from streams.wiring import open_stream, records_between
from tests.archive.killing import Killed
from tests.databases import server
from tests.emulators import ministack

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "0"))  # of a long run, on each pair of a database and a store
SEED = int(os.environ.get("CHAOS_SEED", "1"))
HOUR = 3_600_000  # milliseconds
CASES = [("sqlite", "file"), ("postgres", "ministack"), ("mariadb", "file")]
ALL_CASES = list(product(("sqlite", "postgres", "mariadb"), ("file", "ministack")))
CONSUME = ("consume", "archive", "--stream", "trades")
PUT = 400  # records in a round
BAD = [b"\xff no JSON", b"[1]", b'{"n":"another kind"}']


@pytest.fixture(params=ALL_CASES if ROUNDS else CASES, ids="-".join)
def killed(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[Killed]:
    database, store = request.param
    with ExitStack() as stack:
        s3 = stack.enter_context(ministack()) if store == "ministack" else None
        killed = Killed(tmp_path, None if database == "sqlite" else stack.enter_context(server(database)), s3)
        settings.STREAM_URL = killed.environment["STREAM_URL"]
        stack.enter_context(killed.forking())
        yield killed


def put(stream: EmbeddedStream, chance: Random, number: int) -> None:
    """Puts records of many keys; some have no object, or a field of another kind."""
    datas = [b'{"n":%d,"x":%r}' % (number * PUT + place, chance.random()) for place in range(PUT)]
    for place in chance.sample(range(PUT), 5):
        datas[place] = chance.choice(BAD)
    for start in range(0, PUT, 100):
        stream.put([(f"key-{chance.randrange(50)}", data) for data in datas[start : start + 100]])


def reshard(stream: EmbeddedStream, number: int) -> None:
    """Splits a shard in the first round of four, and merges its children in the third."""
    shards = [shard for shard in stream.describe().shards if shard.open]
    if number % 4 == 1:
        stream.split(shards[0].id)
    if number % 4 == 3:
        stream.merge(*[shard.id for shard in shards if shard.parents][-2:])


def record(line: str) -> tuple[int, str, bytes]:
    row: dict[str, Any] = json.loads(line)
    data = b64decode(row["data_base64"]) if "data_base64" in row else json.dumps(row["data"]).encode()
    return from_iso(row["arrived"]), row["key"], data


def test_each_record_is_archived_once_when_every_worker_is_killed(killed: Killed) -> None:
    stream, chance = open_stream("trades"), Random(SEED)
    assert isinstance(stream, EmbeddedStream)
    stream.create(2)
    for number in range(ROUNDS or 6):
        put(stream, chance, number)
        reshard(stream, number)
        files, done = killed.files(), killed.applied("archive")
        wanted = done + chance.randint(1, PUT)
        is_due = [lambda: killed.files() > files, lambda: killed.applied("archive") >= wanted][chance.randrange(2)]  # noqa: B023
        killed.kill_when(is_due, *CONSUME)
    killed.done(*CONSUME, "--until-caught-up")
    assert "whole" in killed.done("archive", "verify", "trades").splitlines()[-1]
    there = [
        record_of(*each) for each in records_between("trades", stream.now() - HOUR, stream.now() + 1, 10**6, 10**9)
    ]
    assert list(map(record, killed.done("archive", "replay", "trades").splitlines())) == there


def record_of(arrived: int, _sequence: int, key: str, data: bytes) -> tuple[int, str, bytes]:
    """Returns a record as `record` reads it of a replay, which writes JSON in a form of its own."""
    try:
        return arrived, key, json.dumps(json.loads(data)).encode()
    except ValueError:
        return arrived, key, data
