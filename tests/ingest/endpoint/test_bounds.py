"""Bounds: the limits of Kinesis where they are on, and requests that are too large, slow or many."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ingest.endpoint import bodies, unread
from ingest.endpoint.bodies import Bodies, Body
from ingest.endpoint.errors import ApiError
from tests.ingest.endpoint import raw
from tests.ingest.endpoint.refusing import refusal
from tests.ingest.endpoint.serving import KEY_ID, SECRET, client_of, serving
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path: Path = tmp_path_factory.mktemp("limited") / "streams.sqlite3"
    with serving(path, options="?limits=kinesis") as url:
        client = client_of(url)
        client.create_stream(StreamName="narrow", ShardCount=1)
        yield client


def test_limits_refuse_single_records_of_put_records(limited: Any) -> None:
    records = [{"Data": b"x", "PartitionKey": "k"}] * 500
    answers = [limited.put_records(StreamName="narrow", Records=records) for _ in range(20)]
    refused = [one for answer in answers for one in answer["Records"] if "ErrorCode" in one]
    assert sum(answer["FailedRecordCount"] for answer in answers) == len(refused) > 500
    assert {one["ErrorCode"] for one in refused} == {"ProvisionedThroughputExceededException"}
    assert refused[0]["ErrorMessage"].startswith("Rate exceeded for ")


def test_limits_refuse_a_single_record(limited: Any) -> None:
    limited.create_stream(StreamName="single", ShardCount=1)
    large = {"StreamName": "single", "Data": b"x" * 1_000_000, "PartitionKey": "k"}
    limited.put_record(**large)
    assert refusal(limited.put_record, **large)[0] == "ProvisionedThroughputExceededException"


def test_limits_refuse_the_sixth_read_of_a_second(limited: Any) -> None:
    start = {"StreamName": "narrow", "ShardId": "shardId-000000000000", "ShardIteratorType": "LATEST"}
    iterator = limited.get_shard_iterator(**start)["ShardIterator"]
    refused = 0
    for _ in range(20):
        try:
            limited.get_records(ShardIterator=iterator)
        except limited.exceptions.ProvisionedThroughputExceededException:
            refused += 1
    assert refused >= 8


def test_a_presigned_url_is_verified(url: str) -> None:
    request = AWSRequest("POST", url + "/", {"X-Amz-Target": raw.PREFIX + "DescribeStreamSummary"}, b"")
    SigV4QueryAuth(Credentials(KEY_ID, SECRET), "kinesis", "eu-west-1").add_auth(request)
    target = {"X-Amz-Target": raw.PREFIX + "DescribeStreamSummary"}
    answers = {}
    for body in (b"", b"{}"):  # the signature covers the body, which botocore leaves out of presigned URLs
        with pytest.raises(HTTPError) as caught:
            urlopen(Request(request.url, body, target, method="POST"), timeout=60)
        answers[body] = json.loads(caught.value.read())["__type"]
    assert answers == {b"": "SerializationException", b"{}": "InvalidSignatureException"}


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET / HTTP/1.1", 403),
        ("OPTIONS / HTTP/1.1\r\nOrigin: https://evil.example", 403),
        ("POST / HTTP/1.1\r\nX-Long: " + "x" * 17_000, 431),
        ("POST /?" + "x" * 9_000 + " HTTP/1.1", 431),
        ("POST / HTTP/1.1\r\nAuthorization: \xff", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999", 400),
        ("POST / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade", 400),
    ],
)
def test_a_bad_head_is_answered(url: str, head: str, status: int) -> None:
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=60) as connection:
        connection.sendall(f"{head}\r\nHost: x\r\n\r\n".encode("latin-1"))
        answer = connection.recv(4096)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"access-control" not in answer.lower()


class Slow:
    """Is a request with a body that never ends."""

    def __init__(self, chunk: bytes, pause: float = 0) -> None:
        self.chunk = chunk
        self.pause = pause

    async def __call__(self) -> bytes:
        await asyncio.sleep(60)
        return b""

    async def __aiter__(self) -> Any:
        while True:
            await asyncio.sleep(self.pause)
            yield self.chunk


def refused(body: Body, proto: Any, length: int | None) -> str:
    with pytest.raises(ApiError) as caught:
        asyncio.run(body.read(proto, length))
    return caught.value.kind


def test_a_body_is_bounded_in_size_time_and_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.05)
    all_bodies = Bodies()
    with all_bodies.one() as body:
        assert refused(body, Slow(b"x" * (1 << 20)), None) == "RequestEntityTooLarge"
        assert refused(body, Slow(b""), bodies.MOST_BODY + 1) == "RequestEntityTooLarge"
    with all_bodies.one() as body:
        assert refused(body, Slow(b"x", 1), None) == "RequestTimeoutException"
        assert refused(body, Slow(b"x"), 10) == "RequestTimeoutException"
        monkeypatch.setattr(bodies, "MOST_HELD", 5)
        assert refused(body, Slow(b"x" * 9), None) == "ServiceUnavailable"
    assert all_bodies.held == 0


def test_a_client_with_half_a_request_does_not_hold_up_others(url: str) -> None:
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=60) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        began = time.monotonic()
        assert raw.call(url, "ListStreams", b"{}").status == 200
        assert time.monotonic() - began < 2


def head_of(url: str, operation: str, body: bytes, length: int) -> bytes:
    """Returns the head of a signed request, with a length that may be a lie."""
    signed = raw.signed(url, body, {"X-Amz-Target": raw.PREFIX + operation})
    lines = [f"{name}: {value}" for name, value in signed.headers.items() if name.lower() != "host"]
    return "\r\n".join(
        ["POST / HTTP/1.1", f"Host: {urlsplit(url).netloc}", *lines, f"Content-Length: {length}\r\n\r\n"]
    ).encode()


def test_bodies_that_are_only_announced_keep_nobody_out(url: str) -> None:
    place = (urlsplit(url).hostname, urlsplit(url).port)
    with ExitStack() as stack:
        for _ in range(80):
            connection = stack.enter_context(socket.create_connection(place, timeout=60))
            connection.sendall(head_of(url, "ListStreams", b"{}", 1 << 20) + b"{")
        assert raw.call(url, "ListStreams", b"{}").status == 200


def narrow(place: tuple[str | None, int | None]) -> socket.socket:
    """Connects with a small window: Linux lets it grow to 32 MiB otherwise, and the kernel takes the whole answer."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    connection.settimeout(60)
    connection.connect(place)
    return connection


def test_large_answers_are_refused_while_others_are_not_read(tmp_path: Path) -> None:
    with serving(tmp_path / "streams.sqlite3", MOST=1_000_000) as url, ExitStack() as stack:
        client = client_of(url)
        client.create_stream(StreamName="s", ShardCount=1)
        client.put_records(StreamName="s", Records=[{"Data": b"x" * 1_000_000, "PartitionKey": "k"}] * 9)
        start = {"StreamName": "s", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
        iterator = client.get_shard_iterator(**start)["ShardIterator"]
        body = json.dumps({"ShardIterator": iterator}).encode()
        place = (urlsplit(url).hostname, urlsplit(url).port)
        connection = stack.enter_context(narrow(place))
        connection.sendall(head_of(url, "GetRecords", body, len(body)) + body)
        connection.recv(1)
        assert refusal(client.get_records, ShardIterator=iterator)[0] == "ServiceUnavailable"
        assert client.list_streams()["StreamNames"] == ["s"]
        stack.close()  # the client goes away
        wait_for(lambda: raw.call(url, "GetRecords", body).status == 200)
        assert len(client.get_records(ShardIterator=iterator)["Records"]) == 9  # those that are read do not count


def test_put_refuses_a_name_that_no_stream_can_have(client: Any) -> None:
    assert refusal(client.put_record, StreamName="a/b", Data=b"", PartitionKey="k")[0] == "ValidationException"


class Reading:
    """Is a request with an answer that is read when the test says so."""

    def __init__(self) -> None:
        self.read = asyncio.Event()

    async def client_disconnect(self) -> None:
        await asyncio.wait_for(self.read.wait(), 60)


def test_large_answers_are_counted_until_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "MOST", 100)

    async def run() -> list[tuple[int, bool]]:
        counted, proto = unread.Unread(), Reading()
        answer = counted.answer(proto)
        answer.add(101)
        found = [(counted.held, counted.full)]
        proto.read.set()
        await asyncio.sleep(0.01)
        answer.add(7)  # to a client that went away
        return [*found, (counted.held, counted.full)]

    assert asyncio.run(run()) == [(101, True), (0, False)]


def test_a_large_page_is_read_whole(client: Any) -> None:
    client.create_stream(StreamName="wide", ShardCount=1)
    client.put_records(StreamName="wide", Records=[{"Data": b"x" * 900_000, "PartitionKey": "k"}] * 3)
    start = {"StreamName": "wide", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    page = client.get_records(ShardIterator=client.get_shard_iterator(**start)["ShardIterator"])
    assert [len(record["Data"]) for record in page["Records"]] == [900_000] * 3
    assert page["ResponseMetadata"]["HTTPHeaders"]["content-length"].isdigit()
