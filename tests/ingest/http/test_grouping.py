"""Requests that wait together are stored together, and each gets its own answer."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ingest.http.grouping import Line, Lines
from streams.backends.embedded.appending import Writing, Written
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import InvalidRecordError, StreamDownError, StreamError, StreamNotFoundError
from tests.ingest.http.conftest import held
from tests.waiting import wait_for


class Slow(EmbeddedStream):
    """Waits in its first transaction until it is let go, and notes the size of each."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "clicks")
        self.entered, self.free, self.sizes = threading.Event(), threading.Event(), list[int]()

    def append(self, writings: object) -> list[Written]:
        assert isinstance(writings, list)
        self.sizes.append(len(writings))
        self.entered.set()
        self.free.wait(30)
        return super().append(writings)


def put_together(line: Line, slow: Slow, writings: list[Writing]) -> list[Written | Exception]:
    """Puts the first request, and the others while its transaction is under way."""
    found: dict[int, Written | Exception] = {}

    def put(place: int) -> None:
        try:
            found[place] = line.put(writings[place])
        except Exception as error:  # noqa: BLE001 - it is looked at below
            found[place] = error

    threads = [threading.Thread(target=put, args=[place], daemon=True) for place in range(len(writings))]
    threads[0].start()
    assert slow.entered.wait(30)
    for number, thread in enumerate(threads[1:], 1):
        thread.start()
        wait_for(lambda number=number: len(line._waiting) == number)  # type: ignore[misc]
    slow.free.set()
    for thread in threads:
        thread.join(60)
    return [found[place] for place in range(len(writings))]


def test_requests_that_wait_are_stored_in_one_transaction(clicks: EmbeddedStream) -> None:
    slow = Slow(clicks.path)
    line = Line("clicks", lambda _: slow)
    answers = put_together(line, slow, [Writing([("k", b"%d" % number)]) for number in range(6)])
    assert slow.sizes == [1, 5]
    sequences = [each.sequences[0] for each in answers if isinstance(each, Written)]
    assert [data for _, data in held(clicks)] == [b"%d" % number for number in range(6)] and sequences == sorted(
        sequences
    )
    assert line.close()


def test_request_that_spoils_a_transaction_spoils_no_other(clicks: EmbeddedStream) -> None:
    slow = Slow(clicks.path)
    streams = [slow]
    line = Line("clicks", lambda name: streams.pop() if streams else EmbeddedStream(clicks.path, name))
    good, bad = Writing([("k", b"good")]), Writing([("", b"bad")])
    answers = put_together(line, slow, [good, good, bad, good])
    assert [isinstance(each, InvalidRecordError) for each in answers] == [False, False, True, False]
    assert len(held(clicks)) == 3 and line.close()


def test_stream_that_is_down_is_asked_once_for_all_that_wait(clicks: EmbeddedStream) -> None:
    slow = Slow(clicks.path)
    line = Line("clicks", lambda _: slow)
    with closing(sqlite3.connect(clicks.path, isolation_level=None)) as other:
        slow._db.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN IMMEDIATE")
        slow.close = lambda: None  # type: ignore[method-assign]
        answers = put_together(line, slow, [Writing([("k", b"x")])] * 4)
    assert [type(each) for each in answers] == [StreamDownError] * 4
    assert slow.sizes == [1, 3]


def test_same_receipt_twice_in_one_transaction_is_stored_once(clicks: EmbeddedStream) -> None:
    slow = Slow(clicks.path)
    streams = [slow]
    line = Line("clicks", lambda name: streams.pop() if streams else EmbeddedStream(clicks.path, name))
    same = Writing([("k", b"x")], receipt="r", digest="d")
    answers = put_together(line, slow, [Writing([("k", b"first")]), same, same])
    assert [each.repeated for each in answers if isinstance(each, Written)] == [False, False, True]
    assert [data for _, data in held(clicks)] == [b"first", b"x"] and line.close()


def test_streams_stay_open_up_to_a_bound(clicks: EmbeddedStream) -> None:
    opened: list[EmbeddedStream] = []

    def opener(name: str) -> EmbeddedStream:
        opened.append(EmbeddedStream(clicks.path, name))
        return opened[-1]

    lines = Lines(opener, most=2)
    for _ in range(2):
        lines.put("clicks", Writing([("k", b"x")]))
    assert len(opened) == 1
    for name in "abc":
        with pytest.raises(StreamNotFoundError):
            lines.put(name, Writing([("k", b"x")]))
    assert list(lines._lines) == ["b", "c"]
    lines.close()
    with pytest.raises(StreamError, match="closed database"):
        opened[0].describe()
