"""What a writer remembers of its stream from put to put, and when it reads it again."""

from collections.abc import Iterator
from contextlib import closing
from operator import attrgetter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.backends.embedded.appending import Writing
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.hashing import HASH_SPACE
from streams.core.records import TRIM_HORIZON, Entry, after
from tests.fakes import FakeClock


class _UndoneError(Exception):
    """Ends a transaction from the inside."""


class UndoneStream(EmbeddedStream):
    """Appends, and undoes that when `undoes` is set."""

    undoes = False

    def _append(self, *arguments: object) -> list[object]:  # type: ignore[override]
        answers = super()._append(*arguments)  # type: ignore[arg-type]
        if self.undoes:
            raise _UndoneError
        return list(answers)


def statements(stream: EmbeddedStream, entries: list[Entry]) -> list[str]:
    """Returns the first two words of each statement of a put."""
    found: list[str] = []
    stream._db.set_trace_callback(found.append)
    stream.put(entries)
    stream._db.set_trace_callback(None)
    return [" ".join(each.split()[:2]) for each in found]


def test_put_reads_no_row_again_while_nobody_else_writes(tmp_path: Path) -> None:
    path = tmp_path / "streams.sqlite3"
    with (
        closing(EmbeddedStream(path, "trades", FakeClock())) as stream,
        closing(EmbeddedStream(path, "orders")) as other,
    ):
        stream.create()
        stream.put([("a", b"1")])
        asked = statements(stream, [("a", b"2")])
        other.create()
        again = statements(stream, [("a", b"3")])
    begin, written = (
        ["BEGIN IMMEDIATE", "PRAGMA data_version"],
        ["INSERT INTO", "UPDATE shards", "UPDATE streams", "COMMIT"],
    )
    assert (asked, again) == (begin + written, [*begin, "SELECT id,", "SELECT hash_start,", *written])


ACTS = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["put", "undone", "split", "merge"])), max_size=25)


def act(stream: UndoneStream, kind: str, entries: list[Entry]) -> Iterator[tuple[tuple[str, int], Entry]]:
    """Does one thing, and yields the place of each record that was stored."""
    shards = sorted((shard for shard in stream.describe().shards if shard.open), key=attrgetter("hash_start"))
    if kind == "split" and len(shards) < 4:
        stream.split(shards[0].id)
    elif kind == "merge" and len(shards) > 1:
        stream.merge(shards[0].id, shards[1].id)
    elif kind == "undone":
        stream.undoes = True
        with pytest.raises(_UndoneError):
            stream.put(entries)
        stream.undoes = False
    elif kind == "put":
        [answer] = stream.append([Writing(entries, [0, HASH_SPACE - 1, None])])
        yield from zip(zip(answer.shards, answer.sequences, strict=True), entries, strict=True)


@given(acts=ACTS)
def test_writers_that_take_turns_store_each_record_once_in_its_place(
    acts: list[tuple[int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("s") / "streams.sqlite3"
    writers = [UndoneStream(path, "trades", FakeClock()) for _ in range(2)]
    writers[0].create()
    told: dict[tuple[str, int], Entry] = {}
    for number, (place, kind) in enumerate(acts):
        told |= dict(act(writers[place], kind, [(f"k{key}", b"%d" % number) for key in range(3)]))
    held, begins = {}, []
    for shard in writers[0].describe().shards:
        for before, (sequence, entry) in enumerate(records(writers[0], shard.id)):
            held[shard.id, sequence] = entry
            begins.append(writers[0].read(shard.id, after(sequence - 1), 1).begins == before)
    for stream in writers:
        stream.close()
    assert (held, set(begins)) == (told, {True} if told else set())


def records(stream: EmbeddedStream, shard: str) -> list[tuple[int, Entry]]:
    """Returns the records of a shard with their numbers, oldest first."""
    return [
        (sequence, (key, data))
        for batch in stream.read(shard, TRIM_HORIZON, 1000).batches
        for sequence, key, data in zip(batch.sequences, batch.keys, batch.datas, strict=True)
    ]
