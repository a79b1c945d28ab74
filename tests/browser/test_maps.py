"""The map of the example Wild Rydes moves, is followed, and is replayed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.deployment import ROOT, Deployment, kill
from tests.waiting import wait_for

RYDES = ROOT / "examples" / "wild-rydes"


@pytest.fixture
def rydes(deployment: Deployment) -> Iterator[None]:
    """Runs the commands of the example's README."""
    lines = (RYDES / "README.md").read_text().partition("```sh\n")[2].partition("```")[0].splitlines()
    commands = [line.partition("manage.py ")[2].replace("examples/", f"{ROOT}/examples/") for line in lines]
    processes = []
    for command in commands:
        words = command.removesuffix(" &").split()
        if words[:2] in (["sql", "deploy"], ["boards", "apply"], ["streams", "create"]):
            deployment.run(*words)
        elif words[0] in ("produce", "consume"):
            processes.append(deployment.start(*words))
    assert len(processes) == 2
    yield
    for process in processes:
        kill(process)


def test_map_of_the_example_moves_is_followed_and_replayed(
    sign_in: SignIn, deployment: Deployment, rydes: None
) -> None:
    wait_for(lambda: deployment.applied("wild-rydes") >= 10)
    page = sign_in("/boards/wild-rydes/?range=10m")
    page.get_by_text("The same as a table").first.click()
    cell = page.locator('[data-f="things"] td').first
    before = cell.inner_text()
    expect(cell).not_to_have_text(before)
    follow = page.get_by_test_id("follow")
    expect(follow.locator("option")).to_have_text(
        ["nobody", "Angel", "Bucephalus", "Moonbeam", "Rocinante", "Shadowfax"]
    )
    check_map(page)
    page.get_by_role("button", name="×1", exact=True).click()  # there are few seconds to replay
    page.get_by_test_id("replay").click()
    moment = page.locator(".replay-bar output")
    expect(moment).to_have_text(re.compile(r"\d\d:\d\d:\d\d UTC"))
    before = moment.inner_text()
    expect(moment).not_to_have_text(before)
    page.get_by_test_id("replay-back").click()
    expect(moment).to_be_hidden()


def check_map(page: Page) -> None:
    """The map is drawn; keys read out and follow; the one that is followed is in the address, and moves the view."""
    readout = page.locator("board-map .readout")
    expect(readout).to_contain_text("newest position")
    page.locator("board-map").focus()
    page.keyboard.press(".")
    expect(readout).to_contain_text(re.compile(r"Angel\s*\d+\.\d{4}° N"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("follow=Angel"))
    expect(page.get_by_test_id("follow")).to_have_value("Angel")
    page.get_by_test_id("follow").select_option("")
    expect(page).not_to_have_url(re.compile("follow"))
    count = "(node) => new Set(node.getContext('2d').getImageData(0, 0, node.width, node.height).data).size"
    assert page.locator("board-map canvas.land").evaluate(count) > 9  # values: not of one colour
