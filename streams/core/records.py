"""Defines the plain data that passes through the pipe (records, positions, shards), and the errors of streams."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import NamedTuple

from common.text import quoted
from streams.core import clock, moments

IDENTITY = 200  # most characters of a stream's identity
DIGITS = 80  # most digits of a number in a checkpoint: Kinesis' sequence numbers have 56, our numbers for them 62
# A record for a put: its partition key, its bytes. A bare tuple: a producer makes hundreds of thousands a second.
Entry = tuple[str, bytes]

# Takes the name of a stream and the checkpoints of its leases; returns waiting records by lease, or {} and the reason.
CountWaiting = Callable[[str, Mapping[str, str]], tuple[dict[str, int], str]]


class From(StrEnum):
    """Names the kinds of positions where reading can start: Kinesis' iterator types."""

    TRIM_HORIZON = "trim-horizon"
    LATEST = "latest"
    AT_TIMESTAMP = "at-timestamp"
    AFTER_SEQUENCE_NUMBER = "after-sequence-number"
    SHARD_END = "shard-end"  # a closed shard, read to its end: KCL's name for that checkpoint


class Position(NamedTuple):
    """Describes a place in a shard. `value` is milliseconds for AT_TIMESTAMP, a number for AFTER_SEQUENCE_NUMBER.

    `passed` is how many of the shard's records lie before the place; None if the stream does not count them.
    """

    kind: From
    value: int = 0
    passed: int | None = None

    def __str__(self) -> str:
        has_value = self.kind in (From.AT_TIMESTAMP, From.AFTER_SEQUENCE_NUMBER)
        text = f"{self.kind}:{self.value}" if has_value else self.kind.value
        return text if self.passed is None else f"{text}/{self.passed}"

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Parses the output of str(). Raises ValueError."""
        match = _POSITION.fullmatch(text)
        if not match:
            raise ValueError(f"{text[:80]!r} is not a place in a shard")
        kind, value, passed = match.groups()
        return cls(From(kind), int(value or 0), None if passed is None else int(passed))


_KINDS = "|".join(From)
_POSITION = re.compile(rf"({_KINDS})(?::([0-9]{{1,{DIGITS}}}))?(?:/([0-9]{{1,18}}))?")
TRIM_HORIZON = Position(From.TRIM_HORIZON)
LATEST = Position(From.LATEST)
SHARD_END = Position(From.SHARD_END)


def after(sequence: int, passed: int | None = None) -> Position:
    return Position(From.AFTER_SEQUENCE_NUMBER, sequence, passed)


def at(milliseconds: int) -> Position:
    return Position(From.AT_TIMESTAMP, milliseconds)


def parse_checkpoint(checkpoint: str) -> tuple[dict[str, Position], Position]:
    """Parses a checkpoint: returns the positions by shard, and the position for all other shards.

    A whole stream's checkpoint names shards, as SHARD=PLACE with blanks between. Raises ValueError.
    """
    if "=" not in checkpoint:
        return {}, Position.parse(checkpoint)
    pairs = (place.partition("=") for place in checkpoint.split())
    return {shard: Position.parse(position) for shard, _, position in pairs}, TRIM_HORIZON


def parse_where(text: str, now: clock.Clock = clock.now, zone: tzinfo = UTC) -> Position:
    """Parses the WHERE of the command line and of pages. Raises ValueError in words for people.

    A time without an offset is in `zone`.
    """
    if text in (From.TRIM_HORIZON, From.LATEST):
        return Position(From(text))
    try:
        return at(moments.parse(text, now, zone))
    except ValueError:
        raise ValueError(
            f"{quoted(text)} is neither trim-horizon, latest, a time such as 2026-11-22T14:00:00Z,"
            " nor a time ago such as 15m, now-1h or 10 minutes ago"
        ) from None


class Batch(NamedTuple):
    """Holds records of one shard that arrived in the same millisecond, oldest first, as columns of equal length."""

    arrived: int  # milliseconds
    sequences: Sequence[int]
    keys: list[str]
    datas: list[bytes]

    def slice(self, start: int, stop: int | None = None) -> "Batch":
        cut = slice(start, stop)
        return Batch(self.arrived, self.sequences[cut], self.keys[cut], self.datas[cut])


class Lost(NamedTuple):
    """Counts records that expired before they were read."""

    records: int | None  # None if the service does not tell the number
    until: int  # milliseconds: none of them arrived after this


Record = tuple[int, int, str, str, bytes]  # arrived (ms), sequence, shard, partition key, data


class Place(NamedTuple):
    """Describes a place in the records of all shards, which are ordered by arrival, then by sequence number."""

    arrived: int  # milliseconds
    sequence: int = 0

    def __str__(self) -> str:
        return f"{self.arrived}-{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Parses the output of str(). Raises ValueError."""
        arrived, _, sequence = text.partition("-")
        if not (re.fullmatch("[0-9]{1,14}", arrived) and re.fullmatch("[0-9]{1,99}", sequence)):
            raise ValueError(f"{text[:40]!r} is no place in a stream")
        return cls(int(arrived), int(sequence))


class Page(NamedTuple):
    """Holds the answer to one read."""

    batches: list[Batch]
    watermark: int | None  # at the tip: no later record will be stamped before this millisecond
    ended: bool = False  # the shard is closed and this page reaches its end
    identity: str = ""  # Description.identity of the stream that was read; "" if the service was not asked
    begins: int | None = (
        None  # how many of the shard's records came before this page; None if the stream does not count
    )
    lost: Lost | None = None  # records that expired between the requested position and this page


class Shard(NamedTuple):
    """Describes a range of the 128-bit space of partition key hashes."""

    id: str
    hash_start: int
    hash_end: int  # inclusive
    parents: tuple[str, ...] = ()
    open: bool = True
    records: int | None = None  # held now; None if the service does not say


class Description(NamedTuple):
    """Describes a stream.

    `identity` differs from that of any other stream of this name, earlier or later; at most 200 characters.
    """

    name: str
    status: str  # ACTIVE, or another status of Kinesis
    retention_hours: int
    shards: list[Shard]
    identity: str = ""  # "" if it is not known
    dropped: dict[str, int] = {}  # total records of each removed shard, if the stream counts them


def unread(shard: str, passed: int | None, stream: Description, now: int) -> Lost | None:
    """Returns the records of a removed shard that a reader missed after the first `passed`; None if it missed none."""
    held = stream.dropped.get(shard)
    records = None if held is None or passed is None else max(0, held - passed)
    return None if records == 0 else Lost(records, now)


def lost_in_words(lease: str, lost: Lost, since: int) -> str:
    """Returns the sentence for the log; `since` is in milliseconds, 0 if nothing had been read."""
    number = "An unknown number of records" if lost.records is None else f"{lost.records} records"
    began = f"after {clock.to_iso(since)} and " if since else ""
    return (
        f"{number} that arrived {began}up to {clock.to_iso(lost.until)} expired before {lease} read them, and are lost."
        " Keep workers running, or raise the stream's retention"
    )


EMBEDDED = "embedded:"  # begins the identity of an embedded stream, whose sequence numbers have at most 63 bits
WHOLE = "*"  # stands for a shard in the lease of a whole stream


class StreamError(Exception):
    """Means that the stream service failed or refused; the message is a sentence for people."""


class StreamDownError(StreamError):
    """Means that the stream cannot be read or written now, for example on a full disk; a retry may succeed.

    `left` holds the records of a put that were not stored, in order; None if none were stored.
    """

    def __init__(self, message: str, left: Sequence[Entry] | None = None) -> None:
        super().__init__(message)
        self.left = left


class StreamNotFoundError(StreamError):
    """Means that there is no stream of that name."""


class StreamRemadeError(StreamError):
    """Means that the stream was deleted and created anew, so that the name now leads to another stream."""


class ShardGoneError(StreamError):
    """Means that the stream does not have this shard: it expired, or the stream was created anew."""


class ShardError(StreamError):
    """Means that a shard cannot be read at a place: its checkpoint or records are damaged. Others may be readable."""


class DeniedError(StreamError):
    """Means that the account of the stream service may not do this."""


class StreamExistsError(StreamError):
    """Means that a stream of that name already exists."""


class InvalidRecordError(StreamError):
    """Means that no shard would accept the record: it is too large, or has a bad partition key."""


class DeadRecord(NamedTuple):
    """Holds a record that cannot be applied, and the reason.

    `reduced`: the store refused the whole record, so it stores only the parts that any database accepts, and says so.
    `records`: how many records it stands for (streams/engine/refusals.py); `data` is then an aggregate of them.
    """

    sequence: int
    arrived: int  # milliseconds
    key: str
    data: bytes
    error: str
    attempts: int
    reduced: bool = False
    records: int = 1


def number_of(dead: Sequence[DeadRecord]) -> int:
    """Returns how many records dead records stand for."""
    return sum(each.records for each in dead)
