"""The shops of one stream as the workers left them: the snapshots `orders` and `orders-history` of docs/protocol.md."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from dashboard.pages.progress import iso, progress
from streams import clock
from streams.models import AlarmEpisode, Site, SiteCount, SiteSecond
from streams.thresholds import held
from streams.topics import ORDERS

WINDOW_SECONDS = 15
HISTORY_SECONDS = 300
ALARMS = 50


def orders(now: datetime, stream: str = ORDERS) -> dict[str, Any]:
    """Each site's sliding count, the open alarms and the latest ones."""
    at = progress(ORDERS, stream)
    latest = AlarmEpisode.objects.filter(stream=stream).order_by("-started")
    opened = list(latest.filter(ended=None)[:ALARMS])
    closed = latest.filter(ended__isnull=False)[: ALARMS - len(opened)]
    counts = {count.site: count for count in SiteCount.objects.filter(stream=stream)}
    alarms = {alarm.site: alarm for alarm in reversed(opened)}
    return {
        "now": iso(now),
        "newest": iso(at.newest),
        "clock": iso(at.clock),
        "sites": [_site(site, counts.get(site.name), alarms.get(site.name)) for site in sites_of(stream)],
        "alarms": [episode(alarm) for alarm in [*opened, *closed]],
    }


def orders_history(now: datetime, stream: str = ORDERS) -> dict[str, Any]:
    """Builds each site's history: [second, count, threshold of then], oldest first.

    A count is the most that the window held in that second, or the number that it slid to when no line came; None
    before the site's first line, since nothing is known of that time.
    """
    reached = progress(ORDERS, stream).clock or now
    end = clock.from_datetime(min(reached, now)) // clock.SECOND * clock.SECOND
    start = end - HISTORY_SECONDS * clock.SECOND
    earliest = clock.to_datetime(start) - timedelta(seconds=WINDOW_SECONDS)
    seconds: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    # By site, as the index of seconds goes.
    sites = sites_of(stream).order_by()
    rows = SiteSecond.objects.filter(
        stream=stream, site__in=sites.values("name"), second__gte=earliest, second__lte=now
    )
    for site, second, lines, peak in rows.values_list("site", "second", "lines", "peak"):
        seconds[site][clock.from_datetime(second)] = lines, peak
    names = dict(sites_of(stream).values_list("name", "threshold"))
    older = _begun_before(earliest, stream)
    thresholds = held(names, clock.to_datetime(start))
    history: dict[str, list[list[int | None]]] = {}
    for name in names:
        first = start if name in older else min(seconds[name], default=end)
        history[name] = [
            [second, None if second < first else count, thresholds[name](clock.to_datetime(second))]
            for second, count in _slide(seconds[name], start, end)
        ]
    return {"now": iso(now), "sites": history}


def _begun_before(moment: datetime, stream: str) -> set[str]:
    """Returns the sites whose first line on a stream came before a moment."""
    earlier = SiteSecond.objects.filter(stream=stream, site=OuterRef("name"), second__lt=moment)
    return set(Site.objects.filter(Exists(earlier)).values_list("name", flat=True))


def sites_of(stream: str) -> QuerySet[Site]:
    """Returns the sites of a stream by name: all but those that only other streams have counted."""
    counts = SiteCount.objects.filter(site=OuterRef("name"))
    here, anywhere = Exists(counts.filter(stream=stream)), Exists(counts)
    return Site.objects.filter(here | ~anywhere).order_by("name")


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
