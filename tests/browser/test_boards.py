"""A board is made without code, moves by itself, is paused and sent, ordered by hand, and hung on a wall."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import SignIn, Traffic
from tests.browser.test_axe import AXE
from tests.chromium import expect_state, watched
from tests.deployment import ROOT, Deployment, Web


def add_panel(page: Page, web: Web, **choices: str) -> None:
    """Chooses one field after the other, as a person does: each choice shows the panel anew."""
    page.goto(f"{web.url}/boards/my-shops/panels/new/")
    for name, value in choices.items():
        with page.expect_navigation():
            page.select_option(f"[name={name}]", value)
    expect(page.get_by_test_id("panel")).to_be_visible()
    page.get_by_test_id("keep").click()
    page.wait_for_url("**/edit/")


def names(page: Page) -> list[str]:
    return [text.split()[-1] for text in page.get_by_test_id("panel-item").locator(".aside").all_inner_texts()]


def test_board_from_nothing_to_the_wall(sign_in: SignIn, web: Web, traffic: Traffic, browser: Browser) -> None:
    page = sign_in("/boards/new/")
    page.get_by_label("Title").fill("My shops")
    page.get_by_role("button", name="Make it").click()
    add_panel(page, web, kind="number", data="orders/seconds", function="sum", column="lines")
    add_panel(page, web, kind="lines", data="orders/seconds", function="max", column="peak")
    add_panel(page, web, kind="top", data="trades/minutes", function="sum", column="trades", by="ticker")
    page.get_by_role("link", name="Look at it").click()
    number = page.get_by_test_id("number")
    expect_state(page, "live")
    before = number.inner_text()
    expect(number).not_to_have_text(before)
    expect(page.locator("line-chart canvas")).to_have_count(1)
    check_pause(page)
    check_zoom(page)
    check_order(page, web)
    check_wall(page, browser)


STATES = """title = "States"
[variable]
data = "orders/seconds"
column = "site"
[[panels]]
kind = "number"
data = "orders/seconds"
[[panels]]
kind = "bars"
data = "trades/minutes"
by = "side"
[[panels]]
kind = "table"
data = "orders/seconds"
[[panels]]
kind = "alarms"
data = "orders/alarms"
[[panels]]
kind = "top"
title = "Of an application that is gone"
data = "no/such"
by = "a"
[[panels]]
kind = "text"
text = "A text.\\n\\n<b>Another.</b>"
"""
DESK, PHONE = ("light", 1280), ("dark", 390)


def expect_no_finding(page: Page, state: str, *screens: tuple[str, int]) -> None:
    """Judges a state on a desk by day, or on a phone by night."""
    page.evaluate(AXE.read_text())
    for scheme, width in screens:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        found = page.evaluate("axe.run('main').then(({violations}) => violations)")
        wide = page.evaluate("document.documentElement.scrollWidth") > width
        assert (state, [each["id"] for each in found], wide) == (state, [], False)


@pytest.mark.needs(AXE)
def test_board_has_no_finding_in_any_state(sign_in: SignIn, web: Web, traffic: Traffic) -> None:
    page = sign_in("/boards/new/")
    page.get_by_label("Title").fill("States")
    page.get_by_role("button", name="Make it").click()
    page.goto(f"{web.url}/boards/states/")
    expect_no_finding(page, "empty", PHONE)
    page.goto(f"{web.url}/boards/states/text/")
    page.locator("textarea").fill(STATES)
    page.get_by_role("button", name="Keep it").click()
    expect_state(page, "live")
    expect(page.get_by_test_id("panel-error")).to_be_visible()
    expect_no_finding(page, "live", DESK, PHONE)
    page.context.set_offline(True)
    expect_state(page, "offline")
    expect_no_finding(page, "offline", PHONE)
    page.context.set_offline(False)
    expect_state(page, "live")
    page.keyboard.press("Space")
    expect_state(page, "paused")
    expect_no_finding(page, "paused", DESK)
    page.goto(f"{web.url}/boards/states/?range=2020-01-01T00:00..2020-01-02T00:00&var=nowhere")
    expect(page.get_by_text("No rows in this time.").first).to_be_visible()
    expect_no_finding(page, "no data", PHONE)


def check_pause(page: Page) -> None:
    """A paused board has its moment in the address, and shows that moment when the address is opened again."""
    page.keyboard.press("Space")
    expect_state(page, "paused")
    expect(page).to_have_url(re.compile(r"\?at=20"))
    page.reload()
    expect(page.get_by_test_id("past")).to_be_visible()
    number = page.get_by_test_id("number")
    expect(number).to_have_text(re.compile(r"\d"))
    check_replay(page, number.inner_text())


def check_replay(page: Page, whole: str) -> None:
    """A replay shows the number of the moment, which the head names and the address keeps, and then the whole again."""
    status, number = page.get_by_test_id("live-status"), page.get_by_test_id("number")
    expect(status).to_have_text(re.compile(r"Until \d\d:\d\d:\d\d"))
    page.get_by_test_id("replay").click()
    expect(number).not_to_have_text(whole)
    page.get_by_test_id("replay").click()
    expect_state(page, "replay")
    expect(page).to_have_url(re.compile(r"range=20.*&until=20"))
    moment = status.inner_text()
    page.reload()
    expect(status).to_have_text(moment)
    expect(number).not_to_have_text(whole)
    page.get_by_test_id("replay-back").click()
    expect(number).to_have_text(whole)
    expect_state(page, "past")


def check_zoom(page: Page) -> None:
    """A time is dragged over, or chosen by keys; the address has it then, and the cursors move together."""
    page.wait_for_load_state("networkidle")
    chart = page.locator("line-chart").first
    chart.scroll_into_view_if_needed()
    box = chart.locator(".u-over").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    expect(chart.locator(".readout")).to_contain_text(":")
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, middle, steps=4)  # the rows are of the last seconds
    expect(chart.locator(".u-select")).not_to_have_css("width", "0px")
    page.mouse.up()
    page.wait_for_url(re.compile(r"\?range=[^&]*Z\.\.[^&]*Z$"))
    dragged = page.url
    page.wait_for_load_state("networkidle")
    expect(chart.locator(".u-over")).to_be_visible()
    chart.focus()
    for key in ("ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft", "Enter"):
        chart.press(key)
    page.wait_for_url(lambda url: url != dragged)
    expect(page.get_by_test_id("past")).to_be_visible()


def check_order(page: Page, web: Web) -> None:
    """Arrows by the keyboard keep the focus on the panel; dots are dragged by the pointer."""
    page.goto(f"{web.url}/boards/my-shops/edit/")
    assert names(page) == ["orders/seconds", "orders/seconds", "trades/minutes"]
    page.locator("#up-2").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#up-1")).to_be_focused()
    assert names(page) == ["orders/seconds", "trades/minutes", "orders/seconds"]
    handles = page.locator(".handle")
    start, end = handles.nth(1).bounding_box(), handles.nth(0).bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 8, end["y"] - 8, steps=4)
    with page.expect_navigation():
        page.mouse.up()
    assert names(page) == ["trades/minutes", "orders/seconds", "orders/seconds"]
    page.get_by_test_id("undo").click()
    expect(page.get_by_test_id("panel-item").first).to_contain_text("orders/seconds")


def check_wall(page: Page, browser: Browser) -> None:
    """A stranger with the link sees the board move; once the link is revoked, the screen shows it no more."""
    page.get_by_test_id("new-link").click()
    page.get_by_role("button", name="Make it").click()
    address = page.get_by_test_id("display-link").inner_text()
    for context in watched(browser.new_context(viewport={"width": 1920, "height": 1080})):
        wall = context.new_page()
        wall.goto(address)
        number = wall.get_by_test_id("number")
        before = number.inner_text()
        expect(number).not_to_have_text(before)
        expect(wall.locator("nav, form, a[href]")).to_have_count(0)
        page.goto(f"{page.url.split('/boards')[0]}/accounts/sessions/")
        page.get_by_test_id("door").get_by_role("button").click()
        expect(number).to_have_count(0)


PUBLIC = "from dashboard.boards.models import Board; Board.objects.filter(slug='shops').update(seen_by=Board.PUBLIC)"


def test_public_board_follows_the_browsers_theme(context: BrowserContext, deployment: Deployment, web: Web) -> None:
    deployment.run("boards", "apply", str(ROOT / "examples/boards/shops.toml"))
    deployment.run("shell", "-v", "0", "-c", PUBLIC)
    page = context.new_page()
    for query, dark in (("", True), ("?theme=light", False)):
        page.emulate_media(color_scheme="light")
        page.goto(f"{web.url}/public/shops/{query}")
        expect(page.get_by_test_id("wall-state")).to_have_text(re.compile("UTC|local"))  # the script runs
        ink = "getComputedStyle(document.body).color"
        light = page.evaluate(ink)
        page.emulate_media(color_scheme="dark")
        assert (page.evaluate(ink) != light) is dark
