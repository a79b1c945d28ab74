"""Signs messages between two that share a key, and checks them: nobody else can make, change, delay or repeat one.

    python examples/secrets/hmac_sign.py keys.txt sign < messages.txt

It prints a signed line for each line; `verify` reads those and prints the messages. The message itself stays
readable. HMAC-SHA-256 signs the message together with its time and a number that is used once. The receiver refuses
a message that is more than WINDOW seconds old, and within the window one that it has seen; it need remember no
longer than that. A receiver that can check such a signature can make one, too: use Ed25519 where it must not. Never
sign by sha256(key + message): it can be extended.
"""

import argparse
import hmac
import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from encrypt import Ring, derive, read_ring

WINDOW = 300  # seconds that a message may travel, and that the two clocks may differ
MOST_SEEN = 1_000_000  # messages of a window; beyond that, messages are refused
MOST_CHARACTERS = 1 << 20  # of a signed line


def sign(ring: Ring, message: str, now: float) -> str:
    """Returns the message as a signed line, under the current key."""
    name = next(iter(ring))
    signed: dict[str, str | int] = {"message": message, "time": int(now), "once": secrets.token_hex(16), "key": name}
    return json.dumps(signed | {"signature": _signature(ring[name], signed)})


def _signature(key: bytes, signed: dict[str, str | int]) -> str:
    """Returns the signature over a text that can be read in one way alone: JSON keeps the fields apart."""
    text = json.dumps([signed[name] for name in ("key", "time", "once", "message")])
    return hmac.digest(derive(key, "signing"), text.encode(), "sha256").hex()


class Verifier:
    """Checks messages, and remembers those of the window. Of several processes, each must have the same memory."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._seen = dict[str, float]()  # until when, by the number used once; the first to end comes first

    def verify(self, line: str, now: float) -> str:
        """Returns the message of a signed line. Raises ValueError with the reason."""
        try:
            signed: Any = json.loads(line) if len(line) <= MOST_CHARACTERS else None
            right = _signature(self._ring[signed["key"]], signed)
            is_right = hmac.compare_digest(right.encode(), signed["signature"].encode())  # in constant time
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise ValueError("this is no signed line, or its key is not in the ring") from None
        if not is_right:
            raise ValueError("the signature is wrong")
        if abs(now - signed["time"]) > WINDOW:  # only now, for before it could be anybody's
            raise ValueError("it is too old, or the clocks differ")
        self._forget(now)
        if signed["once"] in self._seen or len(self._seen) >= MOST_SEEN:
            raise ValueError("it came before, or too many came")
        self._seen[signed["once"]] = now + 2 * WINDOW  # by then it is too old, even from a clock ahead
        return str(signed["message"])

    def _forget(self, now: float) -> None:
        while self._seen and self._seen[once := next(iter(self._seen))] < now:
            del self._seen[once]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Signs lines, or checks signed lines.")
    parser.add_argument("ring", type=Path)
    parser.add_argument("does", choices=["sign", "verify"])
    options = parser.parse_args()
    ring, code = read_ring(options.ring), 0
    verifier = Verifier(ring)
    for number, line in enumerate(map(str.rstrip, sys.stdin), 1):
        try:
            print(sign(ring, line, time.time()) if options.does == "sign" else verifier.verify(line, time.time()))
        except ValueError as error:
            print(f"Line {number} is refused: {error}.", file=sys.stderr)
            code = 1
    sys.exit(code)
