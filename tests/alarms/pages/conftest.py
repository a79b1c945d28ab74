"""Browsers of a viewer and an operator, and rows of the market that a rule watches."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from alarms import recounting, rules
from alarms.models import Rule
from alarms.spec import RuleSpec
from tests.alarms.making import T0
from tests.dashboard import rows

BUSY = RuleSpec(
    dataset="trades/minutes", kind="above", column="trades", by=("ticker",), level=45, clear=30, severity="critical"
)


def signed_in(name: str, *, is_staff: bool = False) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(name, f"{name}@example.com", is_staff=is_staff))
    return client


@pytest.fixture(autouse=True)
def _rows_of_other_tests_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounting, "kept", recounting.Rows())


@pytest.fixture
def viewer(db: None) -> Client:
    return signed_in("eve")


@pytest.fixture
def operator(db: None) -> Client:
    return signed_in("ada", is_staff=True)


@pytest.fixture
def busy(db: None) -> Rule:
    """The rule, made an hour before T0, with the level 45."""
    return rules.make("busy", "Busy tickers", BUSY, "ada", T0 - timedelta(hours=1))


def trades(ticker: str, minute: datetime, number: int) -> None:
    """Stores a minute of a ticker."""
    rows.trades(minute, ticker, "BUY", number)
