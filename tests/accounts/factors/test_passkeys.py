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


def test_looking_at_the_page_of_passkeys_makes_no_session(client: Client, db: None) -> None:
    assertRedirects(client.get(ASK, headers={"accept": "application/json"}), SIGN_IN)
    assert Session.objects.count() == 0


def test_a_number_of_more_digits_than_python_reads_is_refused_in_words(client: Client, db: None) -> None:
    assertRedirects(client.post(ASK, {"credential": "9" * 4999}), SIGN_IN)


def test_a_passkey_alone_must_have_asked_who_is_there(client: Client, db: None) -> None:
    options = ask(client)["request_options"]["publicKey"]
    assert (options["userVerification"], options.get("allowCredentials", [])) == ("required", [])
    assert len(options["challenge"]) >= 22  # base64 of 128 bits
    assert options["challenge"] != ask(client)["request_options"]["publicKey"]["challenge"]


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_what_no_browser_says_is_refused_in_words(client: Client, ada: User, credential: Any) -> None:
    ask(client)
    answer = client.post(ASK, {"credential": json.dumps(credential)})
    assertRedirects(answer, SIGN_IN, fetch_redirect_response=False)
    assertContains(client.get(SIGN_IN), 'class="message error"')
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("text", ["", "{", "\x00", "NaN", "[" * 100_000, '"\\ud800"'])
def test_what_is_not_json_is_refused_in_words(client: Client, ada: User, text: str) -> None:
    assertRedirects(client.post(ASK, {"credential": text}), SIGN_IN)


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_nothing_of_the_kind_can_be_added(confirmed: Client, credential: Any) -> None:
    confirmed.get("/accounts/factors/passkeys/add/")
    page = confirmed.post("/accounts/factors/passkeys/add/", {"credential": json.dumps(credential), "name": "x"})
    assertContains(page, 'role="alert"')


@pytest.mark.parametrize("verb", ["name", "remove"])
def test_the_passkeys_of_others_do_not_exist(confirmed: Client, verb: str) -> None:
    bob = User.objects.create_user("bob")
    theirs = Authenticator.objects.create(user=bob, type="webauthn", data={"name": "his", "credential": {}})
    path = f"/accounts/factors/passkeys/{theirs.pk}/{verb}/"
    assert (confirmed.get(path).status_code, confirmed.post(path, {"name": "mine"}).status_code) == (404, 404)


@pytest.mark.parametrize("name", ["", "x" * 61, "\x00"])
def test_a_name_that_cannot_be_is_refused(confirmed: Client, ada: User, name: str) -> None:
    mine = Authenticator.objects.create(user=ada, type="webauthn", data={"name": "mine", "credential": {}})
    page = confirmed.post(f"/accounts/factors/passkeys/{mine.pk}/name/", {"name": name})
    assertContains(page, 'role="alert"')
    assert Authenticator.objects.get().wrap().name == "mine"
