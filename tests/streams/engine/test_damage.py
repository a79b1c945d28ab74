"""Damage is met with one sentence: of the database's file, of one lease, of the stream's file."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from streams.backends.embedded.appending import Writing, check
from streams.backends.embedded.own_clock import machine
from streams.backends.embedded.settling import SETTLE
from streams.backends.embedded.store_file import RECHECK
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON, StreamError
from tests.deployment import Deployment
from tests.fakes import FakeClock
from tests.waiting import wait_for

FIRST, SECOND = "shardId-000000000000", "shardId-000000000001"
PRODUCE_AND_CONSUME = (
    ("produce", "trades", "--count", "100", "--rate", "0"),
    ("consume", "trades", "--until-caught-up"),
)


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
def test_damaged_database_is_one_sentence_from_every_command(
    tmp_path: Path, damage: Callable[[bytearray], None]
) -> None:
    deployment = Deployment(tmp_path)
    with closing(sqlite3.connect(deployment.database)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(deployment.database.read_bytes())
    damage(data)
    deployment.database.write_bytes(data)
    deployment.create("trades")
    for words in (("consume", "trades"), ("leases", "list"), ("first_user",)):
        said = deployment.run(*words, code=1)
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
    deployment = Deployment(tmp_path)
    deployment.create("trades", shards=2)
    deployment.run_all(*PRODUCE_AND_CONSUME)
    before = applied(deployment)
    with closing(sqlite3.connect(deployment.database)) as database, database:
        database.execute(f"UPDATE streams_lease SET {damage} WHERE shard = ?", [FIRST])
    deployment.run("produce", "trades", "--count", "100", "--rate", "0")
    said = deployment.run("consume", "trades", "--until-caught-up", code=1)
    assert said.splitlines()[-1].startswith(f"Not all was read: {FIRST} stands still")
    held = held_by_shard(deployment)
    assert applied(deployment) == {FIRST: before[FIRST], SECOND: held[1]}


SEGMENTS = "WHERE lease_id = (SELECT id FROM streams_lease WHERE shard = ?)"


@pytest.mark.parametrize(
    "damage",
    [f"DELETE FROM streams_statesegment {SEGMENTS}", f"UPDATE streams_statesegment SET data = x'ff00' {SEGMENTS}"],
)
def test_damaged_segment_stops_its_own_shard_only_and_is_reported(tmp_path: Path, damage: str) -> None:
    deployment = Deployment(tmp_path)
    deployment.environment["STATE_HEAD"] = "0"
    deployment.create("trades", shards=2)
    deployment.run_all(*PRODUCE_AND_CONSUME)
    before = applied(deployment)
    with closing(sqlite3.connect(deployment.database)) as database, database:
        database.execute(damage, [FIRST])
    deployment.run("produce", "trades", "--count", "100", "--rate", "0")
    said = deployment.run("consume", "trades", "--until-caught-up", code=1)
    assert said.splitlines()[-1].startswith(f"Not all was read: {FIRST} stands still")
    [(trouble,)] = deployment.query("SELECT trouble FROM streams_lease WHERE trouble != ''")
    assert trouble.startswith("its lease is damaged (segment 0 of its state is ")
    assert applied(deployment)[FIRST] == before[FIRST] < applied(deployment)[SECOND]


def test_a_shard_whose_state_was_emptied_is_read_again(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path)
    deployment.environment["STATE_HEAD"] = "0"
    deployment.create("trades")
    deployment.run_all(*PRODUCE_AND_CONSUME)
    with closing(sqlite3.connect(deployment.database)) as database, database:
        database.execute("UPDATE streams_lease SET state = x'', checkpoint = 'trim-horizon'")
    deployment.run("consume", "trades", "--until-caught-up")
    assert (applied(deployment), deployment.query("SELECT count(*) FROM streams_deadletter")) == ({FIRST: 200}, [(0,)])


def applied(deployment: Deployment) -> dict[str, int]:
    """Returns the records by shard as a command lists them, with damaged ones too."""
    return {row["shard"]: row["applied"] for row in deployment.rows("leases", "list")}


def held_by_shard(deployment: Deployment) -> list[int | None]:
    """Returns how many records each shard of `trades` holds."""
    with closing(EmbeddedStream(deployment.streams, "trades")) as stream:
        return [shard.records for shard in stream.describe().shards]


def test_a_flipped_bit_in_a_key_of_the_stream_stops_its_own_shard_only(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path)
    deployment.create("trades", shards=2)
    deployment.run("produce", "trades", "--count", "100", "--rate", "0")
    with closing(sqlite3.connect(deployment.streams)) as stream, stream:
        number, data = stream.execute(
            "SELECT batches.id, data FROM batches JOIN shards ON shards.id = shard WHERE name = ?", [FIRST]
        ).fetchone()
        stream.execute("UPDATE batches SET data = ? WHERE id = ?", [data[:5] + b"\xff" + data[6:], number])
    said = deployment.run("consume", "trades", "--until-caught-up", code=1)
    assert "is damaged: the batch of records" in said
    held = held_by_shard(deployment)
    assert applied(deployment) == {FIRST: 0, SECOND: held[1]}


def delete(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    other = path.with_suffix(".other")
    with closing(EmbeddedStream(other, "trades")) as stream:
        stream.create()
    other.rename(path)


@pytest.mark.parametrize("lose", [delete, replace])
def test_stream_acknowledges_no_put_when_its_file_is_lost_while_in_use(
    tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    with closing(EmbeddedStream(tmp_path / "streams.sqlite3", "trades")) as stream:
        stream.create()
        stream.put([("A", b"1")])
        lose(stream.path)
        for act in (
            lambda: stream.put([("A", b"2")]),
            lambda: stream.read(FIRST, TRIM_HORIZON, 10),
            stream.describe,
            stream.now,
        ):
            with pytest.raises(StreamError, match="was deleted or replaced while it was in use"):
                act()


@pytest.mark.parametrize("lose", [delete, replace])
def test_waiting_reader_notes_that_its_file_is_lost_before_its_watermark_passes_that(
    tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    clock = FakeClock()
    with closing(EmbeddedStream(tmp_path / "streams.sqlite3", "trades", clock)) as stream:
        stream.create()
        pages = [stream.read(FIRST, TRIM_HORIZON, 10) for _ in range(2)]
        lose(stream.path)
        clock.advance(RECHECK)
        with pytest.raises(StreamError, match="was deleted or replaced while it was in use"):
            stream.read(FIRST, TRIM_HORIZON, 10)
    assert ([page.batches for page in pages], RECHECK < SETTLE) == ([[], []], True)


def test_put_is_not_acknowledged_when_the_file_is_lost_before_its_commit(tmp_path: Path) -> None:
    with closing(EmbeddedStream(tmp_path / "streams.sqlite3", "trades")) as stream:
        stream.create()
        with pytest.raises(StreamError, match="was deleted or replaced"), stream._transaction():
            stream._append([check(Writing([("A", b"1")]))], machine())
            delete(stream.path)


@pytest.mark.parametrize("words", [("consume", "trades"), ("produce", "trades", "--rate", "1000")])
def test_running_command_ends_with_one_sentence_when_its_stream_file_is_lost(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    deployment = Deployment(tmp_path)
    deployment.create("trades")
    deployment.run("produce", "trades", "--count", "10", "--rate", "0")
    process = deployment.start(*words)
    if words[0] == "consume":
        wait_for(lambda: deployment.applied("trades") == 10)
    else:
        wait_for(lambda: held(deployment) > 10)
    delete(deployment.streams)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said.splitlines()[-1][:33]) == (1, "The file of the embedded stream, ")


def held(deployment: Deployment) -> int:
    """Returns how many records the only shard of `trades` holds."""
    with closing(EmbeddedStream(deployment.streams, "trades")) as stream:
        return stream.count_from(FIRST, TRIM_HORIZON)
