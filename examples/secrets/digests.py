"""Keeps a token that chance made, one-way: the file of digests opens nothing, and a token is found by its digest.

    python examples/secrets/digests.py keys.txt digests.txt < token.txt

`digests.py keys.txt digests.txt --new token.txt` makes a token into a file that only you may read, and stores its
digest. A token of 256 random bits cannot be guessed, so one fast HMAC-SHA-256 does: no bcrypt, no salt, and it can
be looked up. (hashlib.sha256 alone would hold as well against guessing. With the key, a thief that can write to the
table still cannot put in the digest of a token of his own.) Never keep a person's password so: it can be guessed, a
thousand million times a second.
"""

import argparse
import hmac
import secrets
import sys
from hashlib import sha256
from pathlib import Path

from encrypt import Ring, derive, read_ring, write

PREFIX = "example_"  # by which scanners of repositories and logs find one that was left there
LONGEST = 200  # characters of a token


def make() -> str:
    """Returns a new token."""
    return PREFIX + secrets.token_urlsafe(32)


def digests(ring: Ring, token: str) -> list[str]:
    """Returns the digest under each key, the current one first: store the first, look for any."""
    return [hmac.new(derive(key, "digest token"), token.encode(), sha256).hexdigest() for key in ring.values()]


def is_known(ring: Ring, token: str, stored: list[str]) -> bool:
    """Returns whether the token's digest is stored.

    `==` would stop at the first difference, and its time could tell how much was right; compare_digest takes the same
    time for all. (An index of a database may be used all the same: nobody can choose a digest without the key.)
    """
    if not token.isascii() or len(token) > LONGEST:
        return False
    return any([hmac.compare_digest(one, each) for one in digests(ring, token) for each in stored])  # noqa: C419 - all


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Makes a token, or checks one by its stored digest.")
    parser.add_argument("ring", type=Path)
    parser.add_argument("digests", type=Path)
    parser.add_argument("--new", type=Path, metavar="FILE", help="make a token into this file")
    options = parser.parse_args()
    ring = read_ring(options.ring)
    stored = options.digests.read_text().split() if options.digests.exists() else []
    if options.new:
        token = make()
        write(options.new, token.encode())
        write(options.digests, "".join(f"{each}\n" for each in [*stored, digests(ring, token)[0]]).encode())
        print(f"The token is in {options.new}; its digest is stored.")
    elif is_known(ring, sys.stdin.readline(LONGEST + 2).strip(), stored):
        print("The token is known.")
    else:
        sys.exit("The token is not known.")
