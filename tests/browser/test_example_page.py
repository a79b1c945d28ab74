"""The page of the example application: live, and complete without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.deployment import ROOT, Web
from tests.example import ExampleDeployment, bundle, deployment

__all__ = ["deployment"]  # in the place of the one that the other pages share


@pytest.fixture(scope="module")
def web(deployment: ExampleDeployment) -> Iterator[Web]:
    bundle(ROOT / "build/example")
    web = Web(deployment)
    yield web
    web.stop()


def test_page_fills_by_itself_and_polling_tells_the_same(
    deployment: ExampleDeployment, web: Web, sign_in: SignIn
) -> None:
    page = sign_in("/readings/")
    expect(page.locator("[data-empty]")).to_be_visible()
    deployment.put(b'{"device": "attic", "celsius": 20}', b'{"device": "attic", "celsius": 23}')
    deployment.run("consume", "readings", "--until-caught-up")
    expect(page.locator("[data-rows] tr > *")).to_have_text(["attic", "21.50", "2"])
    polled = page.request.get(f"{web.url}/live/readings.json").json()
    assert polled["data"]["devices"] == [{"device": "attic", "mean": 21.5, "readings": 2}]


def test_page_is_complete_without_scripts_and_reached_by_the_frame(
    deployment: ExampleDeployment, sign_in: SignIn
) -> None:
    deployment.put(b'{"device": "attic", "celsius": 12}')
    deployment.run("consume", "readings", "--until-caught-up")
    page = sign_in("/market/")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/readings/")
    expect(page.get_by_role("link", name="Readings")).to_have_attribute("aria-current", "page")
    html = page.request.get(page.url).text()
    [told] = page.request.get(page.url.replace("/readings/", "/live/readings.json")).json()["data"]["devices"]
    cells = re.findall(r"<t[hd][^>]*data-f=[^>]*>([^<]*)<", html)[:3]
    assert cells == ["attic", f"{told['mean']:.2f}", str(told["readings"])]
