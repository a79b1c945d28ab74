"""Implements the stream interface for Amazon Kinesis Data Streams.

Only this package knows boto3. Credentials come from boto3's own chain, never from us.
"""

import random
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from common.running import to_run
from streams.backends.kinesis.calls import Calls
from streams.backends.kinesis.putting import put
from streams.backends.kinesis.reading import SUB_BITS, ShardReader
from streams.backends.kinesis.url import connect, parse_url
from streams.backends.retrying import Backoff, Waiting
from streams.core import clock
from streams.core.records import (
    IDENTITY,
    Description,
    Entry,
    Page,
    Position,
    Shard,
    ShardGoneError,
    StreamError,
    StreamNotFoundError,
    StreamRemadeError,
)

CHANGE_SECONDS = 300.0  # limit for a change of the stream itself; creating one takes about 30 s
LOOK_SECONDS = 2.0  # most seconds between two looks at the progress of a change
SUMMARY_SECONDS = 10.0  # between two requests for status and retention: an account may make 20 a second
CLOCK_SECONDS = 60.0  # without any answer, after which a call is made to learn Kinesis' time
READ_SECONDS = 0.2  # between reads of a shard
WAITING = Waiting(time.monotonic, time.sleep, random.random)


class _First(NamedTuple):
    """Holds a shard and its StartingSequenceNumber."""

    shard: str
    sequence: str


class KinesisStream:
    """Accesses one stream through a boto3 client. Not for several threads at once."""

    def __init__(
        self,
        name: str,
        client: Any,
        *,
        waiting: Waiting = WAITING,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self.name = name
        self._calls = Calls(client, name, waiting)
        self._read_seconds = read_seconds
        self._readers: dict[str, tuple[str, ShardReader]] = {}  # with the identity of each reader's stream
        self._digits = 0
        self._summary: dict[str, Any] = {}
        self._next_summary = float("-inf")
        self._identity = ""
        self._firsts: set[_First] = set()  # first shards of the stream of that identity

    @classmethod
    def names(cls, client: Any) -> list[str]:
        """Returns the streams of a region, sorted by name."""
        calls = cls("", client)._calls
        answer = calls.patiently("list_streams")
        names: list[str] = answer["StreamNames"]
        while answer["HasMoreStreams"] and names:
            answer = calls.patiently("list_streams", ExclusiveStartStreamName=names[-1])
            names += answer["StreamNames"]
        return sorted(names)

    def create(self, shards: int = 1) -> None:
        self._calls("create_stream", StreamName=self.name, ShardCount=shards)
        self._readers.clear()
        self._wait_for("ACTIVE")

    def describe(self) -> Description:
        if self._calls.waiting.monotonic() >= self._next_summary:
            self._summarise()
        shards, firsts = self._list_shards()
        while not firsts & self._firsts:  # the stream was recreated, or is seen for the first time
            self._firsts = firsts
            self._summarise()
            shards, firsts = self._list_shards()
        identity = _identity(self._summary, firsts)
        if identity != self._identity:
            self._readers.clear()
        self._firsts, self._identity = firsts, identity
        return Description(
            self.name,
            self._summary["StreamStatus"],
            self._summary["RetentionPeriodHours"],
            shards,
            self._identity,
        )

    def open_shards(self) -> int:
        """Returns the number of open shards, by one call."""
        self._summarise()
        return int(self._summary["OpenShardCount"])

    def delete(self) -> None:
        self._calls.patiently("delete_stream", StreamName=self.name)
        self._readers.clear()
        self._wait_for(None)

    def put(self, entries: Sequence[Entry]) -> None:
        """Puts as any stream does; if it fails midway, the error tells how many entries are not stored.

        A request that broke off without an answer is sent again, so a record may be stored twice in succession.
        """
        self.put_located(entries)

    def put_located(self, entries: Sequence[Entry]) -> list[str]:
        """Puts like `put`; returns the shard of each entry."""
        return put(entries, self._calls)

    def now(self) -> int:
        """Returns Kinesis' time: that of its last answer plus the time that has passed since."""
        if self._calls.clock.age() > CLOCK_SECONDS:
            self._summarise()
        found = self._calls.clock.now()
        if found is None:
            raise StreamError("Kinesis does not tell the time: its answers have no Date header.")
        return found

    def read(self, shard: str, position: Position, limit: int) -> Page:
        """Reads as any stream does; a call too early for Kinesis' limits returns an empty page, complete to None."""
        identity, reader = self._reader(shard)
        try:
            return reader.read(position, limit)._replace(identity=identity)
        except StreamRemadeError:
            self._readers.clear()  # they belong to the former stream
            raise

    def split(self, shard: str, at: int | None = None) -> None:
        parent = self._open_shard(shard)
        middle = (parent.hash_start + parent.hash_end + 1) // 2 if at is None else at
        if not parent.hash_start < middle <= parent.hash_end:
            raise StreamError(f"Shard {shard!r} cannot be split at {middle}, which is not inside its range.")
        self._calls.patiently("split_shard", StreamName=self.name, ShardToSplit=shard, NewStartingHashKey=str(middle))
        self._wait_for("ACTIVE")

    def merge(self, shard: str, neighbour: str) -> None:
        first, second = sorted(map(self._open_shard, (shard, neighbour)), key=lambda one: one.hash_start)
        if first.hash_end + 1 != second.hash_start:
            raise StreamError(f"Shards {shard!r} and {neighbour!r} cannot be merged: their ranges do not touch.")
        self._calls.patiently(
            "merge_shards", StreamName=self.name, ShardToMerge=first.id, AdjacentShardToMerge=second.id
        )
        self._wait_for("ACTIVE")

    def sequence_text(self, sequence: int) -> str:
        """Returns Kinesis' number; for a record inside an aggregate, a colon and its place there follow."""
        number, place = divmod(sequence, 1 << SUB_BITS)
        return f"{number}:{place}" if place else str(number)

    def _open_shard(self, shard: str) -> Shard:
        found = self._known(shard)
        if not found.open:
            raise StreamError(f"Shard {shard!r} of stream {self.name!r} is closed.")
        return found

    def _known(self, shard: str) -> Shard:
        for found in self.describe().shards:
            if found.id == shard:
                return found
        raise ShardGoneError(f"Stream {self.name!r} has no shard {shard!r}.")

    def _reader(self, shard: str) -> tuple[str, ShardReader]:
        if shard not in self._readers:
            found = self._known(shard)
            retention = self._summary["RetentionPeriodHours"] * 60 * clock.MINUTE
            confirm = partial(self._confirm, self._identity)
            self._readers[shard] = (
                self._identity,
                ShardReader(self._calls, found, self._digits, self._read_seconds, retention, confirm),
            )
        return self._readers[shard]

    def _confirm(self, identity: str) -> None:
        """Raises StreamRemadeError unless the name still leads to the stream of that identity."""
        if self.describe().identity != identity:
            raise StreamRemadeError(f"Stream {self.name!r} was deleted and made anew")

    def _list_shards(self) -> tuple[list[Shard], set[_First]]:
        """Returns the shards, and each one's first sequence number, which no shard of another stream has."""
        answer = self._calls.patiently("list_shards", StreamName=self.name)
        found: list[dict[str, Any]] = answer["Shards"]
        while token := answer.get("NextToken"):
            answer = self._calls.patiently("list_shards", NextToken=token)
            found += answer["Shards"]
        # Kinesis' sequence numbers have no leading zeros; MiniStack's have, and it compares them as text.
        firsts = [shard["SequenceNumberRange"]["StartingSequenceNumber"] for shard in found]
        self._digits = max((len(first) for first in firsts if first.startswith("0")), default=0)
        return sorted(map(_shard, found)), {
            _First(shard["ShardId"], first) for shard, first in zip(found, firsts, strict=True)
        }

    def _summarise(self) -> None:
        answer = self._calls.patiently("describe_stream_summary", StreamName=self.name)
        self._summary = answer["StreamDescriptionSummary"]
        if self._calls.clock.now() is None and "StreamCreationTimestamp" in self._summary:
            self._calls.clock.stamped(clock.from_datetime(self._summary["StreamCreationTimestamp"]))  # a lower bound
        self._next_summary = self._calls.waiting.monotonic() + SUMMARY_SECONDS

    def _wait_for(self, wanted: str | None) -> None:
        """Waits until the stream has the status (None: it is gone). Raises StreamError after CHANGE_SECONDS."""
        deadline = self._calls.waiting.monotonic() + CHANGE_SECONDS
        backoff = Backoff(lambda: 1, LOOK_SECONDS)
        while (status := self._status()) != wanted:
            if self._calls.waiting.monotonic() >= deadline:
                raise StreamError(
                    f"Stream {self.name!r} is still {status or 'not there'} after {CHANGE_SECONDS:.0f} s;"
                    f" look again with: {to_run('streams', 'status', self.name)}"
                )
            self._calls.waiting.pause(backoff.next())

    def _status(self) -> str | None:
        try:
            self._summarise()
        except StreamNotFoundError:
            self._next_summary = float("-inf")
            return None
        return str(self._summary["StreamStatus"])


def _shard(found: dict[str, Any]) -> Shard:
    hashes = found["HashKeyRange"]
    parents = (found.get("ParentShardId"), found.get("AdjacentParentShardId"))
    return Shard(
        found["ShardId"],
        int(hashes["StartingHashKey"]),
        int(hashes["EndingHashKey"]),
        tuple(parent for parent in parents if parent),
        "EndingSequenceNumber" not in found["SequenceNumberRange"],
    )


def _identity(summary: dict[str, Any], firsts: set[_First]) -> str:
    """Returns creation time and ARN; for an emulator without them, the first shard and its first sequence number."""
    created, arn = summary.get("StreamCreationTimestamp"), summary.get("StreamARN")
    if created is None or not arn:
        return f"kinesis:{':'.join(min(firsts))}"
    seconds = created.timestamp() if isinstance(created, datetime) else float(created)
    return f"kinesis:{seconds:.3f}:{arn}"[:IDENTITY]


def open_kinesis(url: str, name: str) -> KinesisStream:
    """Opens the named stream at the URL. Raises StreamError."""
    return KinesisStream(name, connect(parse_url(url)))


def kinesis_names(url: str) -> list[str]:
    """Returns the streams at the URL. Raises StreamError."""
    return KinesisStream.names(connect(parse_url(url)))
