"""Tests the inspection of a stream: in both directions, without gaps between pages, at a cost that follows the page."""

import tracemalloc
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.backends.base import Stream
from streams.backends.embedded.appending import Writing, check
from streams.backends.embedded.looking import EmbeddedLook
from streams.backends.embedded.own_clock import machine
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.filters import condition
from streams.core.records import Place
from streams.operations import walking
from streams.operations.inspection import MOST_READ, Asked, Found, OutOfTimeError, Readable, inspect
from streams.operations.walking import Walk
from tests.fakes import FakeClock, MemoryStream

MIB = 1 << 20
Pair = tuple[Stream, Readable]


def never() -> None:
    raise OutOfTimeError


def embedded(path: Path, now: FakeClock) -> Pair:
    return EmbeddedStream(path / "s.sqlite3", "trades", now), EmbeddedLook(path / "s.sqlite3", "trades", now)


def walked(_: Path, now: FakeClock) -> Pair:
    stream = MemoryStream("trades", now)
    return stream, Walk(stream, now, never, 0)


both = pytest.mark.parametrize("make", [embedded, walked])
Make = Callable[[Path, FakeClock], Pair]


def look(stream: Readable, **asked: Any) -> Found:
    return inspect(stream, Asked(**asked), lambda: 0.0)


def lines(found: Found) -> list[str]:
    return [row.line for row in found.rows]


def filled(make: Make, path: Path, count: int = 7, shards: int = 3) -> Readable:
    now = FakeClock()
    stream, readable = make(path, now)
    stream.create(shards)
    for number in range(count):
        stream.put([(f"k{number}", f"{number}".encode())])
        now.advance(number * 700)
    now.advance(2000)
    return readable


@both
def test_inspection_begins_with_the_newest_record(make: Make, tmp_path: Path) -> None:
    found = look(filled(make, tmp_path), most=3)
    assert (lines(found), found.read, found.whole) == (["6", "5", "4"], 3, False)


@both
def test_inspection_returns_every_record_once_in_either_direction(make: Make, tmp_path: Path) -> None:
    stream = filled(make, tmp_path, 25)
    older: list[str] = []
    found = look(stream, most=4)
    while found.rows:
        older += lines(found)
        found = look(stream, most=4, before=found.last)
    newer: list[str] = []
    found = look(stream, most=4, after=Place(0))
    while found.rows:
        newer += lines(found)
        found = look(stream, most=4, after=found.last)
    assert older == newer[::-1] == [str(number) for number in reversed(range(25))]


@both
def test_inspection_from_a_time_begins_with_the_records_of_then(make: Make, tmp_path: Path) -> None:
    stream = filled(make, tmp_path)
    arrived = look(stream).rows[3].arrived
    assert lines(look(stream, after=Place(arrived))) == ["3", "4", "5", "6"]
    assert lines(look(stream, before=Place(arrived))) == ["2", "1", "0"]


@settings(max_examples=15, deadline=None)
@given(
    puts=st.lists(st.tuples(st.integers(0, 5000), st.lists(st.sampled_from("abcdef"), max_size=9)), max_size=12),
    most=st.integers(1, 7),
)
@pytest.mark.parametrize("kind", ["embedded", "walked"])
def test_inspection_finds_arriving_records_once_in_order(
    kind: str, puts: list[tuple[int, list[str]]], most: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    now = FakeClock()
    stream, readable = (embedded if kind == "embedded" else walked)(tmp_path_factory.mktemp("s"), now)
    stream.create(2)
    expected: list[str] = []
    for wait, keys in puts:
        now.advance(wait)
        stream.put([(key, str(len(expected) + place).encode()) for place, key in enumerate(keys)])
        expected += [str(len(expected) + place) for place in range(len(keys))]
    now.advance(1)
    seen: list[str] = []
    found = look(readable, most=most)
    while found.rows:
        seen += lines(found)
        found = look(readable, most=most, before=found.last)
    assert sorted(seen, key=int) == expected


@both
def test_records_are_picked_out_by_key_and_by_a_typed_field(make: Make, tmp_path: Path) -> None:
    stream, readable = make(tmp_path, now := FakeClock())
    stream.create(1)
    stream.put(
        [("a", b'{"ok": true, "t": %d}' % number) for number in range(90)] + [("b", b"\xff"), ("b", b'{"t":"x"}')]
    )
    now.advance(1000)
    found = look(readable, condition=condition("t", ">", "86"))
    assert (lines(found)[0], len(found.rows), found.having, found.kinds, found.unreadable) == (
        '{"ok": true, "t": 89}', 3, 91, ["number", "text"], 1,
    )  # fmt: skip
    assert len(look(readable, key="b").rows) == 2
    assert len(look(readable, condition=condition("", "contains", '"x"')).rows) == 1
    missing = look(readable, condition=condition("temprature", "=", "1"))
    assert (missing.rows, missing.having, missing.fields) == ([], 0, {"t": "text", "ok": "true/false"})


def test_inspection_stops_after_a_bound_and_returns_its_place(tmp_path: Path) -> None:
    stream, readable = embedded(tmp_path, FakeClock())
    stream.create(1)
    stream.put([("a", b"%d" % number) for number in range(MOST_READ + 5)])
    found = look(readable, condition=condition("", "contains", "none"))
    assert (found.rows, found.read, found.whole) == ([], MOST_READ, False)
    assert lines(look(readable, before=found.last)) == ["4", "3", "2", "1", "0"]


def test_walk_reports_its_place_when_its_time_is_up(tmp_path: Path) -> None:
    now = FakeClock()
    stream, _ = walked(tmp_path, now)
    stream.create(1)
    stream.put([("a", b"old")])
    now.advance(60_000)
    turns = iter([False, False, True])
    walk = Walk(stream, now, never, 0)
    stretch = walk._stretch

    def timed(start: int, end: int) -> Any:
        if next(turns):
            never()
        return stretch(start, end)

    walk._stretch = timed  # type: ignore[method-assign]  # the time is up in the third stretch
    found = look(walk)
    assert (found.rows, found.whole, found.last) == ([], False, Place(now() - 5 * walking.FIRST))


def test_walk_leaves_out_records_that_have_not_settled() -> None:
    now = FakeClock()
    stream = MemoryStream("trades", now)
    stream.create(1)
    stream.put([("a", b"settled")])
    now.advance(2001)
    stream.put([("a", b"fresh")])
    walk = Walk(stream, now, never, 2000)
    assert (lines(look(walk)), lines(look(walk, after=Place(0)))) == (["settled"], ["settled"])


def test_a_second_of_very_many_records_is_walked_in_shorter_stretches() -> None:
    now = FakeClock()
    stream = MemoryStream("trades", now)
    stream.create(1)
    for number in range(300):
        stream.put([("a", b"%d" % number)] * 100)
        now.advance(1)
    assert lines(look(Walk(stream, now, never, 0), most=2)) == ["299", "299"]


@pytest.mark.parametrize("data", [b"[" + b"[]," * 349_000 + b"[]]", b"[" * 900 + b"1," * 500_000 + b"1" + b"]" * 900])
def test_inspection_of_large_records_takes_little_memory(data: bytes, tmp_path: Path) -> None:
    stream, readable = embedded(tmp_path, FakeClock())
    stream.create(1)
    for _ in range(4):
        stream.put([("a", data)])
    tracemalloc.start()
    found = look(readable, condition=condition("a", "=", "1"))
    shown = look(readable)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.read, len(shown.rows), peak < 50 * MIB) == (4, 4, True), peak


def test_a_page_far_back_costs_no_more_than_the_first(tmp_path: Path) -> None:
    """The batches that are newer than a place are not looked through."""
    stream, readable = embedded(tmp_path, FakeClock())
    assert isinstance(stream, EmbeddedStream)
    assert isinstance(readable, EmbeddedLook)
    stream.create(1)
    with stream._transaction():
        for _ in range(2000):
            stream._append([check(Writing([("a", b"1")] * 100))], machine())
    costs = []
    for place in (None, look(readable, after=Place(0)).last):
        steps = count()
        readable._db.set_progress_handler(counting(steps), 100)
        look(readable, most=5, before=place)
        costs.append(next(steps))
    assert costs[1] < costs[0] + 10


def counting(steps: Iterator[int]) -> Callable[[], int]:
    """A progress handler that lets the statement go on."""
    return lambda: int(next(steps) < 0)
