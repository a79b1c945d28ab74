"""Any time of the market: dragged over, typed in a zone, stepped through, and shared as one address."""

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
