"""Fixtures of the tests of quotes."""

from collections.abc import Iterator
from typing import Any

import pytest

from applications.quotes import callers
from tests.applications.quotes.provider import Provider
from tests.serving import serving


@pytest.fixture(scope="session")
def served() -> Iterator[Provider]:
    with serving(Provider()) as server:
        yield server


@pytest.fixture
def provider(served: Provider, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """A server of the test's own state, which the settings name for both providers."""
    served.reset()
    settings.ALLOWED_TARGETS = ["127.0.0.1"]
    settings.STOOQ_URL = settings.YAHOO_URL = served.url
    monkeypatch.setattr(callers, "RATE", 1000.0)
    return served
