"""The log in a thread of its own."""

import logging
import os
from contextlib import suppress
from typing import Any

from common.spooled_log import MOST_WAITING, Spool, install
from tests.waiting import wait_for


def records(number: int) -> list[logging.LogRecord]:
    return [logging.makeLogRecord({"msg": "line %d", "args": (place,)}) for place in range(number)]


def test_a_reader_that_stops_holds_up_nobody_and_learns_how_many_lines_were_dropped() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader) as read, os.fdopen(writer, "w") as write:
        spool = Spool(logging.StreamHandler(write))
        first, rest = (lines := records(2 * MOST_WAITING))[:100], lines[100:]
        for record in first:
            spool.handle(record)
        assert spool.drain(30)  # its thread runs now, so that these lines come before any that is dropped
        for record in rest:
            spool.handle(record)  # a pipe takes about 6,000 of these lines
        assert not spool.drain(0.01)
        heard = iter(read.readline, "")
        assert [next(heard) for _ in range(3)] == ["line 0\n", "line 1\n", "line 2\n"]
        told = next(line for line in heard if "dropped" in line)
        assert 0 < int(told.split()[0]) < MOST_WAITING
        os.set_blocking(read.fileno(), False)  # the last line may have been read before the spool says that it is done
        wait_for(lambda: spool.drain(0) or not emptied(read.fileno()))


def emptied(pipe: int) -> bool:
    """Reads a piece of the pipe's content, without waiting for more; returns True."""
    with suppress(BlockingIOError):
        os.read(pipe, 1 << 16)
    return True


def test_the_spool_writes_all_in_order_and_is_put_before_each_stream() -> None:
    found: list[str] = []

    class Kept(logging.StreamHandler[Any]):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    logger = logging.getLogger("tests.spooled")
    handlers = [(each, [*each.handlers]) for each in (logging.getLogger(), logger)]
    logger.addHandler(kept := Kept())
    before = {name: [*logging.getLogger(name).handlers] for name in [*logging.root.manager.loggerDict]}
    try:
        spools = install()
        assert kept not in logger.handlers
        for place in range(100):
            logger.error("line %d", place)
        wait_for(lambda: all(spool.drain(1) for spool in spools))
        assert found == [f"line {place}" for place in range(100)]
    finally:
        for name, old in before.items():
            logging.getLogger(name).handlers[:] = old
        for each, old in handlers:
            each.handlers[:] = old
