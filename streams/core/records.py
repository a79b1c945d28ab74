"""What flows through the pipe, as plain data, and what can go wrong with it."""

import re
from collections.abc import Sequence
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import NamedTuple

from common.text import quoted
from streams.core import clock, moments

IDENTITY = 200  # characters at most, of a stream's identity
DIGITS = 80  # at most, in a number of a checkpoint: Kinesis' sequence numbers have 56, ours for them 62
# A record to be put: its partition key, its bytes. A bare tuple: a producer makes hundreds of thousands a second.
Entry = tuple[str, bytes]


class From(StrEnum):
    """Where reading starts: Kinesis' iterator types."""

    TRIM_HORIZON = "trim-horizon"
    LATEST = "latest"
    AT_TIMESTAMP = "at-timestamp"
    AFTER_SEQUENCE_NUMBER = "after-sequence-number"
    SHARD_END = "shard-end"  # a closed shard, read to its end: KCL's name for that checkpoint


class Position(NamedTuple):
    """A place in a shard. `value` is milliseconds for AT_TIMESTAMP, a sequence number for AFTER_SEQUENCE_NUMBER.

    `passed` counts the shard's records before the place, as the stream itself counts them; None where it does not.
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
        """Reads the text that str() makes. Raises ValueError."""
        found = _POSITION.fullmatch(text)
        if not found:
            raise ValueError(f"{text[:80]!r} is not a place in a shard")
        kind, value, passed = found.groups()
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
    """Returns what a checkpoint says: the position in each shard that it names, and that in all others.

    A whole stream's checkpoint names shards, as SHARD=PLACE with blanks between. Raises ValueError.
    """
    if "=" not in checkpoint:
        return {}, Position.parse(checkpoint)
    pairs = (place.partition("=") for place in checkpoint.split())
    return {shard: Position.parse(position) for shard, _, position in pairs}, TRIM_HORIZON


def parse_where(text: str, now: clock.Clock = clock.now, zone: tzinfo = UTC) -> Position:
    """Reads WHERE, as it is typed in the command line and on pages. Raises ValueError in words for people.

    A time without an offset is one of `zone`.
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
    """Records of one shard that arrived in the same millisecond, oldest first, as parallel columns of equal length."""

    arrived: int  # milliseconds
    sequences: Sequence[int]
    keys: list[str]
    datas: list[bytes]

    def slice(self, start: int, stop: int | None = None) -> "Batch":
        cut = slice(start, stop)
        return Batch(self.arrived, self.sequences[cut], self.keys[cut], self.datas[cut])


class Lost(NamedTuple):
    """Records that expired before they were read."""

    records: int | None  # how many; None where the service does not tell
    until: int  # milliseconds: none of them arrived after this


Record = tuple[int, int, str, str, bytes]  # arrived (ms), sequence, shard, partition key, data


class Place(NamedTuple):
    """A place among the records of all shards, which are in the order of arrival, then of sequence number."""

    arrived: int  # milliseconds
    sequence: int = 0

    def __str__(self) -> str:
        return f"{self.arrived}-{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The inverse of str(). Raises ValueError."""
        arrived, _, sequence = text.partition("-")
        if not (re.fullmatch("[0-9]{1,14}", arrived) and re.fullmatch("[0-9]{1,99}", sequence)):
            raise ValueError(f"{text[:40]!r} is no place in a stream")
        return cls(int(arrived), int(sequence))


class Page(NamedTuple):
    """One answer to a read."""

    batches: list[Batch]
    watermark: int | None  # at the tip: records still to come will not be stamped before this millisecond
    ended: bool = False  # the shard is closed and this was its end
    identity: str = ""  # of the stream that was read, as Description has it; "" where nothing was asked
    begins: int | None = None  # records that the shard held before this page's first one; None where nobody counts
    lost: Lost | None = None  # records that expired between the place that was asked for and this page


class Shard(NamedTuple):
    """A range of the 128-bit space into which partition keys are hashed."""

    id: str
    hash_start: int
    hash_end: int  # inclusive
    parents: tuple[str, ...] = ()
    open: bool = True
    records: int | None = None  # held now; None where the service does not say


class Description(NamedTuple):
    """`identity` tells the stream from every other one that had or will have its name; at most 200 characters."""

    name: str
    status: str  # ACTIVE, or what Kinesis says
    retention_hours: int
    shards: list[Shard]
    identity: str = ""  # "" where it is not known
    dropped: dict[str, int] = {}  # by shard that is gone: the records that it ever held, where the stream counts them


def unread(shard: str, passed: int | None, found: Description, now: int) -> Lost | None:
    """Returns what a reader that had passed so many records did not read of a shard that is gone; None for nothing."""
    held = found.dropped.get(shard)
    records = None if held is None or passed is None else max(0, held - passed)
    return None if records == 0 else Lost(records, now)


def lost_in_words(lease: str, lost: Lost, since: int) -> str:
    """Returns the sentence for the log; `since` is in milliseconds, 0 where nothing had been read."""
    number = "An unknown number of records" if lost.records is None else f"{lost.records} records"
    began = f"after {clock.to_iso(since)} and " if since else ""
    return (
        f"{number} that arrived {began}up to {clock.to_iso(lost.until)} expired before {lease} read them, and are lost."
        " Keep workers running, or raise the stream's retention"
    )


WHOLE = "*"  # in place of a shard: a whole stream, leased as one


class StreamError(Exception):
    """The stream service failed or refused; the message is a sentence for people."""


class StreamDownError(StreamError):
    """The stream cannot be read or written just now, as when its disk is full or nobody answers; later it may be.

    `left`: what of a put is not in, in order; None for all of it.
    """

    def __init__(self, message: str, left: Sequence[Entry] | None = None) -> None:
        super().__init__(message)
        self.left = left


class StreamNotFoundError(StreamError):
    """No stream of that name."""


class StreamRemadeError(StreamError):
    """The name leads to another stream now than the one that was asked for: it was deleted and made anew."""


class ShardGoneError(StreamError):
    """The stream has no such shard, or no longer: it expired, or the stream was made anew."""


class ShardError(StreamError):
    """One shard cannot be read from this place: its checkpoint or its records are damaged. Other shards may be read."""


class StreamExistsError(StreamError):
    """There is a stream of that name already."""


class InvalidRecordError(StreamError):
    """A record that no shard would take: too large, or a bad partition key."""


class DeadRecord(NamedTuple):
    """A record that cannot be applied, and why.

    `reduced`: the store refused the whole record, so it keeps only what any database takes of it, and says so.
    """

    sequence: int
    arrived: int  # milliseconds
    key: str
    data: bytes
    error: str
    attempts: int
    reduced: bool = False
