"""Writes the results of probes into the database, and reads the rules of those that operators made."""

import msgspec

from applications.probes.models import PROBES, Probe, ProbeEpisode, ProbeMinute, ProbeNow
from applications.probes.results import Episode, NowRow, ProbeResults
from applications.probes.rollups import fields
from applications.probes.states import Rule
from common.text import storable
from streams.core.clock import MINUTE, SECOND, to_datetime
from streams.models.rollups import mark
from streams.models.upsert import upsert

SILENT = 3  # intervals without a check after which a place does not count, but five minutes at least


def rules() -> dict[str, Rule]:
    """Returns when each probe is down."""
    rows = Probe.objects.values_list("name", "failures", "checks", "quorum", "interval")
    return {
        name: Rule(failures, checks, quorum, max(5 * MINUTE, SILENT * interval * SECOND))
        for name, failures, checks, quorum, interval in rows
    }


def write(stream: str, results: ProbeResults) -> None:
    """Stores the results of one stream, inside the caller's transaction."""
    upsert([_now(stream, row) for row in results.now], key=["stream", "probe"])
    upsert(
        [
            ProbeMinute(
                stream=stream, minute=to_datetime(row.minute), probe=row.probe, place=row.place, **fields(row.tally)
            )
            for row in results.minutes
        ],
        key=["stream", "minute", "probe", "place"],
    )
    mark(PROBES, stream, [to_datetime(minute) for minute in {row.minute for row in results.minutes}])
    upsert([_episode(stream, episode) for episode in results.episodes], key=["stream", "probe", "name"])


def _now(stream: str, row: NowRow) -> ProbeNow:
    return ProbeNow(
        stream=stream,
        probe=row.probe,
        state=row.state,
        since=to_datetime(row.since),
        checked=to_datetime(row.checked),
        expires=to_datetime(row.expires) if row.expires else None,
        places=msgspec.json.encode(row.places).decode(),
    )


def _episode(stream: str, episode: Episode) -> ProbeEpisode:
    return ProbeEpisode(
        stream=stream,
        probe=episode.probe,
        name=episode.name,
        started=to_datetime(episode.started),
        ended=None if episode.ended is None else to_datetime(episode.ended),
        ending=episode.ending,
        places=storable(",".join(episode.places), 1400),
        failed=episode.failed,
        reason=storable(episode.reason, 200),
    )
