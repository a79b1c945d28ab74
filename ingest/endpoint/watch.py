"""Watches the file for all subscriptions at once, and wakes those of a shard with news."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from streams.backends.embedded.administration import heads

EVERY = 0.02  # seconds between two looks

Shard = tuple[str, str]  # stream and shard


class Watch:
    """Looks at the version of the file while there are subscriptions; only if it changed, at the counts of shards."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._waiting: dict[Shard, set[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, shard: Shard) -> Iterator[asyncio.Event]:
        """Gives an event that is set whenever the shard may have news."""
        event = asyncio.Event()
        self._waiting.setdefault(shard, set()).add(event)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield event
        finally:
            self._waiting[shard].discard(event)
            if not self._waiting[shard]:
                del self._waiting[shard]

    async def _run(self) -> None:
        db = self._connect()
        try:
            version, seen = -1, dict[Shard, tuple[int, int]]()
            while self._waiting:
                with suppress(sqlite3.OperationalError):  # the next look finds it
                    (found,) = db.execute("PRAGMA data_version").fetchone()
                    if found != version:
                        version, seen = found, self._wake(seen, heads(db))
                await asyncio.sleep(EVERY)
        finally:
            db.close()

    def _wake(self, before: dict[Shard, tuple[int, int]], now: dict[Shard, tuple[int, int]]) -> "Heads":
        for shard, events in self._waiting.items():
            if before.get(shard) != now.get(shard):
                for event in events:
                    event.set()
        return now


Heads = dict[Shard, tuple[int, int]]


def connect(path: Path) -> sqlite3.Connection:
    """Opens the file for reading alone."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=1)
