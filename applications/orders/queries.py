"""Makes the queries of the orders views beyond snapshots: sites, alarms, and the rows of downloads."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from applications.orders import topics
from applications.orders.models import AlarmEpisode, Site
from dashboard.download import time_columns
from streams.core import clock

SPAN = 15 * clock.SECOND


ALARM_COLUMNS = (
    "time_utc", "epoch_ms", "site", "started", "ended", "duration_s", "threshold", "peak", "lines", "notifications",
    "suppressed",
)  # fmt: skip


def site_exists(name: str, stream: str) -> bool:
    """Returns whether the site has a page on a stream: a removed site still has its alarms to show."""
    alarms_of = AlarmEpisode.objects.filter(stream=stream, site=name)
    return any(found.exists() for found in (topics.sites_of(stream).filter(name=name), alarms_of))


def sites(stream: str, search: str, chosen: str | None = None) -> QuerySet[Site]:
    """Returns sites of a stream by name: all, the chosen one, or those that contain a text in any case."""
    found = topics.sites_of(stream)
    if chosen:
        return found.filter(name=chosen)
    if not search:
        return found
    # MariaDB compares by bytes, even in LIKE; SQLite lowers only ASCII, but so does its LIKE.
    lowered = found.annotate(lowered=Lower("name"))
    return lowered.filter(Q(name__icontains=search) | Q(lowered__contains=search.lower()))


def site_names(stream: str, most: int) -> list[str]:
    """Returns the first names of a stream's sites."""
    return list(topics.sites_of(stream).values_list("name", flat=True)[:most])


def alarms(
    stream: str, site: str | None, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[AlarmEpisode]:
    """Returns episodes of a stream that were open between two times, the latest first: of all sites, or of one."""
    found = AlarmEpisode.objects.filter(stream=stream).order_by("-started", "-pk")
    if site:
        found = found.filter(site=site)
    if since:
        found = found.filter(Q(ended=None) | Q(ended__gte=since))
    return found.filter(started__lte=until) if until else found


def alarm_rows(
    site: str | None, stream: str, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Iterable[Any]]:
    """Yields the alarms of a stream, or of a site on it, the latest first, in ALARM_COLUMNS."""
    for alarm in alarms(stream, site, since, until).iterator():
        row = topics.episode(alarm)
        row["duration_s"] = round((alarm.ended - alarm.started).total_seconds(), 3) if alarm.ended else None
        yield *time_columns(row["started"]), *(row[name] for name in ALARM_COLUMNS[2:])


Points = topics.Points


Span = tuple[str, list[int | None]]


def count_spans(sites: dict[str, Points], shown: Sequence[str]) -> list[Span]:
    """Returns the counts as a table: (start, highest of each site, None if unknown) for each 15 s, the latest first."""
    spans: dict[int, list[int | None]] = {}
    for place, name in enumerate(shown):
        for second, count, _ in sites.get(name, []):
            row = spans.setdefault((second or 0) // SPAN * SPAN, [None] * len(shown))
            highest = row[place]
            if count is not None and (highest is None or count > highest):
                row[place] = count
    return [(clock.to_iso(start), spans[start]) for start in sorted(spans, reverse=True)]
