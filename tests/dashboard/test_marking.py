from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from applications.orders.models import ORDERS, AlarmEpisode, Site, ThresholdChange
from common import marking
from common.marking import Mark
from sql.live.models import SqlApplication, SqlSwitch
from streams.core import clock
from streams.models import Audit


@pytest.fixture
def marked(db: None) -> tuple[int, int]:
    """A stream with an event of each kind in the last hour; returns the bounds of the hour."""
    now = timezone.now()
    at = now - timedelta(minutes=30)
    Site.objects.create(name="london")
    counts = {"peak": 40, "lines": 9, "notifications": 1, "suppressed": 0, "threshold": 30, "sequence": "1"}
    AlarmEpisode.objects.create(stream=ORDERS, site="london", started=at, ended=now, **counts)
    ThresholdChange.objects.create(site="london", at=at, before=20, after=30)
    application = SqlApplication.objects.create(name="rates", stream=ORDERS, active=2)
    for shard in ("0", "1"):
        SqlSwitch.objects.create(application=application, stream=ORDERS, shard=shard, before=1, version=2, arrived=at)
    for target in ("orders, from 1", "shard-0 of orders", "shard-0 of orders-2"):
        Audit.objects.create(who="ada", action="reshard" if "," in target else "split", target=target, count=2)
    return clock.from_datetime(now - timedelta(hours=1)), clock.from_datetime(now + timedelta(minutes=1))


def test_every_room_marks_its_events_once(marked: tuple[int, int]) -> None:
    found = marking.marks(ORDERS, *marked, staff=True)
    assert [(mark.kind, mark.text) for mark in found] == [
        ("alarm", "london: at most 40 lines, threshold 30"),
        ("threshold", "london: 30 instead of 20"),
        ("version", "rates computes with version 2"),
        ("shards", "orders, from 1: re-sharded by ada"),
        ("shards", "shard-0 of orders: split by ada"),
    ]
    start, _ = marked
    assert marking.marks(ORDERS, start - 3_600_000, start, staff=True) == []


def test_page_lists_the_marks_that_its_reader_may_see(marked: tuple[int, int], client: Client) -> None:
    user = User.objects.create_user("ada")
    client.force_login(user)
    page = client.get("/orders/?range=1h")
    assertContains(page, 'data-testid="mark"', 3)
    assertContains(page, '<a href="/orders/?site=london">london: 30 instead of 20</a>')
    assertNotContains(page, "split by ada")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    assertContains(client.get("/orders/?range=1h"), "split by ada")


@given(st.lists(st.tuples(st.integers(0, 99), st.booleans()), max_size=60))
def test_marks_are_bounded_and_the_newest(made: list[tuple[int, bool]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            marking, "_markers", {"x": lambda *_: [Mark(at, None, "k", "t", staff=staff) for at, staff in made]}
        )
        for staff in (True, False):
            seen = sorted(at for at, only in made if staff or not only)[-marking.MOST :]
            assert [mark.at for mark in marking.marks("s", 0, 99, staff=staff)] == seen
