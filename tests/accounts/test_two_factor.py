import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertRedirects

from accounts.factors import recovery
from accounts.models import SecurityEvent, User
from tests.accounts.conftest import PASSWORD, confirm, first_step, shown

TWO_FACTOR, SUCCESS, SECURITY = "/accounts/two-factor/", "/accounts/success/", "/accounts/security/"


def test_password_alone_does_not_sign_in_with_a_second_factor(client: Client, app: Authenticator) -> None:
    assert first_step(client) == TWO_FACTOR
    assert client.get("/market/").headers["Location"].startswith("/accounts/sign-in/")


def test_password_and_code_sign_in(client: Client, ada: User, app: Authenticator) -> None:
    first_step(client)
    assertRedirects(client.post(TWO_FACTOR, {"code": shown()}), SUCCESS)
    assert ada.security_events.get(name="sign-in.succeeded").facts == {"method": "password and totp"}


def test_next_is_kept_through_both_steps(client: Client, app: Authenticator) -> None:
    first_step(client, next="/market/?a=1")
    assert client.post(TWO_FACTOR, {"code": shown()}).headers["Location"] == "/market/?a=1"


def test_session_id_changes_after_the_second_step(client: Client, app: Authenticator) -> None:
    first_step(client)
    before = client.session.session_key
    client.post(TWO_FACTOR, {"code": shown()})
    assert client.session.session_key != before


@pytest.mark.parametrize("code", ["000000", "", "x" * 65, "\x00", "é" * 6, "1" * 1_000_000])
def test_a_wrong_code_is_refused_in_words(client: Client, app: Authenticator, code: str) -> None:
    first_step(client)
    page = client.post(TWO_FACTOR, {"code": code})
    assertContains(page, 'role="alert"')
    assert "_auth_user_id" not in client.session


def test_a_code_signs_in_once(client: Client, app: Authenticator) -> None:
    first_step(client)
    client.post(TWO_FACTOR, {"code": shown()})
    other, code = Client(), shown()
    first_step(other)
    assertContains(other.post(TWO_FACTOR, {"code": code}), "was used already")


def test_recovery_code_signs_in_once(client: Client, ada: User, app: Authenticator) -> None:
    code = recovery.make(ada, timezone.now())[0]
    first_step(client)
    assertRedirects(client.post(TWO_FACTOR, {"code": f" {code.upper()} "}), SUCCESS)
    assert ada.security_events.get(name="recovery-codes.used").facts == {"left": 9}
    other = Client()
    first_step(other)
    assert other.post(TWO_FACTOR, {"code": code}).status_code == 200


def test_a_second_step_without_a_first_leads_to_the_first(client: Client, db: None) -> None:
    assertRedirects(client.get(TWO_FACTOR), "/accounts/sign-in/")


def test_second_step_can_be_cancelled(client: Client, app: Authenticator) -> None:
    first_step(client)
    assertRedirects(client.post(TWO_FACTOR, {"cancel": "yes"}), "/accounts/sign-in/")
    assert client.get("/accounts/sign-in/").status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_first_step_ends_when_it_is_no_longer_valid(
    client: Client, app: Authenticator, change: dict[str, object]
) -> None:
    first_step(client)
    User.objects.update(**change)
    assertRedirects(client.post(TWO_FACTOR, {"code": shown()}), "/accounts/sign-in/")
    assert "_auth_user_id" not in client.session


def test_a_fresh_sign_in_is_proof_enough_for_five_minutes(client: Client, app: Authenticator) -> None:
    first_step(client)
    client.post(TWO_FACTOR, {"code": shown()})
    assert client.get("/accounts/factors/passkeys/add/").status_code == 200
    assert not SecurityEvent.objects.filter(name="reauthentication.succeeded").exists()


def test_password_alone_does_not_confirm_with_a_second_factor(signed_in: Client, app: Authenticator) -> None:
    assertContains(signed_in.post("/accounts/confirm/", {"password": PASSWORD}), "This field is required")
    assert signed_in.get("/accounts/factors/totp/remove/").status_code == 302


def test_password_and_code_confirm(signed_in: Client, ada: User, app: Authenticator) -> None:
    confirm(signed_in, shown())
    assert signed_in.get("/accounts/factors/totp/remove/").status_code == 200
    assert ada.security_events.get(name="reauthentication.succeeded").facts == {"method": "totp"}


def test_code_is_not_spent_with_a_wrong_password(signed_in: Client, app: Authenticator) -> None:
    wrong = signed_in.post("/accounts/confirm/", {"password": "no", "code": shown()})
    assertContains(wrong, "not both right")
    confirm(signed_in, shown())


def test_form_that_needs_a_proof_is_not_stored_and_leads_back(signed_in: Client, settings: Settings) -> None:
    page = "http://testserver/accounts/tokens/new/?a=1"
    answer = signed_in.post("/accounts/tokens/new/", {"label": "secret"}, headers={"referer": page})
    assert answer.headers["Location"] == "/accounts/confirm/?next=%2Faccounts%2Ftokens%2Fnew%2F%3Fa%3D1"
    assert "secret" not in str(dict(signed_in.session))


def test_form_from_another_site_leads_to_the_security_page(signed_in: Client) -> None:
    answer = signed_in.post("/accounts/tokens/new/", headers={"referer": "https://evil.example/x"})
    assert answer.headers["Location"] == "/accounts/confirm/?next=%2Faccounts%2Fsecurity%2F"
