"""Removes a site that sells no more."""

from django.db import transaction
from django.db.models import F, Q

from applications.orders.datasets import TABLE
from applications.orders.models import ORDERS, AlarmEpisode, Site, SiteCount, SiteSecond, SiteStep
from dashboard.steps.reading import forget
from streams.models import Audit, TopicVersion

TARGET = 200  # characters, the width of the audit's column


@transaction.atomic
def remove(site: Site, who: str) -> str:
    """Removes a site with its threshold and its counts on every stream. Returns why it cannot be removed, or "".

    Its alarms stay as history.
    A site with lines in its window cannot be removed: the worker would write it again a moment later.
    """
    if SiteCount.objects.filter(site=site.name, lines__gt=0).exists():
        return "It has order lines in its window. Wait until it is quiet for 15 s."
    if AlarmEpisode.objects.filter(site=site.name, ended=None).exists():
        return "Its alarm is open. Wait until it has ended."
    Site.objects.filter(name=site.name).delete()
    rows = sum(model.objects.filter(site=site.name).delete()[0] for model in (SiteCount, SiteSecond, SiteStep))
    forget(TABLE, "site", site.name)
    words = f"site {site.name}"
    target = words if len(words) <= TARGET else f"{words[: TARGET - 1]}…"
    Audit.objects.create(who=who, action="remove", target=target, count=rows)
    TopicVersion.objects.filter(Q(topic=ORDERS) | Q(topic__startswith=f"{ORDERS}@")).update(version=F("version") + 1)
    return ""
