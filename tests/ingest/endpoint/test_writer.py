"""The writer: puts that wait together share a transaction, and each gets its own outcome."""

import asyncio
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from ingest.endpoint.opened import Opened
from ingest.endpoint.wiring import Counting
from ingest.endpoint.writer import Writer
from monitoring.counters import counters
from streams.backends.embedded.administration import Administration
from streams.backends.embedded.appending import Writing, Written
from streams.core.records import InvalidRecordError, StreamNotFoundError


class Counted(Administration):
    """Counts the transactions, and waits in the first one until more requests are there."""

    calls: list[int] = []
    more = Event()

    def append(self, writings: Any) -> list[Written]:
        self.calls.append(len(writings))
        self.more.wait(10)
        return super().append(writings)


@pytest.fixture
def streams(tmp_path: Path) -> Opened:
    Counted.calls = []
    Counted.more = Event()
    streams = Opened(lambda name: Counted(tmp_path / "streams.sqlite3", name, limited=False))
    for name in ("a", "b"):
        streams(name).create()
    return streams


def outcomes(streams: Opened, puts: list[tuple[str, bytes]]) -> list[Any]:
    """Puts the first alone, the others while it is written; returns what became of each."""
    writer = Writer(streams, Counting())

    async def run() -> list[Any]:
        tasks = [asyncio.create_task(writer.put(stream, Writing([("k", data)]), len(data))) for stream, data in puts]
        await asyncio.sleep(0)
        while not Counted.calls:
            await asyncio.sleep(0.001)
        Counted.more.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    try:
        return asyncio.run(run())
    finally:
        writer.close()


def test_puts_that_wait_together_share_a_transaction(streams: Opened) -> None:
    found = outcomes(streams, [("a", b"%d" % number) for number in range(50)])
    assert len({one.sequences[0] for one in found}) == 50
    assert sum(Counted.calls) == 50
    assert len(Counted.calls) <= 3


def test_a_bad_record_fails_alone(streams: Opened) -> None:
    large = b"x" * (1 << 20)
    found = outcomes(streams, [("a", b"1"), ("a", b"2"), ("a", large), ("b", b"3"), ("c", b"4")])
    assert [type(one) for one in found] == [Written, Written, InvalidRecordError, Written, StreamNotFoundError]


def test_what_was_stored_is_counted(streams: Opened) -> None:
    counters.take()
    outcomes(streams, [("a", b"1"), ("a", b"2")])
    assert counters.take() == {("millrace_records_put", (("stream", "a"),)): 2}
