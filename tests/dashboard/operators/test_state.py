"""Tests the state of leases, workers and throughput on the streams page."""

import os
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from dashboard.operators.letters import MOST_HEX, readable
from dashboard.operators.state import owner_in_words, streams
from streams.coordination import process_identity
from streams.core import showing
from streams.core.records import CountWaiting
from streams.models import Audit, Lease, Member, Throughput
from tests.dashboard.rows import NOON, at
from tests.streams.operations.test_deadletters import letter

LATER = timedelta(seconds=5)


def lease(shard: str, watermark: datetime | None = None, **rest: Any) -> Lease:
    values = {"application": "trades", "stream": "trades", "checkpoint": "after-sequence-number:7"} | rest
    return Lease.objects.create(shard=shard, watermark=watermark, **values)


def held(shard: str, **rest: Any) -> Lease:
    """By the database's clock."""
    return lease(shard, at(), owner="boot-id-is-long/pid:[1]/412/99", expires=timezone.now() + LATER, **rest)


def counts(stream: str, checkpoints: Mapping[str, str]) -> tuple[dict[str, int], str]:
    """Seven records wait behind each checkpoint, and in a shard without one."""
    return {**dict.fromkeys(checkpoints, 7), "new": 7}, ""


def untold(stream: str, checkpoints: Mapping[str, str]) -> tuple[dict[str, int], str]:
    return {}, "Kinesis does not tell."


def only_stream(now: datetime = NOON, count: CountWaiting = counts) -> dict[str, Any]:
    [found] = streams(now, count)["streams"]
    return dict(found)


def shards(*names: str, now: datetime = NOON) -> list[tuple[Any, ...]]:
    return [tuple(shard[name] for name in names) for shard in only_stream(now)["shards"]]


@pytest.mark.django_db
def test_shards_name_their_owner_and_ended_ones_come_last() -> None:
    lease("a", checkpoint="shard-end")
    held("b", parents=["a"])
    lease("c", owner="gone/1/", expires=timezone.now() - LATER)
    lease("d", parents=["c"])
    assert shards("shard", "state", "owner", "parents") == [
        ("b", "held", "process 412 on another machine", ["a"]),
        ("c", "free", "", []),
        ("d", "waiting", "", ["c"]),
        ("a", "ended", "", []),
    ]


@pytest.mark.django_db
def test_stream_lag_is_that_of_its_slowest_open_shard() -> None:
    lease("a", at(), newest=at())
    lease("b", at(seconds=-3))
    lease("c", at(minutes=-9), checkpoint="shard-end")
    found = only_stream(at(seconds=1.5))
    assert (found["lag"], found["newest"]) == (4.5, "2026-11-22T12:00:00.000Z")
    lease("d")
    assert only_stream()["lag"] is None


@pytest.mark.django_db
def test_records_that_wait_are_counted_in_shards_without_a_lease_too() -> None:
    lease("a", at())
    lease("b", at())
    found = only_stream()
    assert (found["lag_records"], found["lag_note"]) == (21, "")
    assert shards("shard", "lag_records") == [("a", 7), ("b", 7)]


@pytest.mark.django_db
def test_waiting_records_are_unknown_when_the_stream_does_not_count() -> None:
    lease("a", at(seconds=-3))
    found = only_stream(count=untold)
    assert (found["lag"], found["lag_records"], found["lag_note"]) == (3.0, None, "Kinesis does not tell.")
    assert found["shards"][0]["lag_records"] is None


@pytest.mark.django_db
def test_throughput_is_the_mean_of_ten_whole_seconds_against_the_limits_of_a_shard() -> None:
    lease("a", at())
    for seconds, records in ((-13, 9000), (-12, 3000), (-3, 2000), (-2, 9000)):
        row = {"application": "trades", "stream": "trades", "shard": "a"}
        Throughput.objects.create(**row, second=at(seconds=seconds), records=records, size=records * 1024)
    assert shards("records", "records_full", "bytes", "bytes_full") == [(500.0, 50.0, 512_000.0, 48.8)]


@pytest.mark.django_db
def test_the_throughput_of_a_worker_that_is_behind_is_unknown() -> None:
    lease("a", at(minutes=-1))
    assert shards("records", "bytes", "records_full") == [(None, None, None)]


@pytest.mark.django_db
def test_throughput_of_a_whole_stream_has_no_limit() -> None:
    lease("*", at(), checkpoint="s0=after-sequence-number:7 s1=trim-horizon")
    assert shards("shard", "place", "records_full") == [("whole stream", "in each of 2 shards", None)]


@pytest.mark.django_db
def test_long_checkpoint_is_abbreviated_with_the_whole_beside() -> None:
    lease("a", checkpoint="after-sequence-number:" + "1234567890" * 5)
    assert shards("place", "checkpoint") == [("after 12…78901234567890", Lease.objects.get().checkpoint)]


@pytest.mark.django_db
def test_only_living_members_count() -> None:
    lease("a")
    for owner, expires in (("one", LATER), ("two", LATER), ("three", -LATER)):
        row = {"application": "trades", "stream": "trades", "owner": owner}
        Member.objects.create(**row, expires=timezone.now() + expires)
    assert only_stream()["members"] == 2


@pytest.mark.django_db
def test_dead_letters_are_counted_by_status() -> None:
    lease("a")
    for sequence, status in enumerate(("kept", "kept", "discarded")):
        letter(sequence, status)
    assert only_stream()["letters"] == {"kept": 2, "replay": 0, "applied": 0, "discarded": 1}


@pytest.mark.django_db
def test_act_without_a_count_has_an_empty_cell(client: Client) -> None:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    for number, count in enumerate((0, 1234)):
        Audit.objects.create(who="ada", action="rule made", target=f"busy, version {number}", count=count)
    cells = re.findall(r'data-f="count">([^<]*)<', client.get("/streams/").content.decode())
    assert cells[:2] == ["1,234", ""]


@pytest.mark.django_db
def test_audit_is_listed_latest_first() -> None:
    for count in range(25):
        Audit.objects.create(who="ada", action="replay", target="trades: all", count=count)
    assert [row["count"] for row in streams(NOON, counts)["audit"]] == list(range(24, 4, -1))


@pytest.mark.parametrize(
    ("owner", "words"),
    [
        ("0a1b2c3d-4e5f/pid:[7]/12/34", "process 12 on another machine"),
        ("mill-host-one/12/", "process 12 on mill-host-one"),
        (process_identity.current(), f"process {os.getpid()} on this machine"),
        ("one", "one"),
    ],
    ids=["another machine", "a host by name", "this machine", "no process"],  # the same in each process of a test run
)
def test_an_owner_is_named_by_process_and_machine(owner: str, words: str) -> None:
    assert owner_in_words(owner) == words


def test_json_is_laid_out_and_its_numbers_stay_as_written() -> None:
    found = readable(b'{"price":1.10,"id":12345678901234567890123}')
    assert (found.kind, found.text) == ("JSON", '{\n  "price": 1.10,\n  "id": 12345678901234567890123\n}')


def test_record_data_is_told_apart_as_text_or_bytes() -> None:
    assert readable("naïve".encode())[:3] == (6, "text", "naïve")
    assert readable(b"\xff\x00A")[1:5] == ("binary", None, False, [("000000", "ff 00 41", "..A")])


def test_large_record_is_truncated_with_a_note() -> None:
    found = readable(b"x" * (showing.MOST_TEXT + 1))
    assert (found.text, found.text_cut, found.dump_cut) == ("x" * showing.MOST_TEXT, True, True)
    assert (len(found.dump), found.dump[-1][0]) == (MOST_HEX // 16, "000ff0")


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"\x00", b"NaN", b'"\xff"'])
def test_record_of_any_bytes_is_shown(data: bytes) -> None:
    assert readable(data).size == len(data)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("identity", "url", "words"),
    [
        (
            "embedded:a",
            "kinesis://eu-west-1",
            "These figures are those of the embedded stream, and this site reads Amaz",
        ),
        (
            "arn:a 7",
            "embedded:var/s.sqlite3",
            "These figures are those of Amazon Kinesis, and this site reads the embed",
        ),
        ("embedded:a", "embedded:var/s.sqlite3", ""),
        ("arn:a 7", "kinesis://eu-west-1", ""),
        ("", "kinesis://eu-west-1", ""),  # as older releases left it
    ],
)
def test_figures_of_the_other_backend_are_called_so(settings: Settings, identity: str, url: str, words: str) -> None:
    settings.STREAM_URL = url
    lease("a", identity=identity)
    assert only_stream()["lag_note"][:72] == words


@pytest.mark.django_db
def test_unreadable_shard_and_expired_records_are_reported() -> None:
    lease("a", trouble="its lease is damaged")
    lease("b", expired=1700, expired_from=at(), expired_to=at(seconds=5))
    lease("c", expired_to=at(seconds=5))
    found = only_stream()
    assert (found["stopped"], found["stopped_note"]) == (1, "a is not read: its lease is damaged.")
    span = "up to 2026-11-22T12:00:05.000Z."
    assert (found["expired"], found["expired_note"]) == (
        1700,
        f"1,700 records of b expired unread; the latest arrived after 2026-11-22T12:00:00.000Z and {span} "
        f"An unknown number of records of c expired unread; the latest arrived {span}",
    )
    assert shards("shard", "state") == [("a", "stopped"), ("b", "free"), ("c", "free")]


@pytest.mark.django_db
def test_leases_of_an_older_stream_of_the_name_are_counted_but_not_shown() -> None:
    lease("a", identity="one", current=False, applied=7, dead=2, expired=1)
    lease("a", identity="two", applied=5, watermark=at())
    found = only_stream(at(seconds=1))
    assert (len(found["shards"]), found["lag"]) == (1, 1.0)
    assert (found["applied"], found["dead"], found["expired"]) == (12, 2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("checkpoint", ["", "garbage", "a=b=c"])
def test_a_damaged_checkpoint_breaks_no_page(checkpoint: str) -> None:
    lease("a", checkpoint=checkpoint)
    assert shards("shard", "state") == [("a", "free")]
