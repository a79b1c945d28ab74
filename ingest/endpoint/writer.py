"""Stores the puts of all connections by one thread: those that wait together go into one transaction a stream.

A put is answered after the commit. While one transaction is written to the disk, the next requests gather, so that the
cost of a commit is shared by more of them the busier the endpoint is.
"""

import asyncio
import threading
from queue import Empty, SimpleQueue
from typing import NamedTuple

from ingest.endpoint.opened import Opened
from ingest.endpoint.telling import Told
from streams.backends.embedded.appending import Writing, Written
from streams.core.records import InvalidRecordError

MOST_BYTES = 16 << 20  # of one transaction, exceeded by at most one request
MOST_REQUESTS = 256


class _Waiting(NamedTuple):
    stream: str
    writing: Writing
    size: int  # bytes
    future: "asyncio.Future[Written]"


_Outcome = Written | Exception


class Writer:
    """Runs the thread. It tells the number of stored records, in that thread."""

    def __init__(self, streams: Opened, told: Told) -> None:
        self._streams = streams
        self._told = told
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def put(self, stream: str, writing: Writing, size: int) -> Written:
        """Stores the records, and returns when they are durable. Raises StreamError."""
        future: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        self._queue.put(_Waiting(stream, writing, size, future))
        return await future

    def close(self) -> None:
        """Stores all that waits, and ends the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while group := self._gather():
            streams: dict[str, list[_Waiting]] = {}
            for waiting in group:
                streams.setdefault(waiting.stream, []).append(waiting)
            for name, together in streams.items():
                _settle(together, self._store(name, [waiting.writing for waiting in together]))
        self._streams.forget()

    def _gather(self) -> list[_Waiting]:
        """Returns all that waits, up to the bounds of a transaction; nothing at the end."""
        first = self._queue.get()
        if first is None:
            return []
        group, size = [first], first.size
        while size < MOST_BYTES and len(group) < MOST_REQUESTS:
            try:
                following = self._queue.get_nowait()
            except Empty:
                break
            if following is None:
                self._queue.put(None)
                break
            group.append(following)
            size += following.size
        return group

    def _store(self, name: str, writings: list[Writing]) -> list[_Outcome]:
        try:
            outcomes: list[_Outcome] = [*self._streams(name).append(writings)]
        except InvalidRecordError as error:
            if len(writings) == 1:
                return [error]
            return [outcome for writing in writings for outcome in self._store(name, [writing])]
        except Exception as error:  # noqa: BLE001 - each request is answered, and the thread goes on
            return [error] * len(writings)
        refused = sum(len(one.errors) for one in outcomes if isinstance(one, Written))
        self._told.put(name, sum(map(len, (writing.entries for writing in writings))) - refused, refused)
        return outcomes


def _settle(together: list[_Waiting], outcomes: list[_Outcome]) -> None:
    """Hands the outcomes to the loop of the requests, in one call."""
    loop = together[0].future.get_loop()

    def settle() -> None:
        for waiting, outcome in zip(together, outcomes, strict=True):
            if waiting.future.done():  # its client went away
                continue
            if isinstance(outcome, Exception):
                waiting.future.set_exception(outcome)
            else:
                waiting.future.set_result(outcome)

    loop.call_soon_threadsafe(settle)
