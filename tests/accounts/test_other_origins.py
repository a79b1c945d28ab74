"""Nobody else signs us in, out or over: foreign and missing Origins, redirects that lead away, planted sessions."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as configured
from django.test import Client
from pytest_django.asserts import assertRedirects

from accounts.models import User
from tests.accounts.conftest import PASSWORD, first_step, shown
from tests.accounts.test_sign_in import ELSEWHERE

PUBLIC = ["/accounts/sign-in/", "/accounts/sign-in/passkey/"]
OWN = [
    *("/accounts/confirm/", "/accounts/sign-out/", "/accounts/password/change/", "/accounts/factors/recovery-codes/"),
    *("/accounts/factors/totp/", "/accounts/factors/passkeys/add/", "/accounts/sessions/end/", "/accounts/tokens/new/"),
]
ADA = {"username": "ada", "password": PASSWORD}


def strict(secure: bool = False) -> tuple[Client, dict[str, str]]:
    """A browser with checks of forms switched on, and the token of a form of its own."""
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/accounts/sign-in/", secure=secure).content.decode()
    return browser, {"csrfmiddlewaretoken": re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]}


@pytest.mark.parametrize("path", PUBLIC + OWN)
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://testserver.evil.example", "https://testserver"]
)
def test_a_form_from_a_foreign_origin_is_refused(ada: User, path: str, origin: str) -> None:
    browser, token = strict()
    if path in OWN:
        browser.force_login(ada)
    assert browser.post(path, ADA | token, headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("path", PUBLIC + OWN)
def test_form_without_origin_and_referrer_is_refused_over_https(ada: User, path: str) -> None:
    browser, token = strict(secure=True)
    if path in OWN:
        browser.force_login(ada)
    assert browser.post(path, ADA | token, secure=True).status_code == 403


def test_form_from_our_own_origin_is_accepted(ada: User) -> None:
    browser, token = strict()
    answer = browser.post("/accounts/sign-in/", ADA | token, headers={"origin": "http://testserver"})
    assertRedirects(answer, "/accounts/success/")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_confirming_redirects_to_our_pages_only(signed_in: Client, target: str) -> None:
    answer = signed_in.post("/accounts/confirm/", {"password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/accounts/security/"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_second_step_redirects_to_our_pages_only(client: Client, app: Authenticator, target: str) -> None:
    assert first_step(client, next=target) == "/accounts/two-factor/"
    answer = client.post("/accounts/two-factor/", {"code": shown(), "next": target})
    assert answer.headers["Location"] == "/accounts/success/"


def test_planted_session_is_not_adopted_at_sign_in(client: Client, app: Authenticator) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[configured.SESSION_COOKIE_NAME] = planted = str(session.session_key)
    first_step(client)
    client.post("/accounts/two-factor/", {"code": shown()})
    attacker = Client()
    attacker.cookies[configured.SESSION_COOKIE_NAME] = planted
    assert client.get("/accounts/success/").status_code == 200
    assert attacker.get("/accounts/success/").status_code == 302
