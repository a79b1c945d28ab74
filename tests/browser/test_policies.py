"""The policies of the headers, as a browser holds them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.conftest import SignIn
from tests.deployment import Web

pytestmark = [pytest.mark.xdist_group("browser")]
INJECTIONS = {
    "mark-up from text": "document.body.innerHTML = '<b>text</b>'",
    "a policy that makes it": "trustedTypes.createPolicy('any', {createHTML: (text) => text})",
    "text as code": "window.setTimeout('window.ran = true')",
    "an element with a handler": "document.body.append(Object.assign(document.createElement('a'), {onclick: null})); "
    "document.body.lastChild.setAttribute('onclick', 'window.ran = true')",
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Where policies are broken on purpose."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def _with(route: Route, more: str) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text() + more)


def test_page_is_cross_origin_isolated(sign_in: SignIn) -> None:
    assert sign_in().evaluate("[crossOriginIsolated, window.opener]") == [True, None]


@pytest.mark.parametrize("act", INJECTIONS.values(), ids=INJECTIONS)
def test_text_never_becomes_markup_or_script(page: Page, web: Web, act: str) -> None:
    page.goto(f"{web.url}/accounts/sign-in/")
    tried = f"(() => {{ try {{ {act}; document.body.lastChild.click?.() }} catch (error) {{ return error.name }} }})()"
    assert page.evaluate(tried) in ("TypeError", None)
    assert page.evaluate("[window.ran, document.querySelector('b')]") == [None, None]


def test_a_script_without_the_nonce_does_not_run(page: Page, web: Web) -> None:
    page.route("**/accounts/sign-in/", lambda route: _with(route, "<script>window.ran = true</script>"))
    page.goto(f"{web.url}/accounts/sign-in/")
    assert page.evaluate("[window.ran, document.documentElement.dataset.scripts]") == [None, "on"]


def test_modified_script_does_not_run(page: Page, web: Web) -> None:
    page.route("**/theme-boot.js", lambda route: _with(route, "// more"))
    page.goto(f"{web.url}/accounts/sign-in/")
    assert page.evaluate("document.documentElement.dataset.scripts ?? null") is None
