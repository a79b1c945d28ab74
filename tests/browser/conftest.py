"""A real browser before a real server, with producers and workers behind it."""

import subprocess
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import CHROMIUM, browser, watched
from tests.conftest import leave_out
from tests.deployment import Deployment, Web, kill

__all__ = ["browser"]  # a fixture
SignIn = Callable[..., Page]
Traffic = list["subprocess.Popen[str]"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not CHROMIUM:
        leave_out(config, items, "there is no Chromium", lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    deployment = Deployment(tmp_path_factory.mktemp("deployment"))
    deployment.environment |= {"PUBLIC_BOARDS": "on", "PROBES_STATUS_PAGE": "on"}
    deployment.create("trades", "orders")
    return deployment


@pytest.fixture(scope="module")
def password(deployment: Deployment) -> str:
    """Of the first user, admin, as the command shows it once."""
    [line] = [line for line in deployment.run("first_user").splitlines() if line.split()[:1] == ["password"]]
    return line.split()[1]


@pytest.fixture(scope="module")
def web(deployment: Deployment) -> Iterator[Web]:
    web = Web(deployment)
    yield web
    web.stop()


@pytest.fixture(scope="module")
def traffic(deployment: Deployment) -> Iterator[Traffic]:
    """Runs two producers, then a worker; trades and orders keep coming."""
    commands = [["produce", "trades", "--rate", "50"], ["produce", "orders", "--rate", "10", "--site", "london"]]
    commands += [["consume", "trades", "orders"]]
    processes = [deployment.start(*words) for words in commands]
    yield processes
    for process in processes:
        kill(process)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield from watched(context)


@pytest.fixture
def sign_in(context: BrowserContext, web: Web, password: str) -> SignIn:
    """A page of that address, after signing in as admin."""

    def open_page(path: str = "/market/") -> Page:
        page = context.new_page()
        page.goto(web.url + path)
        page.fill("input[name=username]", "admin")
        page.fill("input[name=password]", password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"**{path}")
        return page

    return open_page
