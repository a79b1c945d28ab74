"""The list of sites, the removal of one, and the list of alarms."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from applications.orders.models import AlarmEpisode, Site, SiteCount
from tests.dashboard.rows import alarm, at, lease, site

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def listed(browser: Client, **query: str) -> list[str]:
    return [row.site.name for row in browser.get("/orders/", query).context["listed"]]


def test_page_of_many_sites_shows_some_and_their_number(browser: Client) -> None:
    for number in range(60):
        site(f"s{number:02}")
    page = browser.get("/orders/")
    assertContains(page, "24 of 60 sites")
    assertContains(page, '<article class="site', count=25)  # one is the template for scripts
    assert len(page.context["chips"]) == 0


def test_sites_are_listed_in_pages_and_found_by_a_part_of_their_name(browser: Client) -> None:
    for number in range(60):
        site(f"s{number:02}")
    assert listed(browser, page="3") == [f"s{number:02}" for number in range(48, 60)]
    assert listed(browser, q="S5") == [f"s{number}" for number in range(50, 60)]
    assert listed(browser, q="nowhere") == []
    assert listed(browser, site="s07") == ["s07"]


def test_setting_a_threshold_returns_to_the_same_part_of_the_list(browser: Client) -> None:
    site("s50")
    answer = browser.post("/orders/threshold/", {"site": "s50", "threshold": "45", "q": "5", "page": "2"})
    assertRedirects(answer, "/orders/?q=5&page=2", fetch_redirect_response=False)


def test_site_is_removed_after_confirmation(browser: Client) -> None:
    site("leeds")
    alarm("leeds", at(-2), at(-1))
    assertContains(browser.get("/orders/remove/", {"site": "leeds"}), "Remove leeds?")
    assert Site.objects.count() == 1
    page = browser.post("/orders/remove/", {"site": "leeds"}, follow=True)
    assertContains(page, "leeds is removed.")
    assert (Site.objects.count(), SiteCount.objects.count(), AlarmEpisode.objects.count()) == (0, 0, 1)
    assert browser.get("/orders/", {"site": "leeds"}).status_code == 200  # its alarms are there still


def test_selling_site_is_not_removed_by_its_page(browser: Client) -> None:
    site("leeds", lines=3)
    page = browser.post("/orders/remove/", {"site": "leeds"})
    assertContains(page, "It has order lines in its window.", status_code=409)
    assert Site.objects.count() == 1


def test_site_removal_is_for_staff_only(client: Client) -> None:
    client.force_login(User.objects.create_user("bob"))
    site("leeds")
    assertNotContains(client.get("/orders/"), "site-remove")
    assert [client.get("/orders/remove/?site=leeds").status_code, client.post("/orders/remove/").status_code] == [
        403
    ] * 2


def test_alarms_are_listed_page_by_page(browser: Client) -> None:
    lease("orders", watermark=at(), newest=at())
    for minute in range(120):
        alarm("leeds" if minute % 2 else "london", at(-minute), at(-minute + 0.5))
    pages = [browser.get("/orders/alarms/", {"page": str(number)}).context["rows"] for number in (1, 2, 3)]
    assert [len(rows) for rows in pages] == [50, 50, 20]
    starts = [row["started"] for rows in pages for row in rows]
    assert starts == sorted(starts, reverse=True)


def test_alarms_are_filtered_by_site_and_by_their_open_time(browser: Client) -> None:
    alarm("leeds", at(-60), None)
    alarm("leeds", at(-50), at(-40))
    alarm("london", at(-50), at(-40))
    asked = {"site": "leeds", "from": "2026-11-22T11:30:00Z", "to": "2026-11-22T11:45:00"}
    assert [row["started"] for row in browser.get("/orders/alarms/", asked).context["rows"]] == [
        "2026-11-22T11:00:00.000Z"
    ]
    assertContains(browser.get("/orders/alarms/", {"from": "yesterday"}), 'role="alert"', status_code=400)
