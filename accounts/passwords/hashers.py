"""Hashes passwords: bcrypt over a keyed digest, bcrypt(base64(HMAC-SHA-384(password, key))).

The key, from a secret file, makes a stolen table of hashes useless without it, and useless for "shucking" hashes
leaked elsewhere (OWASP Password Storage Cheat Sheet). 64 base64 characters fit into bcrypt's 72 bytes and hold no NUL,
so a password counts to its last byte, exactly as typed. Encoded: bcrypt_hmac_sha384$KEY_ID$2b$COST$SALT_AND_CHECKSUM.
"""

from __future__ import annotations

import hmac
import logging
import re
from base64 import b64encode
from typing import Any

import bcrypt
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, BCryptSHA256PasswordHasher
from django.utils.crypto import constant_time_compare, get_random_string

from accounts import keyrings

LONGEST = 1024  # bytes of UTF-8. ASVS 5.0 6.2.9 asks for 64 characters or more; an unbounded length is an attack
ENCODED = re.compile(
    r"bcrypt_hmac_sha384\$([\w-]+)((\$2b\$(0[4-9]|1\d)\$[./0-9A-Za-z]{21}[.Oeu])[./0-9A-Za-z]{31})", re.ASCII
)

logger = logging.getLogger(__name__)


def is_too_long(password: str) -> bool:
    """Returns whether the password is over LONGEST. Called first, so that no request makes us hash a megabyte."""
    return len(password) > LONGEST or len(_bytes(password)) > LONGEST


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")  # JSON may contain a lone surrogate; it is compared like any other


def prehash(password: str, key: bytes) -> bytes:
    """Returns the input of bcrypt: 64 bytes of base64."""
    return b64encode(hmac.digest(key, _bytes(password), "sha384"))


class KeyedBCryptHasher(BCryptSHA256PasswordHasher):
    """Makes every new hash. A hash with a former key or another cost is replaced at the next sign-in."""

    algorithm = "bcrypt_hmac_sha384"
    rounds = settings.PASSWORD_COST

    def encode(self, password: str, salt: Any) -> str:
        """Returns the encoded hash under the current key; for a password over LONGEST, a hash that no password matches.

        This raises no error, because Django hashes a password to spend the same time when the user name is unknown.
        """
        if is_too_long(password):
            return UNUSABLE_PASSWORD_PREFIX + get_random_string(40)
        ring = keyrings.passwords()
        name = keyrings.current(ring)
        return f"{self.algorithm}${name}{_bcrypt(prehash(password, ring[name]), salt)}"

    def verify(self, password: str, encoded: str) -> bool:
        """Returns False, after the same time, for a wrong password, an unknown key and a damaged hash."""
        if is_too_long(password):
            return False
        parts, ring = ENCODED.fullmatch(encoded), keyrings.passwords()
        if not parts or parts[1] not in ring:
            name = parts[1] if parts else "?"
            logger.error("A password hashed with key %s cannot be checked: put it back into PASSWORD_KEYS.", name)
            _bcrypt(b"", parts[3].encode() if parts else bcrypt.gensalt(self.rounds))
            return False
        return constant_time_compare(parts[2], _bcrypt(prehash(password, ring[parts[1]]), parts[3].encode()))

    def decode(self, encoded: str) -> dict[str, Any]:
        parts = ENCODED.fullmatch(encoded)
        if not parts:
            raise ValueError("This is not a hash of KeyedBCryptHasher.")
        name, data, salt, cost = parts.groups()
        return {
            "algorithm": self.algorithm,
            "key": name,
            "algostr": "2b",
            "work_factor": int(cost),
            "salt": salt[7:],
            "checksum": data[len(salt) :],
        }

    def must_update(self, encoded: str) -> bool:
        """Returns whether a hash made today would have another key or cost."""
        parts = ENCODED.fullmatch(encoded)
        return not parts or (parts[1], int(parts[4])) != (keyrings.current(keyrings.passwords()), self.rounds)

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Spends, after a wrong password, the time that a hash of today's cost takes longer than this one."""
        parts = ENCODED.fullmatch(encoded)
        _spend(int(parts[4]) if parts else self.rounds, self.rounds)


class UnkeyedBCryptHasher(BCryptSHA256PasswordHasher):
    """Checks hashes made before keys were introduced; a sign-in replaces them. Takes as long as the keyed hasher."""

    rounds = settings.PASSWORD_COST

    def verify(self, password: str, encoded: str) -> bool:
        if is_too_long(password):
            return False
        correct: bool = super().verify(password, encoded)
        if not correct:  # Django evens out the time only for hashes of the first hasher
            _spend(int(self.decode(encoded)["work_factor"]), self.rounds)
        return correct


def _bcrypt(password: bytes, salt: bytes) -> str:
    return bcrypt.hashpw(password, salt).decode("ascii")


def _spend(cost: int, up_to: int) -> None:
    """Takes the time between two costs: 2^cost + … + 2^(up_to - 1) = 2^up_to - 2^cost."""
    for each in range(cost, up_to):
        _bcrypt(b"", bcrypt.gensalt(each))
