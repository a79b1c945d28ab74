from collections.abc import Iterator

import bcrypt
import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import (
    BCryptSHA256PasswordHasher,
    check_password,
    identify_hasher,
    is_password_usable,
    make_password,
)
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.adapters import MISMATCH
from accounts.models import User
from accounts.passwords import hashers
from accounts.passwords.hashers import KeyedBCryptHasher, UnkeyedBCryptHasher
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_keyrings import NEW, OLD, item

HASHER = KeyedBCryptHasher()
SALT = b"$2b$04$abcdefghijklmnopqrstuu"
TEXT = st.text(min_size=15, max_size=200)


@pytest.fixture(autouse=True)
def ring(settings: Settings, fast_bcrypt: None) -> Settings:
    settings.PASSWORD_KEYS = item("old", OLD)
    return settings


@pytest.fixture
def costs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The cost of every bcrypt from here on."""
    done: list[int] = []
    real = bcrypt.hashpw

    def counted(password: bytes, salt: bytes) -> bytes:
        done.append(int(salt[4:6]))
        return real(password, salt)

    monkeypatch.setattr(bcrypt, "hashpw", counted)
    yield done


# Made with openssl dgst -sha384 -mac HMAC -binary | base64, and libxcrypt's crypt(3).
@pytest.mark.parametrize(
    ("password", "checksum"),
    [
        ("correct horse battery staple", "H6iuYdLG.AfwtBVQqewkIxWyuyQttk."),
        ("naïve – ☃ " * 20, "M1psDD0IRouiBYiRqQSQ5t5rfezsL1u"),
        ("a\0b" + "c" * 30, "NkUKKE8rhxKi4GZDDbFahx1eqoYg73G"),
    ],
)
def test_hash_equals_that_of_other_programs(password: str, checksum: str) -> None:
    encoded = f"bcrypt_hmac_sha384$old{SALT.decode()}{checksum}"
    assert HASHER.encode(password, SALT) == encoded
    assert check_password(password, encoded) and len(encoded) <= 128


@given(TEXT)
def test_password_of_any_text_verifies(password: str) -> None:
    assert HASHER.verify(password, HASHER.encode(password, SALT))


@given(TEXT, st.data())
@settings(max_examples=100)
def test_password_with_a_different_byte_fails(password: str, data: st.DataObject) -> None:
    octets = bytearray(password.encode())
    place, other = data.draw(st.integers(0, len(octets) - 1)), data.draw(st.integers(1, 255))
    octets[place] ^= other
    encoded = HASHER.encode(password, SALT)
    assert not HASHER.verify(octets.decode("utf-8", "surrogateescape"), encoded)


@pytest.mark.parametrize("near", [PASSWORD + " ", " " + PASSWORD, PASSWORD.upper(), PASSWORD + "\0", PASSWORD[:-1]])
def test_a_password_counts_exactly_as_typed(near: str) -> None:
    assert not check_password(near, make_password(PASSWORD))


def test_hash_depends_on_the_key(ring: Settings) -> None:
    encoded = make_password(PASSWORD)
    ring.PASSWORD_KEYS = item("old", NEW)
    assert not check_password(PASSWORD, encoded)


def test_hash_is_renewed_at_sign_in_when_key_or_cost_changed(
    ring: Settings, monkeypatch: pytest.MonkeyPatch, ada: User, client: Client
) -> None:
    before = User.objects.get().password
    ring.PASSWORD_KEYS = f"{item('new', NEW)} {item('old', OLD)}"
    monkeypatch.setattr(KeyedBCryptHasher, "rounds", 5)
    assert client.post("/accounts/sign-in/", {"username": "ada", "password": PASSWORD}).status_code == 302
    after = User.objects.get().password
    assert before.startswith("bcrypt_hmac_sha384$old$2b$04$") and after.startswith("bcrypt_hmac_sha384$new$2b$05$")
    ring.PASSWORD_KEYS = item("new", NEW)
    assert check_password(PASSWORD, after) and not check_password(PASSWORD, before)


def test_hash_without_key_is_replaced_by_a_keyed_one_at_sign_in(ada: User, client: Client) -> None:
    User.objects.update(password=BCryptSHA256PasswordHasher().encode(PASSWORD, SALT))  # type: ignore[arg-type]
    assert client.post("/accounts/sign-in/", {"username": "ada", "password": PASSWORD}).status_code == 302
    assert User.objects.get().password.startswith("bcrypt_hmac_sha384$old$")


def test_an_unknown_key_fails_closed_after_the_same_work(
    ring: Settings, costs: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    encoded = make_password(PASSWORD)
    ring.PASSWORD_KEYS = item("new", NEW)
    costs.clear()
    assert not check_password(PASSWORD, encoded) and costs == [4]
    assert "key old cannot be checked: put it back into PASSWORD_KEYS" in caplog.text
    assert PASSWORD not in caplog.text and encoded not in caplog.text


@pytest.mark.parametrize(
    "damaged", ["", "$$", "$2b$04$short", *(f"$2{c}$" + "x" * 53 for c in ("b$99", "y$04", "b$04"))]
)
def test_a_damaged_hash_fails_closed(damaged: str) -> None:
    assert not check_password(PASSWORD, "bcrypt_hmac_sha384$old" + damaged)


def work(user: User, password: str, costs: list[int]) -> int:
    """Returns the cost of a failed sign-in, in units of 2^cost."""
    costs.clear()
    assert authenticate(username=user.username, password=password) is None
    return sum(2**cost for cost in costs)


@pytest.mark.parametrize("cost", [4, 5, 7])
@pytest.mark.parametrize("hasher", [KeyedBCryptHasher, UnkeyedBCryptHasher])
def test_a_wrong_password_costs_the_same_for_any_hash_and_for_an_unknown_name(
    ada: User, costs: list[int], monkeypatch: pytest.MonkeyPatch, hasher: type[BCryptSHA256PasswordHasher], cost: int
) -> None:
    User.objects.update(password=hasher().encode(PASSWORD, SALT.replace(b"04", b"%02d" % cost)))  # type: ignore[arg-type]
    for each in (KeyedBCryptHasher, UnkeyedBCryptHasher):
        monkeypatch.setattr(each, "rounds", 7)
    assert work(ada, "wrong" * 5, costs) == work(User(username="nobody"), "wrong" * 5, costs) == 2**7


@pytest.mark.parametrize("hasher", [KeyedBCryptHasher, UnkeyedBCryptHasher])
@pytest.mark.parametrize("long", ["x" * 1_000_000, "x" * 1025, "é" * 513])
def test_a_password_that_is_too_long_is_never_hashed(
    ada: User, costs: list[int], monkeypatch: pytest.MonkeyPatch, hasher: type[BCryptSHA256PasswordHasher], long: str
) -> None:
    User.objects.update(password=hasher().encode(PASSWORD, SALT))  # type: ignore[arg-type]
    monkeypatch.setattr(hashers, "prehash", None)  # calling it would fail
    assert work(ada, long, costs) == work(User(username="nobody"), long, costs) == 0
    assert not is_password_usable(make_password(long))


def test_a_password_of_the_greatest_length_works() -> None:
    assert check_password("é" * 512, make_password("é" * 512))
    assert not check_password("é" * 511 + "è", make_password("é" * 512))


def test_summary_of_a_hash_shows_no_more_than_djangos() -> None:
    summary = identify_hasher(make_password(PASSWORD)).safe_summary(HASHER.encode(PASSWORD, SALT))
    assert summary["work factor"] == 4 and summary["salt"] == "abcdef****************"


def answer(client: Client, name: str, password: str, costs: list[int]) -> tuple[int, bool, int]:
    """Of the sign-in page: status, whether it says that name and password do not match, and the work done."""
    costs.clear()
    page = client.post("/accounts/sign-in/", {"username": name, "password": password})
    return page.status_code, MISMATCH in page.content.decode(), sum(2**cost for cost in costs)


def test_the_sign_in_page_does_the_same_work_for_a_wrong_password_and_an_unknown_name(
    client: Client, ada: User, costs: list[int]
) -> None:
    assert answer(client, "ada", "wrong" * 5, costs) == answer(client, "eve", "wrong" * 5, costs) == (200, True, 2**4)


def test_sign_in_page_does_not_hash_a_megabyte(client: Client, ada: User, costs: list[int]) -> None:
    long = "x" * 1_000_000
    assert answer(client, "ada", long, costs) == answer(client, "eve", long, costs) == (200, True, 0)


@pytest.mark.parametrize("password", ["  both ends count  ", "tab\tand é and ☃ and 15", "é" * 512])
def test_the_sign_in_page_takes_a_password_exactly_as_typed(client: Client, ada: User, password: str) -> None:
    ada.set_password(password)
    ada.save()
    for near in (password.strip() + "!", password[:-1], password + " "):
        assert client.post("/accounts/sign-in/", {"username": "ada", "password": near}).status_code == 200
    assert client.post("/accounts/sign-in/", {"username": "ada", "password": password}).status_code == 302
