"""A real browser for tests, in which no page may raise an error or break a policy."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        expect.set_options(timeout=60_000)  # a busy machine is no failure
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


def watched(context: BrowserContext) -> Iterator[BrowserContext]:
    """A context with pages that must raise no error and violate no policy."""
    errors: list[str] = []
    context.add_init_script(NOTE_VIOLATIONS)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    policies = re.compile("Content.Security|Permissions.Policy|integrity|Trusted")
    context.on("console", lambda message: errors.append(message.text) if policies.search(message.text) else None)
    context.set_default_timeout(60_000)
    yield context
    violations = [page.evaluate("window.violations") for page in context.pages if not page.is_closed()]
    context.close()
    assert (errors, [each for each in violations if each]) == ([], [])


def number(page: Page, name: str) -> str:
    """Returns the text of the first such number."""
    return page.get_by_test_id(name).first.inner_text()


def expect_move(page: Page, name: str = "trades") -> None:
    """The number changes, by itself."""
    expect(page.get_by_test_id(name).first).not_to_have_text(number(page, name))


def expect_state(page: Page, state: str) -> None:
    """Of the live line: live, paused, reconnecting, polling, offline."""
    expect(page.get_by_test_id("live-status")).to_have_attribute("data-state", state, timeout=60_000)
