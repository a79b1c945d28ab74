"""Neither an answer nor its cost reveals the names that exist or are throttled."""

import re

import pytest
from django.test import Client

from accounts.models import User
from accounts.passwords import hashers
from tests.accounts.conftest import PASSWORD
from tests.accounts.throttle.guessing import addresses

SIGN_IN = "/accounts/sign-in/"
KINDS = ["wrong", "unknown", "inactive", "inactive and right", "throttled", "throttled and right", "throttled unknown"]
FORMS = {
    "wrong": ("ada", "no"),
    "unknown": ("nobody", "no"),
    "inactive": ("gone", "no"),
    "inactive and right": ("gone", PASSWORD),
    "throttled": ("held", "no"),
    "throttled and right": ("held", PASSWORD),
    "throttled unknown": ("held-nobody", "no"),
}


@pytest.fixture
def people(ada: User) -> None:
    User.objects.create_user("gone", password=PASSWORD, is_active=False)
    User.objects.create_user("held", password=PASSWORD)
    for name in ("held", "held-nobody"):
        for address in addresses(10):
            Client(REMOTE_ADDR=address).post(SIGN_IN, {"username": name, "password": "no"})


def answer(kind: str) -> tuple[int, str, list[str]]:
    """Returns status, body and names of the headers, without the parts that differ from form to form."""
    name, password = FORMS[kind]
    got = Client().post(SIGN_IN, {"username": name, "password": password})
    body = re.sub(r'value="\w{64}"|nonce="[^"]+"', "", got.content.decode()).replace(f'value="{name}"', "")
    return got.status_code, body, sorted(got.headers)


@pytest.mark.usefixtures("people")
def test_wrong_unknown_closed_and_throttled_get_the_same_answer() -> None:
    answers = {kind: answer(kind) for kind in KINDS}
    assert answers["wrong"][0] == 200
    assert [kind for kind in KINDS if answers[kind] != answers["wrong"]] == []


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("kind", KINDS)
def test_refused_and_wrong_guesses_cost_one_hash_each(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    costs, real = list[bytes](), hashers._bcrypt

    def counted(password: bytes, salt: bytes) -> str:
        costs.append(salt[:7])
        return real(password, salt)

    monkeypatch.setattr(hashers, "_bcrypt", counted)
    answer(kind)
    assert costs == [b"$2b$04$"]
