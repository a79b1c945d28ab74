"""Pages ask no more questions than they need; a number that grows must be paid for by something that is shown."""

from datetime import timedelta
from math import inf

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from dashboard.backlogs import backlogs
from tests.dashboard.rows import alarm, lease, site, trades

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A viewer of two applications with results and without events to mark, but for an alarm of the orders."""
    now = timezone.now()
    for number in range(3):
        trades(now.replace(second=0, microsecond=0) - timedelta(minutes=number), "AMZN", "BUY", 5)
        site(f"site-{number}", lines=5)
    alarm("site-1", now - timedelta(minutes=4), now - timedelta(minutes=3))
    known = {(name, name): (inf, None) for name in ("trades", "orders")}
    monkeypatch.setattr(backlogs, "_counts", known)  # no count of waiting records is due
    for application in ("trades", "orders"):
        lease(application, now, newest=now)
    client.force_login(User.objects.create_user("ada"))
    return client


@pytest.mark.parametrize(("page", "queries"), [("/market/", 21), ("/market/AMZN/", 16), ("/orders/", 23)])
def test_page_asks_few_questions(
    viewer: Client, page: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(queries):
        assert viewer.get(page).status_code == 200
