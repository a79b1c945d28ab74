"""Names that paths cannot hold come through nginx and uWSGI as they were sent."""

import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote, urlencode

import pytest

from streams.backends.embedded.stream import EmbeddedStream
from tests.deploy.site_client import SiteClient, add_person
from tests.deploy.stack import Stack
from tests.deployment import Deployment

NAMES = [
    "BRK/B",
    "a//b",
    "%2F",
    "..",
    ".",
    "^GSPC",
    "M&M.NS",
    "EURUSD=X",
    "株式",
    "?",
    "#",
    "a+b",
    "search",
    "📈" * 256,
]

pytestmark = pytest.mark.xdist_group("unlimited")


@pytest.fixture(scope="module")
def site_client(unlimited: Stack) -> Iterator[SiteClient]:
    fill(unlimited.deployment)
    add_person(unlimited, "ada")
    site_client = SiteClient(unlimited).sign_in("ada")
    yield site_client
    site_client.line.close()


def fill(deployment: Deployment) -> None:
    """A trade of each ticker, an order line of each site."""
    trade = {"tradeType": "BUY", "price": 10, "quantity": 1}
    line = {"InvoiceNo": "1", "StockCode": "1", "Quantity": 1, "InvoiceDate": "x", "UnitPrice": 1}
    for stream, fields, key in (("trades", trade, "tickerSymbol"), ("orders", line, "site")):
        embedded = EmbeddedStream(deployment.streams, stream)
        embedded.create()
        embedded.put([(name, json.dumps(fields | {key: name}).encode()) for name in NAMES])
        embedded.close()
    deployment.run("consume", "trades", "orders", "--until-caught-up")


def heading(site_client: SiteClient, path: str) -> str:
    status, page = site_client.ask(path)
    assert status == 200
    return unescape("".join(re.findall(r"<h1>(.*?)</h1>", page)))


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_ticker_and_site_of_any_name_can_be_opened_and_followed(site_client: SiteClient, name: str) -> None:
    _, found = site_client.ask(f"/live/?{urlencode({'topic': f'ticker:{name}'})}")
    assert json.loads(found)["data"]["ticker"] == name
    _, orders = site_client.ask("/live/?topic=orders")
    [site] = [site for site in json.loads(orders)["data"]["sites"] if site["site"] == name]
    assert heading(site_client, site["url"]) == f'Orders <span class="at">{name}</span>'
    assert heading(site_client, f"/market/ticker?{urlencode({'name': name})}") == name


@pytest.mark.parametrize("name", ["^GSPC", "M&M.NS", "EURUSD=X", "search"])
def test_a_plain_ticker_can_be_opened_by_its_path(site_client: SiteClient, name: str) -> None:
    assert heading(site_client, f"/market/{quote(name, safe='&=')}/") == name
