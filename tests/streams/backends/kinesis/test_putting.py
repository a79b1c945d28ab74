"""Putting into Kinesis, which takes some records of a request and refuses others."""

from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.backends.kinesis.putting import BYTES_A_REQUEST
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.retrying import LONGEST_PAUSE, PATIENCE, Waiting
from streams.core.records import Entry, InvalidRecordError, StreamError, StreamNotFoundError
from tests.fakes import FakeClock
from tests.streams.backends.kinesis.fake_kinesis import FakeKinesis, Seconds, refusal

THROTTLED = "ProvisionedThroughputExceededException"


def held(client: FakeKinesis) -> list[Entry]:
    records = sorted(record for shard in client.streams["trades"] for record in shard.records)
    return [(key, data) for _, _, key, data in records]


def of_key(key: str, entries: list[Entry]) -> list[bytes]:
    return [data for k, data in entries if k == key]


def requests(client: FakeKinesis) -> list[list[str]]:
    """The partition keys of each request."""
    return [
        [record["PartitionKey"] for record in arguments["Records"]]
        for operation, arguments in client.calls
        if operation == "PutRecords"
    ]


@given(
    entries=st.lists(st.tuples(st.sampled_from("abcdef"), st.binary(max_size=4)), max_size=40),
    outcomes=st.lists(st.sampled_from(["", THROTTLED, "InternalFailure"]), max_size=30),
    broken=st.integers(0, 3),
)
def test_put_writes_each_record_once_in_key_order_under_any_refusals(
    entries: list[Entry], outcomes: list[str], broken: int
) -> None:
    client, seconds = FakeKinesis(FakeClock()), Seconds()
    stream = KinesisStream("trades", client, waiting=Waiting(seconds, seconds.pause, lambda: 0.01))
    stream.create(3)
    waiting = iter(outcomes)
    client.refuse = lambda key: next(waiting, "")
    client.failures["PutRecords"].extend([refusal("InternalFailure", "PutRecords", status=500)] * broken)
    stream.put(entries)
    for key in "abcdef":
        assert of_key(key, held(client)) == of_key(key, entries)
    assert all(len(keys) == len(set(keys)) for keys in requests(client))


def test_put_sends_again_only_refused_records(client: FakeKinesis, stream: KinesisStream) -> None:
    stream.create()
    first = iter(["", THROTTLED, ""])
    client.refuse = lambda key: next(first, "")
    stream.put([("a", b"1"), ("b", b"2"), ("c", b"3")])
    assert requests(client) == [["a", "b", "c"], ["b"]]


def test_a_key_waits_for_its_earlier_record_while_others_go_on(client: FakeKinesis, stream: KinesisStream) -> None:
    stream.create()
    first = iter([THROTTLED])
    client.refuse = lambda key: next(first, "")
    stream.put([("a", b"1"), ("b", b"1"), ("a", b"2"), ("b", b"2")])
    assert requests(client) == [["a", "b"], ["a", "b"], ["a"]]
    assert of_key("a", held(client)) == [b"1", b"2"]


def test_a_request_holds_at_most_500_records(client: FakeKinesis, stream: KinesisStream) -> None:
    stream.create()
    stream.put([(f"key-{number}", b"") for number in range(1200)])
    assert [len(keys) for keys in requests(client)] == [500, 500, 200]


def test_request_holds_at_most_its_bytes_with_keys(client: FakeKinesis, stream: KinesisStream) -> None:
    stream.create()
    size = BYTES_A_REQUEST // 10 - 1
    stream.put([(f"{number:x}", b"x" * size) for number in range(11)])
    assert [len(keys) for keys in requests(client)] == [10, 1]


def test_put_error_counts_the_records_never_taken(client: FakeKinesis, stream: KinesisStream, seconds: Seconds) -> None:
    stream.create()
    start = seconds.time
    client.refuse = lambda key: THROTTLED if key == "hot" else ""
    with pytest.raises(StreamError) as caught:
        stream.put([("hot", b"1"), ("cold", b"1"), ("hot", b"2"), ("cold", b"2")])
    assert str(caught.value) == (
        "2 of 4 records were not taken by stream 'trades' within 30 s: 1 × ProvisionedThroughputExceededException."
    )
    assert held(client) == [("cold", b"1"), ("cold", b"2")]
    assert PATIENCE <= seconds.time - start < PATIENCE + LONGEST_PAUSE


def test_a_put_goes_on_as_long_as_something_is_taken(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds
) -> None:
    stream.create()
    outcomes = cycle([THROTTLED, THROTTLED, ""])
    client.refuse = lambda key: next(outcomes)
    stream.put([("a", b"%d" % number) for number in range(500)])
    assert held(client) == [("a", b"%d" % number) for number in range(500)]
    assert seconds.time > PATIENCE


def test_put_error_counts_the_missing_records_when_the_stream_goes_away(
    client: FakeKinesis, stream: KinesisStream
) -> None:
    stream.create()
    client.refuse = lambda key: client.failures["PutRecords"].append(gone) or ""  # type: ignore[func-returns-value]
    gone = refusal("ResourceNotFoundException", "PutRecords")
    with pytest.raises(StreamNotFoundError, match=r"^2 of 3 records were not taken by stream 'trades'\. There is no"):
        stream.put([("a", b"1"), ("a", b"2"), ("a", b"3")])


def test_a_record_over_the_limit_is_named_before_anything_is_sent(client: FakeKinesis, stream: KinesisStream) -> None:
    stream.create()
    with pytest.raises(
        InvalidRecordError, match="The record with key 'big' has 1048577 bytes with its key; the limit is 1048576"
    ):
        stream.put([("small", b"1"), ("big", b"x" * ((1 << 20) - 2))])
    assert requests(client) == []
