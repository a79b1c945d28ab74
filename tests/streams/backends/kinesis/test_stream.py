"""Tests Kinesis alone: its place, slow changes, answers in pages, and places inside an aggregated record."""

import pytest

from streams.backends.kinesis.reading import SUB_BITS
from streams.backends.kinesis.stream import CHANGE_SECONDS, KinesisStream
from streams.backends.kinesis.url import Place, connect, parse_url
from streams.backends.retrying import Waiting
from streams.core.records import TRIM_HORIZON, StreamError, after
from tests.fakes import FakeClock
from tests.packing import aggregate
from tests.streams.backends.kinesis.fake_kinesis import FakeKinesis, Seconds, refusal

SHARD = "shardId-000000000000"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("kinesis://eu-west-1", Place("eu-west-1", None)),
        ("kinesis://", Place(None, None)),
        (
            "kinesis://eu-west-1?endpoint_url=http://127.0.0.1:4568",
            Place("eu-west-1", "http://127.0.0.1:4568"),
        ),
        ("kinesis://eu-west-1?endpoint_url=https%3A%2F%2Fvpce-1", Place("eu-west-1", "https://vpce-1")),
    ],
)
def test_the_url_names_a_region_and_an_endpoint(url: str, place: Place) -> None:
    assert parse_url(url) == place


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("kinesis:eu-west-1", "should be kinesis://REGION"),
        ("kinesis://eu-west-1/trades", "should be kinesis://REGION"),
        ("kinesis://eu-west-1?endpoint=http://x", "should be kinesis://REGION"),
        ("kinesis://key:secret@eu-west-1", "holds credentials"),
        ("kinesis://eu-west-1?endpoint_url=http://key:secret@host", "holds credentials"),
        ("kinesis://eu-west-1?endpoint_url=localhost:4568", "should start with https://"),
        ("kinesis://[eu-west-1", "should be kinesis://REGION"),
    ],
)
def test_invalid_url_is_refused_without_repeating_it(url: str, words: str) -> None:
    with pytest.raises(StreamError, match=words) as caught:
        parse_url(url)
    assert "secret" not in str(caught.value)


def test_missing_region_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(StreamError, match="No AWS region is set: name one in STREAM_URL"):
        connect(Place(None, None))


@pytest.mark.parametrize("place", [Place("not a region", None), Place("eu-west-1", "http://[")])
def test_place_refused_by_boto3_is_one_clear_sentence(place: Place) -> None:
    with pytest.raises(StreamError, match=r"\w"):
        connect(place)


def test_creating_waits_until_the_stream_is_active(client: FakeKinesis, stream: KinesisStream) -> None:
    stream.create()
    assert client.count("DescribeStreamSummary") == 2
    assert stream.describe().status == "ACTIVE"


def test_change_without_end_raises_a_clear_sentence(
    client: FakeKinesis, stream: KinesisStream, monkeypatch: pytest.MonkeyPatch, seconds: Seconds
) -> None:
    stuck = {"StreamDescriptionSummary": {"StreamStatus": "CREATING", "RetentionPeriodHours": 24}}
    monkeypatch.setattr(client, "describe_stream_summary", lambda **_: stuck)
    with pytest.raises(StreamError, match="'trades' is still CREATING after 300 s"):
        stream.create()
    assert CHANGE_SECONDS <= seconds.time < CHANGE_SECONDS + 5


def test_shards_and_names_come_in_pages(seconds: Seconds) -> None:
    client = FakeKinesis(FakeClock(), page=2)
    for name in ("e", "d", "c", "b", "a"):
        KinesisStream(name, client, waiting=Waiting(seconds, seconds.pause, lambda: 0.5)).create(shards=5)
    assert KinesisStream.names(client) == ["a", "b", "c", "d", "e"]
    shards = KinesisStream("a", client).describe().shards
    assert [shard.id for shard in shards] == [f"shardId-{number:012}" for number in range(5)]


def test_status_is_requested_seldom_and_shards_each_time(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds
) -> None:
    stream.create()
    stream.describe()
    client.calls.clear()
    for _ in range(30):
        stream.describe()
        seconds.pause(1)
    assert (client.count("ListShards"), client.count("DescribeStreamSummary")) == (30, 2)


def test_throttled_description_is_requested_again(client: FakeKinesis, stream: KinesisStream) -> None:
    stream.create()
    client.failures["ListShards"].extend([refusal("LimitExceededException", "ListShards")] * 3)
    assert len(stream.describe().shards) == 1


def test_throttling_without_end_raises_after_a_while(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds
) -> None:
    stream.create()
    client.failures["ListShards"].extend([refusal("LimitExceededException", "ListShards")] * 1000)
    with pytest.raises(StreamError, match=r"could not do ListShards for now: no \(LimitExceededException\)"):
        stream.describe()
    assert 30 < seconds.time < 40


def test_too_many_shards_are_refused_at_once(client: FakeKinesis, stream: KinesisStream) -> None:
    client.failures["CreateStream"].append(refusal("LimitExceededException", "CreateStream", "10 shards at most."))
    with pytest.raises(StreamError, match="refused CreateStream on stream 'trades': 10 shards at most"):
        stream.create(100)


def test_a_sequence_number_is_shown_as_kinesis_writes_it(stream: KinesisStream) -> None:
    assert stream.sequence_text(4959 << SUB_BITS) == "4959"
    assert stream.sequence_text((4959 << SUB_BITS) + 3) == "4959:3"


def test_aggregated_record_is_read_from_any_inner_record_on(client: FakeKinesis, stream: KinesisStream) -> None:
    stream.create()
    packed = [("a", b"1"), ("b", b"2"), ("a", b"3")]
    stream.put([("x", aggregate(packed)), ("y", b"plain")])
    [batch] = stream.read(SHARD, TRIM_HORIZON, 10).batches
    assert list(zip(batch.keys, batch.datas, strict=True)) == [*packed, ("y", b"plain")]
    first = batch.sequences[0]
    assert list(batch.sequences)[:3] == [first, first + 1, first + 2]
    reader = KinesisStream("trades", client, read_seconds=0)
    for done in range(4):
        found = reader.read(SHARD, after(batch.sequences[done]), 10).batches
        assert [data for part in found for data in part.datas] == [b"1", b"2", b"3", b"plain"][done + 1 :]


def test_recreated_stream_is_read_with_its_new_shards(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds
) -> None:
    stream.create()
    stream.read(SHARD, TRIM_HORIZON, 10)
    other = KinesisStream("trades", client, waiting=Waiting(seconds, seconds.pause, lambda: 0.5))
    other.delete()
    other.create(2)
    other.put([("a", b"1"), ("b", b"2")])
    found = [stream.read(shard.id, TRIM_HORIZON, 10).batches for shard in stream.describe().shards]
    assert sorted(data for [batch] in found for data in batch.datas) == [b"1", b"2"]
