"""Signs messages as Standard Webhooks 1.0.0 says: https://github.com/standard-webhooks/standard-webhooks.

The signature is HMAC-SHA-256 over "id.timestamp.body". While a secret is changed, a message carries two signatures.
"""

import hmac
import secrets
from base64 import b64decode, b64encode

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes of a secret, as the specification says


def new_secret() -> str:
    """Returns a secret of 32 random bytes."""
    return PREFIX + b64encode(secrets.token_bytes(32)).decode()


def key(secret: str) -> bytes:
    """Returns the bytes of a secret. Raises ValueError with a sentence."""
    try:
        found = b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        raise ValueError(f"The secret is not {PREFIX} and base64.") from None
    if not SHORTEST <= len(found) <= LONGEST:
        raise ValueError(f"The secret has {len(found)} bytes, where {SHORTEST} to {LONGEST} are right.")
    return found


def signatures(keys: list[bytes], name: str, timestamp: int, body: bytes) -> str:
    """Returns the value of the header webhook-signature."""
    content = b"%b.%d.%b" % (name.encode(), timestamp, body)
    return " ".join("v1," + b64encode(hmac.digest(each, content, "sha256")).decode() for each in keys)
