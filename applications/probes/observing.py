"""Tells the minutes that are over to rules, and the times in which probes are down in the form of all alarms."""

from collections.abc import Collection, Iterator

from applications.probes.results import Episode, MinuteRow, ProbeResults
from streams.core.clock import MINUTE
from streams.observations import Observation, OwnEpisode, OwnFindings, OwnNotice

OUTPUT = "minutes"
DELAY = MINUTE  # from the start of a minute until no check can change it any more


def observe(results: ProbeResults, outputs: Collection[str]) -> Iterator[Observation]:
    """Yields a row for each probe, place and minute that is over, with the columns of the dataset."""
    if OUTPUT in outputs:
        yield from map(_observation, results.closed)


def episodes(results: ProbeResults) -> OwnFindings:
    """Returns the times in which probes were down that began, changed or ended in a step.

    Their level and their values are numbers of places, and their calls are failed checks. Each calls once.
    """
    calls = [OwnNotice(each.probe, each.started, each.began_at, 0) for each in results.begun]
    return OwnFindings([_episode(each) for each in results.episodes], calls)


def _observation(row: MinuteRow) -> Observation:
    tally = row.tally
    passed = tally.checks - tally.failed
    values = {
        "probe": row.probe,
        "place": row.place,
        "checks": tally.checks,
        "failed": tally.failed,
        "mean": tally.total / passed if passed else None,
        "longest": tally.longest,
    }
    return Observation(OUTPUT, row.minute, values, row.place)


def _episode(episode: Episode) -> OwnEpisode:
    return OwnEpisode(
        key=episode.probe,
        place=episode.name,
        started=episode.started,
        ended=episode.ended,
        level=episode.quorum,
        value=episode.began_at,
        peak=len(episode.places),
        calls=episode.failed,
        notices=1,
        suppressed=0,
    )
