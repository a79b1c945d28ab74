from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import User
from accounts.passwords import generated
from accounts.passwords.validators import folded, share, shortest
from tests.accounts.conftest import PASSWORD

ADA = User(username="lovelace", email="ada.byron@analytical.example", first_name="Augusta", last_name="Kingsley")
TOO_SHORT = "Use at least 15 characters: this password has {}."
TOO_LONG = "Use a shorter password: this one takes more than 1,024 bytes."
COMMON = "This password is among those that attackers try first: choose another."
CONTEXT = "This password is mostly your own name or the name of this site: choose another."


def refusals(password: str, user: User | None = ADA) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize(
    "password",
    [
        *(PASSWORD, "qmzoabgeitcxwry", "  spaces  count  too  ", "éàü☃ ☃ üàé ñøß!"),
        *("x" * 200 + " is long", "é" * 512, "with a \0 and a \t in it", "aaaa bbbb cccc dddd eeee"),
    ],
)
def test_long_password_is_accepted_without_rules_of_composition(password: str) -> None:
    assert refusals(password) == []


def test_a_short_password_is_refused_with_its_length() -> None:
    assert refusals("vgwkpnzybqthx") == [TOO_SHORT.format(13)]
    assert refusals("qmzoabgeitcxwr") == [TOO_SHORT.format(14)]


@pytest.mark.parametrize("password", ["x" * 1025, "é" * 513, "x" * 1_000_000])
def test_password_longer_than_the_limit_is_refused(password: str) -> None:
    assert refusals(password) == [TOO_LONG]


@pytest.mark.parametrize("required", ["staff", "all"])
@pytest.mark.parametrize("is_staff", [False, True])
@pytest.mark.parametrize("enrolled", [False, True])
def test_eight_characters_suffice_only_with_an_enforced_second_factor(
    settings: Settings, ada: User, required: str, is_staff: bool, enrolled: bool
) -> None:
    settings.REQUIRE_SECOND_FACTOR, ada.is_staff = required, is_staff
    if enrolled:
        Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={})
    assert shortest(ada) == (8 if enrolled and (is_staff or required == "all") else 15)


@pytest.mark.parametrize("user", [None, User(username="new"), User(username="new", is_staff=True)])
def test_new_user_needs_fifteen_characters(settings: Settings, user: User | None) -> None:
    settings.REQUIRE_SECOND_FACTOR = "all"
    assert shortest(user) == 15


def test_short_common_password_is_refused(ada: User, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = "all"
    Authenticator.objects.create(user=ada, type=Authenticator.Type.WEBAUTHN, data={})
    assert refusals("vgwkpnzy", ada) == []
    assert refusals("iloveyou", ada) == refusals("Sunshine", ada) == [COMMON]


@pytest.mark.parametrize(
    "password", ["qwertyuiopasdfgh", "1qaz2wsx3edc4rfv", "Mailcreated5240", "11111111111111111111"]
)
def test_a_common_password_is_refused_however_long(password: str) -> None:
    assert refusals(password) == [COMMON]


@pytest.mark.parametrize(
    "password",
    [
        *("millrace-password", "M1llr@ceM1llr@ce!", "my L0ve1ace 2026", "lovelacelovelace"),
        *(
            "ada.byron@analytical.example",
            "Analytical-2026!",
            "augusta augusta 1",
            "KING5LEY and sons",
            "localhost8000xyz",
        ),
    ],
)
def test_password_of_a_context_word_is_refused(password: str) -> None:
    assert refusals(password) == [CONTEXT]


def test_context_word_in_a_longer_phrase_is_accepted() -> None:
    assert refusals("the millrace turns a slow wooden wheel") == []
    assert refusals("lovelace-and-two-more-names") == []


@given(st.text(max_size=20), st.sampled_from(["millrace", "lovelace", "byron"]), st.text(max_size=20))
def test_password_with_more_than_40_percent_context_words_is_refused(before: str, word: str, after: str) -> None:
    password = before + word + after
    if len(word) / len(folded(password)) > 0.4:
        assert share(password, [word]) > 0.4


def test_overlapping_context_words_count_once() -> None:
    assert share("aaaaaaaa12", ["aaaa", "aaaaa"]) == 0.8
    assert share("", ["aaaa"]) == 0.0


def test_password_is_refused_without_the_blocklist_when_debug_is_off(settings: Settings, tmp_path: Path) -> None:
    settings.COMMON_PASSWORDS = tmp_path / "common-passwords"
    settings.DEBUG = False
    assert refusals(PASSWORD)[0].startswith("No password can be set now, because the list of common ones is missing")
    settings.DEBUG = True
    assert refusals(PASSWORD) == []


def test_a_generated_password_passes() -> None:
    assert [refusals(generated()) for _ in range(20)] == [[]] * 20
