"""The sign-in page says why a session ended; use of an open page keeps one alive."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts import sessions
from accounts.models import EndedSession, Session, User
from accounts.sessions import ended

PAGE = {"accept": "text/html"}
IDLE = "You were signed out after 30 min without use."
ABSOLUTE = "You were signed out after 12 h: no session lasts longer."
OTHER = "You were signed out from another device."


def run_out(*, absolute: bool = False) -> None:
    row, now = Session.objects.get(), timezone.now()
    ends = now if absolute else row.ends
    Session.objects.update(expire_date=now, seen=now - timedelta(minutes=30), ends=ends)


@pytest.mark.parametrize(("absolute", "says"), [(False, IDLE), (True, ABSOLUTE)])
def test_redirect_to_sign_in_names_the_limit_that_ended_the_session(
    signed_in: Client, absolute: bool, says: str
) -> None:
    run_out(absolute=absolute)
    assertContains(signed_in.get("/market/", headers=PAGE, follow=True), says)
    assertNotContains(signed_in.get("/accounts/sign-in/"), says)


def test_sign_in_page_names_the_reason_when_a_script_asks_directly(signed_in: Client) -> None:
    run_out()
    assertContains(signed_in.get("/accounts/sign-in/?next=/market/"), IDLE)


def test_poll_after_the_end_keeps_the_reason(signed_in: Client) -> None:
    run_out()
    assert signed_in.get("/live/market.json").status_code == 401
    assertContains(signed_in.get("/accounts/sign-in/"), IDLE)


def test_reason_is_shown_after_the_session_row_was_removed(signed_in: Client, ada: User) -> None:
    run_out()
    Client().force_login(ada)
    assert Session.objects.count() == 1
    assertContains(signed_in.get("/accounts/sign-in/"), IDLE)


def test_reason_names_another_device_when_it_ended_the_session(signed_in: Client, ada: User) -> None:
    sessions.end_all(ada, "owner")
    assertContains(signed_in.get("/market/", headers=PAGE, follow=True), OTHER)


def test_reason_names_staff_when_they_ended_the_session(signed_in: Client) -> None:
    call_command("end_sessions", all=True, verbosity=0)
    assertContains(signed_in.get("/accounts/sign-in/"), "by an administrator")


def test_sign_in_page_shows_no_reason_after_sign_out_or_foreign_cookie(signed_in: Client) -> None:
    signed_in.post("/accounts/sign-out/")
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    stranger.cookies["ended"] = "<script>"
    for client in (signed_in, stranger):
        assertNotContains(client.get("/accounts/sign-in/"), "You were signed out")


def test_every_reason_of_an_end_has_a_sentence_and_is_forgotten_after_a_day(ada: User) -> None:
    assert {"owner", "limit", "staff", "password changed", "password reset"} < ended.SAYS.keys()
    now = timezone.now()
    EndedSession.objects.create(key_hash="x", reason="owner", at=now - timedelta(hours=25))
    assert [row.key_hash for row in ended.outlived(now)] == ["x"]


@pytest.mark.parametrize(("method", "moved"), [("post", True), ("get", False)])
def test_use_of_an_open_page_keeps_the_session_alive_and_a_look_does_not(
    signed_in: Client, method: str, moved: bool
) -> None:
    past = timezone.now() - timedelta(minutes=20)
    Session.objects.update(seen=past, expire_date=past + timedelta(minutes=30))
    answer = getattr(signed_in, method)("/session/used/").json()
    assert (Session.objects.get().seen > past, answer["left"] > 1700) == (moved, moved)
    assert 43000 < answer["rest"] <= 43200


def test_page_has_the_end_of_its_session(signed_in: Client) -> None:
    assertContains(signed_in.get("/accounts/success/"), 'data-left="1799" data-rest="43199"')
