"""Key rings: lists of secrets. The first key is the current one; values under the later keys can still be read.

A ring is text (a setting, best from a file): items `id:base64key`, separated by white space or commas. PASSWORD_KEYS
goes into password hashes. FIELD_KEYS encrypts values that must be readable again, and makes digests of the others; each
use has a key of its own, derived from the ring's. How to change keys: docs/runbooks/keys.md.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode
from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings

SHORTEST = 32  # bytes of a key, as HMAC-SHA-256 and Fernet need them (RFC 2104 §3; the Fernet specification)
LOCAL = "local"  # the id of the key that a development checkout makes for itself
ITEM = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,31}):([A-Za-z0-9+/_-]+={0,2})")


class KeyRingError(ValueError):
    """Says that a ring cannot be used, or that no key of the ring opens a value. The message names ids, never keys."""


@lru_cache(maxsize=16)
def parse(text: str) -> dict[str, bytes]:
    """Returns the ring's keys by id, the current one first. Raises KeyRingError with the reason."""
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
    """Returns the ring for password hashes."""
    return _ring("PASSWORD_KEYS")


def fields() -> dict[str, bytes]:
    """Returns the ring for encrypted values and for digests."""
    return _ring("FIELD_KEYS")


def _ring(setting: str) -> dict[str, bytes]:
    try:
        return parse(getattr(settings, setting))
    except KeyRingError as error:
        raise KeyRingError(f"{setting} {error}.") from None


def current(ring: dict[str, bytes]) -> str:
    """Returns the id of the key for new values."""
    return next(iter(ring))


@lru_cache(maxsize=256)
def _derived(key: bytes, use: str) -> bytes:
    """Returns 32 bytes for one use of a key (RFC 5869), so that no use helps to attack another."""
    from accounts.sealing import derive  # noqa: PLC0415 - it takes 17 ms to import, and few commands need it

    return derive(key, f"millrace {use}".encode())


def encrypt(text: str) -> str:
    """Returns the text encrypted under the current key, as "id:token" in printable ASCII."""
    from accounts.sealing import seal  # noqa: PLC0415 - as above

    ring = fields()
    name = current(ring)
    return f"{name}:{seal(_derived(ring[name], 'encryption'), text)}"


def decrypt(token: str) -> str:
    """Returns the text that encrypt() was given. Raises KeyRingError if its key left the ring or the token changed."""
    from accounts.sealing import open_sealed  # noqa: PLC0415 - as above

    ring = fields()
    name, _, sealed = token.partition(":")
    if not sealed:
        raise KeyRingError("This value is not encrypted by Millrace: restore it from a backup.")
    if name not in ring:
        raise KeyRingError(f"This value is encrypted with the key {name!r}: put that key back into FIELD_KEYS.")
    opened = open_sealed(_derived(ring[name], "encryption"), sealed)
    if opened is None:
        raise KeyRingError(f"This value does not open with the key {name!r}: the key or the value is not what it was.")
    return opened


def is_current(token: str) -> bool:
    """Returns whether the value is encrypted under the current key."""
    return token.partition(":")[0] == current(fields())


def digest(purpose: str, value: str) -> str:
    """Returns a keyed one-way digest (HMAC-SHA-256, 64 hex digits) of a value that is too random to be guessed.

    `purpose` separates digests of different kinds. Store this digest; look it up with digests().
    """
    return digests(purpose, value)[0]


def digests(purpose: str, value: str) -> list[str]:
    """Returns the digest under every key of the ring, the current one first, to match a stored digest."""
    return [_digest(key, purpose, value) for key in fields().values()]


def _digest(key: bytes, purpose: str, value: str) -> str:
    # A value from a request may hold a lone surrogate, which is no valid text: it gets a digest, too.
    return hmac.digest(_derived(key, f"digest {purpose}"), value.encode("utf-8", "surrogatepass"), "sha256").hex()


def refusals(text: str) -> Iterable[str]:
    """Yields the faults of a ring on a site that people can reach, each as a predicate: "holds no key"."""
    try:
        ring = parse(text)
    except KeyRingError as error:
        return [str(error)]
    return ["holds the key of a development checkout"] if LOCAL in ring else []
