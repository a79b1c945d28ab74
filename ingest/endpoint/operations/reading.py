"""GetShardIterator and GetRecords."""

from typing import Any

from ingest.endpoint.errors import ACCOUNT, invalid, no_shard, rate_exceeded
from ingest.endpoint.iterators import Iterator
from ingest.endpoint.moment import Moment
from ingest.endpoint.operations.base import (
    BY_STREAM,
    DRY,
    PAGE,
    READ,
    SEQUENCE_NUMBER,
    SHARD_ID,
    STREAM_ARN,
    Answer,
    Arguments,
    Call,
    Operation,
    Store,
    named,
)
from ingest.endpoint.validation import Choice, Fields, Text, Time
from streams.backends.embedded.administration import Administration, ShardRow
from streams.backends.retrying import BusyError
from streams.core.records import TRIM_HORIZON, Batch, Page, Position, ShardGoneError, after, at

TYPES = ("AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON")
MOST_RECORDS = 10_000


def get_shard_iterator(call: Call) -> Answer:
    arguments = call.arguments
    shard = find_shard(call.opened, arguments["ShardId"])
    kind = arguments["ShardIteratorType"]
    position = start(call, shard, kind, arguments.get("StartingSequenceNumber"), arguments.get("Timestamp"))
    return {"ShardIterator": _sealed(call, shard.id, position, call.opened.identity())}


def find_shard(stream: Administration, name: str) -> ShardRow:
    """Returns the shard of a name. Raises ApiError."""
    for shard in stream.shards():
        if shard.id == name:
            return shard
    raise no_shard(stream.name, name)


def start(call: Call, shard: ShardRow, kind: str, sequence: str | None, timestamp: int | None) -> Position:
    """Returns the position where reading starts. Raises ApiError for arguments that do not fit the type."""
    with_sequence = kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")
    if with_sequence != (sequence is not None) and kind != "AT_TIMESTAMP":
        raise invalid(
            "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or"
            f" (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified {kind} and"
            f" {'also a' if sequence else 'no'} StartingSequenceNumber."
        )
    match kind:
        case "TRIM_HORIZON":
            return TRIM_HORIZON
        case "LATEST":
            return after(call.opened.tip())
        case "AT_TIMESTAMP":
            return at(_checked_time(timestamp, call.opened.now()))
        case _:
            number = _checked_number(call, shard, int(sequence or 0))
            return after(number - (kind == "AT_SEQUENCE_NUMBER"))


def _checked_time(timestamp: int | None, now: int) -> int:
    if timestamp is None:
        raise invalid(
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP."
            " Current request has no timestamp parameter."
        )
    if timestamp > now:
        raise invalid(
            "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis."
            f" timestampInMillis: {timestamp}, currentTimestampInMillis: {now}"
        )
    return max(timestamp, 0)


def _checked_number(call: Call, shard: ShardRow, number: int) -> int:
    newest = shard.ends or call.opened.tip()
    if not shard.starts <= number <= newest and not 0 < number <= newest:
        raise invalid(
            f"StartingSequenceNumber {number} used in GetShardIterator on shard {shard.id} in stream {call.stream}"
            f" under account {ACCOUNT} is invalid because it did not come from this stream."
        )
    return number


def _sealed(call: Call, shard: str, position: Position, identity: str) -> str:
    return call.store.iterators.seal(Iterator(call.stream, shard, str(position), call.store.now(), identity))


def _stream_of_iterator(arguments: Arguments, store: Store) -> str:
    stream = store.iterators.open(arguments["ShardIterator"], store.now()).stream
    if "StreamARN" in arguments and named(arguments, store) != stream:
        raise invalid("The ShardIterator is not one of the stream that StreamARN names.")
    return stream


def get_records(call: Call) -> Answer:
    iterator = call.store.iterators.open(call.arguments["ShardIterator"], call.store.now())
    stream = call.opened
    try:
        page = stream.read_or_refuse(iterator.shard, iterator.place, call.arguments.get("Limit", MOST_RECORDS))
    except ShardGoneError:
        raise no_shard(call.stream, iterator.shard) from None
    except BusyError:
        raise rate_exceeded(call.stream, iterator.shard) from None
    if page.identity != iterator.identity:
        raise no_shard(call.stream, iterator.shard)  # the stream of the iterator was deleted, and made anew since
    answer: Answer = {"Records": records(page), "MillisBehindLatest": behind(stream, page)}
    if page.ended:
        answer["ChildShards"] = children(stream, iterator.shard)
    else:
        position = next_position(page, iterator.place)
        answer["NextShardIterator"] = _sealed(call, iterator.shard, position, iterator.identity)
    return answer


def next_position(page: Page, position: Position) -> Position:
    return after(page.batches[-1].sequences[-1]) if page.batches else position


def behind(stream: Administration, page: Page) -> int:
    """Returns how many milliseconds the last record of a page is behind the stream's time; 0 at the tip."""
    if page.watermark is not None or page.ended or not page.batches:
        return 0
    return max(0, stream.now() - page.batches[-1].arrived)


def records(page: Page) -> list[Answer]:
    return [record for batch in page.batches for record in _of_batch(batch)]


def _of_batch(batch: Batch) -> list[Answer]:
    arrived = Moment(batch.arrived)
    return [
        {"SequenceNumber": str(sequence), "ApproximateArrivalTimestamp": arrived, "Data": data, "PartitionKey": key}
        for sequence, key, data in zip(batch.sequences, batch.keys, batch.datas, strict=True)
    ]


def children(stream: Administration, shard: str) -> list[dict[str, Any]]:
    return [
        {
            "ShardId": child.id,
            "ParentShards": list(child.parents),
            "HashKeyRange": {"StartingHashKey": str(child.hash_start), "EndingHashKey": str(child.hash_end)},
        }
        for child in stream.shards()
        if shard in child.parents
    ]


OPERATIONS = {
    "GetShardIterator": Operation(
        Fields(
            {
                **BY_STREAM,
                "ShardId": SHARD_ID,
                "ShardIteratorType": Choice(TYPES),
                "StartingSequenceNumber": SEQUENCE_NUMBER,
                "Timestamp": Time(),
                **DRY,
            },
            ("ShardId", "ShardIteratorType"),
        ),
        (READ,),
        get_shard_iterator,
    ),
    "GetRecords": Operation(
        Fields({"ShardIterator": Text("", 1, 512), "Limit": PAGE, "StreamARN": STREAM_ARN, **DRY}, ("ShardIterator",)),
        (READ,),
        get_records,
        _stream_of_iterator,
    ),
}
