"""The time that a page shows: typed in words, of a zone with its days of 23 and 25 hours, earlier and later."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from dashboard import periods, ranges
from dashboard.periods import columns, times
from streams.core import clock

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 27, 19, 30, tzinfo=UTC)
HOUR = 3600 * clock.SECOND


def period(query: str) -> periods.Period:
    return periods.read(RequestFactory().get(f"/market/?{query}"), NOW)


@pytest.mark.parametrize(
    ("day", "hours", "before", "after"),
    [
        ("2026-10-25", 25, "2026-10-24", "2026-10-26"),
        ("2026-03-29", 23, "2026-03-28", "2026-03-30"),
        ("2026-11-26", 24, "2026-11-25", "2026-11-27"),
        ("yesterday", 24, "2026-11-25", "2026-11-27"),
    ],
)
def test_day_of_a_zone_has_its_own_hours_and_neighbours(day: str, hours: int, before: str, after: str) -> None:
    found = period(f"range={day}&zone=Europe/Berlin")
    assert (found.span.length, found.span.live, found.error) == (hours * HOUR, False, "")
    assert found.earlier == f"/market/?range={before}&zone=Europe%2FBerlin"
    assert found.later == f"/market/?range={after}&zone=Europe%2FBerlin"


@given(st.integers(0, 364), st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"]))
def test_days_of_a_zone_touch_each_other(back: int, zone: str) -> None:
    place, now = ZoneInfo(zone), clock.from_datetime(NOW)
    end = clock.from_datetime(datetime(2026, 11, 26, tzinfo=place)) - back * 24 * HOUR
    day = clock.to_datetime(end).astimezone(place).date().isoformat()
    span = ranges.parse(day, now, zone=place)
    before = ranges.parse(ranges.earlier(span, place), now, zone=place)
    assert before.end == span.start
    assert ranges.parse(ranges.later(before, now, place), now, zone=place)[:2] == span[:2]


@pytest.mark.parametrize(
    ("text", "start", "end", "live"),
    [
        ("6h", "2026-11-27T13:30:00.000Z", "2026-11-27T19:30:00.000Z", True),
        ("now-1d", "2026-11-26T19:30:00.000Z", "2026-11-27T19:30:00.000Z", True),
        ("today", "2026-11-26T23:00:00.000Z", "2026-11-27T19:30:00.000Z", True),
        ("2026-11-27T08:00..now", "2026-11-27T07:00:00.000Z", "2026-11-27T19:30:00.000Z", True),
        ("2026-11-22T14:00..2026-11-22T15:00", "2026-11-22T13:00:00.000Z", "2026-11-22T14:00:00.000Z", False),
        ("2026-11-22T14:00Z..2026-11-22T15:00Z", "2026-11-22T14:00:00.000Z", "2026-11-22T15:00:00.000Z", False),
    ],
)
def test_range_is_read_in_the_zone(text: str, start: str, end: str, live: bool) -> None:
    found = period(f"range={text}&zone=Europe/Berlin")
    assert (found.start, found.end, found.span.live, found.error) == (start, end, live, "")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("range=soon", "is no range such as"),
        ("range=2027-01-01", "in the future"),
        ("range=2026-13-01", "no day of the calendar"),
        ("range=900d", "at most 400 days"),
        ("range=9999-12-31", "too far away"),
        ("zone=Mars/Olympus", "no time zone"),
        ("zone=../../etc/passwd", "no time zone"),
        ("zone=Europe", "no time zone"),
        ("zone=%00", "no time zone"),
    ],
)
def test_wrong_range_is_told_and_the_usual_time_shown(query: str, says: str) -> None:
    found = period(query)
    assert says in found.error
    assert found.usual


def test_longest_range_may_begin_between_two_seconds() -> None:
    now = clock.from_datetime(NOW) + 345
    assert ranges.parse("400d", now).length == 400 * 24 * HOUR


def test_links_keep_the_other_parameters_but_the_page() -> None:
    found = period("stream=two&page=3&range=6h")
    assert found.url("24h") == "/market/?stream=two&range=24h"
    assert (found.now_url, found.later) == ("/market/?stream=two", "")
    assert found.earlier == "/market/?stream=two&range=2026-11-27T07%3A30Z..2026-11-27T13%3A30Z"


@pytest.mark.parametrize(("text", "step"), [("1h", 60), ("24h", 300), ("7d", 1800), ("30d", 7200), ("400d", 86_400)])
def test_chart_has_at_most_its_points(text: str, step: int) -> None:
    found = period(f"range={text}")
    assert found.step(60) == step
    assert found.span.length / 1000 / step <= periods.POINTS


def test_columns_have_none_where_no_row_is() -> None:
    start, end = (datetime(2026, 11, 27, 12, minute, tzinfo=UTC) for minute in (0, 3))
    first = int(start.timestamp())
    assert columns(times(start, end, 60), {first + 60: [7]}, 1) == [[first, first + 60, first + 120], [None, 7, None]]
