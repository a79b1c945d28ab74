"""The deployed site, once for the tests that only look at it."""

import shutil
from collections.abc import Iterator

import pytest

from tests.conftest import leave_out
from tests.deploy.stack import Stack


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not shutil.which("nginx"):
        leave_out(config, items, "there is no nginx", lambda item: "stack" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"))
    yield stack.start()
    stack.stop()
