"""Registered consumers and SubscribeToShard, by boto3."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EventStreamError

from ingest.endpoint.errors import ApiError
from ingest.endpoint.fan_out import FanOut
from ingest.endpoint.operations.base import Call, Store
from ingest.endpoint.protocols import JSON
from ingest.endpoint.unread import Unread
from ingest.endpoint.watch import Watch, connect
from streams.backends.embedded.administration import Administration
from tests.emulators import free_port
from tests.ingest.endpoint.conftest import MakeStream
from tests.ingest.endpoint.refusing import refusal
from tests.ingest.endpoint.serving import client_of, serving, start

SHARD = "shardId-000000000000"
ARN = "arn:aws:kinesis:eu-west-1:000000000000:stream/"


def register(client: Any, stream: str, name: str = "reader") -> str:
    answer = client.register_stream_consumer(StreamARN=ARN + stream, ConsumerName=name)
    return str(answer["Consumer"]["ConsumerARN"])


def subscribe(client: Any, consumer: str, kind: str = "TRIM_HORIZON", **start: Any) -> Any:
    position = {"Type": kind, **start}
    return client.subscribe_to_shard(ConsumerARN=consumer, ShardId=SHARD, StartingPosition=position)["EventStream"]


def events(stream: Any) -> Iterator[dict[str, Any]]:
    return (event["SubscribeToShardEvent"] for event in stream)


def test_consumers_are_registered_described_listed_and_removed(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    arns = [register(client, name, f"reader-{number}") for number in range(3)]
    assert refusal(client.register_stream_consumer, StreamARN=ARN + name, ConsumerName="reader-0")[0] == (
        "ResourceInUseException"
    )
    described = client.describe_stream_consumer(ConsumerARN=arns[0])["ConsumerDescription"]
    assert (described["ConsumerName"], described["ConsumerStatus"]) == ("reader-0", "ACTIVE")
    pages = client.get_paginator("list_stream_consumers").paginate(
        StreamARN=ARN + name, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Consumers"]) for page in pages] == [2, 1]
    assert refusal(client.delete_stream, StreamName=name)[0] == "ResourceInUseException"
    client.deregister_stream_consumer(ConsumerARN=arns[0])
    client.deregister_stream_consumer(StreamARN=ARN + name, ConsumerName="reader-1")
    assert refusal(client.describe_stream_consumer, ConsumerARN=arns[1])[0] == "ResourceNotFoundException"
    client.delete_stream(StreamName=name, EnforceConsumerDeletion=True)


def test_a_stream_has_at_most_20_consumers(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    for number in range(20):
        register(client, name, f"reader-{number}")
    code, _ = refusal(client.register_stream_consumer, StreamARN=ARN + name, ConsumerName="one-more")
    assert code == "LimitExceededException"


def test_subscription_pushes_old_records_then_new_ones_at_once(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    put = [client.put_record(StreamName=name, Data=data, PartitionKey="k") for data in (b"a", b"b")]
    with closing(subscribe(client, register(client, name))) as stream:
        found = events(stream)
        first = next(found)
        assert [record["Data"] for record in first["Records"]] == [b"a", b"b"]
        assert first["ContinuationSequenceNumber"] == put[1]["SequenceNumber"]
        client.put_record(StreamName=name, Data=b"c", PartitionKey="k")
        before = time.monotonic()
        assert [record["Data"] for record in next(found)["Records"]] == [b"c"]
        assert time.monotonic() - before < 1


def test_subscription_continues_where_an_empty_one_stood(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    consumers = [register(client, name, f"reader-{number}") for number in range(2)]
    client.put_record(StreamName=name, Data=b"a", PartitionKey="k")
    with closing(subscribe(client, consumers[0], "LATEST")) as stream:
        first = next(events(stream))
    assert (first["Records"], first["MillisBehindLatest"]) == ([], 0)
    client.put_record(StreamName=name, Data=b"b", PartitionKey="k")
    number = first["ContinuationSequenceNumber"]
    with closing(subscribe(client, consumers[1], "AFTER_SEQUENCE_NUMBER", SequenceNumber=number)) as stream:
        assert [record["Data"] for record in next(events(stream))["Records"]] == [b"b"]


def test_subscription_ends_with_the_children_of_a_closed_shard(client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    client.put_record(StreamName=name, Data=b"a", PartitionKey="k")
    with closing(subscribe(client, register(client, name))) as stream:
        found = events(stream)
        next(found)
        client.split_shard(StreamName=name, ShardToSplit=SHARD, NewStartingHashKey=str(2**127))
        [last] = found
    assert [child["ParentShards"] for child in last["ChildShards"]] == [[SHARD], [SHARD]]
    assert "ContinuationSequenceNumber" not in last


def test_a_consumer_has_one_subscription_to_a_shard(client: Any, make_stream: MakeStream) -> None:
    consumer = register(client, make_stream())
    position = {"ConsumerARN": consumer, "ShardId": SHARD, "StartingPosition": {"Type": "LATEST"}}
    with closing(subscribe(client, consumer)) as first:
        next(events(first))
        assert refusal(client.subscribe_to_shard, **position)[0] == "ResourceInUseException"


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of an endpoint with subscriptions that last a second, and are taken over at once."""
    path = tmp_path_factory.mktemp("hasty") / "streams.sqlite3"
    with serving(path, LASTS=1.0, TAKEN_OVER_AFTER=0.0, MOST_PUSHED=100_000, BYTES_AN_EVENT=1) as url:
        client = client_of(url)
        client.create_stream(StreamName="s", ShardCount=1)
        yield client


def test_a_later_call_takes_a_subscription_over(hasty: Any) -> None:
    consumer = register(hasty, "s", "taken-over")
    with closing(subscribe(hasty, consumer)) as first:
        found = events(first)
        next(found)
        with closing(subscribe(hasty, consumer)):
            assert refusal(lambda: list(found))[0] == "ResourceInUseException"


def test_subscription_ends_after_its_time(hasty: Any) -> None:
    with closing(subscribe(hasty, register(hasty, "s", "ended"))) as stream:
        assert len(list(events(stream))) == 1


def test_subscription_ends_after_so_many_bytes_and_the_next_goes_on(hasty: Any) -> None:
    hasty.create_stream(StreamName="large", ShardCount=1)
    for number in range(3):
        hasty.put_record(StreamName="large", Data=b"%d" % number * 80_000, PartitionKey="k")
    consumer = register(hasty, "large")
    with closing(subscribe(hasty, consumer)) as stream:
        [first] = events(stream)
    number = first["ContinuationSequenceNumber"]
    with closing(subscribe(hasty, consumer, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number)) as stream:
        [second] = events(stream)
    assert [event["Records"][0]["Data"][:1] for event in (first, second)] == [b"0", b"1"]


def test_subscription_without_a_consumer_is_refused(client: Any, make_stream: MakeStream) -> None:
    arn = f"{ARN}{make_stream()}/consumer/nobody:1"
    position = {"ConsumerARN": arn, "ShardId": SHARD, "StartingPosition": {"Type": "LATEST"}}
    assert refusal(client.subscribe_to_shard, **position)[0] == "ResourceNotFoundException"


def test_the_endpoint_ends_at_once_under_an_open_subscription(tmp_path: Path) -> None:
    port = free_port()
    process = start(tmp_path / "streams.sqlite3", port)
    try:
        client = client_of(f"http://127.0.0.1:{port}")
        client.create_stream(StreamName="s", ShardCount=1)
        with closing(subscribe(client, register(client, "s"))) as stream:
            found = events(stream)
            next(found)
            process.terminate()
            assert (list(found), process.wait(timeout=60)) == ([], 0)
    finally:
        process.kill()
        process.wait(timeout=60)


class Straight:
    """Runs the tasks of a subscription at once."""

    async def in_pool(self, task: Callable[[], Any], stream: str = "") -> Any:
        return task()


def pushed(path: Path, each: Callable[[Administration, float], None], check: Callable[[], None]) -> tuple[str, int]:
    """Pushes a shard of a new stream, half a second an event; `each` is called after every event.

    Returns how the subscription ended, and after how many events.
    """
    stream, now, sent = Administration(path, "s", limited=False), [0.0], [0]
    stream.make(1)
    consumer = stream.register("reader", 1)
    arguments = {
        "ConsumerARN": f"{ARN}s/consumer/reader:{consumer.created // 1000}",
        "ShardId": SHARD,
        "StartingPosition": {"Type": "TRIM_HORIZON"},
    }
    store = Store(lambda _: stream, list, None, stream.now)  # type: ignore[arg-type]
    fan_out = FanOut(Straight(), Watch(lambda: connect(path)), Unread(), lambda: now[0])  # type: ignore[arg-type]

    async def send(message: bytes) -> None:
        now[0] += 0.5
        sent[0] += 1
        each(stream, now[0])

    async def checked() -> None:
        check()

    async def run() -> str:
        subscription = await fan_out.begin(Call(arguments, "s", "eu-west-1", store, lambda name: True))
        return await subscription.push(send, JSON, checked)

    with closing(stream):
        return asyncio.run(run()), sent[0]


def test_a_busy_subscription_ends_when_its_key_is_revoked(tmp_path: Path) -> None:
    def revoked() -> None:
        raise ApiError("AccessDeniedException")

    ended = pushed(tmp_path / "s.sqlite3", lambda stream, _: stream.put([("k", b"x")]), revoked)
    assert ended == ("AccessDeniedException", 3)  # the first, one record, and the error: within a second


def test_a_subscription_does_not_go_on_in_another_stream_of_the_name(tmp_path: Path) -> None:
    def remake(stream: Administration, now: float) -> None:
        if now == 1.0:
            stream.delete()
            stream.make(1)
            stream.register("reader", 1)
        stream.put([("k", b"x")])

    assert pushed(tmp_path / "s.sqlite3", remake, lambda: None) == ("ResourceNotFoundException", 3)


def test_a_busy_subscription_ends_when_its_consumer_is_deregistered(tmp_path: Path) -> None:
    def deregister(stream: Administration, now: float) -> None:
        if now == 2.0:
            stream.deregister("reader")
        stream.put([("k", b"x")])

    # The read after the next second sees it at the latest.
    kind, number = pushed(tmp_path / "s.sqlite3", deregister, lambda: None)
    assert (kind, number <= 7) == ("ResourceNotFoundException", True)


def test_a_quiet_subscription_ends_soon_after_its_consumer_is_deregistered(
    client: Any, make_stream: MakeStream
) -> None:
    name = make_stream()
    arn = register(client, name)
    with closing(subscribe(client, arn)) as stream:
        found = events(stream)
        next(found)
        client.deregister_stream_consumer(ConsumerARN=arn)
        began = time.monotonic()
        with pytest.raises(EventStreamError, match="ResourceNotFoundException"):
            list(found)
    assert time.monotonic() - began < 4.5  # the next event would come after QUIET seconds
