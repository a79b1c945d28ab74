"""A person's journey: sign in, watch, pause, lose the line and get it back."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SignIn, Traffic
from tests.chromium import expect_move, expect_state, number, watched
from tests.deployment import Deployment, Web
from tests.waiting import wait_for

pytestmark = [pytest.mark.usefixtures("traffic"), pytest.mark.xdist_group("browser")]


def test_page_pauses_and_recovers_from_loss_of_the_server(sign_in: SignIn, web: Web) -> None:
    page = sign_in()
    expect_state(page, "live")
    expect_move(page)

    page.get_by_test_id("pause").click()
    expect_state(page, "paused")
    frozen = number(page, "trades")
    expect(page.get_by_test_id("waiting")).to_contain_text(re.compile(r"\d\d new"))
    assert number(page, "trades") == frozen
    page.get_by_test_id("pause").click()
    expect_state(page, "live")
    expect_move(page)

    web.kill()
    expect_state(page, "offline")
    expect(page.get_by_test_id("live-banner")).to_contain_text("Offline since")
    expect(page.get_by_test_id("live-banner")).to_contain_text("showing data up to")
    assert number(page, "trades") != ""
    web.start()
    page.locator("[data-retry]").dispatch_event("click")  # it may be faster by itself, and the button gone
    expect_state(page, "live")
    expect_move(page)


def test_space_pauses_and_a_slash_searches(sign_in: SignIn) -> None:
    page = sign_in()
    page.keyboard.press("Space")
    expect_state(page, "paused")
    page.keyboard.press("Space")
    expect_state(page, "live")
    page.keyboard.press("/")
    page.keyboard.type("amzn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/market/AMZN/")
    expect(page.get_by_role("heading", name="AMZN")).to_be_visible()
    expect_state(page, "live")


def test_search_suggests_and_is_led_by_keys(sign_in: SignIn) -> None:
    page = sign_in("/orders/")
    field, options = page.get_by_role("combobox", name="Search everywhere"), page.get_by_role("option")
    page.keyboard.press("Control+k")
    page.keyboard.type("lond")
    expect(options).to_have_text(["londonsite"])
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-0")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("o")
    expect(options).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/?site=london")


def test_count_of_orders_updates_and_raises_an_alarm(sign_in: SignIn) -> None:
    page = sign_in("/orders/")
    expect_move(page, "site-lines")
    expect(page.get_by_test_id("site-state").first).to_contain_text("ALARM")
    expect(page.get_by_test_id("alarm-row").first).to_contain_text("london")


def test_a_threshold_can_be_set(sign_in: SignIn) -> None:
    page = sign_in("/orders/")
    form = page.get_by_test_id("threshold-form").first
    form.get_by_role("spinbutton").fill("500")
    form.get_by_role("button").click()
    expect(page.get_by_test_id("site-threshold").first).to_contain_text("500")
    expect(page.get_by_test_id("site-state").first).not_to_contain_text("ALARM")


def test_streams_page_links_to_records_after_a_refresh(sign_in: SignIn) -> None:
    page = sign_in("/streams/")
    with page.expect_response("**/streams/list.json"):
        pass
    page.get_by_test_id("stream-row").last.get_by_role("link").click()
    expect(page.get_by_test_id("stream")).to_contain_text("trades on trades")
    expect(page.locator("line-chart canvas").first).to_be_visible()
    before = page.get_by_test_id("shard-row").first.inner_text()
    expect(page.get_by_test_id("shard-row").first).not_to_have_text(before)
    page.get_by_role("link", name="Look into its records").click()
    expect(page).to_have_url(re.compile("/streams/trades/records/$"))


def test_record_put_by_hand_is_seen_in_a_stream_made_by_hand(sign_in: SignIn) -> None:
    page = sign_in("/streams/new/")
    page.get_by_label("Name").fill("greetings")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("link", name="Put a record").click()
    page.get_by_label("Partition key").fill("by hand")
    page.get_by_label("Data of the record").fill('{"hello": "world"}')
    page.get_by_role("button", name="Put it in").click()
    page.get_by_role("link", name="Look at it").click()
    expect(page.get_by_text('"hello": "world"')).to_be_visible()
    expect(page.get_by_text("by hand")).to_be_visible()


def test_inspector_follows_and_opens_the_page_of_a_row(sign_in: SignIn) -> None:
    page = sign_in("/streams/trades/records/")
    rows = page.get_by_test_id("record-row")
    before = rows.first.locator("code").inner_text()
    page.get_by_role("button", name="Follow").click()
    expect(rows.first.locator("code")).not_to_have_text(before)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    rows.first.locator("summary").click()
    rows.first.get_by_role("link", name="Its own page").click()
    expect(page.get_by_role("heading", name="Its bytes")).to_be_visible()


def test_time_copied_from_the_inspector_finds_its_record(sign_in: SignIn) -> None:
    """The page shows times in the browser's zone, and reads them in it."""
    page = sign_in("/streams/trades/records/")
    page.get_by_label("From").fill(page.get_by_test_id("record-row").nth(20).locator("time").inner_text())
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", name="Oldest first")).to_be_visible()
    expect(page.get_by_test_id("record-row").first).to_be_visible()


def test_signing_out_ends_the_other_tab(sign_in: SignIn, web: Web) -> None:
    watching = sign_in()
    expect_state(watching, "live")
    leaving = watching.context.new_page()
    leaving.goto(f"{web.url}/accounts/success/")
    leaving.get_by_role("main").get_by_role("button", name="Sign out").click()
    leaving.wait_for_url("**/accounts/sign-in/**")
    watching.wait_for_url("**/accounts/sign-in/?next=**")


def test_signing_out_clears_storage_but_keeps_preferences(sign_in: SignIn) -> None:
    page = sign_in("/accounts/success/")
    page.evaluate("localStorage.setItem('kept', 'of a page')")
    page.locator("[data-theme-switch]").click()
    theme = page.locator("html").get_attribute("data-theme")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/sign-in/**")
    assert page.locator("html").get_attribute("data-theme") == theme != ""
    assert page.evaluate("localStorage.getItem('kept')") is None


def test_page_polls_without_sockets(sign_in: SignIn) -> None:
    page = sign_in()
    page.route_web_socket(re.compile("/ws/live/"), lambda socket: socket.close())
    page.reload()
    expect_state(page, "polling")
    expect_move(page)


def test_pages_are_complete_without_scripts(browser: Browser, web: Web, password: str) -> None:
    for context in watched(browser.new_context(java_script_enabled=True)):
        page = context.new_page()
        page.goto(f"{web.url}/accounts/sign-in/")
        page.fill("input[name=username]", "admin")
        page.fill("input[name=password]", password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/accounts/success/")
        state = context.storage_state()
    plain = browser.new_context(java_script_enabled=False, storage_state=state)
    page = plain.new_page()
    page.goto(f"{web.url}/market/")
    assert int(number(page, "trades").replace(",", "")) > 0
    assert page.get_by_test_id("rank-row").count() == 10
    page.goto(f"{web.url}/orders/")
    assert page.get_by_test_id("site").count() == 1
    plain.close()


def test_journey_leaves_every_record_applied(deployment: Deployment, traffic: Traffic) -> None:
    """Compares the workers' counts with the streams' own, once the producers are stopped."""
    wait_for(lambda: deployment.applied("trades") and deployment.applied("orders"))
    for producer in traffic[:2]:
        producer.terminate()
        producer.wait(timeout=60)
    for application in ("trades", "orders"):
        records = len(deployment.records(application))
        wait_for(lambda: deployment.applied(application) >= records)  # noqa: B023 - asked at once
        assert deployment.applied(application) == records
    assert deployment.query("SELECT count(*) FROM streams_deadletter") == [(0,)]
