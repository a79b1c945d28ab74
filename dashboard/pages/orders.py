"""The shops as the workers left them: the snapshots `orders` and `orders-history` of docs/protocol.md."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from dashboard.pages.progress import iso, own_time, progress
from streams import clock
from streams.models import AlarmEpisode, Site, SiteCount, SiteSecond

APPLICATION = "orders"
WINDOW_SECONDS = 15
HISTORY_SECONDS = 300
ALARMS = 50


def orders(now: datetime) -> dict[str, Any]:
    """Each site's sliding count, the open alarms and the latest ones."""
    at = progress(APPLICATION)
    opened = list(AlarmEpisode.objects.filter(ended=None).order_by("-started")[:ALARMS])
    closed = AlarmEpisode.objects.filter(ended__isnull=False).order_by("-started")[: ALARMS - len(opened)]
    counts = {count.site: count for count in SiteCount.objects.all()}
    alarms = {alarm.site: alarm for alarm in reversed(opened)}
    return {
        "now": iso(now),
        "newest": iso(at.newest),
        "clock": iso(at.clock),
        "sites": [_site(site, counts.get(site.name), alarms.get(site.name)) for site in Site.objects.order_by("name")],
        "alarms": [episode(alarm) for alarm in [*opened, *closed]],
    }


def orders_history(now: datetime) -> dict[str, Any]:
    """Each site's count, second by second: the most it held in that second, or what it slid to when no line came."""
    reached, now = progress(APPLICATION).clock or now, own_time(APPLICATION, now)
    end = clock.from_datetime(min(reached, now)) // clock.SECOND * clock.SECOND
    start = end - HISTORY_SECONDS * clock.SECOND
    earliest = clock.to_datetime(start) - timedelta(seconds=WINDOW_SECONDS)
    seconds: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    # By site, as the index of seconds goes.
    rows = SiteSecond.objects.filter(site__in=Site.objects.values("name"), second__gte=earliest, second__lte=now)
    for site, second, lines, peak in rows.values_list("site", "second", "lines", "peak"):
        seconds[site][clock.from_datetime(second)] = lines, peak
    names = Site.objects.order_by("name").values_list("name", flat=True)
    return {"now": iso(now), "sites": {name: _slide(seconds[name], start, end) for name in names}}


def episode(alarm: AlarmEpisode) -> dict[str, Any]:
    """EPISODE of docs/protocol.md."""
    return {
        "site": alarm.site,
        "started": iso(alarm.started),
        "ended": iso(alarm.ended),
        "threshold": alarm.threshold,
        "peak": alarm.peak,
        "lines": alarm.lines,
        "notifications": alarm.notifications,
        "suppressed": alarm.suppressed,
    }


def _site(site: Site, count: SiteCount | None, alarm: AlarmEpisode | None) -> dict[str, Any]:
    return {
        "site": site.name,
        "lines": count.lines if count else 0,
        "threshold": site.threshold,
        "newest": iso(count.newest) if count else None,
        "alarm": {"started": iso(alarm.started), "peak": alarm.peak} if alarm else None,
    }


def _slide(seconds: dict[int, tuple[int, int]], start: int, end: int) -> list[list[int]]:
    """[second, count] for start <= second < end, all in milliseconds, from {second: (lines, peak)}."""
    none = (0, 0)
    held = sum(seconds.get(start - back * clock.SECOND, none)[0] for back in range(1, WINDOW_SECONDS))
    points = []
    for second in range(start, end, clock.SECOND):
        lines, peak = seconds.get(second, none)
        held += lines
        points.append([second, max(peak, held) if lines else held])
        held -= seconds.get(second - (WINDOW_SECONDS - 1) * clock.SECOND, none)[0]
    return points
