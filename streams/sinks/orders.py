"""Orders' results into the database."""

from streams.clock import to_datetime
from streams.models import AlarmEpisode, Notification, Site, SiteCount, SiteSecond
from streams.models.upsert import upsert
from streams.results.orders import Episode, OrderResults

TIMES = ("as_of", "newest")  # of a count, in milliseconds


def thresholds() -> dict[str, int]:
    """Lines in 15 s at which an alarm begins, by site."""
    return dict(Site.objects.values_list("name", "threshold"))


def write(stream: str, results: OrderResults) -> None:
    """Keeps the results of one stream, inside the caller's transaction."""
    known = set(Site.objects.values_list("name", flat=True))
    new = [Site(name=count.site) for count in results.counts if count.site not in known]
    Site.objects.bulk_create(new, ignore_conflicts=True)
    upsert(
        [
            SiteCount(stream=stream, **count._asdict() | {name: to_datetime(getattr(count, name)) for name in TIMES})
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
    upsert([_episode(stream, episode) for episode in results.episodes], key=["stream", "site", "sequence"])
    upsert(
        [Notification(stream=stream, **call._asdict() | {"at": to_datetime(call.at)}) for call in results.calls],
        key=["stream", "site", "sequence"],
    )


def _episode(stream: str, episode: Episode) -> AlarmEpisode:
    values = {name: getattr(episode, name) for name in episode.__struct_fields__}
    values["started"] = to_datetime(episode.started)
    values["ended"] = None if episode.ended is None else to_datetime(episode.ended)
    return AlarmEpisode(stream=stream, **values)
