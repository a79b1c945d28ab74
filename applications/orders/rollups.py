"""Builds the order lines of longer steps from those of seconds, and reads the coarsest that a chart can use."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from applications.orders.models import ORDERS, SiteCount, SiteSecond, SiteStep
from common.retention import kept_since
from dashboard.steps.between import Between
from dashboard.steps.pieces import batched, edge_of, moments
from streams.core import clock
from streams.core.clock import to_datetime
from streams.models.rollups import Ladder
from streams.models.upsert import upsert
from streams.models.zoned_days import DAY, kept, phase_of
from streams.operations.retention import not_ahead

SECOND, STEPS = 1, (60, 300, 1800, 10_800, 86_400)  # seconds; each divides the next
SITES = 500  # in one query: SQLite accepts some thousands of parameters


class Count(NamedTuple):
    """Holds the lines of a step, and the highest count of the sliding window in it."""

    lines: int
    peak: int


Counts = dict[datetime, Count]  # by the beginning of the step


def build(stream: str, step: int, starts: Sequence[datetime]) -> None:
    """Stores the counts of these steps, of each site with lines in them."""
    length = timedelta(seconds=step)
    rows = []
    if phase_of(step):
        SiteStep.objects.filter(stream=stream, step=step, start__in=starts).delete()
    for start in starts:
        within = _seconds(stream, start, start + length) if step == STEPS[0] else _steps(stream, step, start)
        for site, counts in _by_site(within).items():
            total = merged(counts)
            rows.append(SiteStep(stream=stream, step=step, start=start, site=site, **total._asdict()))
    upsert(rows, key=["stream", "step", "site", "start"])


def _kept_since() -> datetime:
    return kept_since(not_ahead(timezone.now()), settings.RETENTION_RATES)


LADDER = Ladder(ORDERS, STEPS, build, kept_since=_kept_since, zoned=True)


def counts(stream: str, sites: Sequence[str], start: datetime, end: datetime, step: int) -> dict[str, Counts]:
    """Returns the counts of each site by steps of `step` seconds from `start` on: those with lines.

    They are read from the longest stored steps that divide `step`, else from seconds; `start` must begin one of them.
    """
    level, length = level_of(step), timedelta(seconds=step)
    if level == SECOND:
        rows = SiteSecond.objects.filter(stream=stream, site__in=sites, second__gte=start, second__lt=end)
        found = list(rows.values_list("site", "second", "lines", "peak"))
    else:
        steps = SiteStep.objects.filter(stream=stream, step=level, site__in=sites, start__gte=start, start__lt=end)
        found = list(steps.values_list("site", "start", "lines", "peak"))
    grouped: dict[str, dict[datetime, list[Count]]] = defaultdict(lambda: defaultdict(list))
    for site, at, lines, peak in found:
        grouped[site][start + (at - start) // length * length].append(Count(lines, peak))
    return {site: {at: merged(within) for at, within in steps.items()} for site, steps in grouped.items()}


def counts_between(stream: str, sites: Sequence[str], edges: Sequence[int]) -> dict[str, Counts]:
    """Returns the counts of each site between each two edges, in seconds: those with lines."""
    if not sites:
        return {}
    grouped: dict[str, dict[datetime, list[Count]]] = defaultdict(lambda: defaultdict(list))
    days = kept(ORDERS, stream, edges)
    for site, at, lines, peak in _between.rows(stream, list(sites), edges, STEPS[:0:-1], days):
        grouped[site][to_datetime(edge_of(edges, at) * clock.SECOND)].append(Count(lines, peak))
    return {site: {at: merged(within) for at, within in steps.items()} for site, steps in grouped.items()}


_between = Between(SiteStep, "site__in", ("site", "start", "lines", "peak"))


def level_of(step: int) -> int:
    """Returns the longest stored step that divides a step, both in seconds."""
    return max((size for size in STEPS if step % size == 0), default=SECOND)


def merged(found: Iterable[Count]) -> Count:
    """Returns the count of a step from those within it."""
    lines, peaks = zip(*found, strict=True)
    return Count(sum(lines), max(peaks))


def _by_site(rows: Iterable[tuple[str, int, int]]) -> dict[str, list[Count]]:
    found: dict[str, list[Count]] = defaultdict(list)
    for site, lines, peak in rows:
        found[site].append(Count(lines, peak))
    return found


def _seconds(stream: str, start: datetime, end: datetime) -> Iterator[tuple[str, int, int]]:
    """Yields the seconds of a time, by their index: site after site."""
    sites = list(SiteCount.objects.filter(stream=stream).values_list("site", flat=True))
    for part in batched(sites, SITES):
        rows = SiteSecond.objects.filter(stream=stream, site__in=part, second__gte=start, second__lt=end)
        yield from rows.values_list("site", "lines", "peak")


def _steps(stream: str, step: int, start: datetime) -> Iterator[tuple[str, int, int]]:
    """Yields the steps below of a step; of a day of a zone the longest that together are it."""
    since, phase = int(start.timestamp()), phase_of(step)
    levels = STEPS[:0:-1] if phase else [STEPS[STEPS.index(step) - 1]]
    for level, starts in moments((since, since + (DAY if phase else step)), levels):
        rows = SiteStep.objects.filter(stream=stream, step=level, start__in=starts)
        yield from rows.values_list("site", "lines", "peak")
