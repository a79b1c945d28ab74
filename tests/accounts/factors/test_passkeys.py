import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from accounts.factors import passkeys
from accounts.models import Session, User

SIGN_IN, ASK = "/accounts/sign-in/", "/accounts/sign-in/passkey/"
RESPONSE = {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "MQ"}
SOUND = {"id": "AA", "rawId": "AA", "type": "public-key", "response": RESPONSE, "clientExtensionResults": {}}
WRONG: list[Any] = [1, None, [], "€", "A", "\x00"]
HANDLES = ["OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "LTE", "eA", "_w"]  # huge, negative, no number, not UTF-8
CREDENTIALS: list[Any] = [
    *(None, [], {}, "x", 5, True, [[[]]], {"response": {}}, {"response": []}, SOUND, SOUND | {"id": 1}),
    *(SOUND | {"response": RESPONSE | {part: wrong}} for part in passkeys.PARTS for wrong in WRONG),
    *(SOUND | {"response": RESPONSE | {"userHandle": handle}} for handle in HANDLES),
    SOUND | {"clientExtensionResults": []},
    SOUND | {"rawId": "A" * 1_000_000},
]


def ask(client: Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.post(ASK, {"begin": "1"}).json()
    return answer


def test_passkey_page_makes_no_session_when_it_is_opened(client: Client, db: None) -> None:
    assertRedirects(client.get(ASK, headers={"accept": "application/json"}), SIGN_IN)
    assert Session.objects.count() == 0


def test_credential_of_too_many_digits_is_refused_with_a_message(client: Client, db: None) -> None:
    assertRedirects(client.post(ASK, {"credential": "9" * 4999}), SIGN_IN)


def test_passkey_alone_requires_user_verification(client: Client, db: None) -> None:
    options = ask(client)["request_options"]["publicKey"]
    assert (options["userVerification"], options.get("allowCredentials", [])) == ("required", [])
    assert len(options["challenge"]) >= 22  # base64 of 128 bits
    assert options["challenge"] != ask(client)["request_options"]["publicKey"]["challenge"]


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_sign_in_with_a_malformed_credential_is_refused_with_a_message(
    client: Client, ada: User, credential: Any
) -> None:
    ask(client)
    answer = client.post(ASK, {"credential": json.dumps(credential)})
    assertRedirects(answer, SIGN_IN, fetch_redirect_response=False)
    assertContains(client.get(SIGN_IN), 'class="message error"')
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("text", ["", "{", "\x00", "NaN", "[" * 100_000, '"\\ud800"'])
def test_credential_outside_json_is_refused_with_a_message(client: Client, ada: User, text: str) -> None:
    assertRedirects(client.post(ASK, {"credential": text}), SIGN_IN)


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_malformed_credential_cannot_be_added(confirmed: Client, credential: Any) -> None:
    confirmed.get("/accounts/factors/passkeys/add/")
    page = confirmed.post("/accounts/factors/passkeys/add/", {"credential": json.dumps(credential), "name": "x"})
    assertContains(page, 'role="alert"')


@pytest.mark.parametrize("verb", ["name", "remove"])
def test_passkeys_of_other_users_are_not_found(confirmed: Client, verb: str) -> None:
    bob = User.objects.create_user("bob")
    theirs = Authenticator.objects.create(user=bob, type="webauthn", data={"name": "his", "credential": {}})
    path = f"/accounts/factors/passkeys/{theirs.pk}/{verb}/"
    assert (confirmed.get(path).status_code, confirmed.post(path, {"name": "mine"}).status_code) == (404, 404)


@pytest.mark.parametrize("name", ["", "x" * 61, "\x00"])
def test_passkey_name_is_refused_when_invalid(confirmed: Client, ada: User, name: str) -> None:
    mine = Authenticator.objects.create(user=ada, type="webauthn", data={"name": "mine", "credential": {}})
    page = confirmed.post(f"/accounts/factors/passkeys/{mine.pk}/name/", {"name": name})
    assertContains(page, 'role="alert"')
    assert Authenticator.objects.get().wrap().name == "mine"
