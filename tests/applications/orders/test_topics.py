"""The snapshots of the orders, from rows made here."""

from itertools import pairwise

import pytest
from pytest_django import DjangoAssertNumQueries

from applications.orders import topics as page
from applications.orders.models import Site, SiteSecond, ThresholdChange
from applications.orders.thresholds import set_threshold
from streams.core.clock import from_datetime
from streams.models import Audit
from tests.dashboard.rows import alarm, at, lease, site

pytestmark = pytest.mark.django_db


def second(name: str, offset: float, lines: int, peak: int) -> None:
    SiteSecond.objects.create(site=name, second=at(0, offset), lines=lines, peak=peak)


def test_sites_in_alarm_come_first_then_others_by_name() -> None:
    lease("orders", watermark=at(), newest=at(0, -1))
    site("london", lines=33)
    Site.objects.create(name="leeds", threshold=20)
    alarm("london", at(-1), None)
    snapshot = page.orders(at(0, 1))
    assert snapshot["sites"] == [
        {"site": "london", "url": "/orders/?site=london", "lines": 33, "threshold": 30,
         "newest": "2026-11-22T12:00:00.000Z", "alarm": {"started": "2026-11-22T11:59:00.000Z", "peak": 41}},
        {"site": "leeds", "url": "/orders/?site=leeds", "lines": 0, "threshold": 20, "newest": None, "alarm": None},
    ]  # fmt: skip
    assert (snapshot["newest"], snapshot["watermark"]) == ("2026-11-22T11:59:59.000Z", "2026-11-22T12:00:00.000Z")


def test_open_alarms_come_first_then_the_latest_at_most_fifty() -> None:
    alarm("leeds", at(-200), None)
    for minute in range(60):
        alarm("london", at(-minute), at(-minute + 0.5))
    alarms = page.orders(at())["alarms"]
    assert [one["site"] for one in alarms[:2]] == ["leeds", "london"]
    assert (len(alarms), alarms[1]["started"]) == (50, "2026-11-22T12:00:00.000Z")


def test_an_episode_has_the_fields_of_the_protocol() -> None:
    found = alarm("london", at(-1), at())
    assert page.episode(found) == {
        "site": "london", "url": "/orders/?site=london", "alarm_url": f"/orders/alarms/{found.pk}/",
        "started": "2026-11-22T11:59:00.000Z", "ended": "2026-11-22T12:00:00.000Z",
        "threshold": 30, "peak": 41, "lines": 60, "notifications": 1, "suppressed": 59,
    }  # fmt: skip


def test_a_count_slides_down_through_seconds_without_lines() -> None:
    site("london")
    second("london", -20, lines=4, peak=5)
    second("london", -18, lines=2, peak=6)
    points = {second: count for second, count, _ in page.orders_history(at())["sites"]["london"]}
    counts = [points[from_datetime(at(0, offset))] for offset in (-21, -20, -19, -18, -6, -5, -4, -3)]
    assert counts == [None, 5, 4, 6, 6, 2, 2, 0]


def test_history_is_five_minutes_up_to_the_clock_and_starts_with_the_earlier_count() -> None:
    lease("orders", watermark=at(0, -2))
    site("london")
    second("london", -305, lines=7, peak=7)
    points = page.orders_history(at())["sites"]["london"]
    assert points[0] == [from_datetime(at(0, -302)), 7, 30]
    assert (len(points), points[-1][0]) == (300, from_datetime(at(0, -3)))


def test_history_shows_the_threshold_that_held_at_each_second() -> None:
    london = site("london")
    set_threshold(london, 50, "ada", at(-10))
    set_threshold(london, 10, "ada", at(-2))
    points = page.orders_history(at())["sites"]["london"]
    steps = [(second, threshold) for second, _, threshold in points]
    assert [each for before, each in pairwise([(0, 0), *steps]) if each[1] != before[1]] == [
        (from_datetime(at(-5)), 50),
        (from_datetime(at(-2)), 10),
    ]
    assert list(Audit.objects.values_list("who", "action", "target")) == [
        ("ada", "threshold", "london: 30 to 50"),
        ("ada", "threshold", "london: 50 to 10"),
    ]


def test_threshold_that_stays_the_same_leaves_no_trace() -> None:
    assert set_threshold(site("london"), 30, "ada", at()) is False
    assert (ThresholdChange.objects.count(), Audit.objects.count()) == (0, 0)


def test_orders_take_few_queries_for_any_number_of_sites(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(30):
        site(f"site {number}")
    with django_assert_max_num_queries(9):
        page.orders(at())


def test_orders_show_sites_in_alarm_and_near_their_threshold_when_many() -> None:
    for number in range(100):
        site(f"s{number:03}", lines=number % 10, threshold=30 if number < 95 else 10)
    alarm("s050", at(-1), None)
    snapshot = page.orders(at())
    shares = {f"s{number:03}": number % 10 / (30 if number < 95 else 10) for number in range(100)}
    by_trouble = sorted(shares, key=lambda name: (name != "s050", -shares[name], name))
    assert {one["site"] for one in snapshot["sites"]} == set(by_trouble[:24])
    assert (snapshot["sites"][0]["site"], snapshot["total"], snapshot["open"]) == ("s050", 100, 1)
    assert set(page.orders_history(at())["sites"]) == set(by_trouble[:24])


def test_one_site_has_a_snapshot_of_its_own() -> None:
    for name in ("leeds", "london"):
        site(name, lines=4)
        alarm(name, at(-1), at())
    snapshot = page.site("leeds", at())
    assert [one["site"] for one in snapshot["sites"] + snapshot["alarms"]] == ["leeds", "leeds"]
    assert list(page.site_history("leeds", at())["sites"]) == ["leeds"]
