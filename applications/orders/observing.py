"""Tells the seconds that are over to rules, and the alarms that orders finds by itself in the form of all alarms."""

from collections.abc import Collection, Iterator

from applications.orders.results import Episode, NotificationDue, OrderResults
from streams.core.clock import SECOND
from streams.observations import Observation, OwnEpisode, OwnFindings, OwnNotice

OUTPUT = "seconds"
DELAY = SECOND  # from the start of a second until no line can change it any more


def observe(results: OrderResults, outputs: Collection[str]) -> Iterator[Observation]:
    """Yields a row for each site and second that is over, with the columns of the dataset."""
    if OUTPUT in outputs:
        for site, rate in results.finished:
            yield Observation(OUTPUT, rate.second, {"site": site, "lines": rate.lines, "peak": rate.peak})


def episodes(results: OrderResults) -> OwnFindings:
    """Returns the alarms that began, changed or ended in a step."""
    return OwnFindings([_episode(each) for each in results.episodes], [_notice(each) for each in results.calls])


def _episode(episode: Episode) -> OwnEpisode:
    return OwnEpisode(
        key=episode.site,
        place=episode.sequence.lstrip("0"),
        started=episode.started,
        ended=episode.ended,
        level=episode.threshold,
        value=episode.threshold,  # it begins with the line that reaches the threshold
        peak=episode.peak,
        calls=episode.lines,
        notices=episode.notifications,
        suppressed=episode.suppressed,
    )


def _notice(call: NotificationDue) -> OwnNotice:
    return OwnNotice(call.site, call.at, call.lines, call.suppressed_before)
