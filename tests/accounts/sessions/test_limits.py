"""Limits hold to the second, for pages and for sockets: requests pass just before a limit and fail just after it."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from accounts.sessions import authenticate, valid_sessions
from tests.accounts.conftest import session_of

SECOND = timedelta(seconds=1)
OPENED = {"sec-fetch-mode": "navigate"}
IDLE, ABSOLUTE = timedelta(seconds=configured.SESSION_IDLE), timedelta(seconds=configured.SESSION_ABSOLUTE)


def keep_busy(browser: Client, began: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page every 20 minutes, up to a quarter of an hour before the absolute limit."""
    for minutes in (*range(20, int(ABSOLUTE.total_seconds()) // 60 - 15, 20), int(ABSOLUTE.total_seconds()) // 60 - 15):
        monkeypatch.setattr(timezone, "now", lambda at=minutes: began + timedelta(minutes=at))
        assert browser.get("/market/", headers=OPENED).status_code == 200


@pytest.mark.parametrize("limit", ["idle", "absolute"])
@pytest.mark.parametrize(("step", "lives"), [(-SECOND, True), (SECOND, False)])
def test_a_session_holds_its_limits_to_the_second(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch, limit: str, step: timedelta, lives: bool
) -> None:
    session, key, began = session_of(signed_in), str(signed_in.session.session_key), Session.objects.get().began
    if limit == "absolute":
        keep_busy(signed_in, began, monkeypatch)
    moment = began + (IDLE if limit == "idle" else ABSOLUTE) + step
    assert bool(valid_sessions([session], lambda: moment)) is lives  # a socket that is open
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert bool(authenticate(key, lambda: moment)) is lives  # a socket that comes
    assert signed_in.get("/live/market.json", headers={"accept": "*/*"}).status_code == (200 if lives else 401)
    assert signed_in.get("/market/", headers=OPENED).status_code == (200 if lives else 302)
