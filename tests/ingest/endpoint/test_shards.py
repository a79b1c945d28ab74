"""Shards over the Kinesis API, by boto3: listed, split, merged, counted anew."""

from typing import Any

import pytest

from streams.core.hashing import HASH_SPACE, even_ranges
from tests.ingest.endpoint.conftest import MakeStream
from tests.ingest.endpoint.refusing import refusal

HALF = str(HASH_SPACE // 2)


def shard(number: int) -> str:
    return f"shardId-{number:012}"


def listed(client: Any, stream: str, **condition: Any) -> list[int]:
    """Returns the numbers of the listed shards."""
    chosen = {"ShardFilter": condition} if condition else {}
    return [int(one["ShardId"][8:]) for one in client.list_shards(StreamName=stream, **chosen)["Shards"]]


def split(client: Any, stream: str) -> None:
    client.split_shard(StreamName=stream, ShardToSplit=shard(0), NewStartingHashKey=HALF)


def test_split_and_merge_name_parents_and_numbers(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    split(client, name)
    client.merge_shards(StreamName=name, ShardToMerge=shard(1), AdjacentShardToMerge=shard(2))
    first, left, right, child = client.list_shards(StreamName=name)["Shards"]
    assert (left["ParentShardId"], right["ParentShardId"]) == (shard(0), shard(0))
    assert (child["ParentShardId"], child["AdjacentParentShardId"]) == (shard(1), shard(2))
    numbers = [first["SequenceNumberRange"], left["SequenceNumberRange"], child["SequenceNumberRange"]]
    ends = [int(one.get("EndingSequenceNumber", 0)) for one in numbers]
    starts = [int(one["StartingSequenceNumber"]) for one in numbers]
    assert starts[0] < ends[0] < starts[1] < ends[1] < starts[2]
    assert ends[2] == 0


def test_get_records_ends_with_the_children_of_a_closed_shard(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    client.put_record(StreamName=name, Data=b"x", PartitionKey="k")
    split(client, name)
    start = client.get_shard_iterator(StreamName=name, ShardId=shard(0), ShardIteratorType="TRIM_HORIZON")
    page = client.get_records(ShardIterator=start["ShardIterator"])
    assert ([record["Data"] for record in page["Records"]], page.get("NextShardIterator")) == ([b"x"], None)
    children = [(child["ShardId"], child["ParentShards"]) for child in page["ChildShards"]]
    assert children == [(shard(1), [shard(0)]), (shard(2), [shard(0)])]


def test_list_shards_filters_by_moment_and_by_name(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    created = client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamCreationTimestamp"]
    split(client, name)
    assert listed(client, name) == listed(client, name, Type="FROM_TRIM_HORIZON") == [0, 1, 2]
    assert listed(client, name, Type="AT_LATEST") == [1, 2]
    assert listed(client, name, Type="AT_TRIM_HORIZON") == [0]
    assert listed(client, name, Type="AT_TIMESTAMP", Timestamp=created) == [0]
    assert listed(client, name, Type="FROM_TIMESTAMP", Timestamp=created) == [0, 1, 2]
    assert listed(client, name, Type="AFTER_SHARD_ID", ShardId=shard(1)) == [2]
    wrong = {"ShardFilter": {"Type": "AFTER_SHARD_ID"}}
    assert refusal(client.list_shards, StreamName=name, **wrong)[0] == "InvalidArgumentException"


def test_list_shards_pages_by_sealed_tokens(client: Any, make_stream: MakeStream) -> None:
    name = make_stream(3)
    page = client.list_shards(StreamName=name, MaxResults=2, ShardFilter={"Type": "AT_LATEST"})
    following = client.list_shards(NextToken=page["NextToken"], MaxResults=2)
    assert [len(page["Shards"]), len(following["Shards"]), "NextToken" in following] == [2, 1, False]
    token = page["NextToken"]
    for arguments in ({"NextToken": "x"}, {"NextToken": token, "StreamName": name}, {"NextToken": token[:-4] + "AAAA"}):
        assert refusal(client.list_shards, **arguments)[0] == "InvalidArgumentException"


@pytest.mark.parametrize(("before", "after"), [(1, 2), (3, 4), (5, 3), (4, 8), (7, 4), (6, 6)])
def test_update_shard_count_leaves_even_ranges(client: Any, make_stream: MakeStream, before: int, after: int) -> None:
    name = make_stream(before)
    answer = client.update_shard_count(StreamName=name, TargetShardCount=after, ScalingType="UNIFORM_SCALING")
    assert (answer["CurrentShardCount"], answer["TargetShardCount"]) == (before, after)
    shards = client.list_shards(StreamName=name, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    ranges = sorted(tuple(int(text) for text in one["HashKeyRange"].values()) for one in shards)
    assert sorted(tuple(sorted(one)) for one in ranges) == even_ranges(after)


@pytest.mark.parametrize("count", [1, 7])
def test_update_shard_count_at_most_doubles_and_halves(client: Any, make_stream: MakeStream, count: int) -> None:
    name = make_stream(3)
    arguments = {"StreamName": name, "TargetShardCount": count, "ScalingType": "UNIFORM_SCALING"}
    assert refusal(client.update_shard_count, **arguments)[0] == "LimitExceededException"
    assert len(listed(client, name)) == 3


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("split_shard", {"ShardToSplit": shard(9), "NewStartingHashKey": HALF}, "ResourceNotFoundException"),
        ("split_shard", {"ShardToSplit": shard(0), "NewStartingHashKey": HALF}, "InvalidArgumentException"),
        ("split_shard", {"ShardToSplit": shard(1), "NewStartingHashKey": "0"}, "InvalidArgumentException"),
        ("merge_shards", {"ShardToMerge": shard(1), "AdjacentShardToMerge": shard(1)}, "InvalidArgumentException"),
        ("merge_shards", {"ShardToMerge": shard(0), "AdjacentShardToMerge": shard(1)}, "InvalidArgumentException"),
    ],
)
def test_shards_that_do_not_fit_are_refused(
    client: Any, make_stream: MakeStream, method: str, arguments: dict[str, str], code: str
) -> None:
    name = make_stream()
    split(client, name)
    assert refusal(getattr(client, method), StreamName=name, **arguments)[0] == code
