"""No text of a record can break a page: each ticker, site and stream has a page, and a link that leads to it."""

import csv
import io
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from applications.market.links import to_ticker
from applications.market.models import Ticker, TradeMinute
from applications.orders.models import AlarmEpisode, Site, SiteCount
from dashboard import download, links, topics
from streams.core.names import is_name
from streams.models import Lease
from tests.dashboard.rows import alarm, at, lease, site, trades

pytestmark = pytest.mark.django_db
FOUND_IN_THE_WILD = [
    "BRK/B", "BRK B", "РОСН", "株式", "📈", "BRKb", "^GSPC", "EURUSD=X", "M&M.NS", "x" * 256, "📈" * 256, "search",
    "ticker", "minutes.csv", ".", "..", "a//b", "/", "%2F", "%", "?", "#", "+", "a+b", "&amp;", "<b>", '"', "'", "\\",
    "{{ x }}", "{% url %}", "__proto__", "-", "é", "AAPL",
]  # fmt: skip
STORED_IN_OTHER_WAYS = ["BRK B", "РОСН", "📈", "BRKb", "x" * 256, "📈" * 256, "%", "'", "\\", "{{ x }}", "é"]
NAMES = FOUND_IN_THE_WILD if connection.vendor == "sqlite" else STORED_IN_OTHER_WAYS  # links are alike on each database
any_name = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=256).filter(is_name)


class Links(HTMLParser):
    """The addresses of the links of a page, by their text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._href: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._href = dict(attrs).get("href") if tag == "a" else None

    def handle_data(self, data: str) -> None:
        if self._href:
            self.found[data] = self._href


@pytest.fixture
def browser(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(0, 30))
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def follow(browser: Client, page: str, text: str) -> str:
    """The heading of the page that a link of that text leads to, once a browser has resolved its address."""
    address = Links(browser.get(page).content.decode()).found[text]
    answer = browser.get(urljoin(f"http://testserver{page}", address).removeprefix("http://testserver"))
    assert answer.status_code == 200
    return str(answer.context.get("symbol") or answer.context.get("chosen") or answer.context.get("name"))


def trade(name: str) -> None:
    lease("trades", watermark=at(0, 29), newest=at(0, 29))
    trades(at(), name, "BUY", 3)
    trades(at(), name, "SELL", 2, largest=900)


def check_ticker(browser: Client, name: str) -> None:
    trade(name)
    assert follow(browser, "/market/", name) == name
    assert browser.get("/market/search", {"q": name}).headers["Location"] == to_ticker(name)
    assert browser.get("/market/minutes.csv", {"ticker": name}).status_code == 200
    topic = topics.on_stream(f"ticker:{name}", "trades")
    assert browser.get("/live/", {"topic": topic}).json()["data"]["ticker"] == name
    assert browser.get("/market/search", {"q": f"{name}?"}).status_code in (200, 302)


def check_site(browser: Client, name: str) -> None:
    lease("orders", watermark=at(0, 29), newest=at(0, 29))
    site(name, lines=31)
    alarm(name, at(-1), None)
    for page in ("/orders/", "/orders/alarms/", "/orders/?site=nowhere"):
        assert follow(browser, page, name) == name
    assert browser.get("/orders/alarms.csv", {"site": name}).status_code == 200
    topic = topics.on_stream(f"site:{name}", "orders")
    assert browser.get("/live/", {"topic": topic}).json()["data"]["sites"][0]["site"] == name
    assert list(
        browser.get("/live/", {"topic": topics.on_stream(f"site-history:{name}", "orders")}).json()["data"]["sites"]
    ) == [name]
    browser.post("/orders/threshold/", {"site": name, "threshold": "77"})
    assert Site.objects.get(name=name).threshold == 77
    assert browser.get("/orders/remove/", {"site": name}).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_a_ticker_of_any_name_has_a_page_and_a_link_to_it(browser: Client, name: str) -> None:
    check_ticker(browser, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_site_of_any_name_has_a_page_and_a_link_to_it(browser: Client, name: str) -> None:
    check_site(browser, name)


few = settings(
    max_examples=min(20, settings().max_examples), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(any_name)
def test_printable_ticker_has_a_page(browser: Client, name: str) -> None:
    Lease.objects.all().delete()
    TradeMinute.objects.all().delete()
    Ticker.objects.all().delete()
    check_ticker(browser, name)


@few
@given(any_name)
def test_printable_site_has_a_page(browser: Client, name: str) -> None:
    for model in (Lease, Site, SiteCount, AlarmEpisode):
        model.objects.all().delete()
    check_site(browser, name)


@few
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=128))
def test_stream_of_any_name_breaks_no_page_and_can_be_inspected(browser: Client, name: str) -> None:
    Lease.objects.all().delete()
    Lease.objects.create(
        application="trades", stream=name, shard="s0", checkpoint="latest", watermark=at(), newest=at()
    )
    assert browser.get("/streams/").status_code == 200
    assert browser.get("/streams/state.json").json()["streams"][0]["records_url"] == links.to_records(name)
    answer = browser.get(links.to_records(name))
    assert (answer.status_code, answer.context["name"]) == (400, name)  # no stream of that name


@few
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=150))
def test_a_user_of_any_name_breaks_no_page(client: Client, name: str) -> None:
    user = User(username=name, is_staff=True, is_superuser=True)
    User.objects.all().delete()  # an earlier example may have had a name that looks alike
    user.save()
    client.force_login(user)
    addresses = ("/market/", "/orders/", "/streams/", "/accounts/people/", f"/accounts/people/{user.pk}/")
    assert {client.get(address).status_code for address in addresses} == {200}


@given(st.text(max_size=300))
def test_any_topic_is_known_or_unknown(topic: str) -> None:
    for kind in ("ticker", "site", "site-history"):
        assert (topics.find(f"{kind}:{topic}@trades") is not None) == (0 < len(topic) <= 256 and topic.isprintable())


@pytest.mark.parametrize("asked", ["BRKb", "brkB"])
def test_ticker_is_found_as_written_then_in_another_case(browser: Client, asked: str) -> None:
    for name in ("BRKB", "BRKb"):
        trade_of = TradeMinute.objects.filter(ticker=name)
        trades(at(), name, "BUY", 1)
        assert trade_of.exists()
    expected = {"BRKb": "/market/BRKb/", "brkB": "/market/BRKB/"}
    assert browser.get("/market/search", {"q": asked}).headers["Location"] == expected[asked]


@pytest.mark.parametrize("start", list("=+-@＝＋－＠"))
@pytest.mark.parametrize("before", ["", " ", "  \t", "\t", "\r", "\u00a0", "\u3000", "\n"])
def test_formula_in_a_cell_is_quoted(before: str, start: str) -> None:
    text = f"{before}{start}1+1"
    [_, row] = csv.reader(io.StringIO("".join(download.lines(["a"], [[text]])), newline=""))
    assert row == [f"'{text}"]
