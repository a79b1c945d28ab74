"""The server writes figures and sparks as the browser does (tests/dashboard/frontend/boards.test.js)."""

import pytest
from django.template.loader import render_to_string

from dashboard import ranges
from dashboard.boards.presenting import present, spark
from dashboard.ranges import RangeError, Span
from dashboard.templatetags.boards import figure
from streams.core import clock
from tests.dashboard.rows import at

NOW = clock.from_datetime(at())
HOUR = 3_600_000


def test_figures_are_as_the_browser_writes_them() -> None:
    values = [None, 0, 7, 1234.5, 0.12345, 12_345_678, -2_500_000, "BUY", 1234567.8]
    assert [figure(value) for value in values] == [
        "–", "0", "7", "1,234.5", "0.1235", "12.35 m", "-2.5 m", "BUY", "1.235 m",
    ]  # fmt: skip


def test_spark_is_interrupted_at_gaps() -> None:
    assert spark([0, 2, None, 1, 1]) == "M0.0 23.0L25.0 1.0M75.0 12.0L100.0 12.0"
    assert spark([None, 3]) == ""


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("6h", "", Span(NOW - 6 * HOUR, NOW, True, "6h")),
        ("now-1d", "", Span(NOW - 24 * HOUR, NOW, True, "1d")),
        ("1h 30m", "2026-11-22T11:00Z", Span(NOW - 5 * HOUR // 2, NOW - HOUR, False, "1h30m")),
        (
            "2026-11-22T10:00..2026-11-22T11:00",
            "",
            Span(NOW - 2 * HOUR, NOW - HOUR, False, "2026-11-22T10:00..2026-11-22T11:00"),
        ),
        ("now-2h..now", "", Span(NOW - 2 * HOUR, NOW, False, "now-2h..now")),
    ],
)
def test_range_is_read(text: str, at: str, expected: Span) -> None:
    assert ranges.parse(text, NOW, at) == expected


@pytest.mark.parametrize(
    "text", ["", "lately", "2026-11-31", "0h", "1s", "500d", "now..now-1h", "a..b", "9" * 400 + "h", "1h..2h.."]
)
def test_other_text_is_no_range(text: str) -> None:
    with pytest.raises(RangeError):
        ranges.parse(text, NOW)


def test_ranges_beside_one_another_have_no_gap() -> None:
    span = ranges.parse("2026-11-22T09:00..2026-11-22T10:00", NOW)
    before, after = (ranges.parse(text, NOW) for text in (ranges.earlier(span), ranges.later(span, NOW)))
    assert (before.end, before.length, after.start, after.length) == (span.start, span.length, span.end, span.length)
    last = ranges.parse(ranges.later(ranges.parse("2026-11-22T11:30..2026-11-22T12:00", NOW), NOW), NOW)
    assert (last.end, last.length) == (NOW, HOUR // 2)


@pytest.mark.parametrize(
    ("settled", "watermark", "alive", "look"),
    [(False, 0, 1, "current"), (False, 60, 1, "stale"), (False, 60, 0, "complete"), (True, 60, 1, "current")],
)
def test_each_panel_stands_as_its_own_stream(settled: bool, watermark: int, alive: int, look: str) -> None:
    reached = clock.to_iso(NOW - watermark * clock.SECOND)
    panel = {
        "kind": "top",
        "application": "a",
        "stream": "s",
        "newest": reached,
        "watermark": reached,
        "settled": settled,
    }
    pulse = {"workers": {"a": {"s": alive}}, "drained": {"a": ["s"]}, "ahead": {}, "elsewhere": {}}
    [found] = present({"now": clock.to_iso(NOW), "panels": [panel]}, pulse)
    assert (found["look"], found["since"]) == (look, None if look == "current" else reached)


def test_alarm_names_its_figure() -> None:
    alarm = {"name": "paris", "started": "2026-11-28T11:10:09.000Z", "ended": None, "peak": 67}
    item = render_to_string("boards/_alarm.html", {"alarm": alarm})
    assert '<span class="unit">peak</span> <span data-f="peak">67</span>' in item
