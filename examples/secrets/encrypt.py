"""Encrypts a file that must be readable again, and decrypts it: two-way, and nobody can change it unnoticed.

    python examples/secrets/encrypt.py keys.txt encrypt plain.txt sealed.txt

And back: `decrypt sealed.txt plain.txt`. keys.txt is a ring, a line `id:base64key` each, the current key first;
rotate.py makes one. Fernet encrypts (AES-CBC) and authenticates (HMAC-SHA-256), so that a changed value opens
nothing. It is used with a key that HKDF derives for this use alone: no other use of the ring's key helps to attack
it, and the other examples derive theirs from the same ring. The id stands before each value, so that values under a
former key can be read.
"""

import argparse
import os
import re
from base64 import b64decode, urlsafe_b64encode
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ITEM = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,31}):([A-Za-z0-9+/]{43}=)")  # 32 bytes
Ring = dict[str, bytes]


class SecretError(SystemExit):
    """Says the fault of a ring or a value. The message names ids, never keys or values."""


def read_ring(path: Path) -> Ring:
    """Returns the keys by their ids, the current one first. Raises SecretError."""
    if not path.exists():
        raise SecretError(f"There is no {path}: python examples/secrets/rotate.py {path} --add k1")
    if path.stat().st_mode & 0o077:
        raise SecretError(f"Other users may read {path}: chmod 600 {path}")
    items = [ITEM.fullmatch(line) for line in path.read_text().split()]
    ring = {item[1]: b64decode(item[2]) for item in items if item}
    if not items or len(set(ring.values())) < len(items):
        raise SecretError(f"{path} is no ring: a line `id:base64key` each, 32 bytes a key, no id or key twice.")
    return ring


def derive(key: bytes, use: str) -> bytes:
    """Returns a key of 32 bytes for one use of the ring's key (RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=f"millrace {use}".encode()).derive(key)


def encrypt(ring: Ring, value: bytes) -> str:
    """Returns the value encrypted under the current key: "id:token"."""
    name = next(iter(ring))
    return f"{name}:{_fernet(ring[name]).encrypt(value).decode()}"


def decrypt(ring: Ring, sealed: str) -> bytes:
    """Returns the value that encrypt() was given. Raises SecretError."""
    name, _, token = sealed.partition(":")
    if name not in ring:
        raise SecretError("The value's key is not in the ring: put it back.")
    try:
        return _fernet(ring[name]).decrypt(token.encode())
    except InvalidToken:
        raise SecretError(
            f"The value does not open with the key {name!r}: the key or the value is not what it was."
        ) from None


def _fernet(key: bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(derive(key, "encryption")))


def write(path: Path, content: bytes) -> None:
    """Writes a file that only its owner may read, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    new.replace(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Encrypts or decrypts a file.")
    parser.add_argument("ring", type=Path)
    parser.add_argument("does", choices=["encrypt", "decrypt"])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    options = parser.parse_args()
    ring, content = read_ring(options.ring), options.source.read_bytes()
    write(
        options.target,
        encrypt(ring, content).encode() if options.does == "encrypt" else decrypt(ring, content.decode()),
    )
