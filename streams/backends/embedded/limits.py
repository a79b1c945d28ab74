"""Gives the embedded stream the limits of Kinesis, and deliberate faults; for tests and for experiments.

No emulator of Kinesis enforces the limits. Here they are token buckets in the stream's own file, so that all processes
share them. Refusals come as from Kinesis, request by request and record by record; callers of put and read see the same
as from KinesisStream: a put that takes longer, a page that is empty for now.

Source of the limits: Amazon Kinesis Data Streams, quotas and limits.
"""

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from streams.backends.embedded import own_clock
from streams.backends.embedded.appending import Refuse, Writing
from streams.backends.embedded.own_clock import Look
from streams.backends.embedded.reading import start_of
from streams.backends.embedded.stream import EmbeddedStream
from streams.backends.limits import up_to
from streams.backends.retrying import BusyError, Outcome, Put, Waiting
from streams.core import clock
from streams.core.records import SHARD_END, Entry, Page, Position

RECORDS, BYTES, READS = "records", "bytes", "reads"
A_SECOND = {RECORDS: 1000.0, BYTES: float(1 << 20), READS: 5.0}  # of one shard; also the largest burst
RECORDS_A_READ = 10_000
BYTES_A_READ = 10 << 20
SLOW_SECONDS = 0.5
THROTTLED = "ProvisionedThroughputExceededException"
NEVER = "TooLargeForLimits"  # a request that is to be stored whole can never be; no code of Kinesis
SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (
    shard INTEGER NOT NULL REFERENCES shards ON DELETE CASCADE, kind TEXT NOT NULL,
    tokens REAL NOT NULL, filled REAL NOT NULL, -- seconds
    PRIMARY KEY (shard, kind)
) WITHOUT ROWID;
"""


class Faults(NamedTuple):
    """Holds the probability of each fault, from 0 to 1."""

    throttle: float = 0.0  # a request or a read is refused
    partial: float = 0.0  # about half of a request's records are refused
    slow: float = 0.0  # a read takes SLOW_SECONDS
    expire: float = 0.0  # a read finds its iterator expired


class LimitedStream(EmbeddedStream):
    """Adds limits and faults to EmbeddedStream. All processes share `waiting.monotonic`: the time since boot."""

    _bytes_a_read = BYTES_A_READ + (1 << 20)  # up_to() cuts a page exactly

    def __init__(
        self,
        path: Path,
        name: str,
        now: clock.Clock | None = None,
        *,
        look: Look = own_clock.machine,
        limited: bool = True,
        faults: Faults = Faults(),  # noqa: B008 - it never changes
        chance: random.Random | None = None,
        waiting: Waiting | None = None,
    ) -> None:
        super().__init__(path, name, now, look=look)
        self._limited = limited
        self._faults = faults
        self._chance = chance or random.Random()  # noqa: S311 - not secret
        self._waiting = waiting or Waiting(_seconds_since_boot, time.sleep, self._chance.random)
        with self._in_our_words():
            self._db.executescript(SCHEMA)

    def put(self, entries: Sequence[Entry]) -> None:
        """Puts as any stream does. Raises StreamError if the stream refuses records for too long."""
        self._put_located(entries)

    def _put_located(self, entries: Sequence[Entry]) -> list[str]:
        return Put(entries, self.name, self._send, self._waiting).run()

    def read(self, shard: str, position: Position, limit: int) -> Page:
        """Reads as any stream does; returns an empty page, complete to None, if the shard was read too often."""
        if position == SHARD_END:
            return super().read(shard, position, limit)
        start_of(position)
        allowed = self._may_read(shard)
        if self._strikes(self._faults.slow):
            self._waiting.pause(SLOW_SECONDS)
        if not allowed or self._strikes(self._faults.throttle) or self._strikes(self._faults.expire):
            return Page([], None)
        return up_to(super().read(shard, position, min(limit, RECORDS_A_READ)), BYTES_A_READ)

    def _strikes(self, fault: float) -> bool:
        return fault > 0 and self._chance.random() < fault

    def _may_read(self, shard: str) -> bool:
        with self._in_our_words():
            number = self._shard(shard)
        if not self._limited:
            return True
        with self._transaction():
            buckets = Buckets(self._db, number, self._waiting.monotonic())
            allowed = buckets.take({READS: 1})
            buckets.save()
        return allowed

    def _send(self, entries: list[Entry]) -> list[Outcome]:
        if self._strikes(self._faults.throttle):
            raise BusyError(THROTTLED)
        [written] = self.append([Writing(entries)])
        return [Outcome(shard, error=written.errors.get(place, "")) for place, shard in enumerate(written.shards)]

    def _refusals(self) -> Refuse | None:
        if not self._limited and not self._faults.partial:
            return None
        partial = self._strikes(self._faults.partial)
        seconds = self._waiting.monotonic()
        buckets: dict[int, Buckets] = {}

        def refuse(
            shards: Sequence[int],
            keys: Sequence[str],
            datas: Sequence[bytes],
            whole: bool,  # noqa: FBT001 - Refuse
        ) -> dict[int, str]:
            refused = {}
            for place, (shard, key, data) in enumerate(zip(shards, keys, datas, strict=True)):
                if partial and self._chance.random() < 0.5:
                    refused[place] = THROTTLED
                elif self._limited:
                    bucket = buckets.get(shard) or buckets.setdefault(shard, Buckets(self._db, shard, seconds))
                    if not bucket.take({RECORDS: 1, BYTES: len(key.encode()) + len(data)}):
                        refused[place] = THROTTLED
            if whole and refused:
                buckets.clear()  # nothing is stored, so nothing is taken
                if _asks_too_much(shards, keys, datas):
                    return dict.fromkeys(range(len(shards)), NEVER)
            for bucket in buckets.values():
                bucket.save()
            return refused

        return refuse


def _asks_too_much(shards: Sequence[int], keys: Sequence[str], datas: Sequence[bytes]) -> bool:
    """Returns whether a shard would be given more in one request than it takes in a second: it never has as much."""
    records, sizes = Counter(shards), Counter[int]()
    for shard, key, data in zip(shards, keys, datas, strict=True):
        sizes[shard] += len(key.encode()) + len(data)
    return max(records.values()) > A_SECOND[RECORDS] or max(sizes.values()) > A_SECOND[BYTES]


def _seconds_since_boot() -> float:
    return own_clock.milliseconds_since_boot() / clock.SECOND


class Buckets:
    """Holds the tokens that are left of one shard's limits; works inside a transaction."""

    def __init__(self, db: sqlite3.Connection, shard: int, seconds: float) -> None:
        self._db = db
        self._shard = shard
        self._seconds = seconds
        self._tokens = dict(A_SECOND)
        self._taken: set[str] = set()
        for kind, tokens, filled in db.execute("SELECT kind, tokens, filled FROM buckets WHERE shard = ?", [shard]):
            if filled <= seconds:  # otherwise the machine has rebooted
                self._tokens[kind] = min(A_SECOND[kind], tokens + (seconds - filled) * A_SECOND[kind])

    def take(self, wanted: dict[str, float]) -> bool:
        """Takes all the tokens and returns True, or takes none and returns False."""
        if any(self._tokens[kind] < amount for kind, amount in wanted.items()):
            return False
        for kind, amount in wanted.items():
            self._tokens[kind] -= amount
            self._taken.add(kind)
        return True

    def save(self) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO buckets (shard, kind, tokens, filled) VALUES (?, ?, ?, ?)",
            [(self._shard, kind, self._tokens[kind], self._seconds) for kind in self._taken],
        )
