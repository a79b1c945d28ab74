"""Changes streams as people ask: on pages, and by `manage.py streams`. Every function may raise StreamError."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple

import msgspec
from django.conf import settings

from streams import wiring
from streams.backends.embedded.administration import Administration
from streams.backends.embedded.appending import Writing
from streams.backends.embedded.stream import EmbeddedStream
from streams.backends.embedded.url import parse_embedded
from streams.core import names
from streams.core.records import InvalidRecordError, StreamError, StreamNotFoundError
from streams.engine import signals
from streams.models import Audit
from streams.operations import retention

MOST_SHARDS = 500  # that a page makes: an embedded stream of more is slower, not faster
MOST_HOURS = 8760  # of retention: a year, the most that Kinesis keeps
MOST_TYPED = 65_536  # bytes of a record put by hand
TARGET = 200  # characters of the audit's column


class Put(NamedTuple):
    """Says where a record is stored; `number` is its sequence number as the service writes it."""

    shard: str
    sequence: int
    number: str


def create(name: str, shards: int, hours: int | None = None, *, waits: bool = True) -> None:
    """Makes a stream; `hours` of retention, or the service's default.

    Without `waits`, Kinesis makes it after this returns, and the retention cannot be set yet. Raises
    StreamExistsError.
    """
    with _operated(name, waits=waits) as stream:
        stream.create(shards)
        if hours is not None:
            stream.set_retention(hours)


def split(name: str, shard: str) -> list[str]:
    """Splits a shard in the middle of its range. Returns its children, as far as they are there already."""
    with _operated(name, waits=False) as stream:
        stream.split(shard)
        return [each.id for each in stream.describe().shards if shard in each.parents]


def merge(name: str, shard: str, neighbour: str) -> list[str]:
    """Merges two shards with ranges that touch. Returns their child, if it is there already."""
    with _operated(name, waits=False) as stream:
        stream.merge(shard, neighbour)
        return [each.id for each in stream.describe().shards if {shard, neighbour} == set(each.parents)]


def reshard(name: str, count: int, *, waits: bool = False) -> int:
    """Makes `count` open shards of equal ranges. Returns how many there were."""
    with _operated(name, waits=waits) as stream:
        before: int = stream.reshard(count)
        return before


def delete(name: str) -> str:
    """Deletes a stream with its leases. Returns a sentence about leases that are left, "" if none are."""
    try:
        with _operated(name, waits=False) as stream:
            stream.delete()
    except StreamNotFoundError:
        if not retention.forget_leases(name):
            raise
        return ""
    try:
        retention.forget_leases(name)
    except StreamError as error:
        return str(error)
    return ""


def put(name: str, key: str, data: bytes) -> Put:
    """Puts one record, under the rules of every put. Raises InvalidRecordError."""
    if fault := names.key_fault(key):
        raise InvalidRecordError(fault)
    _utf_8(key, "partition key")
    stream: Any = wiring.open_stream(name)
    if isinstance(stream, EmbeddedStream):
        with closing(stream):
            [written] = stream.append([Writing([(key, data)])])
        if written.errors:
            raise StreamError(f"The record was not stored ({written.errors[0]}); try again in a second.")
        shard, sequence = written.shards[0], written.sequences[0]
    else:
        with _operated(name, waits=False) as stream:
            shard, sequence = stream.put_one(key, data)
    signals.put.send(put, stream=name, records=1)
    return Put(shard, sequence, stream.sequence_text(sequence))


def typed(text: str, *, as_json: bool) -> bytes:
    """Returns the bytes of a record that a person typed. Raises ValueError or StreamError for people."""
    text = text.replace("\r\n", "\n")
    data = _utf_8(text, "record")
    if not data:
        raise ValueError("The record is empty: write its data.")
    if len(data) > MOST_TYPED:
        raise ValueError(f"The record has {len(data):,} bytes; {MOST_TYPED:,} can be put by hand.")
    if as_json:
        try:
            msgspec.json.decode(data, type=msgspec.Raw)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ValueError(f"That is no JSON: {error}. Mend it, or put it as text.") from None
    return data


def _utf_8(text: str, noun: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        says = f"The {noun} holds half a character (a lone surrogate), which UTF-8 cannot write."
        raise InvalidRecordError(says) from None


def whole(text: str, most: int, noun: str) -> int:
    """Returns a whole number from 1 to `most`. Raises ValueError with a sentence for people, about `noun`."""
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()) or not 1 <= int(text) <= most:
        raise ValueError(f"{noun} is a whole number from 1 to {most:,}.")
    return int(text)


def note(who: str, action: str, target: str, count: int) -> None:
    """Adds a row to the audit."""
    Audit.objects.create(who=who, action=action, target=target[:TARGET], count=count)


@contextmanager
def _operated(name: str, *, waits: bool) -> Iterator[Any]:
    if wiring.is_kinesis():
        from streams.backends.kinesis.operating import open_operated  # noqa: PLC0415 - boto3 takes long to import

        yield open_operated(settings.STREAM_URL, name, waits=waits)
        return
    stream = Administration(parse_embedded(settings.STREAM_URL).path, name, limited=False)
    try:
        yield stream
    finally:
        stream.close()
