"""Requests that share a transaction: receipts, marks, explicit hash keys, limits."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.backends.embedded.appending import Refuse, Writing, Written
from streams.backends.embedded.limits import NEVER, THROTTLED, LimitedStream
from streams.backends.embedded.receipts import KEPT
from streams.backends.embedded.stream import EmbeddedStream
from streams.backends.embedded.trimming import TRIM_EVERY
from streams.backends.retrying import Waiting
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.records import TRIM_HORIZON, Entry, InvalidRecordError
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stream(tmp_path: Path, clock: FakeClock) -> EmbeddedStream:
    return made(tmp_path / "streams.sqlite3", clock)


def made(path: Path, clock: FakeClock, shards: int = 3) -> EmbeddedStream:
    stream = EmbeddedStream(path, "trades", clock)
    stream.create(shards)
    return stream


def held(stream: EmbeddedStream) -> dict[tuple[str, int], Entry]:
    """Every record by its shard and number."""
    return {
        (shard.id, sequence): (key, data)
        for shard in stream.describe().shards
        for batch in stream.read(shard.id, TRIM_HORIZON, 10_000).batches
        for sequence, key, data in zip(batch.sequences, batch.keys, batch.datas, strict=True)
    }


def told(writings: list[Writing], answers: list[Written]) -> dict[tuple[str, int], Entry]:
    return {
        (shard, sequence): entry
        for writing, answer in zip(writings, answers, strict=True)
        for shard, sequence, entry in zip(answer.shards, answer.sequences, writing.entries, strict=True)
    }


ENTRIES = st.lists(st.tuples(st.text("abc", min_size=1, max_size=3), st.binary(max_size=5)), max_size=20)


@given(requests=st.lists(ENTRIES, max_size=6), shards=st.integers(1, 4))
def test_each_answer_names_the_place_of_each_record(
    requests: list[list[Entry]], shards: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stream = made(tmp_path_factory.mktemp("s") / "streams.sqlite3", FakeClock(), shards)
    writings = [Writing(entries) for entries in requests]
    assert told(writings, stream.append(writings)) == held(stream)


def test_explicit_hash_key_decides_the_shard(stream: EmbeddedStream) -> None:
    [answer] = stream.append([Writing([("a", b"1"), ("a", b"2"), ("a", b"3")], [0, HASH_SPACE - 1, None])])
    own = next(shard.id for shard in stream.describe().shards if shard.hash_start <= hash_key("a") <= shard.hash_end)
    assert answer.shards == ["shardId-000000000000", "shardId-000000000002", own]


@pytest.mark.parametrize("together", [True, False])
def test_repeated_receipt_stores_nothing_and_gets_the_first_answer(stream: EmbeddedStream, together: bool) -> None:
    writing = Writing([("a", b"1"), ("b", b"2"), ("c", b"3")], receipt="r", digest="d")
    if together:
        first, again = stream.append([writing, writing])
    else:
        [first], [again] = stream.append([writing]), stream.append([writing])
    assert (list(again.shards), list(again.sequences), again.repeated) == (*map(list, first[:2]), True)
    assert told([writing], [first]) == held(stream)


def test_receipt_of_another_content_is_told_and_stores_nothing(stream: EmbeddedStream) -> None:
    stream.append([Writing([("a", b"1")], receipt="r", digest="d")])
    [answer] = stream.append([Writing([("a", b"2")], receipt="r", digest="e")])
    assert (answer.mismatch, list(held(stream).values())) == (True, [("a", b"1")])


def test_receipt_is_forgotten_after_a_day(stream: EmbeddedStream, clock: FakeClock) -> None:
    writing = Writing([("a", b"1")], receipt="r", digest="d")
    stream.append([writing])
    clock.advance(KEPT + 2 * TRIM_EVERY)
    stream.put([("b", b"2")])  # trims
    assert not stream.append([writing])[0].repeated


def test_receipt_ends_after_a_day_in_a_stream_that_was_quiet(stream: EmbeddedStream, clock: FakeClock) -> None:
    writing = Writing([("a", b"1")], receipt="r", digest="d")
    stream.append([writing])
    clock.advance(KEPT)
    assert stream.append([writing])[0].repeated
    clock.advance(1)
    answers = [stream.append([each])[0] for each in (writing, writing, writing._replace(digest="e"))]
    assert [(answer.repeated, answer.mismatch) for answer in answers] == [(False, False), (True, False), (False, True)]


def test_marks_are_stored_with_the_batch_or_not_at_all(stream: EmbeddedStream) -> None:
    stream.append([Writing([("a", b"1")], marks={"tail:x": "10", "tail:y": "4", "other": "1"})])
    with pytest.raises(InvalidRecordError):
        stream.append([Writing([("", b"2")], marks={"tail:x": "20"})])
    stream.append([Writing([], marks={"tail:y": None})])
    assert stream.marks("tail:") == {"tail:x": "10"}


def limited(path: Path) -> LimitedStream:
    stream = LimitedStream(path, "trades", FakeClock(), waiting=Waiting(lambda: 1.0, lambda _: None, lambda: 0.5))
    stream.create()
    return stream


def test_limits_refuse_each_record_beyond_them(tmp_path: Path) -> None:
    stream = limited(tmp_path / "streams.sqlite3")
    [answer] = stream.append([Writing([("a", b"1")] * 1002)])
    assert answer.errors == {1000: THROTTLED, 1001: THROTTLED}
    assert (len(held(stream)), answer.shards[-1], answer.sequences[-1]) == (1000, "", 0)


def test_limits_refuse_a_request_with_a_receipt_as_a_whole(tmp_path: Path) -> None:
    stream = limited(tmp_path / "streams.sqlite3")
    [answer] = stream.append([Writing([("a", b"1")] * 1002, receipt="r", digest="d", marks={"m": "1"})])
    assert (answer.errors, held(stream), stream.marks("")) == (dict.fromkeys(range(1002), NEVER), {}, {})
    assert stream.append([Writing([("a", b"1")] * 999)])[0].errors == {}  # the refused request took no tokens
    [answer] = stream.append([Writing([("a", b"1")] * 3, receipt="r", digest="d", marks={"m": "1"})])
    assert (answer.errors, len(held(stream)), stream.marks("")) == ({1: THROTTLED, 2: THROTTLED}, 999, {})


class PausedStream(EmbeddedStream):
    """Is paused inside of its next transactions, after the stamp was taken."""

    clock: FakeClock
    pauses: list[int]

    def _refusals(self) -> Refuse | None:
        if self.pauses:
            self.clock.advance(self.pauses.pop())
        return super()._refusals()


@pytest.mark.parametrize(("pauses", "late"), [([2000], 0), ([400], 400), ([2000] * 3, 2000)])
def test_writer_that_was_paused_stamps_its_records_anew(tmp_path: Path, pauses: list[int], late: int) -> None:
    clock = FakeClock()
    stream = PausedStream(tmp_path / "streams.sqlite3", "trades", clock)
    stream.create()
    stream.clock, stream.pauses = clock, list(pauses)
    stream.put([("a", b"1"), ("b", b"2")])
    [batch] = stream.read("shardId-000000000000", TRIM_HORIZON, 10).batches
    assert (clock() - batch.arrived, batch.datas, stream.pauses) == (late, [b"1", b"2"], [])
    stream.close()
