"""Streams over the Kinesis API, by boto3: made, described, listed, changed and deleted."""

from typing import Any

import pytest

from tests.ingest.endpoint.conftest import MakeStream
from tests.ingest.endpoint.refusing import refusal

ACCOUNT = "000000000000"


def test_create_stream_makes_shards_of_even_ranges(client: Any, make_stream: MakeStream) -> None:
    name = make_stream(2, Tags={"team": "water"}, MaxRecordSizeInKiB=2048)
    description = client.describe_stream(StreamName=name)["StreamDescription"]
    assert [shard["HashKeyRange"] for shard in description["Shards"]] == [
        {"StartingHashKey": "0", "EndingHashKey": str(2**127 - 1)},
        {"StartingHashKey": str(2**127), "EndingHashKey": str(2**128 - 1)},
    ]
    assert description["StreamStatus"] == "ACTIVE"
    summary = client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert (summary["OpenShardCount"], summary["MaxRecordSizeInKiB"]) == (2, 2048)
    assert client.list_tags_for_stream(StreamName=name)["Tags"] == [{"Key": "team", "Value": "water"}]


def test_create_stream_refuses_a_name_that_is_taken(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    code, message = refusal(client.create_stream, StreamName=name, ShardCount=1)
    assert (code, message) == (
        "ResourceInUseException",
        f"Stream {name} under account {ACCOUNT} already exists.",
    )


def test_create_stream_refuses_more_shards_than_the_limit(client: Any) -> None:
    code, message = refusal(client.create_stream, StreamName="many", ShardCount=501)
    assert code == "LimitExceededException"
    assert "would exceed the shard limit for the account" in message


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"StreamName": "x"}, "ValidationException"),
        ({"StreamName": "x", "StreamModeDetails": {"StreamMode": "ON_DEMAND"}}, "ValidationException"),
        ({"StreamName": "x", "ShardCount": 1, "Tags": {"a": "<"}}, "InvalidArgumentException"),
        ({"StreamName": "x", "ShardCount": 1, "Tags": {str(n): "" for n in range(51)}}, "InvalidArgumentException"),
        ({"StreamName": "x", "ShardCount": "1"}, "SerializationException"),
    ],
)
def test_create_stream_refuses_what_the_service_refuses(client: Any, arguments: dict[str, Any], code: str) -> None:
    assert refusal(client.create_stream, **arguments)[0] == code


def test_faults_of_a_request_are_told_together_in_the_words_of_the_service(client: Any) -> None:
    code, message = refusal(client.create_stream, StreamName="a b", ShardCount=0)
    assert code == "ValidationException"
    assert message == (
        "2 validation errors detected: Value 'a b' at 'streamName' failed to satisfy constraint: Member must satisfy"
        " regular expression pattern: [a-zA-Z0-9_.-]+; Value '0' at 'shardCount' failed to satisfy constraint: Member"
        " must have value greater than or equal to 1"
    )


def test_a_stream_is_named_by_its_arn_too(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    arn = client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    assert arn == f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/{name}"
    assert client.describe_stream(StreamARN=arn)["StreamDescription"]["StreamName"] == name
    assert refusal(client.describe_stream, StreamARN=arn, StreamName="other")[0] == "InvalidArgumentException"
    assert refusal(client.describe_stream)[0] == "InvalidArgumentException"


def test_describe_stream_pages_by_shard(client: Any, make_stream: MakeStream) -> None:
    name = make_stream(5)
    pages = client.get_paginator("describe_stream").paginate(StreamName=name, PaginationConfig={"PageSize": 2})
    found = [[shard["ShardId"][-1] for shard in page["StreamDescription"]["Shards"]] for page in pages]
    assert found == [["0", "1"], ["2", "3"], ["4"]]


def test_list_streams_pages_by_name(client: Any, make_stream: MakeStream) -> None:
    names = {make_stream() for _ in range(3)}
    pages = list(client.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 2}))
    listed = [name for page in pages for name in page["StreamNames"]]
    assert names <= set(listed)
    assert listed == sorted(set(listed))
    assert max(len(page["StreamNames"]) for page in pages) == 2


def test_delete_stream_removes_it(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    client.delete_stream(StreamName=name)
    assert refusal(client.describe_stream_summary, StreamName=name) == (
        "ResourceNotFoundException",
        f"Stream {name} under account {ACCOUNT} not found.",
    )


def test_retention_goes_up_and_down_within_its_bounds(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    client.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=48)
    assert refusal(client.increase_stream_retention_period, StreamName=name, RetentionPeriodHours=47) == (
        "InvalidArgumentException",
        f"Requested retention period (47 hours) for stream {name} can not be shorter than existing retention period"
        " (48 hours). Use DecreaseRetentionPeriod API.",
    )
    for hours in (23, 8761):
        assert refusal(client.increase_stream_retention_period, StreamName=name, RetentionPeriodHours=hours)[0] == (
            "InvalidArgumentException"
        )
    client.decrease_stream_retention_period(StreamName=name, RetentionPeriodHours=24)
    assert client.describe_stream(StreamName=name)["StreamDescription"]["RetentionPeriodHours"] == 24


def test_the_largest_record_can_be_changed(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    arn = f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/{name}"
    large = {"StreamName": name, "Data": b"x" * (1 << 20), "PartitionKey": "k"}
    code, message = refusal(client.put_record, **large)
    assert (code, "length less than or equal to 1048576" in message) == ("ValidationException", True)
    client.update_max_record_size(StreamARN=arn, MaxRecordSizeInKiB=10240)
    assert client.put_record(**large)["ShardId"] == "shardId-000000000000"


def test_describe_limits_counts_open_shards(client: Any, make_stream: MakeStream) -> None:
    before = client.describe_limits()
    make_stream(3)
    after = client.describe_limits()
    assert (after["OpenShardCount"] - before["OpenShardCount"], after["ShardLimit"]) == (3, 500)


def test_tags_are_added_removed_and_listed(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    arn = f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/{name}"
    client.add_tags_to_stream(StreamName=name, Tags={"b": "2", "a": "1"})
    client.tag_resource(ResourceARN=arn, Tags={"c": "3"})
    page = client.list_tags_for_stream(StreamName=name, ExclusiveStartTagKey="a", Limit=1)
    assert (page["Tags"], page["HasMoreTags"]) == ([{"Key": "b", "Value": "2"}], True)
    client.remove_tags_from_stream(StreamName=name, TagKeys=["a"])
    client.untag_resource(ResourceARN=arn, TagKeys=["b"])
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "c", "Value": "3"}]
    many = {str(number): "" for number in range(50)}
    assert refusal(client.add_tags_to_stream, StreamName=name, Tags=many)[0] == "InvalidArgumentException"
    assert len(client.list_tags_for_stream(StreamName=name)["Tags"]) == 1
