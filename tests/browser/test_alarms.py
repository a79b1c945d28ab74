"""From the bar of an alarm to its page, which goes on by itself; on a phone its table has room."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.chromium import expect_move, expect_state
from tests.deployment import Deployment

pytestmark = [pytest.mark.usefixtures("traffic"), pytest.mark.xdist_group("browser")]


def test_a_bar_keeps_the_focus_and_leads_to_a_page_that_goes_on(sign_in: SignIn) -> None:
    page = sign_in("/orders/")
    bar = page.locator("alarm-timeline a").first
    expect(bar).to_have_attribute("aria-label", re.compile("^Alarm of london, started .*, open$"))
    bar.focus()
    painted = page.locator("alarm-timeline .tick").first.element_handle()
    page.wait_for_function("node => !node.isConnected", arg=painted)  # it is painted anew every second
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/alarms/*/")
    expect_state(page, "live")
    lines = page.locator("[data-f=lines]")
    expect(lines).not_to_have_text(lines.inner_text())
    expect(page.locator("[data-f=opened]")).to_contain_text("and goes on by itself")


WIDE = "[...document.querySelectorAll('.scroll:not(.panel)')].map((box) => box.scrollWidth - box.clientWidth)"


def test_acts_on_shards_need_no_scrolling_on_a_phone(sign_in: SignIn, deployment: Deployment) -> None:
    deployment.create("wide", shards=2)
    page = sign_in("/streams/wide/")
    page.set_viewport_size({"width": 375, "height": 812})
    expect(page.get_by_role("link", name="Merge with the next")).to_be_visible()
    assert set(page.evaluate(WIDE)) == {0}


def test_a_tables_rows_do_not_lengthen_the_page_or_a_phone(sign_in: SignIn) -> None:
    page = sign_in("/orders/")
    expect_move(page, "site-lines")
    page.set_viewport_size({"width": 375, "height": 812})
    assert set(page.evaluate(WIDE)) == {0}
    foot = "document.querySelector('.foot').getBoundingClientRect().bottom"
    below = f"document.documentElement.scrollHeight - scrollY - {foot}"
    assert page.evaluate(below) < 100
