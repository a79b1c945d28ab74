"""Orders' results into the database."""

from streams.clock import to_datetime
from streams.models import AlarmEpisode, Notification, Site, SiteCount, SiteSecond
from streams.models.upsert import upsert
from streams.results.orders import Episode, OrderResults


def thresholds() -> dict[str, int]:
    """Lines in 15 s at which an alarm begins, by site."""
    return dict(Site.objects.values_list("name", "threshold"))


def write(results: OrderResults) -> None:
    """Inside the caller's transaction."""
    known = set(Site.objects.values_list("name", flat=True))
    new = [Site(name=count.site) for count in results.counts if count.site not in known]
    Site.objects.bulk_create(new, ignore_conflicts=True)
    upsert(
        [
            SiteCount(
                site=count.site, lines=count.lines, as_of=to_datetime(count.as_of), newest=to_datetime(count.newest)
            )
            for count in results.counts
        ],
        key=["site"],
    )
    upsert(
        [
            SiteSecond(site=site, second=to_datetime(second.second), lines=second.lines, peak=second.peak)
            for site, second in results.seconds
        ],
        key=["site", "second"],
    )
    upsert([_episode(episode) for episode in results.episodes], key=["site", "sequence"])
    upsert(
        [Notification(**call._asdict() | {"at": to_datetime(call.at)}) for call in results.calls],
        key=["site", "sequence"],
    )


def _episode(episode: Episode) -> AlarmEpisode:
    values = {name: getattr(episode, name) for name in episode.__struct_fields__}
    values["started"] = to_datetime(episode.started)
    values["ended"] = None if episode.ended is None else to_datetime(episode.ended)
    return AlarmEpisode(**values)
