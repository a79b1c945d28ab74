"""Puts the records of requests into streams."""

from typing import NamedTuple

from common.running import to_run
from ingest.http.grouping import Lines
from ingest.http.reading import Records
from ingest.http.refusals import RefusedError
from streams.backends.embedded.appending import Writing, Written
from streams.backends.embedded.limits import A_SECOND, NEVER, RECORDS
from streams.backends.embedded.stream import EmbeddedStream
from streams.core import names
from streams.core.records import (
    InvalidRecordError,
    StreamDownError,
    StreamError,
    StreamNotFoundError,
)
from streams.wiring import is_kinesis, open_stream

RETRY = {"Retry-After": "1"}


class Stored(NamedTuple):
    """Holds the outcome of each record of a request: their shards and numbers, "" and 0 for one that was refused.

    `located` is False where the stream does not tell the places of records.
    """

    written: Written
    located: bool = True


def _open(name: str) -> EmbeddedStream:
    opened = open_stream(name)
    assert isinstance(opened, EmbeddedStream)
    return opened


lines = Lines(_open)  # of this process


def store(name: str, records: Records, receipt: str, digest: str) -> Stored:
    """Puts the records, and the receipt of the request if it has one. Raises RefusedError if none is stored."""
    entries = list(zip(records.keys, records.datas, strict=True))
    try:
        if is_kinesis():
            open_stream(name).put(entries)
            return Stored(Written([""] * len(entries), [0] * len(entries)), located=False)
        written = lines.put(name, Writing(entries, receipt=receipt, digest=digest))
    except StreamNotFoundError:
        line = to_run("streams", "create", name)
        says = f"There is no stream {name!r}. An operator can create it: {line}"
        raise RefusedError(404, "stream", says) from None
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
    if NEVER in written.errors.values():
        says = (
            "A request with an Idempotency-Key is stored whole, and a shard of this stream takes at most"
            f" {A_SECOND[RECORDS]:,.0f} records and 1 MiB a second: send it in parts, each with a key of its own."
        )
        raise RefusedError(413, "limits", says)
    if written.errors and not any(written.shards):
        says = "The stream takes no more at the moment; nothing was stored. Send the request again."
        raise RefusedError(429, "full", says, RETRY)


def check_name(name: str) -> None:
    """Raises RefusedError for a name that no stream can have."""
    if not names.is_stream(name):
        raise RefusedError(404, "stream", names.stream_fault(name))
