"""The pages that write SQL applications, in a browser: as one types, by keyboard alone, after a closed tab."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.test_axe import AXE
from tests.chromium import watched
from tests.deployment import ROOT, Deployment, Web
from tests.waiting import wait_for

SCRIPT = """CREATE OR REPLACE STREAM "MEANS" ("ticker" VARCHAR(16), "mean" DOUBLE);
CREATE OR REPLACE PUMP "P" AS INSERT INTO "MEANS"
SELECT STREAM "tickerSymbol", AVG("price")
FROM "SOURCE_SQL_STREAM_001" AS "S"
GROUP BY "tickerSymbol", STEP("S".ROWTIME BY INTERVAL '1' MINUTE);"""
EDITOR = "/sql/popular-stocks/edit/"

pytestmark = [pytest.mark.xdist_group("sql-page"), pytest.mark.needs(AXE)]


@pytest.fixture(scope="module")
def filled(deployment: Deployment) -> None:
    deployment.run_all(
        ("produce", "trades", "--count", "300", "--seed", "1", "--rate", "0"),
        ("sql", "deploy", "popular-stocks", str(ROOT / "examples/popular-stocks")),
    )


@pytest.fixture(scope="module")
def signed_in(browser: Browser, web: Web, password: str, filled: None) -> Iterator[BrowserContext]:
    for context in watched(browser.new_context(reduced_motion="reduce")):
        sign_in(context.new_page(), web, password)
        yield context


def sign_in(page: Page, web: Web, password: str) -> None:
    page.goto(f"{web.url}/accounts/sign-in/")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").first.fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/success/")


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def expect_no_finding(page: Page, *schemes: str) -> None:
    page.evaluate(AXE.read_text())
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = page.evaluate("axe.run().then(({violations}) => violations)")
        assert {each["id"]: [node["target"] for node in each["nodes"]] for each in found} == {}


def written(page: Page, text: str) -> None:
    """Puts a text in the place of the script, or of the question."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def test_problems_stand_at_their_place_and_are_reached_by_keyboard(signed_in: BrowserContext, web: Web) -> None:
    page = opened(signed_in, web.url + EDITOR)
    written(page, SCRIPT.replace("AVG(", "AVGG("))
    problem = page.locator("[data-problem]")
    expect(problem).to_contain_text("There is no function AVGG; did you mean AVG?")
    expect(page.locator(".cm-lintRange-error")).to_have_text("AVGG")
    expect_no_finding(page, "light")
    problem.get_by_role("link").press("Enter")
    page.keyboard.press("Delete")
    page.keyboard.type("gm/?z gs ")  # no shortcuts of the frame
    expect(page.locator(".cm-line").nth(2)).to_contain_text('gm/?z gs VGG("price")')
    expect(page).to_have_url(web.url + EDITOR)
    page.close()


def test_script_is_run_by_a_key_and_its_draft_comes_back(signed_in: BrowserContext, web: Web) -> None:
    page = opened(signed_in, web.url + EDITOR)
    written(page, SCRIPT)
    expect(page.get_by_test_id("compiles")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("ran")).to_contain_text("300 records of trades")
    expect(page.get_by_test_id("difference")).to_contain_text("Only this text writes MEANS")
    expect_no_finding(page, "light", "dark")
    page.close()
    again = opened(signed_in, web.url + EDITOR)
    expect(again.locator(".cm-line").first).to_have_text(SCRIPT.splitlines()[0])
    again.get_by_role("button", name="Discard the draft").click()
    expect(again.locator(".cm-line").first).to_have_text("-- Trades by minute, ticker and side.")
    again.close()


def test_text_typed_just_before_the_tab_closes_is_kept(signed_in: BrowserContext, web: Web) -> None:
    page = opened(signed_in, f"{web.url}/sql/new/?stream=trades")
    expect(page.locator(".cm-line").first).to_have_text("-- The count of records, every minute.")
    written(page, "-- <b>mine</b>")
    page.goto("about:blank")
    wait_for(lambda: "&lt;b&gt;mine" in page.request.get(f"{web.url}/sql/new/").text())
    page.goto(f"{web.url}/sql/new/")
    expect(page.locator(".cm-line").first).to_have_text("-- <b>mine</b>")
    page.close()


def test_version_is_deployed_and_rolled_back(signed_in: BrowserContext, web: Web) -> None:
    page = opened(signed_in, web.url + EDITOR)
    written(page, SCRIPT)
    page.get_by_label("What is new in it").fill("means")
    page.get_by_role("button", name="Deploy").click()
    page.wait_for_url("**/sql/popular-stocks/")
    expect(page.get_by_text("Version 2 runs from the next record on.")).to_be_visible()
    page.goto(web.url + EDITOR)
    page.get_by_role("button", name="Run version 1 again").click()
    expect(page.get_by_text("Version 1 runs from the next record on.")).to_be_visible()
    page.close()


def test_panel_shows_each_choice_and_becomes_an_application(signed_in: BrowserContext, web: Web) -> None:
    page = opened(signed_in, f"{web.url}/sql/panel/")
    page.get_by_label("Stream").select_option("trades")
    page.get_by_label("Show the").select_option("mean")
    expect(page.get_by_test_id("refusal")).to_have_text("Choose a field.")
    page.get_by_label("of", exact=True).select_option("price")
    page.get_by_label("for each").select_option("tickerSymbol")
    expect(page.get_by_test_id("panel-result").get_by_role("columnheader").last).to_have_text("mean_price")
    expect(page.locator("line-chart canvas")).to_be_visible()
    expect_no_finding(page, "light", "dark")
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/sql/mean-price-trades-by-tickersymbol/")
    page.get_by_role("link", name="Edit as SQL").click()
    expect(page.locator(".cm-line").first).to_contain_text("The mean of price for each tickerSymbol")
    page.close()


def test_editor_and_panel_work_without_scripts(browser: Browser, web: Web, password: str, filled: None) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, web, password)
    page.goto(web.url + EDITOR)
    page.get_by_label("Script", exact=True).fill(SCRIPT.replace("AVG(", "AVGG("))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("[data-problem]")).to_contain_text("3:31")
    page.get_by_label("Script", exact=True).fill(SCRIPT)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_test_id("ran")).to_contain_text("300 records")
    page.goto(f"{web.url}/sql/panel/?stream=trades")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_test_id("panel-result")).to_contain_text("300 records of trades")
    context.close()


def test_question_is_measured_cancelled_and_asked_again_by_keyboard(signed_in: BrowserContext, web: Web) -> None:
    page = opened(signed_in, f"{web.url}/ask/")
    written(page, 'SELECT count(*)\nFROM "trades/minutes" WHERE nothing')
    expect(page.get_by_test_id("look")).to_contain_text("trades/minutes are copied first")
    page.get_by_test_id("run").click()
    expect(page.locator(".cm-lintRange-error")).to_have_text("nothing")
    expect(page.get_by_test_id("said")).to_contain_text("Line 2, column 29")
    long = "SELECT count(*) FROM range(100000000000) a, range(9) b WHERE a.range < b.range"
    written(page, long)
    page.keyboard.press("Control+Enter")
    page.get_by_test_id("cancel").click()
    expect(page.get_by_test_id("said")).to_contain_text("The question was cancelled.")
    days = "SELECT DATE '2026-01-01' + range::INT AS day, range AS n FROM range(3)"
    written(page, days)
    page.get_by_test_id("run").click()
    expect(page.locator("line-chart canvas")).to_be_visible()
    expect_no_finding(page, "light", "dark")
    page.close()
