import hmac
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts import keyrings
from accounts.keyrings import KeyRingError

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def item(name: str, key: bytes) -> str:
    return f"{name}:{b64encode(key).decode()}"


@pytest.fixture
def rings(settings: Settings) -> Settings:
    settings.FIELD_KEYS = item("old", OLD)
    return settings


def test_key_ring_is_read_in_order_with_any_separator() -> None:
    urlsafe = urlsafe_b64encode(b"\xff" * 8 + OLD).decode()
    text = f"\n{item('new', NEW)}\r\n{item('old', OLD)}, third:{urlsafe}\n"
    assert list(keyrings.parse(text).items()) == [("new", NEW), ("old", OLD), ("third", b"\xff" * 8 + OLD)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no key"),
        (" ,\n", "holds no key"),
        (b64encode(OLD).decode(), "has an item, the 1. one, that is not written id:base64key"),
        (f"{item('a', OLD)} b:", "has an item, the 2. one, that is not written id:base64key"),
        ("a:\x00", "has an item, the 1. one, that is not written id:base64key"),
        ("a:QUJ", "has a key, 'a', that is not base64"),
        (item("a", OLD[:31]), "has a key, 'a', of 31 bytes, where 32 are needed"),
        (item("a", b"secret" * 9), "has a key, 'a', that is a pattern, not chance"),
        (f"{item('a', OLD)} {item('a', NEW)}", "holds the id or the key of 'a' twice"),
        (f"{item('a', OLD)} {item('b', OLD)}", "holds the id or the key of 'b' twice"),
    ],
)
def test_unusable_key_ring_is_refused_without_quoting_a_key(text: str, says: str) -> None:
    with pytest.raises(KeyRingError) as refusal:
        keyrings.parse(text)
    assert str(refusal.value) == says


def test_a_missing_ring_is_named(settings: Settings) -> None:
    settings.PASSWORD_KEYS = ""
    with pytest.raises(KeyRingError, match=r"^PASSWORD_KEYS holds no key\.$"):
        keyrings.passwords()


@given(st.text())
def test_encrypted_text_decrypts_to_the_original(text: str) -> None:
    assert keyrings.decrypt(keyrings.encrypt(text)) == text


def test_same_text_encrypts_differently_each_time(rings: Settings) -> None:
    first, second = keyrings.encrypt("seed"), keyrings.encrypt("seed")
    assert first != second and first.startswith("old:") and "seed" not in first


def test_old_key_decrypts_while_it_is_in_the_ring(rings: Settings) -> None:
    token = keyrings.encrypt("seed")
    rings.FIELD_KEYS = f"{item('new', NEW)} {item('old', OLD)}"
    assert (keyrings.decrypt(token), keyrings.is_current(token)) == ("seed", False)
    assert keyrings.is_current(keyrings.encrypt("seed"))
    rings.FIELD_KEYS = item("new", NEW)
    with pytest.raises(KeyRingError, match="encrypted with the key 'old': put that key back into FIELD_KEYS"):
        keyrings.decrypt(token)


def test_modified_ciphertext_does_not_decrypt(rings: Settings) -> None:
    token = keyrings.encrypt("seed")
    for place in range(len("old:"), len(token) - 2, 7):
        touched = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(KeyRingError, match="does not open with the key 'old'"):
            keyrings.decrypt(touched)


@pytest.mark.parametrize("value", ["", "JBSWY3DPEHPK3PXP", "old", "old:", "old:\x00", "old:é", "x" * 1_000_000])
def test_plain_text_does_not_decrypt_and_raises_one_clear_error(rings: Settings, value: str) -> None:
    with pytest.raises(KeyRingError, match=r"^This value "):
        keyrings.decrypt(value)


def test_reused_key_id_does_not_decrypt_older_text(rings: Settings) -> None:
    token = keyrings.encrypt("seed")
    rings.FIELD_KEYS = item("old", NEW)
    with pytest.raises(KeyRingError, match="does not open"):
        keyrings.decrypt(token)


def test_a_digest_depends_on_purpose_value_and_key(rings: Settings) -> None:
    digest = keyrings.digest("token", "value")
    assert len(digest) == 64 and digest == keyrings.digest("token", "value")
    assert len({digest, keyrings.digest("device", "value"), keyrings.digest("token", "valuf")}) == 3
    assert keyrings.digest("token", "\ud800") != keyrings.digest("token", "\ud801")


def test_a_stored_digest_is_found_after_a_rotation(rings: Settings) -> None:
    stored = keyrings.digest("token", "value")
    rings.FIELD_KEYS = f"{item('new', NEW)} {item('old', OLD)}"
    assert keyrings.digests("token", "value") == [keyrings.digest("token", "value"), stored]


def test_digest_equals_that_of_the_standards(rings: Settings) -> None:
    extracted = hmac.digest(bytes(32), OLD, "sha256")  # RFC 5869
    key = hmac.digest(extracted, b"millrace digest token\x01", "sha256")
    assert keyrings.digest("token", "value") == hmac.digest(key, b"value", "sha256").hex()
