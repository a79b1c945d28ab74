"""Puts the records of requests into streams. Streams that are open stay open for the next request."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import NamedTuple

from ingest.http.reading import Records
from ingest.http.refusals import RefusedError
from streams.backends.embedded.appending import Writing, Written
from streams.backends.embedded.stream import EmbeddedStream
from streams.core import names
from streams.core.records import (
    InvalidRecordError,
    StreamDownError,
    StreamError,
    StreamNotFoundError,
)
from streams.wiring import is_kinesis, open_stream

MOST_IDLE = 16  # open streams that wait for a request; each has a connection to its file
RETRY = {"Retry-After": "1"}


class Stored(NamedTuple):
    """Holds the outcome of each record of a request: their shards and numbers, "" and 0 for one that was refused.

    `located` is False where the stream does not tell the places of records.
    """

    written: Written
    located: bool = True


class Pool:
    """Keeps embedded streams open. A stream serves one request at a time."""

    def __init__(self, most: int = MOST_IDLE) -> None:
        self._most = most
        self._idle: list[EmbeddedStream] = []  # the least recently used first
        self._lock = Lock()

    @contextmanager
    def stream(self, name: str) -> Iterator[EmbeddedStream]:
        """Lends a stream. It is closed after an error, because its file may have been replaced."""
        stream = self._take(name)
        try:
            yield stream
        except BaseException:
            stream.close()
            raise
        self._give_back(stream)

    def _take(self, name: str) -> EmbeddedStream:
        with self._lock:
            for place, stream in enumerate(self._idle):
                if stream.name == name:
                    return self._idle.pop(place)
        opened = open_stream(name)
        assert isinstance(opened, EmbeddedStream)
        return opened

    def _give_back(self, stream: EmbeddedStream) -> None:
        with self._lock:
            self._idle.append(stream)
            spare = self._idle.pop(0) if len(self._idle) > self._most else None
        if spare:
            spare.close()

    def close(self) -> None:
        """Closes the idle streams."""
        with self._lock:
            idle, self._idle = self._idle, []
        for stream in idle:
            stream.close()


pool = Pool()  # of this process


def store(name: str, records: Records, receipt: str, digest: str) -> Stored:
    """Puts the records, and the receipt of the request if it has one. Raises RefusedError if none is stored."""
    entries = list(zip(records.keys, records.datas, strict=True))
    try:
        if is_kinesis():
            open_stream(name).put(entries)
            return Stored(Written([""] * len(entries), [0] * len(entries)), located=False)
        with pool.stream(name) as stream:
            [written] = stream.append([Writing(entries, receipt=receipt, digest=digest)])
    except StreamNotFoundError:
        raise RefusedError(
            404, "stream", f"There is no stream {name!r}; staff can create it on the page Streams."
        ) from None
    except InvalidRecordError as error:
        raise RefusedError(400, "record", str(error)) from None
    except StreamDownError as error:
        raise RefusedError(503, "down", f"{error} Send the request again.", {"Retry-After": "5"}) from None
    except StreamError as error:
        raise RefusedError(503, "down", str(error), {"Retry-After": "5"}) from None
    _check(written)
    return Stored(written)


def _check(written: Written) -> None:
    """Raises RefusedError if nothing was stored."""
    if written.mismatch:
        says = "Another request had this Idempotency-Key: give each request a key of its own."
        raise RefusedError(422, "idempotency", says)
    if written.errors and not any(written.shards):
        says = "The stream takes no more at the moment; nothing was stored. Send the request again."
        raise RefusedError(429, "full", says, RETRY)


def check_name(name: str) -> None:
    """Raises RefusedError for a name that no stream can have."""
    if not names.is_stream(name):
        raise RefusedError(404, "stream", names.stream_fault(name))
