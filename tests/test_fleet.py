"""Three workers on a stream that is split and merged while they are killed, stopped, paused and replaced."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random
from subprocess import Popen
from typing import Any

import pytest

from streams.stream.embedded import EmbeddedStream
from tests.databases import server
from tests.house import House, kill
from tests.test_exactly_once import naive_minutes
from tests.waiting import wait_for

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "100"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))


class Chaos:
    """Workers, a stream, and things that happen to them."""

    def __init__(self, house: House, chance: Random) -> None:
        self.house = house
        self.chance = chance
        self.stream = EmbeddedStream(house.streams, "trades")
        self.stream.create(shards=4)
        self.workers = [self._worker() for _ in range(3)]

    def _worker(self) -> "Popen[str]":
        return self.house.start("consume", "trades")

    def _replace(self, worker: "Popen[str]") -> None:
        self.workers[self.workers.index(worker)] = self._worker()

    def _one(self) -> "Popen[str]":
        """Some worker that has begun its work."""
        worker = self.chance.choice(self.workers)
        assert worker.poll() is None, worker.communicate()
        wait_for(lambda: self.house.query(f"SELECT 1 FROM streams_member WHERE owner LIKE '%/{worker.pid}/%'"))
        return worker

    def kill(self) -> None:
        worker = self.chance.choice(self.workers)
        kill(worker)
        self._replace(worker)

    def stop(self) -> None:
        worker = self._one()
        worker.terminate()
        worker.communicate(timeout=30)
        assert worker.returncode == 0
        self._replace(worker)

    def pause(self) -> None:
        """For longer than a lease lasts: when it wakes, its shards are others'.

        Not in the middle of a write, though: it holds a lock then, and nobody could go on until the server ends it.
        """
        worker = self._one()
        worker.send_signal(signal.SIGSTOP)
        while not self.house.can_move(f"%/{worker.pid}/%"):
            worker.send_signal(signal.SIGCONT)
            worker.send_signal(signal.SIGSTOP)
        wait_for(lambda: not self.house.query(f"SELECT 1 FROM streams_lease WHERE owner LIKE '%/{worker.pid}/%'"))
        worker.send_signal(signal.SIGCONT)

    def split(self) -> None:
        shards = self._open()
        if len(shards) < 8:
            self.stream.split(self.chance.choice(shards).id)

    def merge(self) -> None:
        shards = self._open()
        if len(shards) > 2:
            first = self.chance.randrange(len(shards) - 1)
            self.stream.merge(shards[first].id, shards[first + 1].id)

    def _open(self) -> list[Any]:
        return sorted(
            (shard for shard in self.stream.describe().shards if shard.open), key=lambda shard: shard.hash_start
        )

    def round(self) -> None:
        acts = [self.kill, self.stop, self.split, self.merge, self.pause]
        [act] = self.chance.choices(acts, weights=[6, 3, 4, 4, 1])
        act()
        done = self.house.applied("trades")
        wait_for(lambda: self.house.applied("trades") > done, seconds=60)

    def end(self) -> None:
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.communicate(timeout=30)
        self.stream.close()


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """On each of the databases."""
    if request.param == "sqlite":
        yield House(tmp_path)
        return
    with server(request.param) as database:
        yield House(tmp_path, database)


def test_every_record_counts_once_through_a_hundred_accidents(house: House) -> None:
    print(f"CHAOS_SEED={SEED} CHAOS_ROUNDS={ROUNDS}")  # noqa: T201 - to run the same again
    chaos = Chaos(house, Random(SEED))
    producer = house.start("produce", "trades", "--rate", "2000", "--seed", str(SEED), "--json")
    for _ in range(ROUNDS):
        chaos.round()
    producer.terminate()
    producer.communicate()
    chaos.end()
    house.run("consume", "trades", "--until-caught-up")
    records = list(house.rows("streams", "tail", "trades"))
    reported = {
        (row["minute"][:16], row["ticker"], row["side"]): (row["trades"], row["shares"], row["first"], row["last"])
        for row in house.rows("report", "trades", "--minutes", "1000")
    }
    assert reported == naive_minutes(records)
    assert [tuple(map(int, row)) for row in house.query("SELECT sum(applied), sum(dead) FROM streams_lease")] == [
        (len(records), 0)
    ]


def owners_of(house: House) -> list[int]:
    """How many leases each owner holds, fewest first."""
    sql = "SELECT count(*) FROM streams_lease WHERE owner <> '' GROUP BY owner ORDER BY 1"
    return [count for (count,) in house.query(sql)]


@pytest.mark.parametrize("shards", [3, 4])
def test_workers_share_the_shards_as_they_come_and_go(tmp_path: Path, shards: int) -> None:
    house = House(tmp_path)
    house.run("streams", "create", "trades", "--shards", str(shards))
    workers = [house.start("consume", "trades")]
    wait_for(lambda: owners_of(house) == [shards])
    workers.append(house.start("consume", "trades"))
    wait_for(lambda: owners_of(house) == sorted([shards // 2, shards - shards // 2]))
    kill(workers.pop(0))
    wait_for(lambda: owners_of(house) == [shards], seconds=10)
    workers.append(house.start("consume", "trades"))
    wait_for(lambda: len(owners_of(house)) == 2)
    workers[0].terminate()
    workers.pop(0).communicate()
    wait_for(lambda: owners_of(house) == [shards], seconds=10)
    kill(workers[0])


def test_orders_under_random_keys_are_exact_when_read_as_a_whole(tmp_path: Path) -> None:
    house = House(tmp_path)
    stream = EmbeddedStream(house.streams, "orders")
    stream.create(shards=4)
    line = b'{"InvoiceNo":"1","StockCode":"2","Quantity":1,"InvoiceDate":"3","UnitPrice":1,"site":"%s"}'
    chance = Random(SEED)
    for _ in range(20):
        entries = [(f"{chance.random()}", line % chance.choice([b"london", b"paris"])) for _ in range(10)]
        stream.put(entries)
    stream.split("shardId-000000000001")
    stream.put([(f"{chance.random()}", line % b"london") for _ in range(50)])
    stream.close()
    house.run("consume", "orders", "--whole-stream", "--until-caught-up")
    rows = list(house.rows("streams", "tail", "orders"))
    lines = {site: sum(row["data"]["site"] == site for row in rows) for site in ("london", "paris")}
    found = {row["site"]: (row["peak"], row["lines"]) for row in house.rows("report", "orders")}
    assert found == {site: (count, count - 29) for site, count in lines.items()}
    assert "cannot go on shard by shard" in house.run("consume", "orders", code=1)
