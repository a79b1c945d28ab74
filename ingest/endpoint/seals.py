"""Seals shard iterators and paging tokens, which a client is handed and hands back, so that no client can make one."""

import base64
import binascii
import hmac
from collections.abc import Sequence

MARK = 16  # bytes


class Seals:
    """Seals and opens texts with keys derived from secrets; the first seals, all of them open."""

    def __init__(self, secrets: Sequence[str], purpose: str) -> None:
        self._keys = [hmac.digest(secret.encode(), f"millrace {purpose} 1".encode(), "sha256") for secret in secrets]

    def seal(self, content: bytes) -> str:
        return base64.b64encode(_mark(self._keys[0], content) + content).decode()

    def open(self, text: str) -> bytes | None:
        """Returns the content of a sealed text; None if it was not sealed here."""
        try:
            sealed = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
        mark, content = sealed[:MARK], sealed[MARK:]
        ours = any(hmac.compare_digest(_mark(key, content), mark) for key in self._keys)
        # base64 has spare bits at its end: only the form that was handed out is ours.
        return content if ours and base64.b64encode(sealed).decode() == text else None


def _mark(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")[:MARK]
