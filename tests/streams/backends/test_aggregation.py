"""Tests KPL's aggregated records against Amazon's own library, a naive reader and arbitrary bytes."""

import base64
import hashlib
from typing import Any

import pytest
from aws_kinesis_agg.aggregator import RecordAggregator  # type: ignore[import-untyped]
from aws_kinesis_agg.deaggregator import deaggregate_records  # type: ignore[import-untyped]
from aws_kinesis_agg.messages_pb2 import AggregatedRecord  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from streams.backends.aggregation import DIGEST, MAGIC, MAX_SUB_RECORDS, parse, reason_for_plain
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.records import Entry
from tests.packing import aggregate, deaggregate, in_shard

keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256) | st.sampled_from("abc")
entries = st.lists(st.tuples(keys, st.binary(max_size=300)), min_size=1, max_size=300)
ONE = [("key", b"data")]


def sealed(body: bytes) -> bytes:
    """A body with its frame, however malformed it is."""
    return MAGIC + body + hashlib.md5(body).digest()


def theirs(data: bytes) -> list[Entry]:
    """Returns the records that Amazon's library unpacks from a record's data."""
    event = {"kinesis": {"data": base64.b64encode(data), "partitionKey": "p", "sequenceNumber": "1"}}
    event["kinesis"] |= {"approximateArrivalTimestamp": 1, "kinesisSchemaVersion": "1.0"}  # type: ignore[dict-item]
    whence = ("eventSource", "eventVersion", "eventID", "eventName", "invokeIdentityArn", "awsRegion", "eventSourceARN")
    found: list[Any] = deaggregate_records([event | dict.fromkeys(whence, "")])
    return [(one["kinesis"]["partitionKey"], base64.b64decode(one["kinesis"]["data"])) for one in found]


@given(entries)
def test_packed_records_are_unpacked(entries: list[Entry]) -> None:
    assert deaggregate("p", aggregate(entries)) == entries


@given(entries)
def test_output_is_read_by_amazons_library(entries: list[Entry]) -> None:
    assert theirs(aggregate(entries)) == entries
    assert theirs(aggregate(entries, checked=True)) == entries


@given(entries, st.booleans())
def test_output_of_amazons_library_is_read(entries: list[Entry], hashes: bool) -> None:
    aggregator = RecordAggregator()
    for key, data in entries:
        aggregator.add_user_record(key, data, "17" if hashes else None)
    assert deaggregate("p", aggregator.clear_and_get().get_contents()[2]) == entries


def test_large_indices_and_large_data_take_the_longer_ways() -> None:
    entries = [(f"{index:05}" * 30, b"x" * (index % 7 * 5000)) for index in range(200)]
    entries += [(str(index), b"") for index in range(17_000)]
    assert deaggregate("p", aggregate(entries)) == theirs(aggregate(entries)) == entries


@given(st.binary())
def test_any_bytes_are_a_plain_record(data: bytes) -> None:
    assert deaggregate("p", data) is None
    assert deaggregate("p", MAGIC + data) is None


@given(entries, st.data())
def test_flipped_bit_makes_a_plain_record(entries: list[Entry], draw: st.DataObject) -> None:
    data = bytearray(aggregate(entries))
    bit = draw.draw(st.integers(0, len(data) * 8 - 1))
    data[bit // 8] ^= 1 << bit % 8
    assert deaggregate("p", bytes(data)) is None


@given(entries, st.data())
def test_under_a_right_md5_we_read_what_protobuf_reads_or_nothing(entries: list[Entry], draw: st.DataObject) -> None:
    body = bytearray(aggregate(entries)[len(MAGIC) : -DIGEST])
    for _ in range(draw.draw(st.integers(1, 3))):
        body[draw.draw(st.integers(0, min(200, len(body) - 1)))] = draw.draw(st.integers(0, 255))
    del body[draw.draw(st.integers(1, len(body))) :]
    found = deaggregate("p", sealed(bytes(body)))
    if found is not None:
        peer = AggregatedRecord.FromString(bytes(body))
        assert found == [(peer.partition_key_table[one.partition_key_index], one.data) for one in peer.records]


@given(st.binary(min_size=1, max_size=60))
def test_any_body_under_a_right_md5_never_raises(body: bytes) -> None:
    parse(sealed(body))
    parse(sealed(b"\x0a\x01k" + body))


KEY, RECORD = b"\x0a\x01k", b"\x1a\x06\x08\x00\x1a\x02hi"
WELL_FORMED = {
    "records before keys": RECORD + KEY,
    "a field that is not known": KEY + b"\x2a\x01x" + b"\x30\x07" + RECORD + b"\x39" + bytes(8) + b"\x45" + bytes(4),
    "fields of a record in another order": KEY + b"\x1a\x06\x1a\x02hi\x08\x00",
    "an index written long": KEY + b"\x1a\x08\x08\x80\x80\x00\x1a\x02hi",
    "a size written long": KEY + b"\x1a\x07\x08\x00\x1a\x82\x00hi",
    "a field given twice": KEY + b"\x1a\x0a\x08\x07\x08\x00\x1a\x00\x1a\x02hi",
    "tags": KEY + b"\x1a\x0b\x08\x00\x1a\x02hi\x22\x03\x0a\x01t",
    "a key field of another type": KEY + b"\x08\x05" + RECORD,
}
MALFORMED = {
    "no records": KEY,
    "no keys": RECORD,
    "a key out of range": KEY + b"\x1a\x06\x08\x01\x1a\x02hi",
    "a hash out of range": KEY + b"\x1a\x08\x08\x00\x10\x00\x1a\x02hi",
    "a hash that is none": KEY + b"\x12\x01x" + b"\x1a\x08\x08\x00\x10\x00\x1a\x02hi",
    "a hash beyond the space": KEY + b"\x12\x27" + b"9" * 39 + RECORD,
    "a record without a key": KEY + b"\x1a\x04\x1a\x02hi",
    "a record without data": KEY + b"\x1a\x02\x08\x00",
    "an empty record": KEY + RECORD + b"\x1a\x00",
    "a size beyond the end": KEY + b"\x1a\x07\x08\x00\x1a\x02hi",
    "data beyond their record": KEY + b"\x1a\x06\x08\x00\x1a\x03hi",
    "a byte left over": KEY + RECORD + b"\x1a",
    "a group": KEY + RECORD + b"\x2b\x2c",
    "a field numbered 0": KEY + RECORD + b"\x02\x00",
    "a number without end": KEY + b"\x1a" + b"\xff" * 11 + RECORD,
    "a key that is no text": b"\x0a\x01\xff" + RECORD,
    "an empty key": b"\x0a\x00" + RECORD,
    "a key of 257 characters": b"\x0a\x81\x02" + b"k" * 257 + RECORD,
}


@pytest.mark.parametrize("body", WELL_FORMED.values(), ids=WELL_FORMED.keys())
def test_unusual_well_formed_aggregate_is_read(body: bytes) -> None:
    assert deaggregate("p", sealed(body)) == [("k", b"hi")]


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_aggregate_is_a_plain_record_under_a_right_md5(body: bytes) -> None:
    assert deaggregate("p", sealed(body)) is None


def test_bytes_behind_the_md5_make_a_plain_record() -> None:
    assert deaggregate("p", aggregate(ONE) + b"x") is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (MAGIC + b"x" * 40, "its bytes and its MD5 do not agree"),
        (sealed(KEY), "it has 0 records, not 1 to 1048575"),
        (sealed(RECORD), "it names a key that it does not hold, or ends too soon"),
        (sealed(b"\x0a\x00" + RECORD), "a partition key has not 1 to 256 characters"),
        (sealed(b"\x0a\x01\xff" + RECORD), "a partition key is not UTF-8"),
        (sealed(KEY + RECORD + b"\x2b\x2c"), "its fields are not those of the format"),
    ],
)
def test_aggregate_that_cannot_be_unpacked_has_the_reason(data: bytes, reason: str) -> None:
    assert reason_for_plain(data) == f"An aggregate that cannot be unpacked: {reason}."


def test_aggregate_of_another_shard_has_the_reason() -> None:
    assert "packed for another map of the shards" in reason_for_plain(sealed(KEY + RECORD))
    assert reason_for_plain(b"plain") == ""


@pytest.mark.parametrize("count", [0, MAX_SUB_RECORDS + 1])
def test_an_aggregate_has_one_to_a_million_records(count: int) -> None:
    with pytest.raises(ValueError, match="An aggregate has"):
        aggregate(ONE * count)


def test_more_records_than_can_be_numbered_are_one_plain_record() -> None:
    assert deaggregate("p", sealed(KEY + b"\x1a\x04\x08\x00\x1a\x00" * MAX_SUB_RECORDS)) is not None
    assert deaggregate("p", sealed(KEY + b"\x1a\x04\x08\x00\x1a\x00" * (MAX_SUB_RECORDS + 1))) is None


def test_records_of_the_shard_are_taken_up_to_its_bounds() -> None:
    place = hash_key("key")
    assert in_shard("p", aggregate(ONE), place, place) == ONE
    assert in_shard("p", b"plain", place, place) == [("p", b"plain")]


def test_stray_is_left_out_only_when_its_writer_puts_it_again() -> None:
    data = aggregate([*ONE, ("other", b"")])
    place = hash_key("key")
    assert in_shard("p", aggregate([*ONE, ("other", b"")], checked=True), place, place) == []
    assert in_shard("p", data, place, place) == [("p", data)]


def test_explicit_hash_decides_the_shard_of_a_record() -> None:
    aggregator = RecordAggregator()
    aggregator.add_user_record("key", b"data", "17")
    data = aggregator.clear_and_get().get_contents()[2]
    assert in_shard("p", data, 17, 17) == ONE
    assert in_shard("p", data, 18, HASH_SPACE - 1) == [("p", data)]
