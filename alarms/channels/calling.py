"""Posts to addresses that people chose, behind the guard, and reads the answer as a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings

from alarms.channels.base import MASK, ConfigError, Outcome, Receipt
from common.guarded import Allowed, RefusedError, allowed, place
from common.guarded_http import Answer, Connection

MOST_ANSWER = 2000  # bytes of an answer that are read: the ledger keeps the first 500 characters
# Answers by which a receiver says that it cannot take anything now, rather than that it refuses this message.
AWAY = {401, 403, 404, 407, 408, 410, 421, 425, 429}
LONGEST_REST = 3600.0  # seconds that a receiver may ask for


@lru_cache(maxsize=4)
def _allowed(entries: tuple[str, ...]) -> Allowed:
    return allowed(entries)


def permitted() -> Allowed:
    """Returns the private places that the setting ALLOWED_TARGETS lets messages go to."""
    return _allowed(tuple(settings.ALLOWED_TARGETS))


def checked_url(url: str) -> str:
    """Returns an address that can be called in form. Raises ConfigError; its host is looked up at each call."""
    try:
        place(url)
    except RefusedError as error:
        raise ConfigError(str(error)) from None
    return url


def masked_url(url: str) -> str:
    """Returns scheme and host of an address: its path and query are often a secret."""
    where = place(url)
    return f"{where.scheme}://{where.authority}/{MASK if where.target != '/' else ''}"


class Caller:
    """Keeps the connection to one address."""

    def __init__(self, url: str) -> None:
        self._connection = Connection(place(url), permitted(), most=MOST_ANSWER)

    def post(self, headers: Mapping[str, str], body: bytes, *, seconds: float = 10.0) -> Receipt:
        """Posts and returns the receipt. Raises OSError where no answer came."""
        try:
            return receipt(self._connection.request("POST", headers, body, seconds=seconds))
        except RefusedError as error:
            return Receipt(Outcome.NEVER, str(error))

    def close(self) -> None:
        self._connection.close()


def receipt(answer: Answer) -> Receipt:
    """Returns the receipt for an answer: 2xx is good. A redirect is not followed: the receiver counts as away."""
    words = f"{answer.status} {answer.body.decode('utf-8', 'replace')}".strip()
    if 200 <= answer.status < 300:
        return Receipt(Outcome.GOOD, words)
    if 300 <= answer.status < 400:
        return Receipt(Outcome.LATER, f"{words}: a redirect, which is not followed")
    away = answer.status in AWAY or answer.status >= 500
    return Receipt(Outcome.LATER if away else Outcome.HELD, words, _rest(answer))


def _rest(answer: Answer) -> float:
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), LONGEST_REST) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0.0
