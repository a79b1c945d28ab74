"""An account's life: made by invitation, guarded by two factors, used in each way, recovered, its sessions ended."""

from collections.abc import Iterator
from pathlib import Path
from time import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chromium import watched
from tests.deployment import Deployment, Web

pytestmark = pytest.mark.xdist_group("accounts")
NAME, PASSWORD = "grace", "seven wet herons by the mill"
STEP = 30  # seconds that a code of an app is good
NOTE_CLOSE = """
window.WebSocket = class extends WebSocket {
  constructor(...words) {
    super(...words);
    this.addEventListener("close", (event) => { sessionStorage.closed = event.code; });
  }
};
"""


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    deployment = Deployment(tmp_path_factory.mktemp("accounts"))
    deployment.environment["REQUIRE_SECOND_FACTOR"] = "all"
    deployment.run("first_user")
    return deployment


@pytest.fixture(scope="module")
def site(web: Web) -> str:
    """By name: passkeys are for names, not for numbers."""
    return f"http://localhost:{web.port}"


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """Another device of the same person."""
    yield from watched(browser.new_context(viewport={"width": 390, "height": 800}))


def with_passkeys(page: Page) -> None:
    """An authenticator inside the browser, which says yes at once."""
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": kind | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )


class App:
    """An authenticator app: never the same code twice."""

    def __init__(self, page: Page) -> None:
        self.seed = page.get_by_test_id("totp-key").inner_text().replace(" ", "")
        self.last = 0

    def code(self, page: Page) -> str:
        while (step := int(time()) // STEP) == self.last:
            page.wait_for_timeout(250)
        self.last = step
        return str(format_hotp_value(hotp_value(self.seed, step)))


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def sign_out(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/success/")
    press(page, "Sign out")
    page.wait_for_url("**/accounts/sign-in/")


def first_step(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/sign-in/?next=/market/")
    page.fill("[name=username]", NAME)
    page.fill("[name=password]", PASSWORD)
    press(page, "Sign in")
    page.wait_for_url("**/accounts/two-factor/")


def second_step(page: Page, code: str) -> None:
    page.fill("[name=code]", code)
    press(page, "Go on")
    page.wait_for_url("**/market/")


def accept(page: Page, link: str) -> None:
    page.goto(link)
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    press(page, "Make my account")
    page.wait_for_url("**/accounts/security/")  # and nowhere else, before there is a second factor
    expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("must have a second factor")


def enrol(page: Page) -> tuple[App, list[str]]:
    """An authenticator app, the recovery codes that come with it, and a passkey."""
    page.get_by_role("link", name="Set up").click()
    app = App(page)
    page.fill("[name=code]", app.code(page))
    press(page, "Turn it on")
    page.wait_for_url("**/accounts/factors/recovery-codes/")
    codes = page.get_by_test_id("recovery-code").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_text().splitlines()[2:] == codes
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.fill("[name=name]", "Blue key")
    press(page, "Add the passkey")
    expect(page.get_by_test_id("passkey")).to_contain_text("Blue key")
    return app, codes


def end_from(phone: Page, site: str) -> None:
    """The other device's session, from the page that lists them."""
    phone.goto(f"{site}/accounts/sessions/")
    expect(phone.get_by_test_id("session")).to_have_count(2)
    phone.get_by_test_id("session").nth(1).get_by_role("button").click()


def test_account_journey_from_invitation_to_the_end_of_a_session(
    context: BrowserContext, phone: BrowserContext, deployment: Deployment, site: str
) -> None:
    page, other = context.new_page(), phone.new_page()
    with_passkeys(page)
    accept(page, deployment.run("invite", NAME, "--at", site).split()[-1])
    app, codes = enrol(page)

    sign_out(page, site)
    press(page, "Use a passkey")
    page.wait_for_url("**/accounts/success/")

    sign_out(page, site)
    first_step(page, site)
    press(page, "Use a passkey")
    page.wait_for_url("**/market/")

    sign_out(page, site)
    first_step(page, site)
    second_step(page, app.code(page))

    first_step(other, site)
    second_step(other, codes[0])
    other.goto(f"{site}/accounts/security/")
    expect(other.get_by_role("main")).to_contain_text("9 of 10 are left")

    page.add_init_script(NOTE_CLOSE)
    page.goto(f"{site}/market/")
    expect(page.get_by_test_id("live-status")).to_have_attribute("data-state", "live")
    end_from(other, site)
    page.wait_for_url("**/accounts/sign-in/?next=**")
    assert page.evaluate("sessionStorage.closed") == "4401"


def test_passkey_refused_by_the_browser_shows_a_message(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    with_passkeys(page)  # which has none of this site's
    page.goto(f"{site}/accounts/sign-in/")
    press(page, "Use a passkey")
    expect(page.locator("[data-passkey-error]")).to_contain_text("No passkey was used")
