"""From one revision to another and back, on a clone that serves."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.site_client import Load, SiteClient
from tests.deploy.stack import Stack
from tests.deploy.test_one_box import children
from tests.deployment import ROOT
from tests.waiting import wait_for

PAGE, BEFORE, AFTER = "login/templates/404.html", "There is no page at this address", "Nothing is here"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A clone with its own history, and one more commit that is not checked out: tag `next`."""
    checkout = tmp_path_factory.mktemp("opt") / "millrace"
    subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(checkout)], check=True, timeout=300)
    (checkout / ".venv").symlink_to(ROOT / ".venv")
    for name in ("build/static", "node_modules"):
        shutil.copytree(ROOT / name, checkout / name, symlinks=True)
    shutil.copy2(ROOT / "build/common-passwords", checkout / "build/common-passwords")
    for name in ("package.json", "package-lock.json", *(f"locks/{path.name}" for path in (ROOT / "locks").iterdir())):
        shutil.copystat(ROOT / name, checkout / name)  # with a clone's new times, make would install all anew
    page = checkout / PAGE
    page.write_text(page.read_text().replace(BEFORE, AFTER))
    git(checkout, "commit", "--quiet", "--all", "--message", "Other words")
    git(checkout, "tag", "next")
    git(checkout, "checkout", "--quiet", "HEAD~1")
    stack = Stack(tmp_path_factory.mktemp("upgraded"), limited=False, checkout=checkout)
    for name in ("trades", "orders"):
        stack.deployment.run("streams", "create", name)
    yield stack.start(one_box=True)
    stack.stop()


def git(folder: Path, *words: str) -> None:
    person = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    subprocess.run(["git", *person, *words], cwd=folder, check=True, capture_output=True, timeout=300)


def upgrade(stack: Stack, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = stack.deployment.environment | {"MANAGE": ".venv/bin/python manage.py"}
    command = [str(stack.checkout / "deploy/upgrade.sh"), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def words_of_the_page(stack: Stack) -> list[bool]:
    page = stack.get("/nowhere/")[1].decode()
    return [BEFORE in page, AFTER in page]


def test_upgrade_and_roll_back_fail_no_request(clone: Stack) -> None:
    assert words_of_the_page(clone) == [True, False]
    with Load([SiteClient(clone) for _ in range(2)], "/accounts/sign-in/", pause=0.1) as load:
        for words, shown in (["next"], [False, True]), (["--back"], [True, False]):
            [uvicorn] = wait_for(lambda: children(clone, "uvicorn"))
            done = upgrade(clone, *words)
            assert (done.returncode, done.stderr) == (0, "")
            wait_for(lambda uvicorn=uvicorn: set(children(clone, "uvicorn")) - {uvicorn})  # type: ignore[misc]
            assert words_of_the_page(clone) == shown
    assert load.failures == []


def test_upgrade_to_an_unknown_revision_changes_nothing(clone: Stack) -> None:
    refused = upgrade(clone, "no-such-tag")
    assert (refused.returncode, refused.stderr) == (
        2,
        "upgrade.sh: git knows no revision no-such-tag; nothing was changed\n",
    )


def test_upgrade_refuses_a_checkout_with_changes(clone: Stack) -> None:
    page = clone.checkout / PAGE
    page.write_text(page.read_text() + "<!-- mine -->")
    refused = upgrade(clone)
    git(clone.checkout, "checkout", PAGE)
    assert (refused.returncode, "changes of its own" in refused.stderr) == (2, True)
