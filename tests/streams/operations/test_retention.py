"""Tests the retention of results and leases: the rows to remove, and the rows to keep at any age."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.db.models.functions import Now
from pytest_django import Settings

from applications.market.models import Ticker, TradeMinute
from applications.orders.models import AlarmEpisode, Site, SiteCount, SiteSecond
from streams.core.records import StreamError
from streams.models import LEASE, Lease, Member, Throughput
from streams.operations import retention

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def going(model: type[Model]) -> int:
    return retention.outlived(NOW)[model].count()


def lease(shard: str = "a", **fields: Any) -> Lease:
    names = {"application": "trades", "stream": "trades", "checkpoint": "after-sequence-number:7", "state": b"-"}
    return Lease.objects.create(**names | {"watermark": NOW} | fields, shard=shard)


def minute(days: float, stream: str = "trades") -> None:
    figures = dict.fromkeys(("trades", "shares", "cents", "low", "high", "first", "last", "largest"), 1)
    TradeMinute.objects.create(
        stream=stream, minute=days_ago(days), ticker="AMZN", side="BUY", last_sequence="1", **figures
    )


def second(days: float, application: str = "trades", stream: str = "trades") -> None:
    names = {"application": application, "stream": stream, "shard": "a"}
    Throughput.objects.create(**names, second=days_ago(days), records=1, size=1)


def test_open_window_is_kept_when_its_worker_is_behind() -> None:
    lease(watermark=days_ago(500))
    for days in (499, 500, 501):
        minute(days)
        second(days)
    second(501, "orders")
    assert (going(TradeMinute), going(Throughput)) == (1, 2)
    assert list(retention.held_back(NOW)) == [
        "Workers of trades on trades are so far behind that old rows stay until they are read: "
        ".venv/bin/python manage.py leases list"
    ]


def test_nothing_is_removed_while_a_shard_is_unread() -> None:
    lease()
    lease("b", watermark=None)
    minute(999)
    assert going(TradeMinute) == 0


def test_rows_older_than_the_setting_are_removed() -> None:
    lease()
    lease("b", checkpoint="shard-end", watermark=days_ago(900))
    for days in (399, 401):
        minute(days)
    for days in (13, 15):
        second(days)
    assert (going(TradeMinute), going(Throughput)) == (1, 1)
    assert list(retention.held_back(NOW)) == []


def test_open_alarm_and_window_with_lines_are_kept() -> None:
    figures = dict.fromkeys(("threshold", "peak", "lines", "notifications", "suppressed"), 1)
    for number, ended in enumerate([None, days_ago(401), days_ago(399)]):
        AlarmEpisode.objects.create(site="paris", sequence=str(number), started=days_ago(900), ended=ended, **figures)
    for site, lines in (("paris", 0), ("london", 1)):
        SiteCount.objects.create(site=site, lines=lines, as_of=days_ago(401), newest=days_ago(401))
    assert (going(AlarmEpisode), going(SiteCount)) == (1, 1)


def remove_outlived() -> None:
    for rows in retention.outlived(NOW).values():
        rows.delete()


def test_silent_site_is_removed_unless_it_has_a_threshold() -> None:
    for name, days, threshold, lines in [
        ("gone", 31, 30, 0), ("late", 29, 30, 0), ("set", 31, 40, 0), ("full", 31, 30, 1), ("seen", 31, 30, 0)
    ]:  # fmt: skip
        Site.objects.create(name=name, threshold=threshold)
        SiteCount.objects.create(site=name, lines=lines, as_of=NOW, newest=days_ago(days))
    SiteSecond.objects.create(site="seen", second=days_ago(1), lines=1, peak=1)
    remove_outlived()
    for model, field in ((Site, "name"), (SiteCount, "site")):
        assert set(model.objects.values_list(field, flat=True)) == {"late", "set", "full", "seen"}


def test_site_is_kept_when_the_setting_is_zero_days(settings: Settings) -> None:
    settings.RETENTION_SITES = 0
    Site.objects.create(name="old")
    SiteCount.objects.create(site="old", lines=0, as_of=NOW, newest=days_ago(99))
    remove_outlived()
    assert Site.objects.count() == 1


def test_ticker_is_removed_with_its_last_minute() -> None:
    minute(1)
    for name in ("AMZN", "GONE"):
        Ticker.of(name).save()
    remove_outlived()
    assert list(Ticker.objects.values_list("name", flat=True)) == ["AMZN"]


def test_member_of_a_killed_worker_is_removed_after_a_day() -> None:
    for owner, days in (("gone", 1.1), ("living", 0)):
        Member.objects.create(application="trades", stream="trades", owner=owner, expires=days_ago(days))
    assert retention.outlived(NOW)[Member].get().owner == "gone"


def retire(*listed: str) -> set[str]:
    """The shards that then have leases."""
    dry = retention.retire_leases(NOW, "trades", listed, dry_run=True)
    before = Lease.objects.count()
    assert retention.retire_leases(NOW, "trades", listed, dry_run=False) == dry == before - Lease.objects.count()
    return set(Lease.objects.values_list("shard", flat=True))


def test_lease_is_removed_when_its_shard_has_ended_and_expired() -> None:
    for shard, days in (("listed", 99), ("late", 29), ("old", 31)):
        lease(shard, checkpoint="shard-end", watermark=days_ago(days), applied=5, dead=1)
    lease("living", parents=["old"], watermark=days_ago(99), applied=1)
    assert retire("listed", "living") == {"listed", "late", "living"}
    assert list(Lease.objects.filter(shard="living").values_list("applied", "dead")) == [(6, 1)]


def test_lease_is_kept_for_its_state_until_a_child_begins() -> None:
    lease("parent", checkpoint="shard-end", watermark=days_ago(31))
    child = lease("child", checkpoint="trim-horizon", parents=["parent"], watermark=None, state=b"")
    assert retire("child") == {"parent", "child"}
    Lease.objects.filter(pk=child.pk).update(state=b"-")
    assert retire("child") == {"child"}


def test_last_lease_of_an_application_is_kept() -> None:
    lease(checkpoint="shard-end", watermark=days_ago(99))
    assert retire() == {"a"}


def test_leases_of_a_stream_are_kept_while_a_worker_reads_it() -> None:
    lease()
    lease(stream="orders")
    member = Member.objects.create(application="trades", stream="trades", owner="elsewhere/1/2", expires=Now() + LEASE)
    with pytest.raises(StreamError, match="Workers still read trades"):
        retention.forget_leases("trades")
    assert Lease.objects.count() == 2
    member.delete()
    assert (retention.forget_leases("trades"), retention.forget_leases("trades")) == (1, 0)
    assert list(Lease.objects.values_list("stream", flat=True)) == ["orders"]


def test_late_reader_keeps_rows_of_its_own_stream_only() -> None:
    lease(watermark=days_ago(0))
    lease(watermark=days_ago(500), stream="sensors")
    for stream in ("trades", "sensors"):
        minute(401, stream)
        second(401, stream=stream)
    kept = retention.outlived(NOW)
    assert [list(kept[model].values_list("stream", flat=True)) for model in (TradeMinute, Throughput)] == [
        ["trades"],
        ["trades"],
    ]


@pytest.mark.django_db
def test_leases_of_deleted_streams_are_removed_together_and_their_counts_kept() -> None:
    names = {"application": "trades", "stream": "trades", "current": False, "applied": 3, "dead": 1, "expired": 2}
    old, new = NOW - timedelta(days=400), NOW - timedelta(days=1)
    for identity, shard, watermark in (("one", "a", old), ("one", "b", new), ("two", "a", old), ("two", "b", None)):
        Lease.objects.create(**names, identity=identity, shard=shard, watermark=watermark, checkpoint="trim-horizon")
    assert retention.retire_former(NOW, dry_run=True) == 0  # none goes while there is nobody to take its counts
    Lease.objects.create(application="trades", stream="trades", identity="three", shard="a", checkpoint="trim-horizon")
    assert (retention.retire_former(NOW, dry_run=True), retention.retire_former(NOW, dry_run=False)) == (2, 2)
    assert set(Lease.objects.values_list("identity", "shard")) == {("one", "a"), ("one", "b"), ("three", "a")}
    assert Lease.objects.values_list("applied", "dead", "expired").get(current=True) == (6, 2, 4)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "lives", "gone"),
    [
        (timedelta(days=2), False, 0),  # a clock, or workers that paused: what is young by the streams' time stays
        (timedelta(days=400), True, 0),  # a worker is there and says what time it is
        (timedelta(days=400), False, 1),  # nobody has read for more than a year
    ],
)
def test_janitor_removes_nothing_young_when_its_clock_is_ahead(
    settings: Settings, wrong: timedelta, lives: bool, gone: int
) -> None:
    settings.RETENTION_RESULTS = 30
    lease()
    minute(29)
    Member.objects.create(application="trades", stream="trades", owner="a", expires=Now() + LEASE if lives else NOW)
    assert retention.outlived(NOW + wrong)[TradeMinute].count() == gone
