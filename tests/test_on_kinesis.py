"""The same commands on Kinesis, as an emulator gives it: put, split, read by a fleet, counted once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.emulators import kinesis_local, ministack
from tests.house import House, kill
from tests.test_exactly_once import naive_minutes, wait_until_applied

Emulator = Callable[[], AbstractContextManager[str]]


@pytest.fixture
def on(tmp_path: Path) -> Iterator[Callable[[Emulator], House]]:
    """Returns a house with its streams in an emulator."""
    running: list[AbstractContextManager[str]] = []

    def build(emulator: Emulator) -> House:
        running.append(emulator())
        url = running[-1].__enter__()
        house = House(tmp_path)
        house.environment |= {
            "STREAM_URL": f"kinesis://eu-west-1?endpoint_url={url}",
            "AWS_ACCESS_KEY_ID": "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
        }
        return house

    yield build
    for emulator in running:
        emulator.__exit__(None, None, None)


def check(house: House, records: int) -> None:
    """Checks that the counts equal the records in the stream."""
    rows = list(house.rows("streams", "tail", "trades"))
    assert sorted(row["data"]["id"] for row in rows) == list(range(1, records + 1))
    rows.sort(key=lambda row: row["data"]["id"])  # shards are merged by arrival: within a key that is the order put
    reported = {
        (row["minute"][:16], row["ticker"], row["side"]): (row["trades"], row["shares"], row["first"], row["last"])
        for row in house.rows("report", "trades")
    }
    assert reported == naive_minutes(rows)


def test_packed_records_are_counted_once_when_a_worker_is_killed(on: Callable[[Emulator], House]) -> None:
    house = on(ministack)
    house.run("streams", "create", "trades", "--shards", "2")
    house.run("produce", "trades", "--count", "20000", "--rate", "0")
    worker = house.start("consume", "trades")
    wait_until_applied(house, "trades", 1)
    kill(worker)
    house.run("consume", "trades", "--until-caught-up")
    check(house, 20_000)


def test_records_of_a_split_and_merged_stream_are_counted_once(on: Callable[[Emulator], House]) -> None:
    house = on(kinesis_local)
    house.run("streams", "create", "trades", "--shards", "2")
    workers = [house.start("consume", "trades") for _ in range(2)]
    producer = house.start("produce", "trades", "--count", "600", "--rate", "100")
    wait_until_applied(house, "trades", 100)
    house.run("streams", "split", "trades", "shardId-000000000000")
    wait_until_applied(house, "trades", 300)
    house.run("streams", "merge", "trades", "shardId-000000000003", "shardId-000000000001")
    producer.communicate(timeout=60)
    wait_until_applied(house, "trades", 600)
    for worker in workers:
        kill(worker)
    house.run("consume", "trades", "--until-caught-up")
    check(house, 600)
    [status] = house.rows("streams", "status", "trades")
    assert [shard["open"] for shard in status["shards"]] == [False, False, True, False, True]
