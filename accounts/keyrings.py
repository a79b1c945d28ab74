"""Key rings: secrets in a list, the current one first, the ones before it still understood.

A ring is text (a setting, best from a file): items `id:base64key` apart by white space or commas. PASSWORD_KEYS goes
into password hashes. FIELD_KEYS encrypts what must be readable again, and makes digests of what need not be; each use
has a key of its own, derived from the ring's. How to change keys: docs/runbooks/keys.md.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SHORTEST = 32  # bytes of a key: what HMAC-SHA-256 and Fernet want (RFC 2104 §3; the Fernet specification)
LOCAL = "local"  # the id of the key that a development checkout makes for itself
ITEM = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,31}):([A-Za-z0-9+/_-]+={0,2})")


class KeyRingError(ValueError):
    """A ring that cannot be used, or a value that no key of the ring opens. The message names ids, never keys."""


@lru_cache(maxsize=16)
def parse(text: str) -> dict[str, bytes]:
    """The ring's keys by id, the current one first. KeyRingError says what is wrong with it."""
    items = [item for item in re.split(r"[\s,]+", text) if item]
    if not items:
        raise KeyRingError("holds no key")
    ring: dict[str, bytes] = {}
    for place, item in enumerate(items, start=1):
        name, key = _item(place, item)
        if name in ring or key in ring.values():
            raise KeyRingError(f"holds the id or the key of {name!r} twice")
        ring[name] = key
    return ring


def _item(place: int, item: str) -> tuple[str, bytes]:
    match = ITEM.fullmatch(item)
    if not match:  # not quoted: it may be a bare key
        raise KeyRingError(f"has an item, the {place}. one, that is not written id:base64key")
    try:
        key = b64decode(match[2].translate(str.maketrans("-_", "+/")), validate=True)
    except ValueError:
        raise KeyRingError(f"has a key, {match[1]!r}, that is not base64") from None
    if len(key) < SHORTEST:
        raise KeyRingError(f"has a key, {match[1]!r}, of {len(key)} bytes, where {SHORTEST} are needed")
    if len(set(key)) < SHORTEST // 4:  # chance gives 32 bytes about 30 different values
        raise KeyRingError(f"has a key, {match[1]!r}, that is a pattern, not chance")
    return match[1], key


def passwords() -> dict[str, bytes]:
    """The ring for password hashes."""
    return _ring("PASSWORD_KEYS")


def fields() -> dict[str, bytes]:
    """The ring for what is encrypted, and for digests."""
    return _ring("FIELD_KEYS")


def _ring(setting: str) -> dict[str, bytes]:
    try:
        return parse(getattr(settings, setting))
    except KeyRingError as error:
        raise KeyRingError(f"{setting} {error}.") from None


def current(ring: dict[str, bytes]) -> str:
    """The id of the key that new values get."""
    return next(iter(ring))


@lru_cache(maxsize=256)
def _derived(key: bytes, use: str) -> bytes:
    """32 bytes for one use of a key (RFC 5869), so that no use helps to attack another."""
    return HKDF(SHA256(), 32, salt=None, info=f"millrace {use}".encode()).derive(key)


def _fernet(key: bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(_derived(key, "encryption")))


def encrypt(text: str) -> str:
    """The text under the current key, as "id:token" of printable ASCII."""
    ring = fields()
    name = current(ring)
    return f"{name}:{_fernet(ring[name]).encrypt(text.encode()).decode()}"


def decrypt(token: str) -> str:
    """What encrypt() was given. KeyRingError when its key has left the ring, or when the token was touched."""
    ring = fields()
    name, _, sealed = token.partition(":")
    if not sealed:
        raise KeyRingError("This value is not encrypted by Millrace: restore it from a backup.")
    if name not in ring:
        raise KeyRingError(f"This value is encrypted with the key {name!r}: put that key back into FIELD_KEYS.")
    try:
        return _fernet(ring[name]).decrypt(sealed.encode()).decode()
    except InvalidToken:
        says = f"This value does not open with the key {name!r}: the key or the value is not what it was."
        raise KeyRingError(says) from None


def is_current(token: str) -> bool:
    """Whether encrypt() would use the same key today."""
    return token.partition(":")[0] == current(fields())


def digest(purpose: str, value: str) -> str:
    """A keyed one-way digest (HMAC-SHA-256, 64 hex digits) of a value that has chance enough not to be guessed.

    `purpose` keeps digests of different kinds apart. Store this; look up with digests().
    """
    return digests(purpose, value)[0]


def digests(purpose: str, value: str) -> list[str]:
    """The digest under every key of the ring, the current first: what a stored digest of the value may be."""
    return [_digest(key, purpose, value) for key in fields().values()]


def _digest(key: bytes, purpose: str, value: str) -> str:
    # A value from a request may hold what is not text (a lone surrogate): it has a digest like any other.
    return hmac.digest(_derived(key, f"digest {purpose}"), value.encode("utf-8", "surrogatepass"), "sha256").hex()


def refusals(text: str) -> Iterable[str]:
    """What is wrong with a ring where people can reach the site, each as what it does: "holds no key"."""
    try:
        ring = parse(text)
    except KeyRingError as error:
        return [str(error)]
    return ["holds the key of a development checkout"] if LOCAL in ring else []
