"""The pages as HTML, and the downloads."""

import csv
import io

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from applications.orders import queries
from applications.orders.models import Site
from dashboard import download
from tests.dashboard.rows import alarm, at, lease, site, trades

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def rows(client: Client, address: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(address).getvalue().decode())))


@pytest.mark.parametrize(
    "address", ["/", "/market/", "/market/AMZN/", "/market/minutes.csv", "/orders/", "/orders/alarms.csv"]
)
def test_page_requires_a_session(client: Client, address: str) -> None:
    assertRedirects(client.get(address), f"/accounts/sign-in/?next={address}", fetch_redirect_response=False)


def test_front_page_redirects_to_the_market(browser: Client) -> None:
    assertRedirects(browser.get("/"), "/market/")


def test_an_empty_market_says_how_to_fill_it(browser: Client) -> None:
    page = browser.get("/market/")
    assertContains(page, ".venv/bin/python manage.py produce trades")
    assertContains(page, ".venv/bin/python manage.py consume trades")


def test_the_market_is_complete_without_scripts(browser: Client) -> None:
    lease("trades", watermark=at(1, 20), newest=at(1, 19))
    trades(at(), "AMZN", "BUY", 1234)
    trades(at(1), "BUD", "SELL", 7, largest=9966)
    page = browser.get("/market/")
    assertContains(page, '<a data-f="ticker" href="/market/BUD/">BUD</a>', html=True)
    assertContains(page, '<a href="/market/AMZN/">AMZN</a> 1234')
    assertContains(page, "9,966 shares")


def test_ticker_is_found_in_any_case(browser: Client) -> None:
    trades(at(), "AMZN", "BUY", 1)
    assertRedirects(browser.get("/market/search", {"q": " amzn "}), "/market/AMZN/")


def test_misspelt_ticker_lists_close_ones(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", at)
    trades(at(), "AMZN", "BUY", 1)
    assertContains(browser.get("/market/search", {"q": "AMZM"}), "No such ticker: AMZM")
    assertContains(browser.get("/market/AMZM/"), 'href="/market/AMZN/"', status_code=404)


def test_unknown_site_lists_the_known_ones(browser: Client) -> None:
    site("london")
    assertContains(browser.get("/orders/", {"site": "paris"}), "?site=london", status_code=404)
    assert browser.get("/orders/alarms.csv", {"site": "paris"}).status_code == 404


def test_one_site_shows_its_own_alarms_only(browser: Client) -> None:
    for name in ("london", "leeds"):
        site(name, lines=31)
        alarm(name, at(-1), None)
    page = browser.get("/orders/", {"site": "leeds"})
    assertContains(page, 'data-site="leeds" data-state="alarm"')
    assertNotContains(page, 'data-site="london"')


def test_the_counts_are_a_table_of_the_highest_in_each_15_s() -> None:
    first, last = 1795348740000, 1795348755000
    leeds: queries.Points = [[first, 4, 30], [first + 1000, 9, 30], [last, 2, 30]]
    sites: dict[str, queries.Points] = {"leeds": leeds, "london": [[last, None, 30], [last + 14_000, 7, 30]]}
    spans = [("2026-11-22T11:59:15.000Z", [2, 7]), ("2026-11-22T11:59:00.000Z", [9, None])]
    assert queries.count_spans(sites, ["leeds", "london"]) == spans
    assert queries.count_spans(sites, ["london"]) == [("2026-11-22T11:59:15.000Z", [7])]


def test_threshold_is_set_by_staff_with_a_message(browser: Client) -> None:
    site("london")
    page = browser.post("/orders/threshold/", {"site": "london", "threshold": "45"}, follow=True)
    assertContains(page, "london now raises an alarm at 45 order lines in 15 s.")
    assert Site.objects.get().threshold == 45


@pytest.mark.parametrize("bad", ["0", "-3", "many", "", "99999999999"])
def test_invalid_threshold_changes_nothing_and_has_a_reason(browser: Client, bad: str) -> None:
    site("london")
    page = browser.post("/orders/threshold/", {"site": "london", "threshold": bad})
    assertContains(page, 'role="alert"', status_code=422)
    assert Site.objects.get().threshold == 30


def test_threshold_is_set_by_staff_only(client: Client) -> None:
    client.force_login(User.objects.create_user("bob"))
    site("london")
    assertNotContains(client.get("/orders/"), "threshold-form")
    assert client.post("/orders/threshold/", {"site": "london", "threshold": "45"}).status_code == 403


def test_the_alarms_download_has_every_alarm_and_no_formula(browser: Client) -> None:
    alarm("=2+2", at(-1), at())
    header, row = rows(browser, "/orders/alarms.csv")
    assert dict(zip(header, row, strict=True)) == {
        "time_utc": "2026-11-22T11:59:00.000Z", "epoch_ms": "1795348740000", "site": "'=2+2",
        "started": "2026-11-22T11:59:00.000Z", "ended": "2026-11-22T12:00:00.000Z", "duration_s": "60.0",
        "threshold": "30", "peak": "41", "lines": "60", "notifications": "1", "suppressed": "59",
    }  # fmt: skip


def test_minutes_download_equals_the_page(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(1, 1))
    lease("trades", watermark=at(1))
    trades(at(), "AMZN", "BUY", 3)
    market, ticker = rows(browser, "/market/minutes.csv"), rows(browser, "/market/minutes.csv?ticker=amzn")
    assert market[1][3:] == ["3", "3", "0", "300", "3000.0", "AMZN", "3", "", "", "", ""]
    assert ticker[1][2:7] == ["AMZN", "2026-11-22T12:00:00.000Z", "true", "3", "0"]


def test_download_lines_end_by_rfc_4180() -> None:
    lines = download.lines(["a", "b"], [['say "x"', -1], ["-1", True]])
    assert "".join(lines) == 'a,b\r\n"say ""x""",-1\r\n\'-1,true\r\n'
