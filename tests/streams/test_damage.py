"""Damage is met with one sentence: of the database's file, of one lease, of the stream's file."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.house import House

FIRST, SECOND = "shardId-000000000000", "shardId-000000000001"


def no_header(data: bytearray) -> None:
    data[:100] = bytes(100)


def half(data: bytearray) -> None:
    del data[len(data) // 2 :]


def flipped_bits(data: bytearray) -> None:
    chance = random.Random(7)
    for _ in range(150):
        place = chance.randrange(len(data) * 8)
        data[place // 8] ^= 1 << place % 8


@pytest.mark.parametrize("damage", [no_header, half, flipped_bits])
def test_a_damaged_database_is_told_in_one_sentence_by_every_command(
    tmp_path: Path, damage: Callable[[bytearray], None]
) -> None:
    house = House(tmp_path)
    with closing(sqlite3.connect(house.database)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(house.database.read_bytes())
    damage(data)
    house.database.write_bytes(data)
    house.run("streams", "create", "trades")
    for words in (("consume", "trades"), ("leases", "list"), ("first_user",)):
        said = house.run(*words, code=1)
        assert (said.startswith("The database refused: "), said.count("\n")) == (True, 1)
        assert said.endswith("Its file is damaged: docs/backup.md has the way back.\n")


@pytest.mark.parametrize(
    "damage",
    [
        "checkpoint = ''",
        "checkpoint = 'garbage'",
        f"checkpoint = 'after-sequence-number:{'9' * 26}'",
        "state = x'ff00', checkpoint = 'trim-horizon'",
    ],
)
def test_a_damaged_lease_stops_its_own_shard_only_and_is_shown(tmp_path: Path, damage: str) -> None:
    house = House(tmp_path)
    house.run("streams", "create", "trades", "--shards", "2")
    house.run("produce", "trades", "--count", "100", "--rate", "0")
    house.run("consume", "trades", "--until-caught-up")
    before = applied(house)
    with closing(sqlite3.connect(house.database)) as database, database:
        database.execute(f"UPDATE streams_lease SET {damage} WHERE shard = ?", [FIRST])
    house.run("produce", "trades", "--count", "100", "--rate", "0")
    said = house.run("consume", "trades", "--until-caught-up", code=1)
    assert said.splitlines()[-1].startswith(f"Not all was read: {FIRST} stands still")
    held = [shard["records"] for shard in next(house.rows("streams", "status", "trades"))["shards"]]
    assert applied(house) == {FIRST: before[FIRST], SECOND: held[1]}


SEGMENTS = "streams_statesegment WHERE lease_id = (SELECT id FROM streams_lease WHERE shard = ?)"


@pytest.mark.parametrize(
    "damage", [f"DELETE FROM {SEGMENTS}", f"UPDATE {SEGMENTS}".replace(" WHERE", " SET data = x'ff00' WHERE")]
)
def test_a_damaged_segment_stops_its_own_shard_only_and_is_told(tmp_path: Path, damage: str) -> None:
    house = House(tmp_path)
    house.environment["STATE_HEAD"] = "0"
    house.run("streams", "create", "trades", "--shards", "2")
    house.run("produce", "trades", "--count", "100", "--rate", "0")
    house.run("consume", "trades", "--until-caught-up")
    before = applied(house)
    with closing(sqlite3.connect(house.database)) as database, database:
        database.execute(damage, [FIRST])
    house.run("produce", "trades", "--count", "100", "--rate", "0")
    said = house.run("consume", "trades", "--until-caught-up", code=1)
    assert said.splitlines()[-1].startswith(f"Not all was read: {FIRST} stands still")
    [trouble] = [lease["trouble"] for lease in house.rows("leases", "list") if lease["shard"] == FIRST]
    assert trouble.startswith("its lease is damaged (segment 0 of its state is ")
    assert applied(house)[FIRST] == before[FIRST] < applied(house)[SECOND]


def applied(house: House) -> dict[str, int]:
    """Records by shard, as a command lists them, whatever is damaged."""
    return {row["shard"]: row["applied"] for row in house.rows("leases", "list")}


def test_a_flipped_bit_in_a_key_of_the_stream_stops_its_own_shard_only(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.run("streams", "create", "trades", "--shards", "2")
    house.run("produce", "trades", "--count", "100", "--rate", "0")
    with closing(sqlite3.connect(house.streams)) as stream, stream:
        number, data = stream.execute(
            "SELECT batches.id, data FROM batches JOIN shards ON shards.id = shard WHERE name = ?", [FIRST]
        ).fetchone()
        stream.execute("UPDATE batches SET data = ? WHERE id = ?", [data[:5] + b"\xff" + data[6:], number])
    said = house.run("consume", "trades", "--until-caught-up", code=1)
    assert "is damaged: the batch of records" in said
    held = [shard["records"] for shard in next(house.rows("streams", "status", "trades"))["shards"]]
    assert applied(house) == {FIRST: 0, SECOND: held[1]}
