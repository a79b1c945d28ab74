"""Any time of the market, and any days of quotes: dragged over, typed, stepped through, and shared as one address."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.deployment import Deployment

FILL = """
from datetime import UTC, datetime, timedelta
from applications.market.models import Ticker, TradeMinute
now = datetime.now(UTC).replace(second=0, microsecond=0)
minutes = [now - timedelta(minutes=back) for back in range(1, 400) if not 100 < back < 130]
values = dict(stream="trades", ticker="AMZN", trades=3, shares=9, cents=900, low=1, high=2, first=1, last=2, largest=3)
TradeMinute.objects.bulk_create(
    TradeMinute(minute=at, side=side, last_sequence="1", **values) for at in minutes for side in ("BUY", "SELL")
)
Ticker.of("AMZN").save()
"""

TRADE = """
from datetime import UTC, datetime
from applications.market.models import TradeMinute
from streams.models import TopicVersion
now = datetime.now(UTC).replace(second=0, microsecond=0)
values = dict(ticker="AMZN", trades=3, shares=9, cents=900, low=1, high=20, first=1, last=17.5, largest=3)
TradeMinute.objects.create(stream="trades", minute=now, side="BUY", last_sequence="2", **values)
version, _ = TopicVersion.objects.get_or_create(topic="trades", defaults={"version": 0})
version.version += 1
version.save()
"""


def shown(page: Page) -> str:
    return page.get_by_test_id("range-shown").inner_text()


def test_a_time_is_dragged_typed_stepped_through_and_shared(deployment: Deployment, sign_in: SignIn) -> None:
    deployment.run("shell", "--command", FILL)
    page = sign_in("/market/AMZN/?range=6h")
    expect(page.get_by_test_id("range-shown")).to_contain_text("live")
    chart = page.locator('line-chart[data-chart="price"] .u-over')
    box = chart.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 4, middle)
    readouts = page.locator("line-chart .readout")
    words = [text.split(",")[0] for text in readouts.all_inner_texts()]
    assert len(set(words)) == 1, "the cursors of the page's charts move together"
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=4)
    page.mouse.up()
    page.wait_for_url("**range=*..*")
    expect(page.get_by_test_id("range-shown")).to_contain_text("past")
    dragged = shown(page)
    page.get_by_test_id("earlier").click()
    expect(page.get_by_test_id("range-shown")).not_to_have_text(dragged)
    page.get_by_test_id("later").click()
    expect(page.get_by_test_id("range-shown")).to_have_text(dragged)
    other = page.context.new_page()
    other.goto(page.url)
    assert shown(other) == dragged
    page.get_by_text("Other times").click()
    page.get_by_label("Range").fill("soon")
    page.get_by_label("Range").press("Enter")
    expect(page.get_by_test_id("range-error")).to_contain_text("is no range such as 6h")


BARS = """
from tests.applications.quotes.bars import bars
bars("AMZN", 2000, name="Amazon.com, Inc.")
bars("MSFT", 2000, seed=2)
"""


@pytest.fixture(scope="module")
def kept(deployment: Deployment) -> None:
    deployment.run("shell", "-v", "0", "-c", BARS)


@pytest.fixture
def quote(kept: None, sign_in: SignIn) -> Page:
    page = sign_in("/quotes/AMZN/?live=0")
    expect(page.locator("[data-whole]")).to_be_attached()
    return page


def days_shown(page: Page) -> str:
    """Returns the days that the page says it shows."""
    return page.get_by_test_id("days-shown").inner_text().replace(" – ", "..")


def query(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def test_days_shown_follow_the_chart(quote: Page) -> None:
    chart = quote.locator("day-chart .u-over").first
    box = chart.bounding_box()
    assert box and days_shown(quote) == "2025-11-21..2026-11-20"
    quote.mouse.move(box["x"] + 100, box["y"] + 50)
    quote.mouse.down()
    quote.mouse.move(box["x"] + 100 + box["width"] / 2, box["y"] + 50, steps=4)
    quote.mouse.up()
    expect(quote).to_have_url(re.compile(rf"/quotes/AMZN/\?live=0&range={re.escape(days_shown(quote))}$"))
    first, last = days_shown(quote).split("..")
    assert first < "2025-07" and last < "2026-07"
    link = quote.get_by_role("link", name="CSV").get_attribute("href") or ""
    lines = quote.request.get(urlsplit(quote.url)._replace(path="", query="").geturl() + link).text().splitlines()
    assert query(link)["range"] == [days_shown(quote)]
    quote.get_by_text("The same as a table").click()
    assert quote.locator("[data-days] th").first.inner_text() == lines[-1].split(",")[0]
    assert quote.locator("[data-count]").text_content() == str(len(lines) - 1)
    quote.reload()
    expect(quote.get_by_test_id("days-shown")).to_have_text(f"{first} – {last}")


def test_keys_read_move_and_zoom_and_comparison_is_added(quote: Page) -> None:
    quote.locator("day-chart").focus()
    quote.keyboard.press("ArrowLeft")
    expect(quote.locator(".readout")).to_contain_text("2026-11-20")
    quote.keyboard.press("Home")
    expect(quote.locator("[data-first]")).to_have_text("2019-03-25")
    quote.keyboard.press("+")
    expect(quote.locator("[data-first]")).not_to_have_text("2019-03-25")
    quote.get_by_label("Compare with").fill("msft")
    quote.get_by_role("button", name="Add").click()
    expect(quote.locator("day-chart .readout")).to_contain_text("MSFT")
    expect(quote.locator("[data-whole]")).to_be_attached()
    assert query(quote.url)["compare"] == ["msft"]
    quote.get_by_role("link", name="MSFT").click()
    expect(quote.get_by_label("200")).to_be_checked()


def test_trades_of_today_move_the_newest_day(quote: Page, deployment: Deployment) -> None:
    quote.goto(quote.url.replace("live=0", "range=5d"))
    expect(quote.get_by_test_id("live-status")).to_have_attribute("data-state", "live")
    deployment.run("shell", "-v", "0", "-c", TRADE)
    expect(quote.get_by_test_id("close")).to_have_text("17.50")
    expect(quote.locator('[data-kpi="live"]')).to_be_visible()
