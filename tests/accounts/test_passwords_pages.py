"""Changing a password, having forgotten it, getting the first one."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertRedirects

from accounts import resets, sessions, tokens
from accounts.models import SecurityEvent, User
from tests.accounts.conftest import PASSWORD, confirm, first_step, session_of, shown

CHANGE, RESET, NEW = "/accounts/password/change/", "/accounts/password/reset/", "seven wet herons by the mill"
NONCE = re.compile('nonce="[^"]+"')
FORM = {"old": PASSWORD, "password1": NEW, "password2": NEW}


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(signed_in: Client, ada: User) -> None:
    other = Client()
    other.force_login(ada)
    here, there = session_of(signed_in), session_of(other)
    assertRedirects(signed_in.post(CHANGE, FORM), "/accounts/security/")
    assert list(sessions.valid_sessions([here, there])) == [here]
    ada.refresh_from_db()
    assert ada.check_password(NEW)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"old": "no"}, "That is not your password"),
        ({"old": ""}, "This field is required"),
        ({"password2": "another"}, "not the same"),
        ({"password1": "short", "password2": "short"}, "at least 15 characters"),
        ({"password1": "x" * 1_000_000, "password2": "x" * 1_000_000}, "a shorter password"),
        ({"password1": NEW + "\x00", "password2": NEW + "\x00"}, "Null characters are not allowed"),
        ({"old": "x" * 1_000_000}, "That is not your password"),
    ],
)
def test_refused_password_change_shows_its_error(
    signed_in: Client, ada: User, wrong: dict[str, str], says: str
) -> None:
    assertContains(signed_in.post(CHANGE, FORM | wrong), says)
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_password_change_requires_the_second_factor_when_there_is_one(signed_in: Client, app: Authenticator) -> None:
    assert signed_in.post(CHANGE, FORM).headers["Location"].startswith("/accounts/confirm/")
    assert NEW not in str(dict(signed_in.session))
    confirm(signed_in, shown())
    assertRedirects(signed_in.post(CHANGE, FORM), "/accounts/security/")


@pytest.fixture
def mailed(settings: Settings, ada: User, monkeypatch: pytest.MonkeyPatch) -> User:
    """Ada, with an address, where mail is set up; mails are sent at once."""
    settings.MAIL_CONFIGURED = True
    monkeypatch.setattr(resets, "later", lambda work: work())
    User.objects.update(email="ada@example.org")
    ada.refresh_from_db()
    return ada


def link() -> str:
    [message] = [message for message in mail.outbox if "set a new password" in message.subject]
    return str(re.findall(r"http://localhost:8000(/\S+)", str(message.body))[0])


@pytest.mark.parametrize("typed", ["ada", "ADA@example.org "])
def test_mailed_link_sets_a_new_password_once(client: Client, mailed: User, typed: str) -> None:
    client.post(RESET, {"typed": typed})
    path = link()
    form = client.get(path, follow=True).redirect_chain[0][0]
    assertRedirects(client.post(form, {"password1": NEW, "password2": NEW}), "/accounts/sign-in/")
    mailed.refresh_from_db()
    assert mailed.check_password(NEW) and "_auth_user_id" not in client.session
    assertContains(Client().get(path, follow=True), "no longer good")


def test_a_new_password_by_link_ends_all_sessions(client: Client, mailed: User) -> None:
    other = Client()
    other.force_login(mailed)
    session_of_other = session_of(other)
    form = client.get(resets.path(mailed), follow=True).redirect_chain[0][0]
    client.post(form, {"password1": NEW, "password2": NEW})
    assert sessions.valid_sessions([session_of_other]) == {}
    assert mailed.security_events.filter(name="password.reset").count() == 1


def test_reset_event_has_the_client_after_the_request_was_cleared(
    client: Client, mailed: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = list[Callable[[], None]]()
    monkeypatch.setattr(resets, "later", works.append)
    answer = client.post(RESET, {"typed": "ada"}, headers={"user-agent": "Firefox"}, REMOTE_ADDR="192.0.2.9")
    answer.wsgi_request.META.clear()  # as uWSGI does
    works[0]()
    event = mailed.security_events.get(name="password.reset-sent")
    assert (event.address, event.device, len(mail.outbox)) == ("192.0.2.9", "Firefox", 1)


def test_mailed_link_leads_to_site_url_for_any_host_header(client: Client, mailed: User) -> None:
    client.post(RESET, {"typed": "ada"}, headers={"host": "localhost:6666"})
    assert f"{settings.SITE_URL}/accounts/password/reset/" in str(mail.outbox[0].body)


def test_a_new_password_by_link_revokes_the_tokens(client: Client, mailed: User) -> None:
    tokens.make(mailed, "cron", ["read:dashboards"], 90, timezone.now())
    form = client.get(resets.path(mailed), follow=True).redirect_chain[0][0]
    client.post(form, {"password1": NEW, "password2": NEW})
    assert not tokens.valid(mailed, timezone.now()).exists()
    assert mailed.security_events.get(name="tokens.revoked").facts == {"reason": "password reset", "count": 1}


@pytest.mark.parametrize("ticked", [True, False])
def test_password_change_revokes_tokens_on_request(signed_in: Client, ada: User, ticked: bool) -> None:
    tokens.make(ada, "cron", ["read:dashboards"], 90, timezone.now())
    assertContains(signed_in.get(CHANGE), "Revoke my API tokens and access keys, too")
    signed_in.post(CHANGE, FORM | ({"revoke": "on"} if ticked else {}))
    assert tokens.valid(ada, timezone.now()).exists() is not ticked


def test_reset_does_not_replace_the_second_factor(client: Client, mailed: User, app: Authenticator) -> None:
    form = client.get(resets.path(mailed), follow=True).redirect_chain[0][0]
    client.post(form, {"password1": NEW, "password2": NEW})
    assert first_step(client, password=NEW) == "/accounts/two-factor/"


@pytest.mark.parametrize("typed", ["eve", "eve@example.org", "ada\u200b", "x" * 254])
def test_reset_does_not_reveal_whether_an_account_exists(client: Client, mailed: User, typed: str) -> None:
    known, unknown = client.post(RESET, {"typed": "ada"}), client.post(RESET, {"typed": typed})
    assert NONCE.sub("", known.content.decode()) == NONCE.sub("", unknown.content.decode())
    assert len([message for message in mail.outbox if "set a new" in message.subject]) == 1


@pytest.mark.parametrize("typed", ["", "\x00", "x" * 1_000_000])
def test_reset_refuses_impossible_input(client: Client, mailed: User, typed: str) -> None:
    assertContains(client.post(RESET, {"typed": typed}), 'role="alert"')


def test_reset_page_points_to_the_operators_when_mail_is_not_configured(
    client: Client, db: None, settings: Settings
) -> None:
    settings.MAIL_CONFIGURED = False
    assertContains(client.get(RESET), "ask its operator")
    client.post(RESET, {"typed": "ada"})
    assert mail.outbox == []


@pytest.mark.parametrize("part", ["MQ/x-y", "x/x", "%00/x", "9" * 40 + "/set-password", "MQ/set-password", "_w/x-y"])
def test_unknown_reset_link_is_invalid(client: Client, mailed: User, part: str) -> None:
    answer = client.get(f"{RESET}{part}/", follow=True)
    assert answer.status_code < 500
    assert User.objects.get().check_password(PASSWORD)


def test_reset_link_expires_after_an_hour(client: Client, mailed: User, monkeypatch: pytest.MonkeyPatch) -> None:
    path = resets.path(mailed)
    later = timezone.now().replace(tzinfo=None) + timedelta(minutes=61)
    monkeypatch.setattr("django.contrib.auth.tokens.PasswordResetTokenGenerator._now", lambda self: later)
    assertContains(client.get(path, follow=True), "no longer good")


def test_staff_cannot_set_a_password_for_another_user(client: Client, mailed: User) -> None:
    boss = User.objects.create_user("boss", is_staff=True)
    client.force_login(boss)
    for data in ({"password": NEW}, {"password1": NEW, "password2": NEW, "user": mailed.pk}):
        client.post(f"/accounts/people/{mailed.pk}/", data)
        client.post(CHANGE, data)
    mailed.refresh_from_db()
    assert mailed.check_password(PASSWORD)
    assert not SecurityEvent.objects.filter(name="password.changed").exists()
