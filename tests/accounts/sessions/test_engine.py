from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth import aget_user, update_session_auth_hash
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Session, User
from accounts.sessions.engine import SessionStore, digest
from tests.accounts.conftest import PASSWORD, session_of

SIGN_IN, SUCCESS = "/accounts/sign-in/", "/accounts/success/"
ADA = {"username": "ada", "password": PASSWORD}


def saved(**data: Any) -> SessionStore:
    session = SessionStore()
    session.update(data)
    session.save()
    return session


def key(session: Any) -> str:
    return str(session.session_key)


def test_the_settings_name_this_engine() -> None:
    assert import_module(configured.SESSION_ENGINE).SessionStore is SessionStore


def test_saved_session_is_found_by_its_key_alone(db: None) -> None:
    session = saved(noted="é")
    assert SessionStore(key(session))["noted"] == "é"
    assert SessionStore("a" * 32).get("noted") is None
    assert (session.exists(key(session)), session.exists("a" * 32)) == (True, False)


def test_a_dump_of_the_database_holds_no_usable_session(signed_in: Client) -> None:
    dump = repr(Session.objects.values_list().get())
    assert key(signed_in.session) not in dump
    thief = Client()
    thief.cookies[configured.SESSION_COOKIE_NAME] = Session.objects.get().key_hash
    assert thief.get(SUCCESS).status_code == 302


def test_ended_session_is_not_revived_by_saving(db: None) -> None:
    session = saved(noted=1)
    Session.objects.all().delete()
    session["noted"] = 2
    for each in (session, SessionStore(key(session))):
        with pytest.raises(UpdateError):
            each.save()
    with pytest.raises(SessionInterrupted):
        session.cycle_key()
    assert Session.objects.count() == 0


def test_new_key_keeps_the_row_and_invalidates_the_old_key(signed_in: Client, ada: User) -> None:
    session, before = signed_in.session, key(signed_in.session)
    rows = list(Session.objects.values("id", "user", "began", "seen", "ends", "expire_date", "session_data"))
    session.cycle_key()
    assert list(Session.objects.values(*rows[0])) == rows
    assert SessionStore(before).get("_auth_user_id") is None
    assert SessionStore(key(session))["_auth_user_id"] == str(ada.pk)


def test_planted_key_is_invalid_after_sign_in(client: Client, ada: User) -> None:
    planted = saved(planted=True)
    client.cookies[configured.SESSION_COOKIE_NAME] = key(planted)
    identity = Session.objects.get().pk
    client.post(SIGN_IN, ADA)
    assert not planted.exists(key(planted))
    assert session_of(client) == Session.objects.get().pk != identity


def test_signing_in_again_gives_another_key_and_full_time(signed_in: Client, ada: User) -> None:
    before, identity = key(signed_in.session), session_of(signed_in)
    Session.objects.update(ends=timezone.now() + timedelta(hours=1))
    signed_in.force_login(ada)
    row = Session.objects.get()
    assert (row.ends - row.began, SessionStore().exists(before)) == (timedelta(hours=12), False)
    assert row.pk == session_of(signed_in) != identity


def test_session_expires_at_the_earlier_limit(db: None, settings: Settings) -> None:
    settings.SESSION_IDLE, settings.SESSION_ABSOLUTE = 100, 60
    row, early = saved(noted=1).row, timezone.now()
    assert row and row.expire_date == row.ends == row.began + timedelta(seconds=60)
    Session.objects.update(expire_date=early)
    assert SessionStore().row is None


def test_expired_sessions_are_cleared_at_a_sign_in(ada: User, client: Client) -> None:
    saved(noted=1)
    Session.objects.update(expire_date=timezone.now())
    client.force_login(ada)
    assert [row.user for row in Session.objects.all()] == [ada]


def test_session_cookie_never_outlives_the_browser(client: Client, ada: User) -> None:
    session = client.session
    session.set_expiry(9999)
    session.save()
    morsel = client.post(SIGN_IN, ADA).cookies[configured.SESSION_COOKIE_NAME]
    assert (morsel["max-age"], morsel["expires"]) == ("", "")


def test_a_password_change_by_its_owner_keeps_the_row(signed_in: Client, ada: User) -> None:
    request, identity = HttpRequest(), session_of(signed_in)
    request.session, request.user = signed_in.session, ada
    ada.set_password("another passphrase")
    ada.save()
    update_session_auth_hash(request, ada)
    request.session.save()
    assert Session.objects.get().pk == identity
    assert Session.objects.get().auth_hash == ada.get_session_auth_hash()


def test_a_request_looks_its_session_up_once(
    signed_in: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):  # the session, the user
        signed_in.get("/")


@pytest.mark.django_db(transaction=True)
async def test_session_store_works_asynchronously() -> None:
    user = await User.objects.acreate(username="ada")
    client, request = Client(), HttpRequest()
    await client.aforce_login(user)
    request.session = SessionStore(client.cookies[configured.SESSION_COOKIE_NAME].value)
    assert await aget_user(request) == user
    await request.session.acycle_key()
    await request.session.aset("noted", 1)
    await request.session.asave()
    assert (await Session.objects.aget()).key_hash == digest(key(request.session))
    await request.session.aflush()
    assert await Session.objects.acount() == 0
