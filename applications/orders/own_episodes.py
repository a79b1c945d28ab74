"""Tells the alarms that orders finds by itself, and their notifications, in the form that the site's alarms have."""

from applications.orders.results import Episode, NotificationDue, OrderResults
from streams.observations import OwnEpisode, OwnFindings, OwnNotice


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
