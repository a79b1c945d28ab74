"""What flows through the pipe, as plain data, and what can go wrong with it."""

import re
from collections.abc import Sequence
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import NamedTuple

from streams import clock, moments

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
    """A place in a shard. `value` is milliseconds for AT_TIMESTAMP, a sequence number for AFTER_SEQUENCE_NUMBER."""

    kind: From
    value: int = 0

    def __str__(self) -> str:
        has_value = self.kind in (From.AT_TIMESTAMP, From.AFTER_SEQUENCE_NUMBER)
        return f"{self.kind}:{self.value}" if has_value else self.kind.value

    @classmethod
    def parse(cls, text: str) -> "Position":
        """The inverse of str(). Raises ValueError."""
        kind, _, value = text.partition(":")
        return cls(From(kind), int(value or 0))


TRIM_HORIZON = Position(From.TRIM_HORIZON)
LATEST = Position(From.LATEST)
SHARD_END = Position(From.SHARD_END)


def after(sequence: int) -> Position:
    return Position(From.AFTER_SEQUENCE_NUMBER, sequence)


def at(milliseconds: int) -> Position:
    return Position(From.AT_TIMESTAMP, milliseconds)


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
            f"{text!r} is neither trim-horizon, latest, a time such as 2026-11-22T14:00:00Z,"
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
    complete_to: int | None  # at the tip: records still to come will not be stamped before this millisecond
    ended: bool = False  # the shard is closed and this was its end


class Shard(NamedTuple):
    """A range of the 128-bit space into which partition keys are hashed."""

    id: str
    hash_start: int
    hash_end: int  # inclusive
    parents: tuple[str, ...] = ()
    open: bool = True
    records: int | None = None  # held now; None where the service does not say


class Description(NamedTuple):
    name: str
    status: str  # ACTIVE, or what Kinesis says
    retention_hours: int
    shards: list[Shard]


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
