"""Records over the Kinesis API, by boto3: put, and read from every kind of place."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streams.core.hashing import hash_key
from tests.ingest.endpoint.conftest import MakeStream
from tests.ingest.endpoint.refusing import refusal


def entries(*datas: bytes, key: str = "k") -> list[dict[str, Any]]:
    return [{"Data": data, "PartitionKey": key} for data in datas]


def iterator(client: Any, stream: str, kind: str, shard: int = 0, **start: Any) -> str:
    found = client.get_shard_iterator(
        StreamName=stream, ShardId=f"shardId-{shard:012}", ShardIteratorType=kind, **start
    )
    return str(found["ShardIterator"])


def read(client: Any, stream: str, kind: str, **start: Any) -> list[bytes]:
    page = client.get_records(ShardIterator=iterator(client, stream, kind, **start))
    return [record["Data"] for record in page["Records"]]


def test_put_records_tells_shard_and_number_of_each(client: Any, make_stream: MakeStream) -> None:
    name = make_stream(2)
    keys = ["a", "b", "c", "é"]
    answer = client.put_records(StreamName=name, Records=[{"Data": b"", "PartitionKey": key} for key in keys])
    shards = [f"shardId-{hash_key(key) >> 127:012}" for key in keys]
    assert [record["ShardId"] for record in answer["Records"]] == shards
    assert (answer["FailedRecordCount"], answer["EncryptionType"]) == (0, "NONE")
    assert len({record["SequenceNumber"] for record in answer["Records"]}) == 4


def test_explicit_hash_key_chooses_the_shard(client: Any, make_stream: MakeStream) -> None:
    name = make_stream(2)
    for number in (0, 2**127 - 1, 2**127, 2**128 - 1):
        record = {"Data": b"x", "PartitionKey": "k", "ExplicitHashKey": str(number)}
        [found] = client.put_records(StreamName=name, Records=[record])["Records"]
        alone = client.put_record(StreamName=name, **record)
        assert found["ShardId"] == alone["ShardId"] == f"shardId-{number >> 127:012}"
    code, message = refusal(client.put_record, StreamName=name, **{**record, "ExplicitHashKey": str(2**128)})
    assert code == "InvalidArgumentException"
    assert message.startswith("Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1].")


@pytest.mark.parametrize(
    ("records", "path"),
    [
        ([], "records"),
        (entries(b"x") * 501, "records"),
        ([{"Data": b"x"}], "records.1.member.partitionKey"),
        ([{"PartitionKey": "k"}], "records.1.member.data"),
        (entries(b"x") + entries(b"x", key=""), "records.2.member.partitionKey"),
        (entries(b"x", key="k" * 257), "records.1.member.partitionKey"),
        ([{"Data": b"x", "PartitionKey": "k", "ExplicitHashKey": "01"}], "records.1.member.explicitHashKey"),
    ],
)
def test_put_records_refuses_what_the_service_refuses(
    client: Any, make_stream: MakeStream, records: list[dict[str, Any]], path: str
) -> None:
    code, message = refusal(client.put_records, StreamName=make_stream(), Records=records)
    assert code == "ValidationException"
    assert f" at '{path}' failed to satisfy constraint: Member must " in message


def test_a_request_of_more_than_10_mib_is_refused(client: Any, make_stream: MakeStream) -> None:
    records = entries(*[b"x" * (1 << 20)] * 11, key="k")
    code, message = refusal(client.put_records, StreamName=make_stream(), Records=records)
    assert (code, message) == ("InvalidArgumentException", "Records size exceeds 10 MB limit")


def test_a_record_that_is_too_large_stores_nothing_of_its_request(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    code, message = refusal(client.put_records, StreamName=name, Records=entries(b"a", b"x" * (1 << 20)))
    assert (code, "records.2.member.data" in message) == ("ValidationException", True)
    assert read(client, name, "TRIM_HORIZON") == []


def test_a_dry_run_is_checked_and_stores_nothing(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    for call, records in ((client.put_record, entries(b"x")[0]), (client.put_records, {"Records": entries(b"x")})):
        assert refusal(call, StreamName=name, DryRun=True, **records)[0] == "DryRunOperationException"
        assert refusal(call, StreamName="nowhere", DryRun=True, **records)[0] == "ResourceNotFoundException"
    found = iterator(client, name, "TRIM_HORIZON")
    assert refusal(client.get_records, ShardIterator=found, DryRun=True)[0] == "DryRunOperationException"
    assert read(client, name, "TRIM_HORIZON") == []


def test_put_into_no_stream_is_refused(client: Any) -> None:
    expected = ("ResourceNotFoundException", "Stream nowhere under account 000000000000 not found.")
    assert refusal(client.put_records, StreamName="nowhere", Records=entries(b"x")) == expected
    assert refusal(client.put_record, StreamName="nowhere", Data=b"x", PartitionKey="k") == expected


def test_iterators_of_all_five_types_start_where_they_say(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    put = client.put_records(StreamName=name, Records=entries(b"a", b"b", b"c"))["Records"]
    middle = put[1]["SequenceNumber"]
    latest = iterator(client, name, "LATEST")
    client.put_record(StreamName=name, Data=b"d", PartitionKey="k")
    assert read(client, name, "TRIM_HORIZON") == [b"a", b"b", b"c", b"d"]
    assert read(client, name, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=middle) == [b"b", b"c", b"d"]
    assert read(client, name, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=middle) == [b"c", b"d"]
    assert read(client, name, "AT_TIMESTAMP", Timestamp=datetime.now(UTC) - timedelta(hours=1)) == [
        b"a",
        b"b",
        b"c",
        b"d",
    ]
    assert [record["Data"] for record in client.get_records(ShardIterator=latest)["Records"]] == [b"d"]


def test_the_first_number_of_a_shard_is_a_place_to_start(client: Any, make_stream: MakeStream) -> None:
    name = make_stream(2)
    client.put_records(StreamName=name, Records=entries(b"a"))
    for number, shard in enumerate(client.list_shards(StreamName=name)["Shards"]):
        first = shard["SequenceNumberRange"]["StartingSequenceNumber"]
        found = iterator(client, name, "AT_SEQUENCE_NUMBER", shard=number, StartingSequenceNumber=first)
        assert (
            len(client.get_records(ShardIterator=found)["Records"]) == number
        )  # the hash of "k" is in the second half


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        ("LATEST", {"StartingSequenceNumber": "1"}),
        ("AT_SEQUENCE_NUMBER", {}),
        ("AT_TIMESTAMP", {}),
        ("AT_TIMESTAMP", {"Timestamp": datetime.now(UTC) + timedelta(hours=1)}),
        ("AFTER_SEQUENCE_NUMBER", {"StartingSequenceNumber": "9" * 129}),
    ],
)
def test_a_start_that_does_not_fit_is_an_invalid_argument(
    client: Any, make_stream: MakeStream, kind: str, start: dict[str, Any]
) -> None:
    arguments = {"StreamName": make_stream(), "ShardId": "shardId-000000000000", "ShardIteratorType": kind}
    assert refusal(client.get_shard_iterator, **arguments, **start)[0] == "InvalidArgumentException"


def test_get_records_tells_how_far_it_is_behind(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    client.put_records(StreamName=name, Records=entries(b"a", b"b"))
    page = client.get_records(ShardIterator=iterator(client, name, "TRIM_HORIZON"), Limit=1)
    assert (len(page["Records"]), page["MillisBehindLatest"] >= 0) == (1, True)
    page = client.get_records(ShardIterator=page["NextShardIterator"])
    assert ([record["Data"] for record in page["Records"]], page["MillisBehindLatest"]) == ([b"b"], 0)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-4], lambda text: "A" + text[1:], lambda text: "x", lambda _: "="]
)
def test_an_iterator_that_was_changed_is_refused(client: Any, make_stream: MakeStream, change: Any) -> None:
    found = iterator(client, make_stream(), "TRIM_HORIZON")
    assert refusal(client.get_records, ShardIterator=change(found)) == (
        "InvalidArgumentException",
        "Invalid ShardIterator.",
    )


def test_an_iterator_does_not_lead_into_a_stream_that_was_made_anew(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    found = iterator(client, name, "TRIM_HORIZON")
    client.delete_stream(StreamName=name)
    assert refusal(client.get_records, ShardIterator=found)[0] == "ResourceNotFoundException"
    client.create_stream(StreamName=name, ShardCount=1)
    assert refusal(client.get_records, ShardIterator=found)[0] == "ResourceNotFoundException"
