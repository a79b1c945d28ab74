"""Keeps a password that a person chose, one-way: its hash is stored at the first run and checked at each later one.

    python examples/secrets/password.py keys.txt stored.txt < password.txt

A terminal is asked for the password unseen. bcrypt is slow on purpose: a person's password can be guessed, and each
guess costs a thief as long as a sign-in costs you. But bcrypt reads no more than 72 bytes, and its C code once
stopped at a NUL: two long passwords could be the same to it. So HMAC-SHA-384 comes first: its 48 bytes are 64
characters of base64, which fit, hold no NUL, and depend on every byte. HMAC's key is not in the database, so a
stolen table of hashes cannot be guessed at. A plain hash in HMAC's place would let a thief try the unsalted hashes
of another site's leak ("shucking").
"""

import argparse
import getpass
import hmac
import re
import sys
from base64 import b64encode
from pathlib import Path

import bcrypt
from encrypt import Ring, SecretError, read_ring, write

COST = 12  # 2^12 rounds: measure, and take what a sign-in may last (0.25 s or so)
LONGEST = 1024  # bytes, so that nobody makes us hash a megabyte
STORED = re.compile(r"bcrypt_hmac_sha384\$([\w-]+)(\$2b\$(\d\d)\$[./0-9A-Za-z]{53})", re.ASCII)


def prehash(password: bytes, key: bytes) -> bytes:
    return b64encode(hmac.digest(key, password, "sha384"))


def make(ring: Ring, password: bytes, cost: int = COST) -> str:
    """Returns the text to store: the key's id, and bcrypt's hash with its cost and a salt of its own."""
    if not 1 <= len(password) <= LONGEST:
        raise SecretError(f"A password has 1 to {LONGEST} bytes.")
    name = next(iter(ring))
    return f"bcrypt_hmac_sha384${name}{bcrypt.hashpw(prehash(password, ring[name]), bcrypt.gensalt(cost)).decode()}"


def is_right(ring: Ring, password: bytes, stored: str) -> bool:
    """Returns whether the password is the stored one. bcrypt compares in constant time."""
    parts = STORED.fullmatch(stored)
    if not parts or parts[1] not in ring:
        raise SecretError("The stored hash is damaged, or its key is not in the ring.")
    return len(password) <= LONGEST and bcrypt.checkpw(prehash(password, ring[parts[1]]), parts[2].encode())


def is_current(ring: Ring, stored: str) -> bool:
    """Returns whether a hash made now would have the same key and cost. Else make one: the password is at hand."""
    parts = STORED.fullmatch(stored)
    return parts is not None and (parts[1], int(parts[3])) == (next(iter(ring)), COST)


def ask() -> bytes:
    if sys.stdin.isatty():
        return getpass.getpass().encode("utf-8", "surrogatepass")
    return sys.stdin.buffer.readline(LONGEST + 2).rstrip(b"\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Stores a password's hash, or checks a password by it.")
    parser.add_argument("ring", type=Path)
    parser.add_argument("stored", type=Path)
    options = parser.parse_args()
    ring, password = read_ring(options.ring), ask()
    if options.stored.exists():
        stored = options.stored.read_text()
        if not is_right(ring, password, stored):
            sys.exit("The password is wrong.")
        print("The password is right.")
        if is_current(ring, stored):
            sys.exit()
    write(options.stored, make(ring, password).encode())
    print("Its hash is stored.")
