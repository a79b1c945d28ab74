"""Fixtures of the tests of alarms."""

from typing import Any

import pytest

from tests.sql.live.conftest import fake_programs as fake_programs


@pytest.fixture(autouse=True)
def _loopback_may_be_called(settings: Any) -> None:
    settings.ALLOWED_TARGETS = ["127.0.0.1"]
