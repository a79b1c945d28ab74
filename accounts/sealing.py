"""Derives keys and encrypts text, by the package cryptography. accounts/keyrings.py imports this where it is used."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive(key: bytes, use: bytes) -> bytes:
    """Returns 32 bytes for one use of a key (RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=use).derive(key)


def seal(key: bytes, text: str) -> str:
    """Returns the text encrypted under a key of 32 bytes, in printable ASCII."""
    return _fernet(key).encrypt(text.encode()).decode()


def open_sealed(key: bytes, token: str) -> str | None:
    """Returns the text that `seal` was given; None if the key is another one or the token was changed."""
    try:
        return _fernet(key).decrypt(token.encode()).decode()
    except InvalidToken:
        return None


def _fernet(key: bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(key))
