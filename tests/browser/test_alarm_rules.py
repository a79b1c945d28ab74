"""A person makes a rule, the bell rings, the alarm is taken care of until it ends; a level moves in the curve."""

from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.chromium import expect_state
from tests.deployment import Deployment

pytestmark = [pytest.mark.xdist_group("browser")]
OPEN = """
import hashlib
from datetime import timedelta
from django.utils import timezone
from alarms.models import Episode, Rule
from applications.market.models import TradeMinute
now = timezone.now()
more = {"shares": 1, "cents": 1, "low": 1, "high": 1, "first": 1, "last": 1, "largest": 1, "last_sequence": "1"}
for back in (2, 3):
    minute = (now - timedelta(minutes=back)).replace(second=0, microsecond=0)
    TradeMinute.objects.create(ticker="AMZN", minute=minute, side="BUY", trades=40 + back, **more)
same = {"rule_version": 1, "stream": "trades", "shard": "0", "severity": "critical", "level": 45, "value": 50}
Episode.objects.create(name="x" * 64, rule=Rule.objects.get(name="busy"), key="AMZN", started=now, **same)
"""
CHART = "(chart) => chart.querySelector('canvas').toDataURL()"


def test_rule_bell_and_acknowledgement(sign_in: SignIn, deployment: Deployment) -> None:
    page = sign_in("/alarms/rules/new/")
    make_rule(page)
    page.get_by_test_id("bell").click()
    expect_state(page, "live")
    expect(page.get_by_text("No alarm is open.")).to_be_visible()
    deployment.run("shell", "-v", "0", "-c", OPEN)
    expect(page.get_by_test_id("open-row")).to_contain_text("AMZN")
    expect(page.get_by_test_id("bell-count")).to_have_text("1")
    expect(page).to_have_title("(1) Alarms · Millrace")
    assert "mark-alarm" in page.locator("link[rel=icon]").evaluate("(link) => link.href")
    take_care(page, deployment)
    move_level(page)
    assert page.evaluate("window.violations") == []


def make_rule(page: Page) -> None:
    """Each choice shows the form anew, with what the choices before it allow."""
    page.get_by_label("Title", exact=True).fill("Busy tickers")
    page.get_by_label("Name in addresses").fill("busy")
    for name, value in {"dataset": "trades/minutes", "column": "trades"}.items():
        with page.expect_navigation():
            page.select_option(f"[name={name}]", value)
    with page.expect_navigation():
        page.get_by_label("Ticker").check()
    page.locator("[name=level]").fill("45")
    page.get_by_test_id("keep").click()
    page.wait_for_url("**/alarms/rules/busy/")
    expect(page.get_by_text("Raises when trades is at least 45")).to_be_visible()


def take_care(page: Page, deployment: Deployment) -> None:
    """The page of the alarm goes on by itself until the alarm has ended."""
    page.get_by_role("link", name="Busy tickers").first.click()
    page.get_by_label("Note (may be empty)").fill("on my way")
    page.get_by_test_id("acknowledge").click()
    expect(page.get_by_test_id("acknowledged")).to_contain_text("by admin")
    expect(page.locator(".notes")).to_contain_text("admin: on my way")
    with closing(deployment.server.connect()) as connection:
        connection.cursor().execute("UPDATE alarms_episode SET ended = started")
        connection.commit()
    expect(page.get_by_text("ended after")).to_be_visible()
    page.get_by_test_id("bell").click()
    expect(page.get_by_test_id("past-row")).to_contain_text("AMZN")
    expect(page.get_by_test_id("bell-count")).to_be_hidden()


def move_level(page: Page) -> None:
    """A slider moves the level in its field and in the drawn curve, without the server."""
    page.goto(page.url.rpartition("/alarms/")[0] + "/alarms/rules/busy/edit/")
    chart = page.locator("line-chart")
    expect(chart.locator("canvas")).to_be_visible()
    before = chart.evaluate(CHART)
    page.locator("#raise-slider").fill("20")
    expect(page.locator("[name=level]")).to_have_value("20")
    page.wait_for_function(f"(before) => ({CHART})(document.querySelector('line-chart')) !== before", arg=before)


LONG = """
from alarms import targets
body = '{"text": "' + "{text} " * 60 + '"}'
values = {"url": "https://chat.example.org/hooks/1", "body": body}
print(targets.make("chat", "template", values, actor="ada", dry_run=True).pk)
"""


def test_long_answer_of_a_dry_run_scrolls_in_its_box_on_a_phone(sign_in: SignIn, deployment: Deployment) -> None:
    number = deployment.run("shell", "-v", "0", "-c", LONG).strip()
    page = sign_in(f"/alarms/targets/{number}/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_test_id("send-test").click()
    answer = page.get_by_test_id("test-answer")
    expect(answer).to_contain_text("Nothing was sent")
    page.wait_for_load_state()  # the text is there before the style
    assert answer.evaluate("(box) => box.offsetHeight < 250")
    assert answer.locator(".answer").evaluate("(box) => box.scrollHeight > 2 * box.clientHeight")
