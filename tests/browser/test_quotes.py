"""The page of daily bars in a browser: the chart moves, and address, table and files follow it."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.deployment import Deployment

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
    page = sign_in("/quotes/AMZN/")
    expect(page.locator("[data-whole]")).to_be_attached()
    return page


def shown(page: Page) -> str:
    """Returns the days that the page says it shows."""
    return page.get_by_test_id("days-shown").inner_text().replace(" – ", "..")


def query(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def test_days_shown_follow_the_chart(quote: Page) -> None:
    chart = quote.locator("day-chart .u-over").first
    box = chart.bounding_box()
    assert box and shown(quote) == "2025-11-21..2026-11-20"
    quote.mouse.move(box["x"] + 100, box["y"] + 50)
    quote.mouse.down()
    quote.mouse.move(box["x"] + 100 + box["width"] / 2, box["y"] + 50, steps=4)
    quote.mouse.up()
    expect(quote).to_have_url(re.compile(rf"/quotes/AMZN/\?range={re.escape(shown(quote))}$"))
    first, last = shown(quote).split("..")
    assert first < "2025-07" and last < "2026-07"
    link = quote.get_by_role("link", name="CSV").get_attribute("href") or ""
    lines = quote.request.get(urlsplit(quote.url)._replace(path="", query="").geturl() + link).text().splitlines()
    assert query(link)["range"] == [shown(quote)]
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
