"""Puts records in requests of limited size, retries the refused ones, and keeps the order of each key.

No such service promises an order within a request, and later records overtake one that it refuses. So a request holds
at most one record of each partition key, and a key's next record waits until the one before is stored.
"""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import chain
from typing import NamedTuple

from streams.backends import limits
from streams.core.records import Entry, InvalidRecordError, StreamDownError, StreamError

RECORDS_A_REQUEST = 500  # the limit of PutRecords
BYTES_A_REQUEST = 10 << 20  # keys included
PATIENCE = 30.0  # seconds without any success until a put gives up
FIRST_PAUSE = 0.1  # seconds
LONGEST_PAUSE = 5.0


class BusyError(StreamDownError):
    """Means that the service throttled the call or failed for the moment: the same call may succeed later."""


class Outcome(NamedTuple):
    """Holds the outcome of one record: the shard that stored it, or the error."""

    shard: str = ""
    error: str = ""


class Waiting(NamedTuple):
    """Holds sources of time and chance: `monotonic` only grows, `pause` sleeps for seconds, `chance` returns 0 to 1."""

    monotonic: Callable[[], float]
    pause: Callable[[float], None]
    chance: Callable[[], float]


# Sends one request, without two records of a key. Raises BusyError if it may succeed later, else StreamError.
Send = Callable[[list[Entry]], Sequence[Outcome]]


class Backoff:
    """Returns pauses in seconds: each is random up to a bound that doubles ("full jitter")."""

    def __init__(self, chance: Callable[[], float], longest: float = LONGEST_PAUSE) -> None:
        self._chance = chance
        self._longest = longest
        self._failures = 0

    def next(self) -> float:
        bound: float = min(self._longest, FIRST_PAUSE * 2 ** min(self._failures, 32))
        self._failures += 1
        return bound * self._chance()

    def reset(self) -> None:
        self._failures = 0


class Put:
    """Runs one put."""

    def __init__(
        self,
        entries: Sequence[Entry],
        stream: str,
        send: Send,
        waiting: Waiting,
        request_bytes: int = BYTES_A_REQUEST,
    ) -> None:
        """Checks the entries. Raises InvalidRecordError."""
        self._entries = entries
        self._stream = stream
        self._send = send
        self._waiting = waiting
        self._request_bytes = request_bytes
        self._left = len(entries)
        self._landed = [""] * len(entries)
        self._queues: dict[str, deque[int]] = {}  # entries that are left, by key, as indexes of `entries`
        for place, (key, data) in enumerate(entries):
            limits.check(key, data)
            self._queues.setdefault(key, deque()).append(place)
        try:
            self._key_bytes = {key: len(key.encode()) for key in self._queues}
        except UnicodeEncodeError as error:
            raise InvalidRecordError(f"A partition key is not valid Unicode: {error}") from None
        self._ready = deque(self._queues)

    def run(self) -> list[str]:
        """Puts all entries; returns the shard of each.

        Raises StreamDownError, with the entries that are left, if none was stored for PATIENCE seconds.
        """
        backoff = Backoff(self._waiting.chance)
        deadline = self._waiting.monotonic() + PATIENCE
        while self._left:
            left = self._left
            reason = self._request()
            if self._left < left:
                deadline = self._waiting.monotonic() + PATIENCE
            if not reason:
                backoff.reset()
            elif self._waiting.monotonic() >= deadline:
                raise StreamDownError(f"{self._not_taken()} within {PATIENCE:.0f} s: {reason}.", self._not_in())
            else:
                self._waiting.pause(backoff.next())
        return self._landed

    def _request(self) -> str:
        """Sends one request; returns why some of its records were refused, or ""."""
        keys = self._next_keys()
        try:
            outcomes = self._send([self._entries[self._queues[key][0]] for key in keys])
        except BusyError as error:
            self._ready.extendleft(reversed(keys))
            return str(error)
        except StreamError as error:
            if self._left == len(self._entries):
                raise
            told = type(error)(f"{self._not_taken()}. {error}")
            if isinstance(told, StreamDownError):
                told.left = self._not_in()
            raise told from None
        return self._settle(keys, outcomes)

    def _next_keys(self) -> list[str]:
        """Returns the keys whose next records go into the next request."""
        keys: list[str] = []
        size = 0
        while self._ready and len(keys) < RECORDS_A_REQUEST:
            key = self._ready[0]
            size += self._key_bytes[key] + len(self._entries[self._queues[key][0]][1])
            if keys and size > self._request_bytes:
                break
            keys.append(self._ready.popleft())
        return keys

    def _settle(self, keys: list[str], outcomes: Sequence[Outcome]) -> str:
        """Records the accepted entries; puts the refused ones first in the next request. Returns the reasons."""
        refused = []
        reasons: Counter[str] = Counter()
        for key, outcome in zip(keys, outcomes, strict=True):
            if outcome.error:
                refused.append(key)
                reasons[outcome.error] += 1
                continue
            self._left -= 1
            self._landed[self._queues[key].popleft()] = outcome.shard
            if self._queues[key]:
                self._ready.append(key)
        self._ready.extendleft(reversed(refused))
        return ", ".join(f"{count} × {error}" for error, count in reasons.most_common())

    def _not_in(self) -> list[Entry]:
        return [self._entries[place] for place in sorted(chain.from_iterable(self._queues.values()))]

    def _not_taken(self) -> str:
        return f"{self._left} of {len(self._entries)} records were not taken by stream {self._stream!r}"
