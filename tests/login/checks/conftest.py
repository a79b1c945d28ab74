"""Settings as they are with DEBUG off, to be made unsafe one by one."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from login import checks
from tests.login.test_settings import RINGS

KEY = "Vq3xk0Zr8dTt2LmWc5yN7bHs1JfGp9Ae4UoKiXzR6vBgYhQ-w_Mj"
Refusals = Callable[[], list[str | None]]


@pytest.fixture
def production(settings: Settings) -> Settings:
    settings.DEBUG, settings.SECRET_KEY = False, KEY
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 63072000, True
    settings.PASSWORD_KEYS, settings.FIELD_KEYS = RINGS["PASSWORD_KEYS"], RINGS["FIELD_KEYS"]
    settings.REQUIRE_SECOND_FACTOR = "staff"
    return settings


@pytest.fixture
def refusals() -> Refusals:
    """Returns the ids of the findings, each with a hint."""

    def found() -> list[str | None]:
        messages = checks.unsafe()
        assert all(each.hint for each in messages)
        return [each.id for each in messages]

    return found
