"""A board is made from `curl` of own sensor records, without code, and is looked at a day later."""

import json
import subprocess
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from statistics import fmean

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.chromium import expect_state
from tests.deployment import Deployment, Web, kill
from tests.faketime import wrong_by

READINGS = {"oven-1": [192.5, 194.0], "oven-2": [210.0], "oven-3": [188.0, 189.5, 190.0]}
MEANS = {device: fmean(values) for device, values in READINGS.items()}
BODY = "\n".join(
    json.dumps({"device": device, "temperature": value}) for device, values in READINGS.items() for value in values
)


def written(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


# The number and the places of the board, as a naive computation has them.
EXPECTED = (
    written(fmean(MEANS.values())),
    [f"{device} {written(mean)}" for device, mean in sorted(MEANS.items(), key=lambda item: -item[1])],
)


def shown(page: Page) -> tuple[str, list[str]]:
    places = page.get_by_test_id("panel").nth(1)
    names, values = (places.locator(f"li [data-f={part}]").all_inner_texts() for part in ("name", "value"))
    return page.get_by_test_id("number").inner_text(), [" ".join(pair) for pair in zip(names, values, strict=True)]


@pytest.fixture
def worker(deployment: Deployment) -> Iterator[None]:
    """A stream for own records, and a worker for all applications, as `make run` has them."""
    deployment.create("first")
    worker = deployment.start("consume", "--all")
    yield
    kill(worker)


@pytest.fixture
def tomorrow(deployment: Deployment, tmp_path: Path) -> Iterator[Web]:
    """The site as its processes see it a day later."""
    later = copy(deployment)
    later.environment = deployment.environment | wrong_by("+1d", tmp_path)
    web = Web(later)
    yield web
    web.stop()


@pytest.mark.usefixtures("faketime")
def test_own_records_become_a_board_that_shows_yesterday_too(
    worker: None, sign_in: SignIn, web: Web, tomorrow: Web, password: str
) -> None:
    page = sign_in("/accounts/tokens/new/")
    put_by_curl(page, web)
    page.goto(f"{web.url}/streams/")
    page.get_by_role("link", name="first").click()
    make_panel(page)
    page.get_by_role("link", name="Make a board").click()
    page.get_by_label("Title").fill("Ovens")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_test_id("number")).to_have_text(EXPECTED[0])
    expect_state(page, "live")
    assert shown(page) == EXPECTED
    expect(page.locator("line-chart canvas")).to_be_visible()
    check_a_day_later(page, tomorrow, password)


def check_a_day_later(page: Page, tomorrow: Web, password: str) -> None:
    """The last hour has nothing then; the time of a day before has all of it, in each form."""
    page.goto(f"{tomorrow.url}/boards/ovens/")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").first.fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_test_id("number")).to_have_text("–")
    page.get_by_test_id("range").fill("now-25h..now-23h")
    page.get_by_test_id("range").press("Enter")
    expect(page.get_by_test_id("past")).to_be_visible()
    assert shown(page) == EXPECTED
    page.get_by_text("The same as a table").click()
    rows = page.get_by_test_id("panel").nth(2).locator("tbody tr").all_inner_texts()
    means = [written(MEANS[device]) for device in sorted(MEANS)]
    assert [row.split()[-3:] for row in rows if not row.endswith("–")] == [means]


def put_by_curl(page: Page, web: Web) -> None:
    """Makes a token, and puts the records by the line that its page shows, with another body."""
    page.get_by_label("Name").fill("ovens")
    page.locator("[value='write:streams']").check()
    page.get_by_label("In these streams").fill("first")
    page.get_by_role("button", name="Make the").click()
    line = page.get_by_test_id("curl").inner_text()
    words = line.replace("application/json", "application/x-ndjson").replace("\\\n", " ")
    head, _, _ = words.partition(" -d ")
    site = head.split("/streams/")[0].split()[-1]
    command = f"{head.replace(site, web.url)} --silent --fail --data-binary @-"
    subprocess.run(command, shell=True, check=True, timeout=60, input=BODY, text=True)


def make_panel(page: Page) -> None:
    """Chooses the mean of a field for each key, every 10 seconds, and keeps it once it is shown."""
    page.get_by_role("link", name="Make a panel").click()
    page.get_by_label("Show the").select_option("mean")
    page.get_by_label("of", exact=True).select_option("temperature")
    page.get_by_label("for each").select_option("device")
    page.get_by_label("computed").select_option("10s")
    expect(page.get_by_test_id("panel-result")).to_contain_text("193.25")
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/sql/mean-temperature-first-by-device/")
