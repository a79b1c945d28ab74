"""Fixtures of the tests of messages."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _loopback_may_be_called(settings: Any) -> None:
    settings.ALLOWED_TARGETS = ["127.0.0.1"]
