"""Fixtures that many tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("shared", deadline=None)  # a busy machine is no failure
settings.load_profile("shared")

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out, by name, the tests on real data where that data is not beside the checkout (a user's clone)."""
    if SHARED_DATA.is_dir():
        return
    left_out = [item for item in items if "shared_data" in getattr(item, "fixturenames", ())]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    for item in left_out:
        print(f"left out, because ../shared/data is absent: {item.nodeid}")  # noqa: T201 - said in CI's log


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data."""
    return SHARED_DATA
