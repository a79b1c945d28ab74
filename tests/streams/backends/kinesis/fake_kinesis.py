"""A boto3 client without Kinesis behind it, that refuses on demand as Kinesis does.

It takes the arguments that our code uses, and no others. What is null is left out, as botocore's parser does. The
contract suite of streams holds it to what Kinesis does otherwise.
"""

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from functools import wraps
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from streams.core.clock import Clock, from_datetime, to_datetime
from streams.core.hashing import HASH_SPACE, even_ranges, hash_key

FIRST_SEQUENCE = 49590338271490256608559692538361571095921575989136588898
ITERATOR_LIFE = 300_000  # milliseconds
Answer = dict[str, Any]


class Seconds:
    """A monotonic clock that its pauses move; `passed` is told of each, in milliseconds."""

    def __init__(self, passed: Callable[[int], object] = lambda milliseconds: None) -> None:
        self.time = 0.0
        self._passed = passed

    def __call__(self) -> float:
        return self.time

    def pause(self, seconds: float) -> None:
        self.time += seconds
        self._passed(round(seconds * 1000))


def refusal(code: str, operation: str, message: str = "no", status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, operation
    )


class FakeShard:
    def __init__(self, index: int, start: int, end: int, first: int, parents: tuple[str, ...] = ()) -> None:
        self.id = f"shardId-{index:012}"
        self.start, self.end, self.first, self.parents = start, end, first, parents
        self.records: list[tuple[int, int, str, bytes]] = []  # sequence, arrived, key, data
        self.trimmed = 0  # records that were dropped from the front
        self.children: list[str] = []

    def answer(self) -> Answer:
        names = ("ParentShardId", "AdjacentParentShardId")
        closed = {"EndingSequenceNumber": str(self.first + 1)} if self.children else {}
        return {
            "ShardId": self.id,
            "HashKeyRange": {"StartingHashKey": str(self.start), "EndingHashKey": str(self.end)},
            "SequenceNumberRange": {"StartingSequenceNumber": str(self.first)} | closed,
        } | dict(zip(names, self.parents, strict=False))


def dated(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """Gives an answer the header of the service's clock, in whole seconds as HTTP has it."""

    @wraps(method)
    def answering(self: "FakeKinesis", **arguments: Any) -> Answer:
        answer = method(self, **arguments)
        headers = {"date": format_datetime(to_datetime(self.now()), usegmt=True)} if self.dates else {}
        return answer | {"ResponseMetadata": {"HTTPHeaders": headers}}

    return answering


class FakeKinesis:
    """`now` is the service's own clock. `failures[operation]` holds the errors that the next calls raise.

    `refuse` says why a record is not taken, "" if it is.
    """

    def __init__(self, now: Clock, page: int = 1000) -> None:
        self.meta = SimpleNamespace(region_name="eu-west-1")
        self.failures: defaultdict[str, deque[Exception]] = defaultdict(deque)
        self.refuse: Callable[[str], str] = lambda key: ""
        self.streams: dict[str, list[FakeShard]] = {}
        self.calls: list[tuple[str, Answer]] = []
        self.now = now
        self.dates = True  # whether answers have a Date header
        self._page = page
        self._sequence = FIRST_SEQUENCE
        self._arrived = 0
        self._changing: dict[str, str] = {}
        self._made: dict[str, int] = {}  # by stream: when it was made, in milliseconds; no two are the same
        self._iterators: dict[str, tuple[str, FakeShard, int, int]] = {}

    @dated
    def create_stream(self, *, StreamName: str, ShardCount: int) -> Answer:  # noqa: N803 - boto3's
        self._enter("CreateStream", ShardCount=ShardCount)
        if StreamName in self.streams:
            raise refusal("ResourceInUseException", "CreateStream")
        ranges = even_ranges(ShardCount)
        self.streams[StreamName] = [FakeShard(i, *bounds, self._next()) for i, bounds in enumerate(ranges)]
        self._changing[StreamName] = "CREATING"
        made = sum(operation == "CreateStream" for operation, _ in self.calls)
        self._made[StreamName] = self.now() + made
        return {}

    @dated
    def delete_stream(self, *, StreamName: str) -> Answer:  # noqa: N803
        self._shards("DeleteStream", StreamName)
        self._changing[StreamName] = "DELETING"
        return {}

    @dated
    def describe_stream_summary(self, *, StreamName: str) -> Answer:  # noqa: N803
        self._shards("DescribeStreamSummary", StreamName)
        status = self._changing.pop(StreamName, "ACTIVE")
        if status == "DELETING":
            del self.streams[StreamName]
        summary = {
            "StreamStatus": status,
            "RetentionPeriodHours": 24,
            "OpenShardCount": sum(not shard.children for shard in self.streams.get(StreamName, [])),
            "StreamARN": f"arn:aws:kinesis:eu-west-1:000000000000:stream/{StreamName}",
            "StreamCreationTimestamp": to_datetime(self._made[StreamName]),
        }
        return {"StreamDescriptionSummary": summary}

    @dated
    def list_streams(self, *, ExclusiveStartStreamName: str = "") -> Answer:  # noqa: N803
        self._enter("ListStreams", ExclusiveStartStreamName=ExclusiveStartStreamName)
        names = [name for name in sorted(self.streams) if name > ExclusiveStartStreamName]
        return {"StreamNames": names[: self._page], "HasMoreStreams": len(names) > self._page}

    @dated
    def list_shards(self, *, StreamName: str = "", NextToken: str = "") -> Answer:  # noqa: N803
        assert bool(StreamName) != bool(NextToken), "Kinesis takes one of them"
        name, _, start = (NextToken or f"{StreamName}|0").partition("|")
        shards, stop = self._shards("ListShards", name), int(start) + self._page
        more = {"NextToken": f"{name}|{stop}"} if len(shards) > stop else {}
        return {"Shards": [shard.answer() for shard in shards[int(start) : stop]]} | more

    @dated
    def put_records(self, *, StreamName: str, Records: list[Answer]) -> Answer:  # noqa: N803
        shards = self._shards("PutRecords", StreamName, Records=Records)
        if not 1 <= len(Records) <= 500 or sum(map(_size, Records)) > 5 << 20:
            raise refusal("InvalidArgumentException", "PutRecords")
        outcomes = [self._put(shards, record["PartitionKey"], record["Data"]) for record in Records]
        return {"FailedRecordCount": sum("ErrorCode" in one for one in outcomes), "Records": outcomes}

    @dated
    def put_record(self, *, StreamName: str, PartitionKey: str, Data: bytes) -> Answer:  # noqa: N803
        return self._put(self._shards("PutRecord", StreamName), PartitionKey, Data)

    @dated
    def get_shard_iterator(
        self,
        *,
        StreamName: str,  # noqa: N803
        ShardId: str,  # noqa: N803
        ShardIteratorType: str,  # noqa: N803
        StartingSequenceNumber: str = "",  # noqa: N803
        Timestamp: datetime | None = None,  # noqa: N803
    ) -> Answer:
        shards = self._shards("GetShardIterator", StreamName, ShardIteratorType=ShardIteratorType)
        shard = next((shard for shard in shards if shard.id == ShardId), None)
        if shard is None:
            raise refusal("ResourceNotFoundException", "GetShardIterator")
        match ShardIteratorType:
            case "TRIM_HORIZON":
                start = shard.trimmed
            case "LATEST":
                start = len(shard.records)
            case "AT_SEQUENCE_NUMBER":
                start = self._index(shard, 0, int(StartingSequenceNumber))
                if start < shard.trimmed:
                    raise refusal("InvalidArgumentException", "GetShardIterator", "trimmed")
            case "AT_TIMESTAMP" if Timestamp:
                if from_datetime(Timestamp) > self.now():
                    raise refusal("InvalidArgumentException", "GetShardIterator", "in the future")
                start = max(shard.trimmed, self._index(shard, 1, from_datetime(Timestamp)))
        return {"ShardIterator": self._iterator(StreamName, shard, start)}

    @dated
    def get_records(self, *, ShardIterator: str, Limit: int) -> Answer:  # noqa: N803
        name, shard, start, made = self._iterators[ShardIterator]
        self._shards("GetRecords", name, Limit=Limit)
        if not 1 <= Limit <= 10_000:
            raise refusal("InvalidArgumentException", "GetRecords")
        if self.now() - made > ITERATOR_LIFE:
            raise refusal("ExpiredIteratorException", "GetRecords")
        stop = min(start + Limit, len(shard.records))
        answer = {
            "Records": [_record(*record) for record in shard.records[start:stop]],
            "MillisBehindLatest": self.now() - shard.records[stop][1] if stop < len(shard.records) else 0,
        }
        if shard.children and stop == len(shard.records):
            return answer | {"ChildShards": [{"ShardId": child} for child in shard.children]}
        return answer | {"NextShardIterator": self._iterator(name, shard, stop)}

    @dated
    def split_shard(self, *, StreamName: str, ShardToSplit: str, NewStartingHashKey: str) -> Answer:  # noqa: N803
        middle = int(NewStartingHashKey)
        [parent] = self._parents("SplitShard", StreamName, ShardToSplit)
        return self._replace(StreamName, [parent], [(parent.start, middle - 1), (middle, parent.end)])

    @dated
    def merge_shards(self, *, StreamName: str, ShardToMerge: str, AdjacentShardToMerge: str) -> Answer:  # noqa: N803
        low, high = self._parents("MergeShards", StreamName, ShardToMerge, AdjacentShardToMerge)
        return self._replace(StreamName, [low, high], [(low.start, high.end)])

    def trim(self, name: str, count: int) -> None:
        """Drops the oldest records of every shard, as retention does."""
        for shard in self.streams[name]:
            shard.trimmed = count

    def count(self, operation: str) -> int:
        return sum(called == operation for called, _ in self.calls)

    def _enter(self, operation: str, **arguments: Any) -> None:
        self.calls.append((operation, arguments))
        if self.failures[operation]:
            raise self.failures[operation].popleft()

    def _shards(self, operation: str, name: str, **arguments: Any) -> list[FakeShard]:
        self._enter(operation, **arguments)
        if name not in self.streams:
            raise refusal("ResourceNotFoundException", operation)
        return self.streams[name]

    def _put(self, shards: list[FakeShard], key: str, data: bytes) -> Answer:
        if code := self.refuse(key):
            return {"ErrorCode": code, "ErrorMessage": "no"}
        place = hash_key(key)
        [shard] = [shard for shard in shards if not shard.children and shard.start <= place <= shard.end]
        self._arrived = max(self._arrived, self.now())
        shard.records.append((self._next(), self._arrived, key, data))
        return {"SequenceNumber": str(self._sequence), "ShardId": shard.id}

    def _parents(self, operation: str, name: str, *ids: str) -> list[FakeShard]:
        shards = {shard.id: shard for shard in self._shards(operation, name)}
        parents = [shards[shard] for shard in ids]
        if any(parent.children for parent in parents):
            raise refusal("ResourceInUseException", operation)
        return parents

    def _replace(self, name: str, parents: list[FakeShard], ranges: list[tuple[int, int]]) -> Answer:
        for start, end in ranges:
            assert 0 <= start <= end < HASH_SPACE
            ids = tuple(parent.id for parent in parents)
            child = FakeShard(len(self.streams[name]), start, end, self._next(), ids)
            self.streams[name].append(child)
            for parent in parents:
                parent.children.append(child.id)
        self._changing[name] = "UPDATING"
        return {}

    def _iterator(self, name: str, shard: FakeShard, start: int) -> str:
        token = f"iterator-{len(self._iterators)}"
        self._iterators[token] = (name, shard, start, self.now())
        return token

    def _index(self, shard: FakeShard, column: int, value: int) -> int:
        found = (index for index, record in enumerate(shard.records) if record[column] >= value)  # type: ignore[operator]
        return next(found, len(shard.records))

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence


def _size(record: Answer) -> int:
    return len(record["Data"]) + len(record["PartitionKey"].encode())


def _record(sequence: int, arrived: int, key: str, data: bytes) -> Answer:
    stamp = to_datetime(arrived)
    return {"SequenceNumber": str(sequence), "ApproximateArrivalTimestamp": stamp, "PartitionKey": key, "Data": data}
