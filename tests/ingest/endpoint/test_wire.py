"""The protocols besides boto3's: CBOR as Java's SDK and KPL send it, and Smithy's RPC v2."""

import json
from typing import Any

import cbor2
import msgspec
import pytest

from ingest.endpoint import wire_cbor, wire_json
from ingest.endpoint.errors import ApiError
from tests.ingest.endpoint import raw
from tests.ingest.endpoint.conftest import MakeStream
from tests.waiting import wait_for

CBOR = "application/x-amz-cbor-1.1"


def cbor(url: str, operation: str, arguments: dict[str, Any]) -> tuple[int, Any]:
    reply = raw.call(url, operation, cbor2.dumps(arguments), CBOR)
    assert reply.headers["content-type"] == CBOR
    decoders = {1: lambda value, _: value}
    return reply.status, cbor2.loads(reply.body, semantic_decoders=decoders) if reply.body else None


def test_cbor_puts_and_reads_bytes_and_milliseconds(url: str, make_stream: MakeStream) -> None:
    name = make_stream()
    record = {"Data": b"\x00\xff", "PartitionKey": "é", "ExplicitHashKey": "0"}
    status, put = cbor(url, "PutRecords", {"StreamName": name, "Records": [record]})
    assert (status, put["FailedRecordCount"]) == (200, 0)
    start = {"StreamName": name, "ShardId": "shardId-000000000000", "ShardIteratorType": "AT_TIMESTAMP"}
    created = cbor(url, "DescribeStreamSummary", {"StreamName": name})[1]["StreamDescriptionSummary"]
    moment = cbor2.CBORTag(1, created["StreamCreationTimestamp"])
    iterator = cbor(url, "GetShardIterator", {**start, "Timestamp": moment})[1]["ShardIterator"]
    [found] = cbor(url, "GetRecords", {"ShardIterator": iterator})[1]["Records"]
    assert (found["Data"], found["PartitionKey"]) == (b"\x00\xff", "é")
    assert found["ApproximateArrivalTimestamp"] >= created["StreamCreationTimestamp"] > 1e12  # milliseconds


def test_cbor_errors_are_cbor(url: str) -> None:
    status, error = cbor(url, "DescribeStream", {"StreamName": "nowhere"})
    assert (status, error["__type"]) == (400, "ResourceNotFoundException")
    assert error["message"] == "Stream nowhere under account 000000000000 not found."


def test_cbor_of_indefinite_length_is_read(url: str, make_stream: MakeStream) -> None:
    body = b"\xbf\x6aStreamName" + cbor2.dumps(make_stream()) + b"\xff"
    assert raw.call(url, "DescribeStreamSummary", body, CBOR).status == 200


def test_rpc_v2_puts_and_reads_with_seconds(url: str, make_stream: MakeStream) -> None:
    name = make_stream()

    def rpc(operation: str, arguments: dict[str, Any]) -> Any:
        path = f"/service/Kinesis_20131202/operation/{operation}"
        headers = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
        reply = raw.send(url, raw.signed(url, cbor2.dumps(arguments), headers, path), path)
        assert reply.headers["smithy-protocol"] == "rpc-v2-cbor"
        return cbor2.loads(reply.body)

    assert rpc("PutRecord", {"StreamName": name, "Data": b"x", "PartitionKey": "k"})["ShardId"][-1] == "0"
    start = {"StreamName": name, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = rpc("GetShardIterator", start)["ShardIterator"]
    [found] = rpc("GetRecords", {"ShardIterator": iterator})["Records"]
    assert (found["Data"], found["ApproximateArrivalTimestamp"].year >= 2026) == (b"x", True)
    assert rpc("DeleteStream", {"StreamName": name}) == {}
    assert rpc("DeleteStream", {"StreamName": name})["__type"] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"\x81" * 1000,
        b"\xbf\x61a" * 1000,
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
        cbor2.dumps(2**80),
        b"\xd8\x1c\x81\xd8\x1d\x00",  # an array that holds itself
        b"\xd8\x23\x64(a+)",  # a pattern
        b"\xc1\x61a",
        b"\xda\x00\x01\x00\x00\x00",
        b"\xa1\x80\x00",
    ],
)
def test_hostile_cbor_is_a_serialization_error(url: str, body: bytes) -> None:
    for decode in (wire_cbor.decode, wire_cbor.decode_rpc):
        with pytest.raises(ApiError) as caught:
            decode(body)
        assert caught.value.kind == "SerializationException"
    reply = raw.call(url, "ListStreams", body, CBOR)
    assert (reply.status, cbor2.loads(reply.body)["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b'{"StreamName": 5}', b"\xff", b"[" * 100_000, b'"\\ud800"'])
def test_bad_json_is_a_serialization_error(url: str, body: bytes) -> None:
    reply = raw.call(url, "DescribeStream", body)
    assert (reply.status, json.loads(reply.body)["__type"]) == (400, "SerializationException")


def test_an_operation_that_there_is_not_is_refused(url: str) -> None:
    assert json.loads(raw.call(url, "Nonsense", b"{}").body) == {"__type": "UnknownOperationException"}
    error = json.loads(raw.call(url, "StartStreamEncryption", b"{}").body)
    assert error["message"] == "The operation StartStreamEncryption is not supported by Millrace."


def test_every_answer_has_the_ids_of_the_service(url: str) -> None:
    for operation in ("ListStreams", "Nonsense"):
        headers = raw.call(url, operation, b"{}").headers
        assert (len(headers["x-amzn-requestid"]), len(headers["x-amz-id-2"])) == (36, 64)


def test_a_body_that_is_too_large_is_refused(url: str) -> None:
    reply = raw.call(url, "PutRecords", b" " * ((16 << 20) + 1))
    assert (reply.status, json.loads(reply.body)["__type"]) == (413, "RequestEntityTooLarge")
    assert wait_for(lambda: raw.call(url, "ListStreams", b"{}").status) == 200


@pytest.mark.parametrize("item", [b"\xa0", b"\x80", b"\x60", b"\xfb" + b"\0" * 8, b"\x9f\xff", b"\xc1\x00"])
def test_cbor_of_too_many_items_is_refused_before_it_is_decoded(item: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cbor2, "loads", None)
    with pytest.raises(ApiError, match="too many values"):
        wire_cbor.decode(b"\xa1\x61a\x9f" + item * 300_000 + b"\xff")


def test_json_of_too_many_values_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(msgspec.json, "decode", None)
    for part in (b"[],", b"[", b'{"":', b"1,"):
        with pytest.raises(ApiError, match="too many values"):
            wire_json.decode(b'{"a":[' + part * 200_001)


def test_the_largest_put_has_not_too_many_values() -> None:
    records = [{"Data": b"," * 20_000, "PartitionKey": "," * 256, "ExplicitHashKey": "0"}] * 500
    assert wire_cbor.decode(cbor2.dumps({"Records": records}))["Records"] == records
    texts = [{**record, "Data": "LCws" * 5_000} for record in records]
    assert wire_json.decode(json.dumps({"Records": texts}).encode())["Records"] == texts
