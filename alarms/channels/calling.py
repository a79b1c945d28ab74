"""Posts to addresses that people chose, behind the guard, and reads the answer as a receipt."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings

from alarms.channels.base import LONGEST_REST, MASK, ConfigError, Outcome, Receipt, Session
from alarms.letters import Letter
from common.guarded import Allowed, RefusedError, allowed, place
from common.guarded_http import Answer, Connection, head

SECONDS = 10.0  # for one request, from the look-up of the name to the last byte
MOST_ANSWER = 2000  # bytes of an answer that are read: the ledger keeps the first 500 characters
# Answers by which a receiver says that it cannot take anything now, rather than that it refuses this message.
AWAY = {401, 403, 404, 407, 408, 410, 421, 425, 429}


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


class PostSession(Session):
    """Posts each message to one address, over a connection that is kept.

    `send` makes one request and waits. The senders of `manage.py notify` make the requests of many sessions at a time:
    they send `encoded` over the session's connection by themselves.
    """

    def __init__(self, url: str) -> None:
        self.connection = Connection(place(url), permitted(), most=MOST_ANSWER)

    @abstractmethod
    def request(self, letter: Letter) -> tuple[Mapping[str, str], bytes]:
        """Returns the headers and the body of the request for a message."""

    def encoded(self, letter: Letter) -> bytes:
        """Returns the whole request for a message. Raises RefusedError for a header that cannot be sent."""
        headers, body = self.request(letter)
        return head("POST", self.connection.where, headers, len(body)) + body

    def send(self, letter: Letter) -> Receipt:
        headers, body = self.request(letter)
        try:
            return receipt(self.connection.request("POST", headers, body, seconds=SECONDS))
        except RefusedError as error:
            return Receipt(Outcome.NEVER, str(error))

    def close(self) -> None:
        self.connection.close()


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
