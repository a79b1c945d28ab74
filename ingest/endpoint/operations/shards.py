"""Lists, splits and merges the shards of a stream, and changes their number."""

from collections.abc import Callable
from typing import Any

import msgspec

from ingest.endpoint.errors import ACCOUNT, ApiError, beyond_limit, invalid
from ingest.endpoint.iterators import Token
from ingest.endpoint.operations.base import (
    ANY,
    BY_STREAM,
    HASH_KEY,
    MANAGE,
    PAGE,
    SHARD_ID,
    TOKEN,
    Answer,
    Arguments,
    Call,
    Operation,
    Store,
    named,
    shard_answer,
)
from ingest.endpoint.operations.reading import find_shard
from ingest.endpoint.operations.streams import check_shards
from ingest.endpoint.validation import Choice, Fields, Time, Whole
from streams.backends.embedded.administration import RefusedError, ShardRow
from streams.core.records import StreamError, StreamNotFoundError

FILTERS = ("AFTER_SHARD_ID", "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST", "AT_TIMESTAMP", "FROM_TIMESTAMP")
FILTER = Fields({"Type": Choice(FILTERS), "ShardId": SHARD_ID, "Timestamp": Time()}, ("Type",))
MOST_LISTED = 1000


def list_shards(call: Call) -> Answer:
    arguments = call.arguments
    if token := arguments.get("NextToken"):
        opened = call.store.iterators.open_token(token, "ListShards", call.store.now())
        after, condition = opened.after, msgspec.json.decode(opened.condition)
    else:
        after, condition = arguments.get("ExclusiveStartShardId", ""), arguments.get("ShardFilter", {})
        _check_filter(condition)
    limit = arguments.get("MaxResults", MOST_LISTED)
    left = [shard for shard in _filtered(call, condition) if shard.id > after]
    answer: Answer = {"Shards": [shard_answer(shard) for shard in left[:limit]]}
    if len(left) > limit:
        text = msgspec.json.encode(condition).decode()
        answer["NextToken"] = call.store.iterators.seal_token(
            Token("ListShards", call.stream, left[limit - 1].id, call.store.now(), text)
        )
    return answer


def _check_filter(condition: dict[str, Any]) -> None:
    kind = condition.get("Type", "")
    if (kind == "AFTER_SHARD_ID") != ("ShardId" in condition):
        raise invalid("The ShardId of a ShardFilter is required with the type AFTER_SHARD_ID, and with no other.")
    if kind.endswith("_TIMESTAMP") != ("Timestamp" in condition):
        raise invalid("The Timestamp of a ShardFilter is required with AT_TIMESTAMP and FROM_TIMESTAMP only.")


def _filtered(call: Call, condition: dict[str, Any]) -> list[ShardRow]:
    stream = call.opened
    shards, properties = stream.shards(), stream.properties()
    horizon = max(stream.now() - properties.retention, properties.created)
    timestamp = max(condition.get("Timestamp", 0), horizon)
    match condition.get("Type", ""):
        case "AFTER_SHARD_ID":
            return [shard for shard in shards if shard.id > condition["ShardId"]]
        case "AT_LATEST":
            return [shard for shard in shards if not shard.closed]
        case "AT_TRIM_HORIZON":
            return [shard for shard in shards if _open_at(shard, horizon)]
        case "AT_TIMESTAMP":
            return [shard for shard in shards if _open_at(shard, timestamp)]
        case "FROM_TIMESTAMP":
            return [shard for shard in shards if not shard.closed or shard.closed >= timestamp]
        case _:
            return shards


def _open_at(shard: ShardRow, moment: int) -> bool:
    return shard.created <= moment and (not shard.closed or shard.closed > moment)


def _of_list(arguments: Arguments, store: Store) -> str:
    token = arguments.get("NextToken")
    if not token:
        return named(arguments, store)
    if arguments.keys() & {"StreamName", "StreamARN", "ExclusiveStartShardId", "ShardFilter"}:
        raise invalid("NextToken and StreamName cannot be provided together.")
    return store.iterators.open_token(token, "ListShards", store.now()).stream


def split_shard(call: Call) -> Answer:
    shard = _open_shard(call, call.arguments["ShardToSplit"])
    check_shards(call, 1)
    at = int(call.arguments["NewStartingHashKey"])
    if not shard.hash_start < at <= shard.hash_end:
        raise invalid(
            f"NewStartingHashKey {at} used in SplitShard() on shard {shard.id} in stream {call.stream} under account"
            f" {ACCOUNT} is not both greater than one plus the shard's StartingHashKey {shard.hash_start} and less than"
            f" the shard's EndingHashKey {shard.hash_end}."
        )
    return _reshard(call, lambda: call.opened.split(shard.id, at))


def merge_shards(call: Call) -> Answer:
    low, high = (_open_shard(call, call.arguments[name]) for name in ("ShardToMerge", "AdjacentShardToMerge"))
    if low.hash_end + 1 != high.hash_start and high.hash_end + 1 != low.hash_start:
        raise invalid(
            f"Shards {low.id} and {high.id} in stream {call.stream} under account {ACCOUNT} are not an adjacent pair of"
            " shards eligible for merging"
        )
    return _reshard(call, lambda: call.opened.merge(low.id, high.id))


def _open_shard(call: Call, name: str) -> ShardRow:
    shard = find_shard(call.opened, name)
    if shard.closed:
        raise invalid(
            f"Shard {name} in stream {call.stream} under account {ACCOUNT} has already been merged or split, and thus"
            " is not eligible for merging or splitting."
        )
    return shard


def _reshard(call: Call, change: Callable[[], object]) -> Answer:
    try:
        change()
    except StreamNotFoundError:
        raise
    except StreamError as error:  # another request closed the shard a moment ago
        if type(error) is not StreamError:
            raise
        raise ApiError("ResourceInUseException", f"Stream {call.stream}: {error}") from None
    return {}


def update_shard_count(call: Call) -> Answer:
    target = call.arguments["TargetShardCount"]
    now_open = call.opened.properties().open_shards
    check_shards(call, max(0, target - now_open))
    try:
        before, after = call.opened.scale(target)
    except RefusedError:
        word = "double" if target > now_open else "half"
        raise beyond_limit(
            f"UpdateShardCount cannot scale {'up over' if target > now_open else 'down below'} {word} your current open"
            f" shard count. Current open shard count: {now_open}. Target shard count: {target}"
        ) from None
    return {
        "StreamName": call.stream,
        "StreamARN": call.arn(),
        "CurrentShardCount": before,
        "TargetShardCount": after,
    }


OPERATIONS = {
    "ListShards": Operation(
        Fields(
            {
                **BY_STREAM,
                "NextToken": TOKEN,
                "ExclusiveStartShardId": SHARD_ID,
                "MaxResults": PAGE,
                "StreamCreationTimestamp": Time(),
                "ShardFilter": FILTER,
            }
        ),
        ANY,
        list_shards,
        _of_list,
    ),
    "SplitShard": Operation(
        Fields(
            {**BY_STREAM, "ShardToSplit": SHARD_ID, "NewStartingHashKey": HASH_KEY},
            ("ShardToSplit", "NewStartingHashKey"),
        ),
        (MANAGE,),
        split_shard,
    ),
    "MergeShards": Operation(
        Fields(
            {**BY_STREAM, "ShardToMerge": SHARD_ID, "AdjacentShardToMerge": SHARD_ID},
            ("ShardToMerge", "AdjacentShardToMerge"),
        ),
        (MANAGE,),
        merge_shards,
    ),
    "UpdateShardCount": Operation(
        Fields(
            {**BY_STREAM, "TargetShardCount": Whole(1), "ScalingType": Choice(("UNIFORM_SCALING",))},
            ("TargetShardCount", "ScalingType"),
        ),
        (MANAGE,),
        update_shard_count,
    ),
}
