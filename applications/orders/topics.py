"""Builds the topics of the shops of one stream: `orders`, `orders-history`, `site:X` and `site-history:X`.

A snapshot shows at most SHOWN sites, so that a page costs the same with 20 and 20,000 sites. docs/protocol.md
describes the fields.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Count, Exists, ExpressionWrapper, F, FloatField, OuterRef, QuerySet, Subquery

from applications.orders import links
from applications.orders.models import DEFAULT_THRESHOLD, ORDERS, AlarmEpisode, Site, SiteCount, SiteSecond
from applications.orders.thresholds import thresholds_over_time
from dashboard.held.looks import recall
from dashboard.progress import own_time, reached
from streams.core import clock
from streams.core.clock import iso
from streams.models.kept import Kept, over_all

WINDOW_SECONDS = 15
HISTORY_SECONDS = 300
ALARMS = 50
SHOWN = 24  # sites
COLUMNS = (
    "pk",
    "stream",
    "site",
    "started",
    "ended",
    "threshold",
    "peak",
    "lines",
    "notifications",
    "suppressed",
)

Points = list[list[int | None]]  # [second in milliseconds, count, threshold of then], oldest first


def orders(now: datetime, stream: str = ORDERS) -> dict[str, Any]:
    """Builds the sites nearest to an alarm, each with its sliding count, the open alarms and the latest ones."""
    return _state(now, stream, _worst(stream))


def site(name: str, now: datetime, stream: str = ORDERS) -> dict[str, Any]:
    """Builds the same for one site."""
    return _state(now, stream, sites_of(stream).filter(name=name), site=name)


def sites(names: Sequence[str], now: datetime, stream: str = ORDERS) -> dict[str, dict[str, Any]]:
    """Builds `site` of each site that exists."""
    return {name: site(name, now, stream) for name in _known(names)}


def orders_history(now: datetime, stream: str = ORDERS) -> dict[str, Any]:
    """Builds the counts, second by second, of the sites that `orders` shows."""
    return _history(now, stream, sorted(found.name for found in _worst(stream)))


def site_history(name: str, now: datetime, stream: str = ORDERS) -> dict[str, Any]:
    """Builds the history of one site."""
    return _history(now, stream, [name])


def site_histories(names: Sequence[str], now: datetime, stream: str = ORDERS) -> dict[str, dict[str, Any]]:
    """Builds `site_history` of each site that exists."""
    return {name: site_history(name, now, stream) for name in _known(names)}


def _known(names: Sequence[str]) -> Iterable[str]:
    return Site.objects.filter(name__in=names).values_list("name", flat=True)


def _worst(stream: str) -> Sequence[Site]:
    """Returns at most SHOWN sites: those in alarm, then those nearest to their threshold, then others by name."""
    return recall((_worst, stream), lambda: _found_worst(stream))


def first_sites(stream: str) -> Sequence[Site]:
    """Returns the first sites by name, one more than SHOWN if there are as many."""
    return recall(
        (first_sites, stream),
        lambda: [Site(pk=pk, name=name, threshold=lines) for pk, name, lines in _FIRST.rows(stream)],
    )


def counts_of(stream: str, names: Sequence[str]) -> dict[str, SiteCount]:
    """Returns the newest count on a stream of each site that has one."""

    def made() -> dict[str, SiteCount]:
        rows = _COUNTS.rows(stream, list(names)) if names else []
        return {name: SiteCount(site=name, lines=lines, newest=newest) for name, lines, newest in rows}

    return recall((counts_of, stream, *names), made)


def _found_worst(stream: str) -> Sequence[Site]:
    found = first_sites(stream)
    if len(found) <= SHOWN:
        return found
    alarmed, busy = _ALARMED.column(stream), _BUSY.column(stream)
    names = list(dict.fromkeys(alarmed + busy))  # in this order, each once
    known = {one.name: one for one in Site.objects.filter(name__in=names)} | {one.name: one for one in found}
    return [known[name] for name in dict.fromkeys([*names, *known]) if name in known][:SHOWN]


def _state(now: datetime, stream: str, sites: Iterable[Site], **one: str) -> dict[str, Any]:
    """Builds the snapshot of these sites; `one` is the `site` to which the alarms are limited."""
    at = reached(ORDERS, stream)
    shown = {found.name: found for found in sites}
    opened, closed = (
        [AlarmEpisode(**dict(zip(COLUMNS, row, strict=True))) for row in asked.rows(stream, *one.values())]
        for asked in (_OPEN, _CLOSED)
    )
    counts = counts_of(stream, list(shown))
    in_alarm = {alarm.site: alarm for alarm in reversed(opened)}
    # Alarms first; else by name, so that cards do not change places under the pointer with every count.
    order = sorted(shown, key=lambda name: (name not in in_alarm, name))
    return {
        "now": iso(now),
        "newest": iso(at.newest),
        "watermark": iso(at.watermark),
        "total": _TOTAL.first(stream) if len(shown) >= SHOWN else len(shown),
        "open": _open(stream, **one).count() if len(opened) >= ALARMS else len(opened),
        "sites": [_site(shown[name], stream, counts.get(name), in_alarm.get(name)) for name in order],
        "alarms": [episode(alarm) for alarm in [*opened, *closed][:ALARMS]],
    }


def _history(now: datetime, stream: str, names: Sequence[str]) -> dict[str, Any]:
    """Builds each site's history: [second, count, threshold of then], oldest first.

    A count is the most that the window held in that second, or its remaining lines if no line came; None
    before the site's first line, because nothing is known of that time.
    """
    own = own_time(ORDERS, stream, now)
    last = min(reached(ORDERS, stream).watermark or own, own)
    end = clock.from_datetime(last) // clock.SECOND * clock.SECOND
    return {"now": iso(now), "sites": points(stream, names, end - HISTORY_SECONDS * clock.SECOND, end)}


def points(
    stream: str, names: Sequence[str], start: int, end: int, otherwise: int = DEFAULT_THRESHOLD
) -> dict[str, Points]:
    """Returns the history of each site for start <= second < end, both whole seconds in milliseconds.

    `otherwise` is the threshold of a site that was removed.
    """
    earliest = clock.to_datetime(start) - timedelta(seconds=WINDOW_SECONDS)
    seconds: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    if not names:
        return {}
    for name, second, lines, peak in _SECONDS.rows(stream, list(names), earliest, clock.to_datetime(end)):
        seconds[name][clock.from_datetime(second)] = lines, peak
    older = _begun_before(earliest, stream, names)
    known = dict(_THRESHOLDS.rows(list(names)))
    thresholds = thresholds_over_time({name: known.get(name, otherwise) for name in names}, clock.to_datetime(start))
    moments = [clock.to_datetime(second) for second in range(start, end, clock.SECOND)]
    history: dict[str, Points] = {}
    for name in names:
        threshold = thresholds[name]
        first = start if name in older else min(seconds[name], default=end)
        history[name] = [
            [second, None if second < first else count, threshold(moment)]
            for moment, (second, count) in zip(moments, _slide(seconds[name], start, end), strict=True)
        ]
    return history


def _begun_before(moment: datetime, stream: str, names: Sequence[str]) -> set[str]:
    """Returns those of the sites with their first line on a stream before a moment."""
    return set(_BEGUN.column(stream, list(names), moment))


def sites_of(stream: str) -> QuerySet[Site]:
    """Returns the sites of a stream by name: all but those that only other streams have counted."""
    counts = SiteCount.objects.filter(site=OuterRef("name"))
    here, anywhere = Exists(counts.filter(stream=stream)), Exists(counts)
    return Site.objects.filter(here | ~anywhere).order_by("name")


def _begun(stream: str, names: Sequence[str], moment: datetime) -> QuerySet[Any, Any]:
    earlier = SiteSecond.objects.filter(stream=stream, site=OuterRef("name"), second__lt=moment)
    return Site.objects.filter(Exists(earlier), name__in=names).values_list("name")


def _busy(stream: str) -> QuerySet[Any, Any]:
    threshold = Subquery(Site.objects.filter(name=OuterRef("site")).values("threshold")[:1])
    share = ExpressionWrapper(F("lines") * 1.0 / F("threshold"), output_field=FloatField())
    counts = SiteCount.objects.filter(stream=stream, lines__gt=0).annotate(threshold=threshold).exclude(threshold=None)
    return counts.annotate(share=share).order_by("-share", "site").values_list("site")[:SHOWN]


def _open(stream: str, **one: str) -> QuerySet[AlarmEpisode]:
    return AlarmEpisode.objects.filter(stream=stream, ended=None, **one)


def _episodes(stream: str, *site: str, is_open: bool) -> QuerySet[Any, Any]:
    """Returns the newest alarms of a stream, or of the site that is named."""
    found = AlarmEpisode.objects.filter(stream=stream, ended__isnull=is_open, **({"site": site[0]} if site else {}))
    return found.order_by("-started").values_list(*COLUMNS)[:ALARMS]


_BUSY, _BEGUN = Kept(_busy), Kept(_begun)
_OPEN, _CLOSED = (Kept(partial(_episodes, is_open=is_open)) for is_open in (True, False))
_ALARMED = Kept(
    lambda stream: (
        AlarmEpisode.objects.filter(stream=stream, ended=None).order_by("-started").values_list("site")[:SHOWN]
    )
)
_COUNTS = Kept(
    lambda stream, names: SiteCount.objects.filter(stream=stream, site__in=names).values_list("site", "lines", "newest")
)
_TOTAL = Kept(lambda stream: over_all(sites_of(stream), Count("pk")))
_FIRST = Kept(lambda stream: sites_of(stream).values_list("pk", "name", "threshold")[: SHOWN + 1])
_THRESHOLDS = Kept(lambda names: Site.objects.filter(name__in=names).values_list("name", "threshold"))
_SECONDS = Kept(  # by site, as the index of seconds goes
    lambda stream, names, start, end: SiteSecond.objects.filter(
        stream=stream, site__in=names, second__gte=start, second__lt=end
    ).values_list("site", "second", "lines", "peak")
)


def episode(alarm: AlarmEpisode) -> dict[str, Any]:
    """Returns the EPISODE of docs/protocol.md."""
    return {
        "site": alarm.site,
        "url": links.to_site(alarm.site, alarm.stream),
        "alarm_url": links.to_alarm(alarm.pk),
        "started": iso(alarm.started),
        "ended": iso(alarm.ended),
        "threshold": alarm.threshold,
        "peak": alarm.peak,
        "lines": alarm.lines,
        "notifications": alarm.notifications,
        "suppressed": alarm.suppressed,
    }


def _site(site: Site, stream: str, count: SiteCount | None, alarm: AlarmEpisode | None) -> dict[str, Any]:
    return {
        "site": site.name,
        "url": links.to_site(site.name, stream),
        "lines": count.lines if count else 0,
        "threshold": site.threshold,
        "newest": iso(count.newest) if count else None,
        "alarm": {"started": iso(alarm.started), "peak": alarm.peak} if alarm else None,
    }


def _slide(seconds: dict[int, tuple[int, int]], start: int, end: int) -> list[list[int]]:
    """Returns [second, count] for start <= second < end, all in milliseconds, from {second: (lines, peak)}."""
    none = (0, 0)
    held = sum(seconds.get(start - back * clock.SECOND, none)[0] for back in range(1, WINDOW_SECONDS))
    points = []
    for second in range(start, end, clock.SECOND):
        lines, peak = seconds.get(second, none)
        held += lines
        points.append([second, max(peak, held) if lines else held])
        held -= seconds.get(second - (WINDOW_SECONDS - 1) * clock.SECOND, none)[0]
    return points
