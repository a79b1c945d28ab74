from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import sessions
from accounts.models import SecurityEvent, Session, User
from accounts.sessions.engine import SessionStore
from tests.accounts.conftest import session_of


def browsers(user: User, count: int) -> list[Client]:
    """So many browsers that have signed in, one after the other."""
    found = [Client() for _ in range(count)]
    for browser in found:
        browser.force_login(user)
    return found


def asked(browser: Client, user: User) -> HttpRequest:
    """A request of this browser."""
    request = HttpRequest()
    request.session, request.user = SessionStore(browser.session.session_key), user
    request.session.get("loads")
    return request


def ended() -> list[tuple[str, dict[str, object]]]:
    return list(SecurityEvent.objects.filter(name="session.ended").values_list("user__username", "facts"))


def test_eleventh_sign_in_ends_the_oldest_session(ada: User) -> None:
    found = browsers(ada, 11)
    assert set(Session.objects.values_list("pk", flat=True)) == {*map(session_of, found[1:])}
    assert not SessionStore().exists(found[0].session.session_key or "")
    assert ended() == [("ada", {"reason": "limit", "count": 1})]


def test_lower_session_limit_ends_all_sessions_beyond_it(ada: User, settings: Settings) -> None:
    browsers(ada, 5)
    settings.SESSION_LIMIT = 2
    browsers(ada, 1)
    assert (Session.objects.count(), ended()) == (2, [("ada", {"reason": "limit", "count": 4})])


def test_session_limit_applies_per_user(ada: User, settings: Settings) -> None:
    settings.SESSION_LIMIT = 1
    browsers(ada, 1)
    browsers(User.objects.create_user("bob"), 1)
    assert (Session.objects.count(), ended()) == (2, [])


def test_fresh_proof_gives_the_session_a_new_key(signed_in: Client, ada: User) -> None:
    request = asked(signed_in, ada)
    before = Session.objects.get()
    Session.objects.update(authenticated=timezone.now() - timedelta(hours=1))
    record_authentication(request, ada, method="password", reauthenticated=True)
    request.session.save()
    row = Session.objects.get()
    assert (row.pk, row.ends) == (before.pk, before.ends)
    assert row.key_hash != before.key_hash and timezone.now() - row.authenticated < timedelta(minutes=1)
    assert SessionStore(signed_in.session.session_key).get("_auth_user_id") is None


def test_user_ends_all_other_sessions_and_keeps_this_one(ada: User) -> None:
    here, *_ = browsers(ada, 3)
    browsers(User.objects.create_user("bob"), 1)
    assert sessions.end_others(asked(here, ada), "factor") == 2
    assert ended() == [("ada", {"reason": "factor", "count": 2})]
    assert list(ada.sessions.values_list("pk", flat=True)) == [session_of(here)]
    assert Session.objects.count() == 2


def test_user_ends_one_own_session_and_no_foreign_one(ada: User) -> None:
    here, there, other = map(session_of, (*(mine := browsers(ada, 2)), *browsers(User.objects.create_user("bob"), 1)))
    found = [sessions.end_one(asked(mine[0], ada), each) for each in (other, there, there, here)]
    assert [each and each.pk for each in found] == [None, there, None, None]
    assert set(Session.objects.values_list("pk", flat=True)) == {here, other}


def test_staff_end_all_sessions_of_a_user(ada: User) -> None:
    browsers(ada, 2)
    assert sessions.end_all(ada, "staff", by="root") == 2
    assert ended() == [("ada", {"reason": "staff", "count": 2, "by": "root"})]
    assert SecurityEvent.objects.get(name="session.ended").notice


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


@pytest.mark.parametrize(
    ("act", "reason"), [(deactivate, "deactivated"), (User.delete, "deleted")], ids=["deactivated", "deleted"]
)
def test_sessions_end_when_their_user_is_deactivated_or_deleted(
    ada: User, lines: list[str], act: Callable[[User], object], reason: str
) -> None:
    browsers(ada, 2)
    act(ada)
    assert Session.objects.count() == 0
    assert f'"name": "ada", "reason": "{reason}", "count": 2' in lines[-1]
