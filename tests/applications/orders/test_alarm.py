"""Tests the page of one alarm: its curve, its links, and the permissions that they need."""

from html import unescape
from pathlib import Path
from re import findall

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from applications.orders import alarm as page
from applications.orders.models import AlarmEpisode, SiteSecond
from applications.orders.thresholds import set_threshold
from applications.orders.topics import Points
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.clock import from_datetime, to_iso
from tests.dashboard.rows import alarm, at, lease, site

pytestmark = pytest.mark.django_db
ODD = "a/b?#"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def second(name: str, offset: float, lines: int, peak: int, stream: str = "orders") -> None:
    SiteSecond.objects.create(stream=stream, site=name, second=at(0, offset), lines=lines, peak=peak)


def points(found: AlarmEpisode, minutes: float = 60) -> dict[int, tuple[int | None, int | None]]:
    """The curve by seconds after noon, looked at so many minutes after it."""
    curve = page.alarm(found, at(minutes))["curve"]
    return {((moment or 0) - from_datetime(at())) // 1000: (count, held) for moment, count, held in curve}


def facts(client: Client, found: AlarmEpisode) -> str:
    return client.get(f"/orders/alarms/{found.pk}/").content.decode()


def test_the_curve_goes_from_two_minutes_before_the_alarm_to_one_after_it() -> None:
    lease("orders", watermark=at(60))
    site("london")
    second("london", 0, lines=33, peak=33)
    curve = points(alarm("london", at(0, 0.7), at(0, 20)))
    assert (min(curve), max(curve), len(curve)) == (-120, 79, 200)


def test_curve_has_gaps_for_unknown_seconds_and_the_threshold_of_its_time() -> None:
    lease("orders", watermark=at(60))
    london = site("london")
    second("london", -30, lines=4, peak=4)
    second("london", 0, lines=33, peak=33)
    set_threshold(london, 50, "ada", at(0, 5))
    set_threshold(london, 10, "ada", at(10))
    curve = points(alarm("london", at(), at(0, 20)))
    assert [curve[each] for each in (-31, -30, -15, 0, 4, 5, 15)] == [
        (None, 30), (4, 30), (0, 30), (33, 30), (33, 30), (33, 50), (0, 50),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ended", "looked", "seconds", "cut"), [(28, 60, 1800, False), (29, 60, 1800, True), (None, 10, 720, False)]
)
def test_the_curve_has_at_most_30_minutes(ended: float | None, looked: float, seconds: int, cut: bool) -> None:
    site("london")
    second("london", 0, lines=33, peak=33)
    found = page.alarm(alarm("london", at(), None if ended is None else at(ended)), at(looked))
    assert (len(found["curve"]), found["cut"]) == (seconds, cut)


def test_curve_of_an_open_alarm_ends_at_the_watermark() -> None:
    lease("orders", watermark=at(3))
    site("london")
    second("london", 0, lines=33, peak=33)
    found = alarm("london", at(), None)
    assert max(points(found)) == 179
    assert page.alarm(found, at(60))["reached"] == "2026-11-22T12:03:00.000Z"


def test_alarm_without_counts_has_no_curve(staff: Client) -> None:
    found = alarm("london", at(), at(1))
    second("london", 3600, lines=2, peak=2)
    assert page.alarm(found, at(120))["curve"] == []
    assertContains(staff.get(f"/orders/alarms/{found.pk}/"), "No count of that time is kept.")


def test_a_removed_site_has_the_threshold_of_its_alarm() -> None:
    second("leeds", 0, lines=33, peak=33)
    found = alarm("leeds", at(), at(1))
    found.threshold = 20
    assert {held for _, held in points(found).values()} == {20}


def test_the_table_has_a_row_for_each_15_s_and_threshold() -> None:
    start = from_datetime(at())
    curve: Points = [[start, None, 30], [start + 1000, 4, 30], [start + 2000, 3, 50], [start + 15_000, None, 50]]
    assert [tuple(row) for row in page.spans(curve)] == [
        (to_iso(start), 4, 30), (to_iso(start + 2000), 3, 50), (to_iso(start + 15_000), None, 50),
    ]  # fmt: skip


def test_the_page_is_complete_without_scripts(staff: Client) -> None:
    site("london")
    second("london", 0, lines=41, peak=41)
    shown = staff.get(f"/orders/alarms/{alarm('london', at(), at(0, 75)).pk}/")
    assertContains(shown, '<dt>Lasted</dt><dd data-f="lasted">1 min 15 s</dd>', html=True)
    assertContains(shown, '<dd data-f="suppressed">59</dd>', html=True)
    assertContains(
        shown, '<time data-f="from" data-format="second" datetime="2026-11-22T12:00:00.000Z">12:00:00</time>', html=True
    )
    assertContains(shown, '<td data-f="count">41</td><td data-f="held">30</td>', html=True)
    assertContains(shown, 'id="curve"')


def test_open_alarm_names_the_time_up_to_which_it_is_known(staff: Client) -> None:
    lease("orders", watermark=at(3))
    site("london")
    second("london", 0, lines=41, peak=41)
    assertContains(staff.get(f"/orders/alarms/{alarm('london', at(), None).pk}/"), "12:03:00")


@pytest.mark.parametrize(("stream", "topic"), [("orders", "site:london"), ("sales", "site:london@sales")])
def test_the_page_of_an_open_alarm_follows_its_site(staff: Client, stream: str, topic: str) -> None:
    lease("orders", watermark=at(3), stream=stream)
    site("london", stream=stream)
    shown = staff.get(f"/orders/alarms/{alarm('london', at(), None, stream).pk}/")
    assertContains(shown, f'data-topic="{topic}" data-history-topic="{topic.replace("site", "site-history")}"')
    assert list(shown.context["snapshots"]) == [topic, "pulse"]
    assertContains(shown, f"<code>{shown.context['on'].consume}</code>")


def test_page_of_an_ended_alarm_follows_nothing(staff: Client) -> None:
    shown = staff.get(f"/orders/alarms/{alarm('london', at(), at(1)).pk}/")
    assertNotContains(shown, "data-topic=")
    assertNotContains(shown, 'id="snapshots"')


def test_rows_of_alarms_link_to_the_page_and_the_page_to_the_site(staff: Client) -> None:
    site(ODD)
    found = alarm(ODD, at(), at(1))
    for rows in ("/orders/", "/orders/alarms/"):
        assertContains(staff.get(rows), f'href="/orders/alarms/{found.pk}/"')
    (address,) = findall(r'<dt>Site</dt><dd><a href="([^"]+)">', facts(staff, found))
    assert staff.get(unescape(address)).context["chosen"] == ODD
    (address,) = findall(r'href="([^"]+)">All alarms of the site', facts(staff, found))
    assert [row["site"] for row in staff.get(unescape(address)).context["rows"]] == [ODD]


@pytest.mark.parametrize("stream", ["orders", "_sales"])
def test_page_links_staff_to_the_records(staff: Client, settings: Settings, tmp_path: Path, stream: str) -> None:
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    kept = EmbeddedStream(tmp_path / "streams.sqlite3", stream)
    kept.create(shards=2)
    kept.put([(name, b'{"quantity": 1}') for name in (ODD, "leeds", ODD)])
    found = alarm(ODD, timezone.now(), None, stream)
    (address,) = findall(r'data-testid="alarm-records" href="([^"]+)"', facts(staff, found))
    assert [row["key"] for row in staff.get(unescape(address)).context["rows"]] == [ODD, ODD]


def test_page_has_no_link_to_the_records_for_others(client: Client) -> None:
    client.force_login(User.objects.create_user("bob"))
    shown = client.get(f"/orders/alarms/{alarm('london', at(), at(1)).pk}/")
    assertContains(shown, '<dt>Peak</dt><dd><span data-f="peak">41</span> in 15 s</dd>', html=True)
    assertNotContains(shown, "/streams/orders/records/")


def test_alarm_of_another_stream_shows_its_own_counts_and_links(staff: Client) -> None:
    lease("orders", watermark=at(60), stream="sales")
    site("london", stream="sales")
    second("london", 0, lines=7, peak=7)
    second("london", 0, lines=33, peak=33, stream="sales")
    found = alarm("london", at(), at(1), "sales")
    assert points(found)[0] == (33, 30)
    text = facts(staff, found)
    assert "london on sales" in text
    assert 'href="/orders/?stream=sales&amp;site=london"' in text
    assert 'href="/orders/alarms/?stream=sales"' in text


@pytest.mark.parametrize("number", ["0", "7", "9" * 40])
def test_an_unknown_alarm_is_not_found(staff: Client, number: str) -> None:
    assert staff.get(f"/orders/alarms/{number}/").status_code == 404
