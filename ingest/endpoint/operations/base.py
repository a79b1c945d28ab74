"""Holds the parts that operations share: names of streams in requests, permissions, and the form of a shard."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ingest.endpoint.errors import ACCOUNT, invalid
from ingest.endpoint.iterators import Iterators
from ingest.endpoint.validation import Fields, Flag, Kind, Text, Whole
from streams.backends.embedded.administration import Administration, ShardRow
from streams.core import clock

NAME = "[a-zA-Z0-9_.-]+"
STREAM_NAME = Text(NAME, 1, 128)
STREAM_ARN = Text(r"arn:aws.*:kinesis:.*:\d{12}:stream/\S+", 1, 2048)
SHARD_ID = Text(NAME, 1, 128)
SEQUENCE_NUMBER = Text(r"0|([1-9]\d{0,128})")
HASH_KEY = Text(r"0|([1-9]\d{0,38})")
TOKEN = Text("", 1, 1_048_576)
PAGE = Whole(1, 10_000)
# A request with DryRun is only checked.
DRY: dict[str, Kind] = {"DryRun": Flag()}
BY_STREAM: dict[str, Kind] = {"StreamName": STREAM_NAME, "StreamARN": STREAM_ARN}

READ, WRITE, MANAGE = "read:streams", "write:streams", "manage:streams"
ANY = (READ, WRITE, MANAGE)

Arguments = Mapping[str, Any]


class Store(NamedTuple):
    """Holds the store that the operations work on."""

    open: Callable[[str], Administration]  # the stream of a name, for this thread
    names: Callable[[], list[str]]
    iterators: Iterators
    now: clock.Clock


class Call(NamedTuple):
    """Holds one request after its checks."""

    arguments: Arguments
    stream: str  # "" if it is about none
    region: str
    store: Store
    sees: Callable[[str], bool]  # whether the key may see the stream of a name

    @property
    def opened(self) -> Administration:
        return self.store.open(self.stream)

    def arn(self, stream: str = "") -> str:
        return f"arn:aws:kinesis:{self.region}:{ACCOUNT}:stream/{stream or self.stream}"


Answer = dict[str, Any]
Name = Callable[[Arguments, Store], str]


def named(arguments: Arguments, _: Store) -> str:
    """Returns the stream of a request, given by name or by ARN. Raises ApiError."""
    name: str | None = arguments.get("StreamName")
    arn: str = arguments.get("StreamARN") or ""
    of_arn = arn.partition(":stream/")[2]
    if arn and not re.fullmatch("[a-zA-Z0-9_.-]{1,128}", of_arn):
        raise invalid(f"The StreamARN {arn[:200]} is not that of a stream.")
    found = name or of_arn
    if not found:
        raise invalid("Either StreamName or StreamARN should be provided.")
    if name and of_arn and name != of_arn:
        raise invalid("StreamName and StreamARN name different streams.")
    return found


def no_name(_: Arguments, __: Store) -> str:
    return ""


class Operation(NamedTuple):
    """Describes an operation. A key must have one of the scopes, for the stream that `name` finds."""

    fields: Fields
    scopes: tuple[str, ...]
    run: Callable[[Call], Answer]
    name: Name = named


def shard_answer(shard: ShardRow) -> Answer:
    numbers = {"StartingSequenceNumber": str(shard.starts)}
    if shard.closed:
        numbers["EndingSequenceNumber"] = str(shard.ends)
    parents = zip(("ParentShardId", "AdjacentParentShardId"), shard.parents, strict=False)
    return {
        "ShardId": shard.id,
        **dict(parents),
        "HashKeyRange": {"StartingHashKey": str(shard.hash_start), "EndingHashKey": str(shard.hash_end)},
        "SequenceNumberRange": numbers,
    }
