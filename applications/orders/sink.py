"""Writes the results of orders into the database."""

from typing import NamedTuple

from django.db.models import Q

from applications.orders import lines
from applications.orders.models import (
    DEFAULT_THRESHOLD,
    ORDERS,
    AlarmEpisode,
    Notification,
    Site,
    SiteCount,
    SiteSecond,
)
from applications.orders.results import Episode, OrderResults
from streams.core.clock import MINUTE, to_datetime
from streams.core.sink import Sink
from streams.models.rollups import mark
from streams.models.upsert import upsert

ROWS = 500  # names in one query: SQLite accepts some thousands of parameters


def thresholds() -> dict[str, int]:
    """Returns the lines in 15 s at which an alarm begins, by site, for sites without the default threshold."""
    other = Site.objects.filter(Q(threshold__lt=DEFAULT_THRESHOLD) | Q(threshold__gt=DEFAULT_THRESHOLD))
    return dict(other.values_list("name", "threshold"))


class Prepared(NamedTuple):
    """Holds the results of a commit, and their order lines as they are stored."""

    results: OrderResults
    lines: lines.Prepared


class OrdersSink(Sink[OrderResults, Prepared]):
    """Stores results and order lines; the lines become rows before the transaction."""

    def prepare(self, results: OrderResults) -> Prepared:
        return Prepared(results, lines.prepare(results.lines))

    def write(self, stream: str, prepared: Prepared) -> None:
        write(stream, prepared.results)
        lines.write(stream, prepared.lines)


def write(stream: str, results: OrderResults) -> None:
    """Stores the results of one stream, inside the caller's transaction."""
    _add_sites([count.site for count in results.counts])
    upsert(
        [
            SiteCount(
                stream=stream,
                site=count.site,
                lines=count.lines,
                as_of=to_datetime(count.as_of),
                newest=to_datetime(count.newest),
            )
            for count in results.counts
        ],
        key=["stream", "site"],
    )
    upsert(
        [
            SiteSecond(
                stream=stream, site=site, second=to_datetime(second.second), lines=second.lines, peak=second.peak
            )
            for site, second in results.seconds
        ],
        key=["stream", "site", "second"],
    )
    minutes = {second.second // MINUTE * MINUTE for _, second in results.seconds}
    mark(ORDERS, stream, [to_datetime(minute) for minute in minutes])
    upsert([_episode(stream, episode) for episode in results.episodes], key=["stream", "site", "sequence"])
    upsert(
        [Notification(stream=stream, **call._asdict() | {"at": to_datetime(call.at)}) for call in results.calls],
        key=["stream", "site", "sequence"],
    )


def _add_sites(names: list[str]) -> None:
    """Creates the missing rows of sites."""
    for start in range(0, len(names), ROWS):
        piece = names[start : start + ROWS]
        known = set(Site.objects.filter(name__in=piece).values_list("name", flat=True))
        Site.objects.bulk_create([Site(name=name) for name in piece if name not in known], ignore_conflicts=True)


def _episode(stream: str, episode: Episode) -> AlarmEpisode:
    values = {name: getattr(episode, name) for name in episode.__struct_fields__}
    values["started"] = to_datetime(episode.started)
    values["ended"] = None if episode.ended is None else to_datetime(episode.ended)
    return AlarmEpisode(stream=stream, **values)
