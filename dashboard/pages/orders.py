"""The shops as the workers left them: the snapshots `orders`, `orders-history`, `site:X` and `site-history:X`.

However many sites there are, a snapshot shows at most SHOWN of them, so that a page costs the same with 20 and 20,000.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import ExpressionWrapper, F, FloatField, OuterRef, QuerySet, Subquery

from dashboard import links
from dashboard.pages.progress import iso, progress
from streams import clock
from streams.models import AlarmEpisode, Site, SiteCount, SiteSecond

APPLICATION = "orders"
WINDOW_SECONDS = 15
HISTORY_SECONDS = 300
ALARMS = 50
SHOWN = 24  # sites


def orders(now: datetime) -> dict[str, Any]:
    """The sites with most trouble, each with its sliding count; the open alarms and the latest ones."""
    return _state(now, _worst(), AlarmEpisode.objects.all())


def site(name: str, now: datetime) -> dict[str, Any]:
    """The same of one site."""
    return _state(now, Site.objects.filter(name=name), AlarmEpisode.objects.filter(site=name))


def orders_history(now: datetime) -> dict[str, Any]:
    """The counts of the sites that `orders` shows, second by second."""
    return _history(now, sorted(found.name for found in _worst()))


def site_history(name: str, now: datetime) -> dict[str, Any]:
    """The same of one site."""
    return _history(now, [name])


def _worst() -> Sequence[Site]:
    """Returns at most SHOWN sites: those in alarm, then those nearest to their threshold, then others by name."""
    found = list(Site.objects.order_by("name")[: SHOWN + 1])
    if len(found) <= SHOWN:
        return found
    alarmed = list(AlarmEpisode.objects.filter(ended=None).order_by("-started").values_list("site", flat=True)[:SHOWN])
    threshold = Subquery(Site.objects.filter(name=OuterRef("site")).values("threshold")[:1])
    share = ExpressionWrapper(F("lines") * 1.0 / F("threshold"), output_field=FloatField())
    counts = SiteCount.objects.filter(lines__gt=0).annotate(threshold=threshold).exclude(threshold=None)
    busy = list(counts.annotate(share=share).order_by("-share", "site").values_list("site", flat=True)[:SHOWN])
    names = list(dict.fromkeys(alarmed + busy))  # in this order, each once
    known = {one.name: one for one in Site.objects.filter(name__in=names)} | {one.name: one for one in found}
    return [known[name] for name in dict.fromkeys([*names, *known]) if name in known][:SHOWN]


def _state(now: datetime, sites: Sequence[Site] | QuerySet[Site], alarms: QuerySet[AlarmEpisode]) -> dict[str, Any]:
    at = progress(APPLICATION)
    shown = {one.name: one for one in sites}
    opened = list(alarms.filter(ended=None).order_by("-started")[:ALARMS])
    closed = alarms.filter(ended__isnull=False).order_by("-started")[: ALARMS - len(opened)]
    counts = {count.site: count for count in SiteCount.objects.filter(site__in=list(shown))}
    in_alarm = {alarm.site: alarm for alarm in reversed(opened)}
    # Alarms first; else by name, so that cards do not change places under the pointer with every count.
    order = sorted(shown, key=lambda name: (name not in in_alarm, name))
    return {
        "now": iso(now),
        "newest": iso(at.newest),
        "clock": iso(at.clock),
        "total": Site.objects.count() if len(shown) >= SHOWN else len(shown),
        "open": alarms.filter(ended=None).count() if len(opened) >= ALARMS else len(opened),
        "sites": [_site(shown[name], counts.get(name), in_alarm.get(name)) for name in order],
        "alarms": [episode(alarm) for alarm in [*opened, *closed]],
    }


def _history(now: datetime, names: Sequence[str]) -> dict[str, Any]:
    """Each site's count by second: the most it held in that second, or what it slid to when no line came."""
    reached = progress(APPLICATION).clock or now
    end = clock.from_datetime(min(reached, now)) // clock.SECOND * clock.SECOND
    start = end - HISTORY_SECONDS * clock.SECOND
    earliest = clock.to_datetime(start) - timedelta(seconds=WINDOW_SECONDS)
    seconds: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    # By site, as the index of seconds goes.
    rows = SiteSecond.objects.filter(site__in=names, second__gte=earliest, second__lte=now)
    for name, second, lines, peak in rows.values_list("site", "second", "lines", "peak"):
        seconds[name][clock.from_datetime(second)] = lines, peak
    return {"now": iso(now), "sites": {name: _slide(seconds[name], start, end) for name in names}}


def episode(alarm: AlarmEpisode) -> dict[str, Any]:
    """EPISODE of docs/protocol.md."""
    return {
        "site": alarm.site,
        "url": links.to_site(alarm.site),
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
        "url": links.to_site(site.name),
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
