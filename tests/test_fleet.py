"""Producers and workers on a stream that is split and merged while they are killed, stopped, paused and replaced."""

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import SHARD_END, Position
from streams.engine.producer import RECORDS_A_PUT
from tests.audit_app import acks
from tests.chaos import IN_SQL, ROUNDS, SEED, ChaosHarness
from tests.databases import server
from tests.deployment import Deployment, kill
from tests.sql.promises.checking import check_rows
from tests.sql.promises.switches import check_versions
from tests.test_exactly_once import naive_minutes
from tests.waiting import wait_for

OF_AUDIT = "WHERE application = 'audit'"


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def deployment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    """On each of the databases."""
    if request.param == "sqlite":
        yield Deployment(tmp_path)
        return
    with server(request.param) as database:
        yield Deployment(tmp_path, database)


@pytest.fixture
def chaos(deployment: Deployment) -> ChaosHarness:
    """After all accidents."""
    print(f"CHAOS_SEED={SEED} CHAOS_ROUNDS={ROUNDS}")  # noqa: T201 - to run the same again
    chaos = ChaosHarness(deployment)
    chaos.run()
    return chaos


def test_records_count_once_through_accidents(chaos: ChaosHarness) -> None:
    deployment = chaos.deployment
    records = deployment.records("audit")
    good = [record for record in records if "data" in record]
    reported = {
        (row["minute"][:16], row["ticker"], row["side"]): (row["trades"], row["shares"], row["first"], row["last"])
        for row in deployment.rows("report", "audit", "--minutes", "1000")
    }
    assert reported == naive_minutes(good)
    for name in ("audit", *IN_SQL):
        check_counts(deployment, name, (len(good), len(records) - len(good)))
    for name in IN_SQL:
        check_versions(deployment, name, chaos.shards, records, check_rows(deployment, name, good))
    check_steps(deployment)
    applied = [id_ for _, _, id_ in applied_of(deployment)]
    dead = [acks.id_of(bytes(data)) for (data,) in deployment.query(f"SELECT data FROM streams_deadletter {OF_AUDIT}")]
    assert sorted(applied + dead) == sorted(map(id_in, records))
    assert len(set(applied + dead)) == len(applied) + len(dead)
    check_acknowledged(chaos.producers.files, applied + dead)


def check_counts(deployment: Deployment, name: str, counts: tuple[int, int]) -> None:
    """Each record was applied or is a dead letter, in an application of its own."""
    sums = f"SELECT sum(applied), sum(dead) FROM streams_lease WHERE application = '{name}'"
    assert [tuple(map(int, row)) for row in deployment.query(sums)] == [counts]


def id_in(record: dict[str, Any]) -> int:
    """Returns the id of a trade that `streams tail` prints."""
    return int(record["data"]["id"]) if "data" in record else acks.id_of(b64decode(record["data_base64"]))


def applied_of(deployment: Deployment) -> list[tuple[int, str, int]]:
    """Sequence, key and id of each applied record, in the order in which they were committed."""
    steps = deployment.query("SELECT applied FROM audit_step ORDER BY id")
    return [tuple(record) for (applied,) in steps for record in json.loads(applied)]


def check_steps(deployment: Deployment) -> None:
    """Each shard's checkpoints and fencing counters grow, and so do the sequence numbers of each key."""
    places: dict[str, tuple[int, tuple[bool, int]]] = {}
    for shard, counter, checkpoint in deployment.query("SELECT shard, counter, checkpoint FROM audit_step ORDER BY id"):
        position = Position.parse(checkpoint)
        place = (int(counter), (position == SHARD_END, position.value))
        before = places.get(shard, place)
        assert before[0] <= place[0] and before[1] <= place[1]
        places[shard] = place
    last: dict[str, int] = {}
    for sequence, key, _ in applied_of(deployment):
        assert sequence > last.get(key, 0)
        last[key] = sequence


def check_acknowledged(files: list[Path], found: list[int]) -> None:
    """Every acknowledged record is there. Any other comes after those: a kill kept its acknowledgement back."""
    by_producer: dict[int, list[int]] = {}
    for id_ in sorted(found):
        by_producer.setdefault(id_ // acks.IDS, []).append(id_)
    unknown = 0
    for file in files:
        told, there = acks.read(file), by_producer.pop(int(file.stem), [])
        assert told == there[: len(told)]
        assert len(there) - len(told) <= RECORDS_A_PUT
        unknown += len(there) - len(told)
    assert by_producer == {}
    assert unknown


def owners_of(deployment: Deployment) -> list[int]:
    """How many leases each owner holds, fewest first."""
    sql = "SELECT count(*) FROM streams_lease WHERE owner <> '' GROUP BY owner ORDER BY 1"
    return [count for (count,) in deployment.query(sql)]


@pytest.mark.parametrize("shards", [3, 4])
def test_workers_share_the_shards_as_they_come_and_go(tmp_path: Path, shards: int) -> None:
    deployment = Deployment(tmp_path)
    deployment.create("trades", shards=shards)
    workers = [deployment.start("consume", "trades")]
    wait_for(lambda: owners_of(deployment) == [shards])
    workers.append(deployment.start("consume", "trades"))
    wait_for(lambda: owners_of(deployment) == sorted([shards // 2, shards - shards // 2]))
    kill(workers.pop(0))
    wait_for(lambda: owners_of(deployment) == [shards])
    workers.append(deployment.start("consume", "trades"))
    wait_for(lambda: len(owners_of(deployment)) == 2)
    workers[0].terminate()
    workers.pop(0).communicate(timeout=60)
    wait_for(lambda: owners_of(deployment) == [shards])
    kill(workers[0])


def test_orders_under_random_keys_are_exact_with_whole_stream(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path)
    stream = EmbeddedStream(deployment.streams, "orders")
    stream.create(shards=4)
    line = b'{"InvoiceNo":"1","StockCode":"2","Quantity":1,"InvoiceDate":"3","UnitPrice":1,"site":"%s"}'
    chance = Random(SEED)
    for _ in range(20):
        entries = [(f"{chance.random()}", line % chance.choice([b"london", b"paris"])) for _ in range(10)]
        stream.put(entries)
    stream.split("shardId-000000000001")
    stream.put([(f"{chance.random()}", line % b"london") for _ in range(50)])
    stream.close()
    deployment.run("consume", "orders", "--whole-stream", "--until-caught-up")
    rows = deployment.records("orders")
    lines = {site: sum(row["data"]["site"] == site for row in rows) for site in ("london", "paris")}
    found = {row["site"]: (row["peak"], row["lines"]) for row in deployment.rows("report", "orders")}
    assert found == {site: (count, count - 29) for site, count in lines.items()}
    assert "cannot go on shard by shard" in deployment.run("consume", "orders", code=1)
