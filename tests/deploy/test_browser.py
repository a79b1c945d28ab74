"""Chromium before the deployed site: a live page through TLS, nginx and uvicorn, and its messages in accidents."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import browser, expect_move, expect_state, number, watched
from tests.deploy.site_client import PASSWORD, add_person
from tests.deploy.stack import Stack
from tests.deploy.test_one_box import children
from tests.waiting import wait_for

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.xdist_group("deployed-browser")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All of it, with trades and orders that keep coming."""
    stack = Stack(tmp_path_factory.mktemp("site"))
    stack.deployment.create("trades", "orders")
    add_person(stack, "watcher")
    stack.start(one_box=True)
    produce(stack)
    stack.manage("orders", "produce", "orders", "--rate", "10", "--site", "london")
    yield stack
    stack.stop()


@pytest.fixture
def page(site: Stack, browser: Browser) -> Iterator[Page]:
    """/market/, live, after signing in. A producer that an earlier test ended is started again."""
    if site.processes["trades"].poll() is not None:
        produce(site)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, ignore_https_errors=True)
    for _ in watched(context):
        page = context.new_page()
        page.goto(f"{site.url}/market/")
        page.fill("input[name=username]", "watcher")
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/market/")
        expect_state(page, "live")
        yield page


def test_live_page_updates_and_violates_no_policy(page: Page, site: Stack) -> None:
    expect_move(page)
    for path, name in (("/orders/", "site-lines"), ("/market/", "trades")):
        page.goto(site.url + path)
        expect_state(page, "live")
        expect_move(page, name)


def test_page_reports_a_lost_socket_and_catches_up_after_it(page: Page, site: Stack) -> None:
    status = page.get_by_test_id("live-status")

    def says_so() -> bool:
        """It forgives a short loss, so uvicorn is killed as often as it comes back, until the page has said it."""
        for pid in children(site, "uvicorn"):
            os.kill(pid, signal.SIGKILL)
        return status.get_attribute("data-state") != "live"

    wait_for(says_so)
    assert status.inner_text() in ("Offline", "Polling") or "Reconnecting" in status.inner_text()
    expect_right_again(page, site)


def test_page_is_right_after_an_upgrade(page: Page, site: Stack) -> None:
    """As deploy/upgrade.sh brings it: the pools one worker at a time, uvicorn by its supervisor."""
    before = children(site, "uvicorn")
    reload = [sys.executable, str(site.checkout / "deploy/chain_reload.py"), "web", "login"]
    subprocess.run(reload, env=site.deployment.environment, check=True, timeout=120)
    for pid in before:
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: set(children(site, "uvicorn")) - set(before))
    expect_right_again(page, site)


def expect_right_again(page: Page, site: Stack) -> None:
    """Live, in motion, and, once no more trades come, with the number that the web pool reads from the database."""
    expect_state(page, "live")
    expect_move(page)
    site.processes["trades"].terminate()
    site.processes["trades"].wait(timeout=60)
    wait_for(lambda: number(page, "trades") == truth(page, site))


def truth(page: Page, site: Stack) -> str:
    minute = page.request.get(f"{site.url}/live/market.json").json()["data"]["open"]
    return f"{minute['trades'] if minute else 0:,}"


def produce(site: Stack) -> None:
    site.manage("trades", "produce", "trades", "--rate", "50")
