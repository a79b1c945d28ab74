"""How many records wait, by whole stream and shard by shard, without anybody reading them."""

from pathlib import Path

import pytest
from pytest_django import Settings

from streams import wiring
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import SHARD_END, TRIM_HORIZON, Position, after, at
from streams.operations.backlog import waiting
from tests.fakes import FakeClock

FIRST, SECOND = "shardId-000000000000", "shardId-000000000001"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stream(tmp_path: Path, clock: FakeClock) -> EmbeddedStream:
    """Two shards, 60 records in batches of several sizes, a second apart."""
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "trades", clock)
    stream.create(shards=2)
    for size in (1, 20, 9, 30):
        stream.put([(f"key-{number}", b"x") for number in range(size)])
        clock.advance(1000)
    return stream


def places(stream: EmbeddedStream, shard: str) -> list[Position]:
    """Before, at and after each record of a shard."""
    sequences = [number for batch in stream.read(shard, TRIM_HORIZON, 100).batches for number in batch.sequences]
    return [TRIM_HORIZON, SHARD_END, *(after(number) for sequence in sequences for number in (sequence - 1, sequence))]


def test_waiting_records_equal_the_records_to_read(stream: EmbeddedStream, clock: FakeClock) -> None:
    for shard in (FIRST, SECOND):
        for place in [*places(stream, shard), *(at(clock.time - ago) for ago in range(0, 5000, 500))]:
            read = sum(len(batch.keys) for batch in stream.read(shard, place, 100).batches)
            assert stream.count_from(shard, place) == read


def test_a_damaged_lease_is_named_and_the_others_are_counted(stream: EmbeddedStream) -> None:
    held = {shard.id: shard.records for shard in stream.describe().shards}
    for damage in ("", "garbage", "after-sequence-number:" + "9" * 26, "trim-horizon=x y"):
        found, said = waiting(stream, {FIRST: damage})
        assert (found, said[:41]) == ({SECOND: held[SECOND]}, f"The lease is damaged: {FIRST}."[:41])


def test_unleased_shard_counts_whole(stream: EmbeddedStream) -> None:
    held = {shard.id: shard.records for shard in stream.describe().shards}
    assert waiting(stream, {FIRST: "shard-end", "long-gone": "trim-horizon"}) == ({FIRST: 0, SECOND: held[SECOND]}, "")


@pytest.mark.parametrize(
    ("checkpoint", "count"),
    [("trim-horizon", 60), (f"{FIRST}=shard-end {SECOND}=shard-end", 0), (f"{FIRST}=trim-horizon", 60)],
)
def test_whole_stream_counts_all_its_shards(stream: EmbeddedStream, checkpoint: str, count: int) -> None:
    assert waiting(stream, {"*": checkpoint}) == ({"*": count}, "")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("kinesis://eu-west-1", "Amazon Kinesis does not tell how many records wait, only for how long."),
        ("embedded:{}/none.sqlite3", "How many records wait is not known. There is no stream 'trades'. Create it:"),
        ("redis://localhost", "How many records wait is not known. STREAM_URL is"),
    ],
)
def test_uncountable_records_have_a_sentence_with_the_reason(
    url: str, why: str, settings: Settings, tmp_path: Path
) -> None:
    settings.STREAM_URL = url.format(tmp_path)
    found, said = wiring.count_waiting("trades", {FIRST: "trim-horizon"})
    assert (found, said[: len(why)]) == ({}, why)
