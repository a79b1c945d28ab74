"""Finds the access keys of requests, and remembers each for a second, so that a revoked key fails within two."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from ingest.endpoint.errors import unavailable
from ingest.endpoint.signatures import unknown_key
from streams.core import clock

logger = logging.getLogger(__name__)

KEPT = clock.SECOND  # milliseconds
MOST_KEPT = 10_000
MOST_ID = 128  # characters of an access key id
ENDING = 4  # characters of an id that a log shows
ACTIVE = "active"


class Grant(Protocol):
    def allows(self, scope: str, stream: str) -> bool: ...


class Key(Protocol):
    @property
    def secret(self) -> str: ...
    @property
    def grant(self) -> Grant: ...
    @property
    def state(self) -> str: ...


Find = Callable[[str, datetime], Key | None]


class _Known(NamedTuple):
    key: Key | None
    until: int


class Keys:
    """Answers from memory where it can; else it asks in another thread, since that may wait for a database."""

    def __init__(self, find: Find, now: clock.Clock) -> None:
        self._find = find
        self._now = now
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, "keys")

    async def active(self, key_id: str) -> Key:
        """Returns the key of this id. Raises ApiError if there is none, or if it is no longer valid."""
        known = self._known.get(key_id)
        if known is None or known.until <= self._now():
            known = await self._look(key_id)
        if known.key is None or known.key.state != ACTIVE:
            state = "unknown" if known.key is None else known.key.state
            logger.info("The access key *%s is refused: %s", key_id[-ENDING:], state)
            raise unknown_key()
        return known.key

    async def _look(self, key_id: str) -> _Known:
        if not 0 < len(key_id) <= MOST_ID or not key_id.isascii() or not key_id.isalnum():
            raise unknown_key()
        asked = self._now()
        try:
            key = await asyncio.get_running_loop().run_in_executor(self._thread, self._find, key_id, datetime.now(UTC))
        except Exception as error:
            logger.exception("An access key cannot be looked up")
            raise unavailable() from error
        known = self._known[key_id] = _Known(key, asked + KEPT)
        self._known.move_to_end(key_id)
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        return known
