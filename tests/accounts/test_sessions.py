from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.sessions import living


def key(client: Client) -> str:
    return str(client.session.session_key)


def test_a_living_session_is_told_with_its_user(signed_in: Client, ada: User) -> None:
    assert living([key(signed_in)]) == {key(signed_in): ada.pk}


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
    ],
    ids=["signed out", "expired", "password changed", "deactivated", "deleted"],
)
def test_a_session_ends(signed_in: Client, ada: User, end: Callable[[Client, User], object]) -> None:
    before = key(signed_in)
    end(signed_in, ada)
    assert living([before]) == {}


def test_one_user_leaving_does_not_end_the_session_of_another(signed_in: Client, ada: User) -> None:
    bob, other = User.objects.create_user("bob"), Client()
    other.force_login(bob)
    change_password(ada)
    assert living([key(signed_in), key(other), "unknown"]) == {key(other): bob.pk}


def test_a_session_lives_on_under_a_new_secret_key_while_the_old_one_is_a_fallback(
    signed_in: Client, ada: User, settings: Settings
) -> None:
    before = key(signed_in)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "new" * 20
    assert living([before]) == {before: ada.pk}
    settings.SECRET_KEY_FALLBACKS = []
    assert living([before]) == {}


def test_a_session_of_nobody_does_not_count(client: Client, db: None) -> None:
    session = client.session
    session["noted"] = True
    session.save()
    assert living([str(session.session_key)]) == {}


def test_any_number_of_sessions_takes_two_queries_that_only_read(ada: User) -> None:
    browsers = [Client() for _ in range(20)]
    for browser in browsers:
        browser.force_login(ada)
    ends = list(Session.objects.values_list("session_key", "expire_date"))
    with CaptureQueriesContext(connection) as queries:
        assert len(living([*map(key, browsers), *map(str, range(5000))])) == 20
    asked = [each["sql"].split()[0] for each in queries]
    assert asked[-2:] == ["SELECT", "SELECT"] and set(asked) == {"SELECT"}
    assert list(Session.objects.values_list("session_key", "expire_date")) == ends


def test_no_sessions_take_no_query(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert living([]) == {}
