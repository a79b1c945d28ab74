"""Builds the sliding counts of sites at any time for charts, tables and downloads."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings

from applications.orders import rollups, topics
from applications.orders.models import DEFAULT_THRESHOLD, ORDERS, Site, SiteStep
from applications.orders.thresholds import thresholds_over_time
from common.retention import kept_since
from dashboard.download import time_columns
from dashboard.periods import Period, times
from streams.core import clock
from streams.models.readers import progress_of
from streams.models.rollups import waits

EXACT = 3600 * clock.SECOND  # the longest time that is counted second by second
CSV_COLUMNS = ("time_utc", "epoch_ms", "step_s", "site", "peak", "lines", "threshold")


def history(stream: str, sites: Sequence[str], period: Period) -> dict[str, Any]:
    """Returns for each site its highest counts, lines and thresholds, a value for each step of the time.

    A count is the most that the sliding window held at any line of the step: 0 in a step without lines, and None before
    the site's first line and after the time up to which the stream is read, because nothing is known of them.
    """
    step, at, exact, known = _read(stream, sites, period)
    start, end = clock.to_datetime(at[0] * clock.SECOND), clock.to_datetime(period.span.end)
    now = dict(Site.objects.filter(name__in=sites).values_list("name", "threshold"))
    thresholds = thresholds_over_time({site: now.get(site, DEFAULT_THRESHOLD) for site in sites}, start)
    until = _read_to(stream, period)
    found = {}
    for site in sites:
        first, counts = known[site]
        rows = [counts.get(moment, (0, 0)) if first <= moment < until else (None, None) for moment in at]
        found[site] = {
            "peak": [peak for peak, _ in rows],
            "lines": [lines for _, lines in rows],
            "threshold": [thresholds[site](clock.to_datetime(moment * clock.SECOND)) for moment in at],
        }
    return {
        "now": clock.to_iso(period.now),
        "range": period.about(start, step),
        "at": at,
        "sites": found,
        "waits": not exact and waits(ORDERS, stream, start, end, clock.to_datetime(period.now)),
    }


def _read(stream: str, sites: Sequence[str], period: Period) -> "tuple[int, list[int], bool, Known]":
    """Returns the length of the steps, their beginnings, whether seconds were counted, and what is known of sites."""
    gone = kept_since(clock.to_datetime(period.now), settings.RETENTION_RATES)
    kept = clock.to_datetime(period.span.start) >= gone  # seconds and minutes; longer steps are kept for longer
    exact = kept and period.span.length <= EXACT
    step = period.step(1 if exact else rollups.STEPS[0 if kept else 1])
    if edges := period.edges(step):
        return step, edges[:-1], False, _steps(stream, sites, rollups.counts_between(stream, sites, edges), step)
    start, end = period.bounds(step if exact else rollups.level_of(step))
    at = times(start, end, step)
    if exact:
        return step, at, True, _seconds(stream, sites, at, step)
    return step, at, False, _steps(stream, sites, rollups.counts(stream, sites, start, end, step), step)


def table(found: dict[str, Any]) -> list[tuple[str, list[int | None]]]:
    """Returns the steps of a history of which anything is known, the latest first: (start, count of each site)."""
    rows = []
    for place, second in enumerate(found["at"]):
        counts = [site["peak"][place] for site in found["sites"].values()]
        if any(count is not None for count in counts):
            rows.append((clock.to_iso(second * clock.SECOND), counts))
    return rows[::-1]


def csv_rows(found: dict[str, Any]) -> Iterator[Iterable[Any]]:
    """Yields the steps of each site of which anything is known, oldest first, in CSV_COLUMNS."""
    for place, second in enumerate(found["at"]):
        for name, site in found["sites"].items():
            values = [site[column][place] for column in ("peak", "lines", "threshold")]
            if values[0] is not None:
                yield *time_columns(clock.to_iso(second * clock.SECOND)), found["range"]["step"], name, *values


def sums(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns for each site its name, its highest count and all its lines in the time; None where nothing is known."""
    rows = []
    for name, site in found["sites"].items():
        peaks, lines = ([value for value in site[column] if value is not None] for column in ("peak", "lines"))
        rows.append({"site": name, "peak": max(peaks, default=None), "lines": sum(lines) if lines else None})
    return rows


Known = dict[str, tuple[float, dict[int, tuple[int, int]]]]  # by site: its first second, (peak, lines) by second


def _steps(stream: str, sites: Sequence[str], counts: dict[str, rollups.Counts], step: int) -> Known:
    found: Known = {}
    for site in sites:
        steps = SiteStep.objects.filter(stream=stream, step=rollups.STEPS[1], site=site).order_by("start")
        first = steps.values_list("start", flat=True).first()
        rows = {int(at.timestamp()): (count.peak, count.lines) for at, count in counts.get(site, {}).items()}
        found[site] = (first.timestamp() - step if first else float("inf"), rows)
    return found


def _seconds(stream: str, sites: Sequence[str], at: Sequence[int], step: int) -> Known:
    """Returns the same from each second, so that lines of the seconds before a step count in it, as they did then."""
    start, end = at[0], at[-1] + step
    points = topics.points(stream, sites, start * clock.SECOND, end * clock.SECOND)
    lines = rollups.counts(
        stream, sites, clock.to_datetime(start * clock.SECOND), clock.to_datetime(end * clock.SECOND), step
    )
    found: Known = {}
    for site in sites:
        added = {int(moment.timestamp()): count.lines for moment, count in lines.get(site, {}).items()}
        rows: dict[int, tuple[int, int]] = {}
        for second, count, _ in points[site]:
            if second is not None and count is not None:
                moment = start + (second // clock.SECOND - start) // step * step
                rows[moment] = max(rows.get(moment, (0, 0))[0], count), added.get(moment, 0)
        found[site] = (min(rows, default=float("inf")), rows)
    return found


def _read_to(stream: str, period: Period) -> float:
    """Returns the second up to which the stream is read."""
    watermark = progress_of(ORDERS, stream).watermark
    return min(watermark.timestamp() if watermark else period.now / 1000, period.span.end / 1000)
