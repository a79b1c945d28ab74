"""Staff remove sites that sell no more."""

import pytest

from applications.orders import sites
from applications.orders.models import AlarmEpisode, Site, SiteCount, SiteSecond
from streams.models import Audit, TopicVersion
from tests.dashboard.rows import alarm, at, site

pytestmark = pytest.mark.django_db


def test_removed_site_loses_counts_and_threshold_and_keeps_its_alarms() -> None:
    for name in ("leeds", "london"):
        site(name)
        alarm(name, at(-2), at(-1))
        SiteSecond.objects.create(site=name, second=at(), lines=1, peak=1)
    TopicVersion.objects.create(topic="orders", version=7)
    assert sites.remove(Site.objects.get(name="leeds"), "ada") == ""
    kept = [model.objects.count() for model in (Site, SiteCount, SiteSecond, AlarmEpisode)]
    assert kept == [1, 1, 1, 2]
    assert list(Audit.objects.values_list("who", "action", "target", "count")) == [("ada", "remove", "site leeds", 2)]
    assert TopicVersion.objects.get().version == 8


def test_a_long_name_fits_the_audit() -> None:
    site("x" * 256)
    sites.remove(Site.objects.get(), "ada")
    assert len(Audit.objects.get().target) == 200


@pytest.mark.parametrize(("lines", "open_alarm"), [(1, False), (0, True)])
def test_selling_site_is_not_removed(lines: int, open_alarm: bool) -> None:
    site("leeds", lines=lines)
    if open_alarm:
        alarm("leeds", at(-1), None)
    assert sites.remove(Site.objects.get(), "ada").startswith("It")
    assert (Site.objects.count(), Audit.objects.count()) == (1, 0)
