"""Sets the thresholds of sites, and looks up the threshold of any time."""

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction

from applications.orders.models import Site, ThresholdChange
from streams.models import Audit
from streams.models.kept import Kept


@transaction.atomic
def set_threshold(site: Site, lines: int, who: str, now: datetime) -> bool:
    """Sets a site's threshold and records the change in its history and in the audit. Returns whether it differed."""
    site = Site.objects.select_for_update().get(pk=site.pk)
    if site.threshold == lines:
        return False
    ThresholdChange.objects.create(site=site.name, at=now, before=site.threshold, after=lines, who=who)
    target = f"{site.name[:150]}: {site.threshold:,} to {lines:,}"
    Audit.objects.create(who=who, action="threshold", target=target, count=0)
    site.threshold = lines
    site.save(update_fields=["threshold"])
    return True


def thresholds_over_time(now: dict[str, int], since: datetime) -> dict[str, Callable[[datetime], int]]:
    """Returns for each site the function from a time, `since` or later, to the threshold of that time.

    `now` has the present threshold of each requested site.
    """
    changes = _changes(now.keys(), since)

    def at(site: str) -> Callable[[datetime], int]:
        mine, present = changes.get(site), now[site]
        if mine is None:
            return lambda _: present
        return lambda moment: next((change.before for change in mine if moment < change.at), present)

    return {site: at(site) for site in now}


def _changes(sites: Collection[str], since: datetime) -> dict[str, list[ThresholdChange]]:
    """Returns the changes of the sites since a time, by site, oldest first."""
    found: dict[str, list[ThresholdChange]] = {}
    for site, at, before in _CHANGES.rows(list(sites), since) if sites else []:
        found.setdefault(site, []).append(ThresholdChange(site=site, at=at, before=before))
    return found


_CHANGES = Kept(
    lambda sites, since: (
        ThresholdChange.objects.filter(site__in=sites, at__gt=since)
        .order_by("at", "pk")
        .values_list("site", "at", "before")
    )
)
