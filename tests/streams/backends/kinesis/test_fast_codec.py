"""The fast codec writes and reads the same bodies as botocore."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from streams.backends.kinesis.fast_codec import install_fast_codec

RECORDS = [{"PartitionKey": "ü", "Data": bytes(range(256))}, {"PartitionKey": "k", "Data": b""}]
RECORD = {"SequenceNumber": "7", "ApproximateArrivalTimestamp": 1.5, "Data": "AAE=", "PartitionKey": "ü"}


def new_client() -> Any:
    session = boto3.session.Session("any", "any")
    return session.client("kinesis", region_name="eu-west-1", endpoint_url="http://127.0.0.1:1")


@pytest.fixture
def client() -> Any:
    found = new_client()
    install_fast_codec(found)
    return found


def answer(client: Any, body: dict[str, Any], status: int = 200) -> list[Any]:
    """Has each request answered so; the requests."""
    sent: list[Any] = []

    def send(request: Any, **_: Any) -> AWSResponse:
        sent.append(request)
        raw = SimpleNamespace(stream=lambda *_, **__: iter([json.dumps(body).encode()]))
        return AWSResponse(request.url, status, {}, raw)

    client.meta.events.register("before-send.kinesis", send)
    return sent


def test_put_body_equals_botocores(client: Any) -> None:
    others = new_client()
    ours, theirs = answer(client, {}), answer(others, {})
    for one in (client, others):
        one.put_records(StreamName="trades", Records=RECORDS)
    assert json.loads(ours[0].body) == json.loads(theirs[0].body)


def test_read_result_equals_botocores_with_raw_stamps(client: Any) -> None:
    others = new_client()
    for one in (client, others):
        answer(
            one, {"Records": [RECORD | {"EncryptionType": "NONE"}], "NextShardIterator": "on", "MillisBehindLatest": 0}
        )
    ours, theirs = client.get_records(ShardIterator="x"), others.get_records(ShardIterator="x")
    [record] = theirs["Records"]
    assert record.pop("EncryptionType") == "NONE"
    assert ours["Records"] == [
        record | {"ApproximateArrivalTimestamp": record["ApproximateArrivalTimestamp"].timestamp()}
    ]
    assert (ours["NextShardIterator"], ours["MillisBehindLatest"]) == ("on", 0)


def test_the_end_of_a_shard_has_no_next_iterator(client: Any) -> None:
    answer(client, {"Records": [], "MillisBehindLatest": 0})
    assert "NextShardIterator" not in client.get_records(ShardIterator="x")


def test_an_answer_of_another_shape_is_left_to_botocore(client: Any) -> None:
    stamp = "1970-01-01T00:00:01.500Z"
    answer(client, {"Records": [RECORD | {"ApproximateArrivalTimestamp": stamp}], "NextShardIterator": "on"})
    [record] = client.get_records(ShardIterator="x")["Records"]
    assert (record["ApproximateArrivalTimestamp"], record["Data"]) == (datetime.fromtimestamp(1.5, UTC), b"\0\1")


def test_refusal_raises_botocores_error(client: Any) -> None:
    answer(client, {"__type": "ExpiredIteratorException", "message": "old"}, 400)
    with pytest.raises(ClientError, match="ExpiredIteratorException"):
        client.get_records(ShardIterator="x")
    with pytest.raises(ClientError, match="ExpiredIteratorException"):
        client.put_records(StreamName="trades", Records=RECORDS)
