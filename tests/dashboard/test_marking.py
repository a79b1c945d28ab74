from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from applications.orders.models import ORDERS, AlarmEpisode, Site, ThresholdChange
from common import marking
from common.marking import Mark
from dashboard import marking as own
from dashboard.boards import store
from sql.live.models import SqlApplication, SqlSwitch
from streams.core import clock
from streams.models import Audit, LagMinute, Outage
from streams.models.kept import answered
from tests.dashboard.rows import at

NOON = clock.from_datetime(at())
BOARD = """title = "Shops"
[variable]
data = "orders/seconds"
column = "site"
[[panels]]
kind = "lines"
data = "orders/seconds"
"""


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


def test_flood_of_alarms_leaves_the_change_that_explains_it() -> None:
    flood = [Mark(at, None, "alarm", str(at)) for at in range(10, 60)]
    found = marking.newest([Mark(1, None, "version", "2"), *flood, Mark(2, None, "threshold", "30")])
    assert [mark.at for mark in found] == [1, 2, *range(42, 60)]


def test_every_room_marks_its_events_once(marked: tuple[int, int]) -> None:
    found = marking.marks(ORDERS, *marked, staff=True, answered=answered)
    assert [(mark.kind, mark.text) for mark in found] == [
        ("alarm", "london: peak of 40 lines, threshold 30"),
        ("threshold", "london: 30 instead of 20"),
        ("version", "rates computes with version 2"),
        ("shards", "orders, from 1: re-sharded by ada"),
        ("shards", "shard-0 of orders: split by ada"),
    ]
    start, _ = marked
    assert marking.marks(ORDERS, start - 3_600_000, start, staff=True, answered=answered) == []


def test_page_lists_the_marks_that_its_reader_may_see(marked: tuple[int, int], client: Client) -> None:
    user = User.objects.create_user("ada")
    client.force_login(user)
    page = client.get("/orders/?range=1h")
    assertContains(page, 'data-testid="mark"', 3)
    assertContains(page, '<a href="/orders/?site=london">london: 30 instead of 20</a>')
    assertNotContains(page, "split by ada")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    assertContains(client.get("/orders/?range=1h"), "split by ada")


def test_page_of_a_moment_of_a_replay_hides_later_marks(marked: tuple[int, int]) -> None:
    """The page has them all the same, for a replay that goes on."""
    start, end = map(clock.to_iso, marked)
    for until, hidden in ((start, 3), (end, 0), ("", 0)):
        data = {"panels": [{"stream": ORDERS, "lines": []}], "range": {"start": start, "end": end, "until": until}}
        request = SimpleNamespace(user=SimpleNamespace(is_staff=False))
        page = render_to_string("dashboard/_marks.html", {"request": request, "data": data, "value": ""})
        assert (page.count('data-testid="mark"'), page.count(" hidden data-about")) == (3, hidden)


@given(st.lists(st.tuples(st.integers(0, 99), st.booleans()), max_size=60))
def test_marks_are_bounded_and_the_newest(made: list[tuple[int, bool]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        room = marking.Room(
            lambda *_: [Mark(at, None, "k", "t", staff=staff) for at, staff in made], lambda *_: [(None, ())]
        )
        patch.setattr(marking, "_rooms", {"x": room})
        for staff in (True, False):
            seen = sorted(at for at, only in made if staff or not only)[-marking.MOST :]
            assert [mark.at for mark in marking.marks("s", 0, 99, staff=staff, answered=lambda _: [True])] == seen


def outage(start: float, end: float, kind: str = Outage.ABSENT, application: str = ORDERS) -> None:
    Outage.objects.create(application=application, stream=ORDERS, kind=kind, start=at(start), end=at(end))


def texts(start: float, end: float) -> list[tuple[float, float, str]]:
    found = own.outages(ORDERS, *(clock.from_datetime(at(minutes)) for minutes in (start, end)))
    return sorted(((mark.at - NOON) / 60_000, ((mark.until or 0) - NOON) / 60_000, mark.text) for mark in found)


@pytest.mark.django_db
def test_outages_are_marked_where_they_reach_into_the_time() -> None:
    outage(0, 10)
    outage(20, 190, Outage.STUCK)
    outage(300, 310)
    assert texts(9, 300) == [
        (0, 10, "orders had no worker for 10 min"),
        (20, 190, f"orders did not get on for 2 h 50 min: {own.SAYS[Outage.STUCK].partition(': ')[2]}"),
    ]


@pytest.mark.django_db
def test_outage_that_goes_on_is_told_by_the_notes_of_others_not_by_this_clock() -> None:
    LagMinute.objects.create(application=ORDERS, stream=ORDERS, minute=at(0))
    assert texts(-9, 99) == []  # this machine's clock is far from noon
    for minute, lasted in ((2, []), (3, [(1, 3, "orders had no worker for 2 min")])):
        LagMinute.objects.create(application="trades", stream="trades", minute=at(minute))
        assert texts(-9, 99) == lasted


def test_board_lists_the_events_of_its_streams_and_of_the_chosen_value(marked: tuple[int, int], client: Client) -> None:
    user = User.objects.create_user("ada")
    client.force_login(user)
    store.make(BOARD, user.pk)
    outage(0, 10)
    span = f"{clock.to_iso(marked[0])}..{clock.to_iso(marked[1])}"
    page = client.get("/boards/shops/", {"range": span})
    assertContains(page, 'data-testid="mark"', 3)
    assertContains(page, 'data-about="london" data-on="orders"', 2)
    assertContains(client.get("/boards/shops/", {"range": span, "var": "paris"}), 'data-testid="mark"', 1)
