"""Permissions: unknown and revoked keys, scopes and streams."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ingest.endpoint.errors import ApiError
from ingest.endpoint.keys import KEPT, Keys
from tests.fakes import FakeClock
from tests.ingest.endpoint import raw
from tests.ingest.endpoint.refusing import refusal
from tests.ingest.endpoint.serving import BROKEN, KEY_ID, SECRET, FakeGrant, FakeKey, client_of, serving

KEYS = {
    KEY_ID: FakeKey(),
    "WRITER": FakeKey(grant=FakeGrant(("write:streams",), ("mine",))),
    "READER": FakeKey(grant=FakeGrant(("read:streams",), ("mine", "other"))),
    "REVOKED": FakeKey(state="revoked"),
    "EXPIRED": FakeKey(state="expired"),
}
INVALID_TOKEN = ("UnrecognizedClientException", "The security token included in the request is invalid.")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path: Path = tmp_path_factory.mktemp("guarded") / "streams.sqlite3"
    with serving(path, KEYS) as url:
        for name in ("mine", "other"):
            client_of(url).create_stream(StreamName=name, ShardCount=1)
        yield url


def by(url: str, key_id: str, secret: str = SECRET) -> Any:
    return client_of(url, key_id, secret, parameter_validation=False)


def test_unknown_revoked_and_expired_keys_are_refused_alike(guarded: str) -> None:
    for key_id in ("NOBODY", "REVOKED", "EXPIRED", "not-a-key", "x" * 200):
        assert refusal(by(guarded, key_id).list_streams) == INVALID_TOKEN


def test_a_wrong_secret_is_an_invalid_signature(guarded: str) -> None:
    assert refusal(by(guarded, KEY_ID, "wrong").list_streams)[0] == "InvalidSignatureException"


def test_a_key_does_what_its_scopes_allow_on_its_streams(guarded: str) -> None:
    record = {"Data": b"x", "PartitionKey": "k"}
    writer, reader = by(guarded, "WRITER"), by(guarded, "READER")
    writer.put_record(StreamName="mine", **record)
    code, message = refusal(writer.put_record, StreamName="other", **record)
    assert (code, message.startswith("User: arn:aws:iam::000000000000:access-key/WRITER is not authorized to")) == (
        "AccessDeniedException",
        True,
    )
    denied = [
        refusal(reader.put_record, StreamName="mine", **record),
        refusal(reader.delete_stream, StreamName="mine"),
        refusal(writer.get_shard_iterator, StreamName="mine", ShardId="s", ShardIteratorType="LATEST"),
        refusal(writer.describe_stream_summary, StreamName="other"),
        refusal(writer.create_stream, StreamName="new", ShardCount=1),
    ]
    assert {code for code, _ in denied} == {"AccessDeniedException"}
    assert (writer.list_streams()["StreamNames"], reader.list_streams()["StreamNames"]) == (["mine"], ["mine", "other"])


def test_an_iterator_opens_nothing_to_a_key_without_the_stream(guarded: str) -> None:
    found = by(guarded, KEY_ID).get_shard_iterator(
        StreamName="mine", ShardId="shardId-000000000000", ShardIteratorType="LATEST"
    )
    assert refusal(by(guarded, "WRITER").get_records, ShardIterator=found["ShardIterator"])[0] == (
        "AccessDeniedException"
    )


def test_a_request_without_signature_is_refused(guarded: str) -> None:
    request = raw.signed(guarded, b"{}", {"X-Amz-Target": raw.PREFIX + "ListStreams"})
    del request.headers["Authorization"]
    reply = raw.send(guarded, request)
    assert (reply.status, b"MissingAuthenticationTokenException" in reply.body) == (400, True)


def test_a_key_is_remembered_for_a_second_and_then_asked_again() -> None:
    clock, asked = FakeClock(), list[str]()
    states = {"KEY": FakeKey()}

    def find(key_id: str, now: datetime) -> FakeKey | None:
        asked.append(key_id)
        return states.get(key_id)

    async def run() -> None:
        keys = Keys(find, clock)
        await keys.active("KEY")
        states["KEY"] = FakeKey(state="revoked")
        clock.advance(KEPT - 1)
        await keys.active("KEY")
        clock.advance(1)
        with pytest.raises(ApiError):
            await keys.active("KEY")

    asyncio.run(run())
    assert asked == ["KEY", "KEY"]


def test_keys_that_cannot_be_looked_up_are_a_service_that_is_not_available(guarded: str) -> None:
    with pytest.raises(ClientError) as caught:
        by(guarded, BROKEN).list_streams()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
