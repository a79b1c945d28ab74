"""Builds the figures of probes for pages: bars, uptime, percentiles. Their cost does not grow with the history."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Min, Q

from applications.probes import rollups
from applications.probes.models import ProbeEpisode, ProbeMinute, ProbeStep
from applications.probes.results import Tally
from streams.core.clock import iso
from streams.models.rollups import floor

DAYS = (1, 7, 30, 90)  # over which uptime is shown
RANGES = {"1h": (60, 60), "1d": (1800, 48), "7d": (10_800, 56), "30d": (86_400, 30), "90d": (86_400, 90)}
USUAL = "1h"
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


class Bar(NamedTuple):
    """Holds one bar: `state` is up, part, down (all checks failed) or none."""

    at: str
    checks: int
    failed: int
    state: str


class Figures(NamedTuple):
    """Holds the figures of one probe over a range, as a page shows them."""

    bars: list[Bar]
    tally: Tally
    percentiles: dict[str, float | None]
    by_place: list[tuple[str, Tally, dict[str, float | None]]]


def state_of(checks: int, failed: int) -> str:
    """Returns the state of a bar."""
    return "none" if not checks else "up" if not failed else "down" if failed == checks else "part"


def figures(stream: str, names: Sequence[str], range_: str, now: datetime) -> dict[str, Figures]:
    """Returns the figures of probes for one of RANGES, up to now."""
    step, count = RANGES[range_]
    last = floor(now, step)
    start = last - timedelta(seconds=step * (count - 1))
    found = rollups.tallies(stream, names, start, last + timedelta(seconds=step), step)
    at = [start + timedelta(seconds=step * place) for place in range(count)]
    return {name: _figures(found.get(name, {}), at) for name in names}


def _figures(steps: dict[datetime, dict[str, Tally]], at: Iterable[datetime]) -> Figures:
    bars, places = [], defaultdict(list)
    for moment in at:
        tallies = steps.get(moment, {})
        checks, failed = (sum(getattr(each, name) for each in tallies.values()) for name in ("checks", "failed"))
        bars.append(Bar(iso(moment) or "", checks, failed, state_of(checks, failed)))
        for place, tally in tallies.items():
            places[place].append(tally)
    by_place = {place: rollups.merged(tallies) for place, tallies in sorted(places.items())}
    whole = rollups.merged(by_place.values())
    rows = [(place, tally, percentiles(tally)) for place, tally in by_place.items()]
    return Figures(bars, whole, percentiles(whole), rows)


def percentiles(tally: Tally) -> dict[str, float | None]:
    """Returns the times in milliseconds that these shares of the checks that passed did not exceed."""
    return {name: tally.percentile(share) for name, share in SHARES.items()}


def uptimes(stream: str, names: Sequence[str], now: datetime) -> dict[str, list[tuple[int, float | None]]]:
    """Returns the share of the time, in percent, in which each probe was not down, for each of DAYS.

    A time begins with the first check that is kept; None before there was any. Times without checks count as up.
    """
    first = _first(stream, names)
    since = now - timedelta(days=max(DAYS))
    down: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    episodes = ProbeEpisode.objects.filter(Q(ended=None) | Q(ended__gt=since), stream=stream, probe__in=names)
    for probe, started, ended in episodes.values_list("probe", "started", "ended"):
        down[probe].append((started, ended or now))
    return {
        name: [(days, uptime(down[name], first.get(name), now - timedelta(days=days), now)) for days in DAYS]
        for name in names
    }


def uptime(
    down: Iterable[tuple[datetime, datetime]], first: datetime | None, since: datetime, now: datetime
) -> float | None:
    """Returns the share of the time from `since`, or from the first check, in percent."""
    if first is None:
        return None
    start = max(first, since)
    if start >= now:
        return None
    lost = sum((max(timedelta(0), min(ended, now) - max(began, start)) for began, ended in down), timedelta(0))
    return 100.0 * max(0.0, 1 - lost / (now - start))


def _first(stream: str, names: Sequence[str]) -> dict[str, datetime]:
    """Returns the beginning of the first minute or day with a check, by probe."""
    days = ProbeStep.objects.filter(stream=stream, step=rollups.STEPS[-1], probe__in=names)
    minutes = ProbeMinute.objects.filter(stream=stream, probe__in=names)
    found = dict(minutes.values_list("probe").annotate(first=Min("minute")).order_by())
    for probe, start in days.values_list("probe").annotate(first=Min("start")).order_by():
        # The first day began before the first minute did, unless that minute is no longer kept.
        if probe not in found or found[probe] - start >= timedelta(days=1):
            found[probe] = start
    return found


def label(bars: Sequence[Bar]) -> str:
    """Returns bars in words."""
    known = [bar for bar in bars if bar.checks]
    checks, failed = sum(bar.checks for bar in known), sum(bar.failed for bar in known)
    return f"{failed:,} of {checks:,} checks failed, in {sum(bar.failed > 0 for bar in known)} of {len(bars)} bars"
