from collections.abc import Callable
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Session, User
from accounts.sessions import authenticate, valid_sessions
from tests.accounts.conftest import session_of


def key(browser: Client) -> str:
    return str(browser.session.session_key)


def test_valid_session_is_returned_with_its_user_and_end(signed_in: Client, ada: User) -> None:
    standing = valid_sessions([session_of(signed_in)])[session_of(signed_in)]
    assert standing == (session_of(signed_in), ada.pk, False, Session.objects.get().ends)
    assert authenticate(key(signed_in)) == standing


def change_password(user: User) -> None:
    user.set_password("another passphrase")
    user.save()


@pytest.mark.parametrize(
    "end",
    [
        lambda browser, user: browser.post("/accounts/sign-out/"),
        lambda browser, user: Session.objects.update(expire_date=timezone.now()),
        lambda browser, user: change_password(user),
        lambda browser, user: User.objects.update(is_active=False),
        lambda browser, user: user.delete(),
        lambda browser, user: Session.objects.all().delete(),
    ],
    ids=["signed out", "expired", "password changed", "deactivated", "deleted", "ended"],
)
def test_session_is_invalid_after_its_end(signed_in: Client, ada: User, end: Callable[[Client, User], object]) -> None:
    session, cookie = session_of(signed_in), key(signed_in)
    end(signed_in, ada)
    assert (valid_sessions([session]), authenticate(cookie)) == ({}, None)


def test_session_stays_valid_when_another_user_is_deleted(signed_in: Client, ada: User) -> None:
    other = Client()
    other.force_login(User.objects.create_user("bob"))
    change_password(ada)
    assert list(valid_sessions([session_of(signed_in), session_of(other), uuid4()])) == [session_of(other)]


def test_session_stays_valid_under_a_new_secret_key_with_fallback(signed_in: Client, settings: Settings) -> None:
    session, cookie = session_of(signed_in), key(signed_in)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "new" * 20
    assert authenticate(cookie) == valid_sessions([session])[session]
    assert Session.objects.count() == 1
    settings.SECRET_KEY_FALLBACKS = []
    assert (valid_sessions([session]), authenticate(cookie)) == ({}, None)


@pytest.mark.parametrize("cookie", ["", "x", "\x00" * 32, "é" * 5000, "a" * 32])
def test_foreign_cookie_has_no_session(db: None, cookie: str) -> None:
    assert authenticate(cookie) is None


def test_session_without_user_is_invalid(client: Client, db: None) -> None:
    session = client.session
    session["noted"] = True
    session.save()
    assert (authenticate(key(client)), valid_sessions([Session.objects.get().pk])) == (None, {})


def test_session_of_a_removed_backend_is_invalid(signed_in: Client, settings: Settings) -> None:
    cookie = key(signed_in)
    settings.AUTHENTICATION_BACKENDS = ["accounts.another.Backend"]
    assert authenticate(cookie) is None


def test_session_without_its_required_factor_is_invalid(signed_in: Client, ada: User, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = "all"
    assert authenticate(key(signed_in)) is None
    Authenticator.objects.create(user=ada, type="totp", data={})
    assert authenticate(key(signed_in))


def test_validity_of_any_number_of_sessions_takes_one_read_query(ada: User, settings: Settings) -> None:
    settings.SESSION_LIMIT = 20
    browsers = [Client() for _ in range(20)]
    for browser in browsers:
        browser.force_login(ada)
    rows = list(Session.objects.order_by("pk").values())
    with CaptureQueriesContext(connection) as queries:
        assert len(valid_sessions([*(row["id"] for row in rows), *(uuid4() for _ in range(5000))])) == 20
    assert [each["sql"].split()[0] for each in queries] == ["SELECT"]
    assert list(Session.objects.order_by("pk").values()) == rows


def test_validity_of_no_sessions_takes_no_query(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert valid_sessions([]) == {}
