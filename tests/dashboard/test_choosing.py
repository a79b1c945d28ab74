"""Pages, topics and downloads of one stream among several."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from applications.market import topics as market_topics
from applications.orders import topics as orders_topics
from dashboard import topics as dashboard_topics
from streams.core import topics
from streams.models import Throughput, TopicVersion
from tests.dashboard.rows import alarm, at, lease, site
from tests.dashboard.rows import trades as traded

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada"))
    return client


@pytest.fixture
def both() -> None:
    """Two streams; the other one's worker is two hours behind."""
    for stream, watermark in (("trades", at(1, 5)), ("trades-eu", at(-120))):
        lease("trades", watermark=watermark, newest=watermark, stream=stream)
    traded(at(), "AMZN", "BUY", 7)
    traded(at(), "SAP", "BUY", 9, stream="trades-eu")


@pytest.mark.parametrize(
    ("name", "stream", "topic"),
    [
        ("market", "trades", "market"),
        ("market", "trades-eu", "market@trades-eu"),
        ("orders-history", "orders", "orders-history"),
        ("ticker:AMZN", "a.b_c", "ticker:AMZN@a.b_c"),
    ],
)
def test_topic_can_name_another_stream_than_the_applications_own(name: str, stream: str, topic: str) -> None:
    page = dashboard_topics.find(topic)
    assert (dashboard_topics.on_stream(name, stream), page and page.build.keywords["stream"]) == (topic, stream)  # type: ignore[attr-defined]
    assert page and page.version_topic == topics.of(dashboard_topics.reader(topic)[0], stream)


@pytest.mark.parametrize("topic", ["", "@", "market@", "@trades", "nothing@trades", "market@a@b@", "ticker:@trades"])
def test_topic_without_a_page_or_stream_is_unknown(topic: str) -> None:
    assert dashboard_topics.find(topic) is None


def test_late_reader_delays_no_other_stream(both: None) -> None:
    found = market_topics.market(at(1, 6))
    assert (found["watermark"], found["closed"]["trades"], found["open"]) == ("2026-11-22T12:01:05.000Z", 7, None)
    other = market_topics.market(at(1, 6), "trades-eu")
    assert (other["watermark"], other["open"]["trades"]) == ("2026-11-22T10:00:00.000Z", 9)


def test_a_rate_is_of_one_stream(both: None) -> None:
    for stream, records in (("trades", 20), ("trades-eu", 70)):
        row = {"application": "trades", "stream": stream, "shard": "s0", "second": at(1, 2)}
        Throughput.objects.create(**row, records=records, size=1)
    assert (market_topics.market(at(1, 6))["rate"], market_topics.market(at(1, 6), "trades-eu")["rate"]) == (2.0, 7.0)


def test_market_shows_the_chosen_stream(viewer: Client, both: None) -> None:
    own, other = viewer.get("/market/"), viewer.get("/market/?stream=trades-eu")
    assertContains(own, 'data-topic="market"')
    assertContains(own, '<a href="/market/?stream=trades-eu">trades-eu</a>')
    assertNotContains(own, "SAP")
    assertContains(other, 'data-topic="market@trades-eu"')
    assertContains(other, 'href="/market/SAP/?stream=trades-eu"')
    assertContains(other, "consume trades --stream trades-eu")


@pytest.mark.parametrize("path", ["/market/", "/orders/", "/market/minutes.csv", "/orders/alarms.csv", "/market/SAP/"])
def test_unread_stream_has_no_page(viewer: Client, both: None, path: str) -> None:
    assert viewer.get(path, {"stream": "none"}).status_code == 404


def test_search_redirects_to_the_stream_of_the_ticker(viewer: Client, both: None) -> None:
    assert viewer.get("/market/search?q=sap").headers["Location"] == "/market/SAP/?stream=trades-eu"
    assertContains(viewer.get("/market/SAP/?stream=trades-eu"), 'data-topic="ticker:SAP@trades-eu"')
    assert viewer.get("/market/SAP/").status_code == 404


def test_downloads_and_polls_are_of_the_requested_stream(viewer: Client, both: None) -> None:
    answer = viewer.get("/market/minutes.csv?ticker=SAP&stream=trades-eu")
    assert "sap_minutes_trades-eu_" in answer.headers["Content-Disposition"]
    TopicVersion.objects.create(topic="trades", version=3)
    found = {
        address: viewer.get(f"/live/{address}").json()["topic"]
        for address in ("market.json", "market@trades-eu.json", "market.json?stream=trades-eu")
    }
    assert list(found.values()) == ["market", "market@trades-eu", "market@trades-eu"]
    assert viewer.get("/live/market@none.json").status_code == 404


def test_a_poll_without_a_stream_is_of_the_default_one(viewer: Client) -> None:
    lease("trades", watermark=at(), stream="trades-eu")
    assert viewer.get("/live/market.json").json()["topic"] == "market@trades-eu"


def test_sites_counts_and_alarms_are_of_one_stream(viewer: Client) -> None:
    site("london", lines=5)
    site("paris", lines=8, stream="orders-eu")
    alarm("london", at(), None)
    alarm("paris", at(), None, stream="orders-eu")
    for stream, name in (("orders", "london"), ("orders-eu", "paris")):
        found = orders_topics.orders(at(), stream)
        assert [(row["site"], bool(row["alarm"])) for row in found["sites"]] == [(name, True)]
        assert [row["site"] for row in found["alarms"]] == [name]
        assert list(orders_topics.orders_history(at(), stream)["sites"]) == [name]
    assertContains(viewer.get("/orders/?stream=orders-eu"), 'href="/orders/?stream=orders-eu&amp;site=paris"')
