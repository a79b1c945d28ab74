"""Tests the import of a KCL lease table: the lease of each row, and the refused rows."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError

from streams.backends.kinesis.reading import SUB_BITS
from streams.core.hashing import HASH_SPACE
from streams.core.records import Shard, StreamError
from streams.models import Lease
from streams.operations import kcl
from streams.operations.kcl import Found, Item, Moment

NOW = 1_790_000_000_000
MOMENT = Moment(NOW, None)
MIDDLE = HASH_SPACE // 2
ZERO, ONE, TWO = (f"shardId-{number:012}" for number in range(3))


def item(key: str, checkpoint: str, sub: int = 0, **more: Any) -> Item:
    row = {"leaseKey": {"S": key}, "checkpoint": {"S": checkpoint}, "checkpointSubSequenceNumber": {"N": str(sub)}}
    return row | {"leaseCounter": {"N": "17"}, "leaseOwner": {"S": "worker-1"}} | more


def read(*items: Item, moment: Moment = MOMENT) -> Found:
    return kcl.read(items, "trades", moment)


def one_shard(checkpoint: str, sub: int = 0, moment: Moment = MOMENT) -> str:
    [row] = read(item(ZERO, checkpoint, sub), moment=moment).rows
    return str(row.checkpoint)


@pytest.mark.parametrize(
    ("checkpoint", "sub", "ours"),
    [
        ("4959", 0, f"after-sequence-number:{4959 << SUB_BITS}"),
        ("4959", 7, f"after-sequence-number:{(4959 << SUB_BITS) + 7}"),
        ("0" * 20 + "4959", 0, f"after-sequence-number:{4959 << SUB_BITS}"),
        ("TRIM_HORIZON", 0, "trim-horizon"),
        ("SHARD_END", 0, "shard-end"),
        ("LATEST", 0, f"at-timestamp:{NOW}"),
    ],
)
def test_checkpoint_of_kcl_is_translated_to_the_same_place(checkpoint: str, sub: int, ours: str) -> None:
    assert one_shard(checkpoint, sub) == ours


def test_at_timestamp_is_translated_to_the_given_time() -> None:
    assert one_shard("AT_TIMESTAMP", moment=Moment(NOW, 5_000)) == "at-timestamp:5000"


def test_the_leases_of_one_stream_are_taken_from_a_table_of_several() -> None:
    own, other = f"123456789012:trades:1690000000:{ZERO}", f"123456789012:orders:1690000000:{ZERO}"
    workers = {"leaseKey": {"S": "worker-1"}, "entityType": {"S": "WORKER_METRICS"}, "wid": {"S": "worker-1"}}
    found = read(item(own, "5", parentShardId={"SS": [ONE]}), item(other, "6"), workers)
    assert [(row.shard, row.words, row.parents) for row in found.rows] == [(ZERO, "5", [ONE])]
    assert found.others == 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (item(ZERO, "somewhere"), f"{ZERO} (checkpoint 'somewhere')"),
        (item(ZERO, ""), f"{ZERO} (checkpoint '')"),
        (item(ZERO, "5", 1 << SUB_BITS), f"{ZERO} (checkpointSubSequenceNumber '1048576')"),
        (item("trades:" + ZERO, "5"), f"trades:{ZERO} (its leaseKey is neither a shard nor"),
        (item(ZERO, "AT_TIMESTAMP"), f"{ZERO} (AT_TIMESTAMP, whose time is in KCL's configuration"),
        ({"id": {"S": "x"}}, "one without a leaseKey (it is no lease)"),
        (item(ONE, "5"), f"{ONE} (its shard is there twice"),
    ],
)
def test_unknown_row_is_named_and_nothing_is_imported(row: Item, words: str) -> None:
    with pytest.raises(StreamError) as caught:
        read(item(ONE, "5"), row)
    assert str(caught.value).startswith(f"Nothing was imported: not understood are {words}")


def test_unknown_rows_are_counted_when_many() -> None:
    with pytest.raises(StreamError, match=r"shard-4 \(checkpoint 'x'\) and 3 more\.$"):
        read(*(item(f"shard-{number}", "x") for number in range(8)))


def columns(leases: list[Lease]) -> list[tuple[str, list[str], str, str]]:
    return [(lease.shard, lease.parents, lease.hash_end, lease.checkpoint) for lease in leases]


def test_parents_removed_by_kcl_are_at_their_end() -> None:
    top = HASH_SPACE - 1
    shards = [Shard(ZERO, 0, top, open=False), Shard(ONE, 0, MIDDLE - 1, (ZERO,)), Shard(TWO, MIDDLE, top, (ZERO,))]
    leases = kcl.plan(read(item(ONE, "5"), item(TWO, "TRIM_HORIZON")), "trades", "trades", shards)
    assert columns(leases) == [
        (ZERO, [], "f" * 32, "shard-end"),
        (ONE, [ZERO], "7" + "f" * 31, f"after-sequence-number:{5 << SUB_BITS}"),
        (TWO, [ZERO], "f" * 32, "trim-horizon"),
    ]


def test_shard_expired_from_the_stream_keeps_the_lease_of_kcl() -> None:
    known: dict[str, Any] = {
        "startingHashKey": {"S": "0"},
        "endingHashKey": {"S": "255"},
        "parentShardId": {"SS": [ZERO]},
    }
    shards = [Shard(TWO, 0, HASH_SPACE - 1, (ONE,))]
    leases = kcl.plan(read(item(ONE, "SHARD_END", **known), item(TWO, "5")), "trades", "trades", shards)
    assert columns(leases)[0] == (ONE, [ZERO], "ff".rjust(32, "0"), "shard-end")


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], "the table has no lease on stream 'trades'"),
        ([item(ZERO, "5")], "stream 'trades' has none of the shards in the table"),
    ],
)
def test_the_table_of_another_stream_is_refused(items: list[Item], words: str) -> None:
    with pytest.raises(StreamError, match=words):
        kcl.plan(read(*items), "trades", "trades", [Shard(ONE, 0, HASH_SPACE - 1)])


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "x-amz-security-token: secret"}}, "Scan")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refusal("AccessDeniedException"), "allow the IAM action dynamodb:Scan"),
        (refusal("ExpiredTokenException"), "The AWS credentials have expired"),
        (refusal("UnrecognizedClientException"), "AWS does not accept these credentials"),
        (refusal("ResourceNotFoundException"), "There is no table 'kcl-app' in eu-west-1"),
        (refusal("ValidationException"), "DynamoDB refused dynamodb:Scan on table 'kcl-app' (ValidationException)"),
        (NoCredentialsError(), "There are no AWS credentials that work"),
        (NoRegionError(), "No AWS region is set: name one with --region"),
        (EndpointConnectionError(endpoint_url="http://x"), "DynamoDB cannot be reached (EndpointConnectionError)"),
    ],
)
def test_unreadable_table_is_one_clear_sentence(error: Exception, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        meta = type("Meta", (), {"region_name": "eu-west-1"})

        def client(self, *_: Any, **__: Any) -> "Refusing":
            return self

        def get_paginator(self, _: str) -> Any:
            raise error

    monkeypatch.setattr("boto3.session.Session", Refusing)
    with pytest.raises(StreamError) as caught:
        kcl.scan("kcl-app", "eu-west-1", None)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.django_db
@pytest.mark.parametrize("looks", [0, 1])  # in vain, before a worker has made its leases
def test_all_leases_are_saved_or_none(looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    Lease.objects.create(application="trades", stream="trades", shard=TWO, checkpoint="latest")
    leases = [
        Lease(application="trades", stream="trades", shard=shard, checkpoint="shard-end") for shard in (ZERO, TWO)
    ]
    refuse, answers = kcl.refuse_if_read, [None] * looks
    monkeypatch.setattr(kcl, "refuse_if_read", lambda *names: answers.pop() if answers else refuse(*names))
    with pytest.raises(StreamError, match="trades has 1 lease on trades already"):
        kcl.save(leases, "trades", "trades")
    assert [lease.shard for lease in Lease.objects.all()] == [TWO]
