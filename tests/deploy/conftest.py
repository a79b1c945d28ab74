"""The deployed site, once for the tests that only look at it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chromium import CHROMIUM
from tests.conftest import leave_out
from tests.deploy.stack import Stack


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not shutil.which("nginx"):
        leave_out(config, items, "there is no nginx", lambda item: "deploy" in item.path.parts)
    if not CHROMIUM:
        leave_out(
            config, items, "there is no Chromium", lambda item: item.path == Path(__file__).with_name("test_browser.py")
        )


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One for the modules of the group `deployed`, which leave it as they find it."""
    stack = Stack(tmp_path_factory.mktemp("stack"))
    yield stack.start()
    stack.stop()


@pytest.fixture(scope="package")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One for tests of load, those of the group `unlimited`: an address may ask as often as it likes."""
    stack = Stack(tmp_path_factory.mktemp("unlimited"), limited=False)
    yield stack.start()
    stack.stop()
