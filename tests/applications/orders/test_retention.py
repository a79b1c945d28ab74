"""A year of orders is there, though its seconds go after two weeks."""

from datetime import timedelta

import pytest
from django.test import RequestFactory, override_settings
from msgspec.structs import replace

from applications.orders import history, rollups
from applications.orders.models import ORDERS, Site, SiteCount, SiteSecond, SiteStep
from applications.orders.retention import outlived
from applications.orders.sites import remove
from dashboard import periods
from streams.models.rollups import EPOCH, mark, roll
from tests.dashboard.rows import at, lease, site

pytestmark = pytest.mark.django_db
OLD = at() - timedelta(days=20)


@pytest.fixture
def old() -> None:
    site("paris")
    lease(ORDERS, at())
    SiteSecond.objects.create(stream=ORDERS, site="paris", second=OLD, lines=3, peak=7)
    mark(ORDERS, ORDERS, [OLD])
    roll(replace(rollups.LADDER, kept_since=lambda: EPOCH), ORDERS)
    for model, rows in outlived(at()).items():
        if model is not SiteCount:
            rows.delete()


def shown(text: str) -> list[tuple[int, int]]:
    period = periods.read(RequestFactory().get("/", {"range": text}), at())
    found = history.history(ORDERS, ["paris"], period)
    lines = found["sites"]["paris"]["lines"]
    return [(found["range"]["step"], each) for each in lines if each]


@pytest.mark.usefixtures("old")
def test_longer_steps_outlive_seconds_and_minutes() -> None:
    assert not SiteSecond.objects.exists()
    assert sorted(SiteStep.objects.values_list("step", flat=True)) == [300, 1800, 10_800, 86_400]
    around = [(OLD + timedelta(hours=hours)).isoformat()[:19] for hours in (-3, 3)]
    assert shown("365d") == [(86_400, 3)]
    assert shown(f"{around[0]}..{around[1]}") == [(300, 3)]
    assert shown(f"{OLD.isoformat()[:19]}..{(OLD + timedelta(minutes=30)).isoformat()[:19]}") == [(300, 3)]


@pytest.mark.usefixtures("old")
@pytest.mark.parametrize(("days", "left"), [(19, 0), (21, 4), (5, 0), (0, 4)])
def test_steps_go_after_their_own_setting_but_never_before_their_seconds(days: int, left: int) -> None:
    with override_settings(RETENTION_STEPS=days):
        outlived(at())[SiteStep].delete()
    assert SiteStep.objects.count() == left


@pytest.mark.usefixtures("old")
def test_removed_site_leaves_no_step() -> None:

    SiteCount.objects.all().delete()
    assert (remove(Site.objects.get(), "ada"), SiteStep.objects.count()) == ("", 0)
