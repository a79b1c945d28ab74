from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Session
from accounts.sessions import authenticate, valid_sessions
from accounts.sessions.activity import counts, touch
from accounts.sessions.engine import SessionStore, times

OPENED = {"sec-fetch-mode": "navigate", "accept": "text/html"}
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (OPENED, True),
        ({"accept": "text/html,application/xhtml+xml"}, True),
        ({}, False),
        ({"accept": "*/*"}, False),
        ({"accept": "application/json"}, False),
        ({"sec-fetch-mode": "cors", "accept": "text/html"}, False),
        ({"sec-fetch-mode": "websocket"}, False),
        (OPENED | {"x-background": "1"}, False),
        (OPENED | {"sec-purpose": "prefetch"}, False),
        (OPENED | {"authorization": "Bearer x"}, False),
    ],
)
def test_only_opened_pages_and_sent_forms_count_as_activity(headers: dict[str, str], expected: bool) -> None:
    for ask in (RequestFactory().get, RequestFactory().post):
        assert counts(ask("/", headers=headers)) is expected


def age(span: timedelta) -> Session:
    """Makes the only session as if its owner had done nothing for so long; no limit moves with it."""
    row = Session.objects.get()
    row.seen -= span
    row.expire_date = min(row.seen + timedelta(minutes=30), row.ends)
    row.save()
    return row


def test_opened_page_moves_only_the_idle_limit(signed_in: Client) -> None:
    before = age(MINUTE)
    signed_in.get("/market/", headers=OPENED)
    row = Session.objects.get()
    assert MINUTE <= row.seen - before.seen < 2 * MINUTE
    assert (row.expire_date, row.ends) == (row.seen + timedelta(minutes=30), before.ends)


def test_activity_is_written_once_a_minute(signed_in: Client) -> None:
    before = age(MINUTE - 5 * SECOND)
    signed_in.get("/market/", headers=OPENED)
    assert Session.objects.get().seen == before.seen


@pytest.mark.parametrize("path", ["/live/market.json", "/streams/state.json", "/market/minutes.csv"])
def test_polling_never_keeps_a_session_alive(signed_in: Client, path: str) -> None:
    before = age(2 * MINUTE)
    for headers in (
        {"accept": "application/json", "sec-fetch-mode": "cors"},
        {"accept": "text/html", "x-background": "1"},
    ):
        signed_in.get(path, headers=headers)
    assert Session.objects.values().get() == Session.objects.filter(seen=before.seen).values().get()


def test_absolute_limit_holds_during_activity(signed_in: Client) -> None:
    row = age(MINUTE)
    Session.objects.update(ends=timezone.now() + MINUTE)
    signed_in.get("/market/", headers=OPENED)
    row.refresh_from_db()
    assert row.expire_date == row.ends


@pytest.mark.parametrize(("idle", "status"), [(timedelta(minutes=30) - 5 * SECOND, 200), (timedelta(minutes=30), 302)])
def test_an_idle_session_ends_after_half_an_hour(signed_in: Client, idle: timedelta, status: int) -> None:
    age(idle)
    assert signed_in.get("/market/", headers=OPENED).status_code == status


def looked_up(session: str | None) -> SessionStore:
    found = SessionStore(session)
    assert found.load()
    return found


def test_ended_session_is_not_revived_by_activity(signed_in: Client) -> None:
    session = looked_up(signed_in.session.session_key)
    Session.objects.all().delete()
    touch(session, timezone.now() + 2 * MINUTE)
    assert Session.objects.count() == 0


def test_expired_session_stays_expired(signed_in: Client) -> None:
    session, end = looked_up(signed_in.session.session_key), timezone.now() - SECOND
    Session.objects.update(expire_date=end)
    touch(session, timezone.now() + 2 * MINUTE)
    assert Session.objects.get().expire_date == end


def test_slow_clock_does_not_move_a_limit_back(signed_in: Client) -> None:
    session, now = looked_up(signed_in.session.session_key), timezone.now()
    Session.objects.update(seen=now + 5 * MINUTE)
    touch(session, now + 2 * MINUTE)
    assert Session.objects.get().seen == now + 5 * MINUTE


@pytest.mark.parametrize("look", [looked_up, authenticate, lambda _: valid_sessions([Session.objects.get().pk])])
def test_session_of_a_clock_ahead_by_years_keeps_the_limits_when_it_is_set_back(
    signed_in: Client, look: Callable[[str | None], object]
) -> None:
    now = timezone.now()
    Session.objects.update(**times(now + timedelta(days=7300)))
    assert look(signed_in.session.session_key)
    row, latest = Session.objects.get(), times(timezone.now())
    assert all(now < getattr(row, name) <= at for name, at in latest.items())


def test_short_limits_are_measured_more_finely(settings: Settings, signed_in: Client) -> None:
    settings.SESSION_IDLE = 20
    session, before = looked_up(signed_in.session.session_key), Session.objects.get().seen
    for seconds in (1, 3):
        touch(session, before + seconds * SECOND)
    assert Session.objects.get().seen == before + 3 * SECOND
